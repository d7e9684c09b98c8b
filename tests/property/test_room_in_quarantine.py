"""Quarantine is bounded; each hook has its share of it, whatever comes to the others and in what order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callboard.store import hooks
from callboard.store.hooks import QUARANTINE_KEPT, QuarantineRoom, overflowing

MOST, ROOM = 12, 60
SIZES = st.integers(1, 25)
"""Up to nearly half of the room: a hook may have all of its share in one delivery."""


@pytest.fixture(autouse=True, scope="module")
def small() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(hooks, "QUARANTINE_MAX", MOST)
        patch.setattr(hooks, "QUARANTINE_BYTES_MAX", ROOM)
        yield


@st.composite
def floods(draw: st.DrawFn, sizes: st.SearchStrategy[int] = SIZES) -> list[QuarantineRoom]:
    """Deliveries in the order in which they arrive; one hook may get most of them."""
    of = st.one_of(st.just(1), st.integers(1, 5))
    drawn = draw(st.lists(st.tuples(of, st.integers(1, 30), sizes), max_size=40))
    return [QuarantineRoom(f"q{place}", *each) for place, each in enumerate(drawn)]


def _newest_first(deliveries: Iterable[QuarantineRoom]) -> list[QuarantineRoom]:
    return sorted(deliveries, key=lambda each: (each.received_at, each.quarantine_id), reverse=True)


def _kept(arrived: Sequence[QuarantineRoom], now: int = 0) -> list[QuarantineRoom]:
    """What stays when they come one after another."""
    kept: list[QuarantineRoom] = []
    for each in arrived:
        kept = _newest_first([*kept, each])
        dropped = overflowing(kept, now)
        assert len(set(dropped)) == len(dropped)
        kept = [one for one in kept if one not in dropped]
    return kept


@given(floods())
def test_what_stays_is_within_the_bounds_and_stays(arrived: list[QuarantineRoom]) -> None:
    kept = _kept(arrived)
    assert len(kept) <= MOST
    assert sum(each.bytes for each in kept) <= ROOM
    assert overflowing(kept, 0) == []


@given(floods())
def test_a_hook_within_its_share_loses_nothing(arrived: list[QuarantineRoom]) -> None:
    """A share is what each would have if all had the same."""
    kept, every = _kept(arrived), Counter(each.hook_id for each in arrived)
    for hook, count in every.items():
        its = [each for each in arrived if each.hook_id == hook]
        if count * len(every) <= MOST and sum(each.bytes for each in its) * len(every) <= ROOM:
            assert set(its) <= set(kept)


@given(floods())
def test_a_hook_loses_its_oldest_first(arrived: list[QuarantineRoom]) -> None:
    everything = _newest_first(arrived)
    dropped = overflowing(everything, 0)
    for hook in {each.hook_id for each in arrived}:
        its = [each in dropped for each in everything if each.hook_id == hook]
        assert its == sorted(its)


@given(floods(sizes=st.just(1)), st.randoms(use_true_random=False))
def test_the_order_of_arrival_decides_nothing(arrived: list[QuarantineRoom], random: object) -> None:
    everything = _newest_first(arrived)
    at_once = overflowing(everything, 0)
    shuffled = list(arrived)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert _kept(shuffled) == _kept(arrived) == [each for each in everything if each not in at_once]


@given(floods(), st.integers(0, 31))
def test_what_is_too_old_goes_first_and_makes_room(arrived: list[QuarantineRoom], age: int) -> None:
    now = QUARANTINE_KEPT + age
    old = {each for each in arrived if each.received_at <= age}
    everything = _newest_first(arrived)
    left = [each for each in everything if each not in old]
    assert set(overflowing(everything, now)) == old | set(overflowing(left, 0))

"""Ends taken over from the rows of a group, and calls given up: by plain rules, in any order of arrival."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from typing import Any, NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import UNSET

from callboard.clock import HOUR, SECOND
from callboard.ingest.lost_ends.healing import count_lost, give_up, heal_from_groups
from callboard.ingest.lost_ends.tally import Found, Tally
from callboard.model.call import Call
from callboard.model.directory import Space
from callboard.model.event import Entry
from callboard.store.interface import Store
from callboard.store.questions import CallFilter, Scope, Window
from tests.events import call, send
from tests.stores import NOW, STORES, make_organization, make_space, make_store

LATER = NOW + 10 * HOUR
"""When every call that is live is past its limit."""
EXAMPLES = 25
"""Groups drawn for each store and test; each is committed twice, event by event."""
FINAL = ("completed", "missed", "failed")


class Row(NamedTuple):
    """One row of a group, as its platform tells it: times in seconds after `NOW`."""

    status: str
    rank: int
    created: int
    answered: int | None
    ended: int
    states_end: bool

    @property
    def was_answered(self) -> bool:
        return self.status != "missed" and (self.answered is not None or self.status == "in_progress")

    def events(self, number: int) -> list[Entry]:
        told: dict[str, Any] = {"group_ids": ("g",), "group_rank": self.rank}
        created = NOW + self.created * SECOND
        found = [call(f"c{number}", "ringing", at=self.created, creation_time=created, **told)]
        if self.answered is not None and self.status != "missed":
            start = NOW + self.answered * SECOND
            found.append(call(f"c{number}", "in_progress", at=self.answered, start_time=start, **told))
        if self.status in FINAL:
            end = NOW + self.ended * SECOND if self.states_end else UNSET
            reason = {"completed": "hangup", "missed": "busy", "failed": "carrier_error"}[self.status]
            found.append(
                call(f"c{number}", self.status, at=self.ended, end_time=end, end_reason=reason, **told)
            )
        return found


rows = st.builds(
    lambda status, rank, created, ring, talk, answers, states_end: Row(
        status,
        rank,
        created,
        created + ring if status != "ringing" and (answers or status != "failed") else None,
        created + ring + talk,
        states_end,
    ),
    st.sampled_from(["ringing", "in_progress", *FINAL]),
    st.integers(0, 2),
    st.integers(0, 30),
    st.integers(1, 20),
    st.integers(1, 90),
    st.booleans(),
    st.booleans(),
)
groups = st.lists(rows, min_size=1, max_size=4)


class Ground:
    """A store with a space of its own for each example."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.organization = make_organization(store)
        self._names = count()

    def space(self) -> Space:
        return make_space(self.store, self.organization, f"s{next(self._names)}")

    def heal(self, space: Space, after: int | None = None) -> Tally:
        found = Found(Tally())
        heal_from_groups(self.store, space, LATER, found)
        if after is not None:
            give_up(self.store, space, LATER, after, found)
        found.tally.still_open = count_lost(self.store, space, LATER)
        return found.tally

    def head(self, space: Space) -> Call:
        scope = Scope(space.org_id, space.id)
        [only] = self.store.calls(scope, CallFilter(), Window(limit=10))
        return only.call

    def rows(self, space: Space) -> list[Call]:
        head = self.head(space)
        return [head, *self.store.legs(space.org_id, space.id, head.call_id)]


@pytest.fixture(scope="module", params=STORES)
def ground(request, tmp_path_factory) -> Iterator[Ground]:
    store = make_store(request.param, tmp_path_factory.mktemp("ground"))
    yield Ground(store)
    store.close()


def head_of(group: list[Row]) -> int:
    return min(range(len(group)), key=lambda no: (-group[no].rank, group[no].created, f"c{no}"))


def told_by(group: list[Row]) -> Row | None:
    """Which row tells the end of a live head, the slow and obvious way; None: none does."""
    head = head_of(group)
    others = [row for no, row in enumerate(group) if no != head]
    if any(row.status not in FINAL for row in others):
        return None
    telling = [row for row in others if row.rank != 0]
    if group[head].status == "in_progress" or group[head].answered is not None:
        telling = [row for row in telling if row.was_answered]
    best: Row | None = None
    for row in telling:
        if best is None or (row.rank, row.ended) > (best.rank, best.ended):
            best = row
    return best


@settings(max_examples=EXAMPLES)
@given(group=groups, data=st.data())
def test_ends_are_taken_over_by_the_rule_in_any_order_of_arrival(ground, group, data):
    told = [entry for number, row in enumerate(group) for entry in row.events(number)]
    shuffled = data.draw(st.permutations(told))
    spaces = ground.space(), ground.space()
    for space, entries in zip(spaces, (told, shuffled), strict=True):
        for entry in entries:
            send(ground.store, space, entry)
        tally = ground.heal(space)
        assert ground.heal(space).healed == 0  # once
        head, own = ground.head(space), group[head_of(group)]
        if own.status in FINAL:
            assert (tally.healed, head.call_status) == (0, own.status)
            continue
        teller = told_by(group)
        assert tally.healed == (teller is not None)
        assert tally.still_open == (teller is None)
        ties = [row for row in group if teller and (row.rank, row.ended) == (teller.rank, teller.ended)]
        assert head.call_status in ({row.status for row in ties} if teller else {own.status})
        if teller is not None and len(ties) == 1:
            stated = NOW + teller.ended * SECOND if teller.states_end else None
            assert stated is None or head.end_time == stated
    assert ground.rows(spaces[0]) == ground.rows(spaces[1])


@settings(max_examples=EXAMPLES)
@given(group=groups, data=st.data())
def test_what_is_given_up_is_a_function_of_the_events_and_yields_to_each_later_one(ground, group, data):
    told = [entry for number, row in enumerate(group) for entry in row.events(number)]
    spaces = ground.space(), ground.space()
    for space, entries in zip(spaces, (told, data.draw(st.permutations(told))), strict=True):
        for entry in entries:
            send(ground.store, space, entry)
        live = ground.head(space).call_status not in FINAL
        tally = ground.heal(space, after=HOUR)
        assert tally.healed + tally.given_up == live
        assert tally.still_open == 0
        head = ground.head(space)
        assert head.call_status in FINAL
        if tally.given_up:
            assert (head.call_status, head.end_reason) == ("failed", "timeout")
    assert ground.rows(spaces[0]) == ground.rows(spaces[1])
    space = spaces[0]
    head = ground.head(space)
    if group[head_of(group)].status not in FINAL:
        # A live word of a moment later, which no end of before can outweigh.
        send(ground.store, space, call(head.call_id, "in_progress", at=300))
        assert ground.head(space).call_status == "in_progress"
        end, start = NOW + 400 * SECOND, NOW + 310 * SECOND
        send(ground.store, space, call(head.call_id, "completed", at=400, start_time=start, end_time=end))
        assert ground.head(space).call_status == "completed"
        assert ground.head(space).duration_ms == 90_000


@pytest.mark.parametrize("standing", [0, 1, 2])
def test_a_live_word_of_any_standing_is_given_up_once_and_healed_by_its_group(ground, standing):
    """An answer may weigh more than the ends of branches that lost: it is ended all the same."""
    lost, of_group = ground.space(), ground.space()
    send(ground.store, lost, call("c", "in_progress", at=5, standing=standing))
    assert ground.heal(lost, after=SECOND).given_up == 1
    assert ground.heal(lost, after=SECOND).given_up == 0
    assert (ground.head(lost).call_status, ground.head(lost).end_reason) == ("failed", "timeout")
    send(ground.store, lost, call("c", "completed", at=60, end_reason="hangup"))
    assert (ground.head(lost).call_status, ground.head(lost).end_reason) == ("completed", "hangup")
    told = {"group_ids": ("g",), "start_time": NOW + 5 * SECOND}
    send(ground.store, of_group, call("agent", "in_progress", at=5, group_rank=2, standing=standing, **told))
    send(ground.store, of_group, call("carrier", "completed", at=60, group_rank=1, **told))
    assert ground.heal(of_group).healed == 1
    assert ground.head(of_group).call_status == "completed"


def test_a_leg_that_rang_in_vain_ends_nothing(ground):
    """The caller talks to the next one, whose row has not come."""
    space = ground.space()
    told = {"group_ids": ("g",)}
    send(ground.store, space, call("parent", "in_progress", at=5, group_rank=1, **told))
    send(ground.store, space, call("leg", "missed", at=9, group_rank=0, end_reason="no_answer", **told))
    send(ground.store, space, call("other", "completed", at=9, group_rank=0, start_time=NOW, **told))
    assert ground.heal(space).healed == 0
    assert ground.head(space).call_status == "in_progress"


def test_nothing_is_ended_while_another_row_lives(ground):
    space = ground.space()
    told = {"group_ids": ("g",), "group_rank": 1}
    send(ground.store, space, call("agent", "in_progress", at=5, group_ids=("g",), group_rank=2))
    send(ground.store, space, call("first", "completed", at=9, start_time=NOW, **told))
    send(ground.store, space, call("second", "in_progress", at=10, **told))
    assert ground.heal(space).healed == 0
    send(ground.store, space, call("second", "completed", at=60, start_time=NOW, end_reason="hangup", **told))
    assert ground.heal(space).healed == 1
    assert (ground.head(space).call_id, ground.head(space).call_status) == ("agent", "completed")
    assert ground.head(space).source == "reconcile"


def test_an_answered_head_is_not_ended_by_a_row_that_was_not(ground):
    space = ground.space()
    told = {"group_ids": ("g",)}
    send(ground.store, space, call("agent", "in_progress", at=5, group_rank=2, **told))
    send(ground.store, space, call("carrier", "missed", at=30, group_rank=1, end_reason="busy", **told))
    assert ground.heal(space).healed == 0


def test_a_call_within_its_limit_is_neither_healed_nor_given_up(ground):
    space = ground.space()
    at = (LATER - NOW) // SECOND - 60
    send(ground.store, space, call("young", "in_progress", at=at))
    tally = ground.heal(space, after=SECOND)
    assert (tally.given_up, tally.still_open) == (0, 0)


def test_a_queued_call_is_not_given_up(ground):
    """It was never made, and counts nowhere."""
    space = ground.space()
    send(ground.store, space, call("waiting", "queued", at=5))
    assert ground.heal(space, after=SECOND).given_up == 0
    assert ground.head(space).call_status == "queued"

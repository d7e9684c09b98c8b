"""Words that no table of a platform has, and what else is counted of deliveries, in the commit of each."""

from __future__ import annotations

import pytest
from msgspec import structs

from callboard.clock import HOUR, SECOND, Micros
from callboard.model.directory import Organization, Space
from callboard.store.hooks import WORDS_MAX, CountedWord, Hook, HookDelivery, QuarantineSize
from callboard.store.interface import Batch, Receipt, Store
from tests.contract.test_hooks import bad, deliver, foreign, make
from tests.events import call
from tests.stores import NOW

__all__ = ["foreign"]


def say(
    store: Store, hook: Hook, *words: tuple[str, str, int], at: Micros = NOW, **more: object
) -> Receipt | Exception:
    """A delivery of these words: field, word, how often."""
    batch = Batch(
        org_id=hook.org_id,
        space_id=hook.space_id,
        entries=[],
        source="hook:twilio",
        received_at=at,
        delivery=HookDelivery(hook_id=hook.id, unknown_words=words, **more),  # type: ignore[arg-type]
    )
    [receipt] = store.ingest([batch])
    return receipt


def words(store: Store, hook: Hook) -> list[tuple[str, str, int, Micros]]:
    return [structs.astuple(each) for each in store.hook_counts(hook.org_id)[hook.id].unknown_words]


def test_words_are_counted_with_the_delivery_the_last_first(
    store: Store, acme: Organization, space: Space, foreign: Space
) -> None:
    hook, other = make(store, space), make(store, space, 2)
    say(store, hook, ("end_reason", "levitated", 2), at=NOW + SECOND)
    say(store, hook, ("end_reason", "levitated", 1), ("call_type", "levitated", 1))
    say(store, hook, ("end_reason", "Γ\u00f6ttlich, \U0001f986", 1), at=NOW + HOUR)
    assert words(store, hook) == [
        ("end_reason", "Γ\u00f6ttlich, \U0001f986", 1, NOW + HOUR),
        ("end_reason", "levitated", 3, NOW + SECOND),
        ("call_type", "levitated", 1, NOW),
    ]
    say(store, other)
    counts = store.hook_counts(acme.id)
    assert (counts[hook.id].accepted, counts[other.id].unknown_words) == (3, ())
    assert store.hook_counts(foreign.org_id) == {}


def test_words_beyond_the_bound_are_counted_together_and_none_is_lost(
    store: Store, acme: Organization, space: Space
) -> None:
    hook = make(store, space)
    for number in range(WORDS_MAX + 3):
        say(store, hook, ("end_reason", f"w{number:03}", 2), at=NOW + number)
    say(store, hook, ("end_reason", "w000", 5), ("", "", 7), at=NOW + HOUR)
    counts = store.hook_counts(acme.id)[hook.id]
    assert len(counts.unknown_words) == WORDS_MAX
    # One that comes again is one of the last; that it was counted before, the sum knows.
    assert counts.unknown_words[0] == CountedWord("end_reason", "w000", 5, NOW + HOUR)
    assert counts.unknown_words[-1].word == "w004"
    assert counts.other_words == 4 * 2 + 7
    total = sum(each.times for each in counts.unknown_words) + counts.other_words
    assert total == (WORDS_MAX + 3) * 2 + 5 + 7


def test_a_commit_of_many_deliveries_counts_as_one_by_one(
    store: Store, acme: Organization, space: Space
) -> None:
    hook = make(store, space)
    of = lambda at, *said, **more: Batch(  # noqa: E731
        org_id=acme.id,
        space_id=space.id,
        entries=[],
        received_at=at,
        delivery=HookDelivery(hook_id=hook.id, unknown_words=said, **more),
    )
    store.ingest(
        [
            of(NOW + 5, ("end_reason", "a", 1)),
            of(NOW + 9, is_ignored=True),
            of(NOW + 2, ("end_reason", "a", 1), ("end_reason", "b", 1)),
            of(NOW + 1, is_ignored=True),
        ]
    )
    counts = store.hook_counts(acme.id)[hook.id]
    assert words(store, hook) == [("end_reason", "a", 2, NOW + 5), ("end_reason", "b", 1, NOW + 2)]
    assert (counts.accepted, counts.ignored, counts.last_delivery_at) == (4, 2, NOW + 9)


def test_words_of_a_batch_that_fails_are_not_counted(store: Store, acme: Organization, space: Space) -> None:
    hook = make(store, space)
    say(store, structs.replace(hook, space_id=space.id + 100), ("end_reason", "levitated", 1))
    assert store.hook_counts(acme.id) == {}


def test_quarantine_is_counted_by_its_reasons_and_measured(
    store: Store, acme: Organization, space: Space, foreign: Space
) -> None:
    hook, other = make(store, space), make(store, space, 2)
    deliver(store, space, hook, bad(hook))
    deliver(store, space, hook, bad(hook, 2, size=10))
    deliver(store, space, hook, bad(hook, 2, size=10))
    deliver(store, space, other, structs.replace(bad(other, 3), reason="bad_time"))
    counts = store.hook_counts(acme.id)
    assert counts[hook.id].quarantined_by_reason == {"unknown_status": 2}
    assert counts[other.id].quarantined_by_reason == {"bad_time": 1}
    assert store.quarantine_sizes(acme.id) == {hook.id: QuarantineSize(2, 14), other.id: QuarantineSize(1, 4)}
    assert store.quarantine_sizes(foreign.org_id) == {}


def test_what_was_rejected_afterwards_is_one_delivery(store: Store, acme: Organization, space: Space) -> None:
    """It was accepted with its good events, and is in quarantine with the others."""
    hook = make(store, space)
    rejected = structs.replace(bad(hook), reason="rejected")
    for count in (1, 2):
        deliver(store, space, hook)
        say(store, hook, quarantined=rejected, follows=True)
        kept = store.find_quarantined(acme.id, rejected.quarantine_id)
        assert kept is not None
        assert (kept.reason, kept.times) == ("rejected", count)
    # One record could not be read, and another was not taken: it still came once.
    deliver(store, space, hook, bad(hook, 2))
    say(store, hook, quarantined=structs.replace(bad(hook, 2), times=0), follows=True)
    kept = store.find_quarantined(acme.id, bad(hook, 2).quarantine_id)
    assert kept is not None
    assert kept.times == 1
    counts = store.hook_counts(acme.id)[hook.id]
    assert (counts.accepted, counts.quarantined) == (3, 2)


def test_a_replay_whose_events_are_rejected_stays(store: Store, acme: Organization, space: Space) -> None:
    hook = make(store, space)
    deliver(store, space, hook, bad(hook))
    first = Batch(org_id=acme.id, space_id=space.id, entries=[call("c-1", event_id="e-1")])
    replay = Batch(
        org_id=acme.id,
        space_id=space.id,
        entries=[call("c-2", event_id="e-1")],
        received_at=NOW,
        delivery=HookDelivery(hook_id=hook.id, replays=bad(hook).quarantine_id),
    )
    _, receipt = store.ingest([first, replay])
    assert isinstance(receipt, Receipt)
    assert receipt.rejected == 1
    assert store.find_quarantined(acme.id, bad(hook).quarantine_id) == bad(hook)


@pytest.mark.parametrize("released", [True, False])
def test_words_of_a_replay_are_counted_as_they_are_given(
    store: Store, acme: Organization, space: Space, released: bool
) -> None:
    hook = make(store, space)
    deliver(store, space, hook, bad(hook))
    kept = None if released else bad(hook)
    word = ("end_reason", "levitated", 1)
    say(store, hook, word, replays=bad(hook).quarantine_id, quarantined=kept)
    assert [each[:3] for each in words(store, hook)] == [("end_reason", "levitated", 1)]
    assert store.hook_counts(acme.id)[hook.id].accepted == 1

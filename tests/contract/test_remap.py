"""Calls that ended with a word that the table lacked are corrected once it has it, and nothing else moves."""

from __future__ import annotations

from itertools import permutations
from typing import Any

import msgspec
import pytest
from msgspec import structs

from callboard.clock import HOUR, iso
from callboard.ingest.sources.platforms import unpod, vapi, vapi_words
from callboard.ingest.sources.platforms.delivery import Delivery
from callboard.ingest.sources.platforms.registry import PLATFORMS
from callboard.ingest.sources.platforms.remapping import Remapped, RemappedWord, correction, remap
from callboard.ingest.sources.platforms.taking import batch_of, take
from callboard.ingest.sources.platforms.word_table import Row, WordTable
from callboard.model.call import Call
from callboard.model.directory import Organization, Space
from callboard.store.hooks import Hook, NewHook
from callboard.store.interface import Batch, Store
from tests.events import call
from tests.stores import NOW, dump, make_space

BEGAN = NOW - HOUR


def make(store: Store, space: Space, platform: str = "vapi") -> Hook:
    new = NewHook(
        space_id=space.id,
        platform=platform,
        prefix="cbh_1",
        token_digest=(space.id * 10 + len(platform)).to_bytes(32),
        settings="{}",
        sealed=b"sealed",
        now=NOW,
    )
    return store.create_hook(space.org_id, new)


def report(
    word: str, call_id: str = "v-1", *, answered: bool = True, ended_s: int = 100, **more: Any
) -> Delivery:
    """The report at the end of a call of Vapi."""
    message: dict[str, Any] = {"type": "end-of-call-report", "endedReason": word, "cost": 0.5}
    message["endedAt"] = iso(BEGAN + ended_s * 1_000_000)
    if answered:
        message["startedAt"] = iso(BEGAN + 10_000_000)
    told = {"id": call_id, "createdAt": iso(BEGAN), "assistantId": "a-1", **more}
    return Delivery(body=msgspec.json.encode({"message": {**message, "call": told}}), received_at=NOW)


def post(store: Store, hook: Hook, *deliveries: Delivery) -> None:
    for each in deliveries:
        taken = take(PLATFORMS[hook.platform], each, hook, 10)
        assert taken.entries
        [receipt] = store.ingest([batch_of(hook, taken, each.received_at)])
        assert not isinstance(receipt, Exception), receipt


def row(store: Store, space: Space, call_id: str = "v-1") -> Call:
    found = store.call(space.org_id, space.id, call_id)
    assert found is not None
    return found


def ended(store: Store, space: Space, call_id: str = "v-1") -> tuple[str, str | None]:
    found = row(store, space, call_id)
    return found.call_status, found.end_reason


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> Any:
    """A later version, whose table has these rows more."""

    def add(*rows: Row) -> None:
        table = WordTable(*rows, *vapi_words.REASONS.rows)
        monkeypatch.setattr(vapi, "REASONS", table)
        words = {**PLATFORMS["vapi"].words, "end_reason": table}
        monkeypatch.setitem(PLATFORMS, "vapi", structs.replace(PLATFORMS["vapi"], words=words))

    return add


LEVITATED: Row = ("levitated", "failed", "carrier_error")


def test_a_call_is_as_if_its_word_had_been_known(
    store: Store, acme: Organization, space: Space, later: Any
) -> None:
    hook, elsewhere = make(store, space), make_space(store, acme)
    post(store, hook, report("levitated"))
    assert ended(store, space) == ("completed", "unknown")
    assert remap(store, hook, NOW).calls == 0
    later(LEVITATED)
    done = remap(store, hook, NOW + HOUR)
    word = RemappedWord("levitated", "failed", "carrier_error", 1)
    assert done == Remapped(calls=1, events=1, applied=1, words=[word])
    post(store, make(store, elsewhere), report("levitated"))
    assert row(store, space) == row(store, elsewhere)
    assert row(store, space).source_end_reason == "levitated"
    assert remap(store, hook, NOW + 2 * HOUR) == Remapped()
    assert not store.verify(deep=True).drift


@pytest.mark.parametrize(
    "said",
    [
        LEVITATED,
        ("levitated", "missed", "rejected"),
        ("levitated", "completed", "hangup"),
        ("levitated", "answered?", "hangup"),
        ("levitated", "answered?failed", "media_error"),
        ("levitated", "completed"),
    ],
)
@pytest.mark.parametrize("answered", [True, False])
def test_whatever_the_table_says_of_it_and_whenever_it_arrives(
    store: Store, acme: Organization, later: Any, said: Row, answered: bool
) -> None:
    """The reading of before, the same delivery read again, and the correction: in any order one call."""
    old_space = make_space(store, acme)
    hook = make(store, old_space)
    delivery = report("levitated", answered=answered)
    old = take(PLATFORMS["vapi"], delivery, hook, 10).entries
    later(said)
    new = take(PLATFORMS["vapi"], delivery, hook, 10).entries
    corrections = [correction(each, PLATFORMS["vapi"], NOW + HOUR) for each in old]
    events = [*old, *new, *(each for each in corrections if each is not None)]
    assert len(events) == 3
    expected = None
    for order in [*permutations(events), (events[0], events[2])]:
        space = make_space(store, acme)
        for entry in order:
            entry = structs.replace(entry, batch_no=0, stamp=None)  # noqa: PLW2901 - as if it came anew
            store.ingest([Batch(org_id=acme.id, space_id=space.id, entries=[entry], source="hook:vapi")])
        plain = make_space(store, acme)
        store.ingest([Batch(org_id=acme.id, space_id=plain.id, entries=new, source="hook:vapi")])
        expected = expected or row(store, plain)
        assert row(store, space) == expected


def test_what_the_platform_says_later_outweighs_a_correction_as_it_would_the_word(
    store: Store, acme: Organization, space: Space, later: Any
) -> None:
    hook = make(store, space)
    post(store, hook, report("levitated"))
    later(LEVITATED)
    assert remap(store, hook, NOW + HOUR).calls == 1
    post(store, hook, report("customer-ended-call", ended_s=101))
    assert ended(store, space) == ("completed", "customer_hangup")


@pytest.mark.parametrize("when", [{"creation_time": NOW}, {"at": None, "rough": ("occurred_at",)}])
def test_an_end_that_nobody_told_stays_untold(
    store: Store, acme: Organization, space: Space, later: Any, when: Any
) -> None:
    """The event occurred at its own creation, or roughly at its receipt: nobody knows when the call ended,
    and no correction does.
    """
    hook = make(store, space)
    said: Any = {"end_reason": "unknown", "source_end_reason": "levitated"} | when
    entry = structs.replace(call("v-1", "missed", **said), source="hook:vapi")
    store.ingest([Batch(org_id=acme.id, space_id=space.id, entries=[entry], source="hook:vapi")])
    before = row(store, space)
    assert before.end_time is None
    later(("levitated", "missed", "rejected"))
    assert remap(store, hook, NOW + HOUR).applied == 1
    assert row(store, space) == structs.replace(before, end_reason="rejected")


def test_only_calls_of_this_platform_and_space_are_corrected(
    store: Store, acme: Organization, space: Space, later: Any
) -> None:
    hook, elsewhere = make(store, space), make_space(store, acme)
    post(store, hook, report("levitated"), report("vanished", "v-2"), report("customer-busy", "v-3"))
    post(store, make(store, elsewhere), report("levitated"))
    own = [call("c-1", "completed", end_reason="unknown", source_end_reason="levitated")]
    store.ingest([Batch(org_id=acme.id, space_id=space.id, entries=own)])
    later(LEVITATED)
    before = dump(store, acme.id)
    dry = remap(store, hook, NOW + HOUR, dry_run=True)
    assert dump(store, acme.id) == before
    done = remap(store, hook, NOW + HOUR)
    assert (dry.calls, dry.events, dry.still_unknown, dry.words) == (1, 1, 1, done.words)
    assert (done.calls, done.events, done.applied, done.still_unknown) == (1, 1, 1, 1)
    assert ended(store, space, "v-2") == ("completed", "unknown")
    assert ended(store, space, "v-3")[1] == "busy"
    assert ended(store, space, "c-1") == ("completed", "unknown")
    assert ended(store, elsewhere) == ("completed", "unknown")


def test_legs_are_corrected_too_and_a_withdrawn_call_stays_withdrawn(
    store: Store, acme: Organization, space: Space, later: Any
) -> None:
    hook = make(store, space)
    group: Any = {"phoneCallProvider": "twilio", "phoneCallProviderId": "CA1"}
    post(store, hook, report("levitated", "v-1", **group), report("levitated", "v-2", **group))
    post(store, hook, report("levitated", "v-3"))
    void = [call("v-3", "completed", void=True)]
    store.ingest([Batch(org_id=acme.id, space_id=space.id, entries=void)])
    assert row(store, space, "v-2").leg_of == "v-1"
    later(LEVITATED)
    assert remap(store, hook, NOW + HOUR).calls == 3
    assert row(store, space, "v-2").leg_of == "v-1"
    assert {ended(store, space, each) for each in ("v-1", "v-2")} == {("failed", "carrier_error")}
    assert store.call(acme.id, space.id, "v-3") is None
    assert not store.verify(deep=True).drift


def test_many_calls_are_corrected_in_several_commits(
    store: Store, acme: Organization, space: Space, later: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("callboard.ingest.sources.platforms.remapping.CALLS_PER_COMMIT", 2)
    monkeypatch.setattr("callboard.store.sql.hooks._CALLS_AT_ONCE", 3)
    hook = make(store, space)
    post(store, hook, *(report("levitated", f"v-{number}") for number in range(8)))
    later(LEVITATED)
    seen: list[int] = []
    done = remap(store, hook, NOW + HOUR, progress=lambda now, _: seen.append(now))
    assert (done.calls, done.applied, seen) == (8, 8, [2, 4, 6, 8])
    assert remap(store, hook, NOW + HOUR) == Remapped()


def test_a_call_that_has_no_room_for_another_event_is_told(
    store: Store, acme: Organization, space: Space, later: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    hook = make(store, space)
    post(store, hook, report("levitated"))
    later(LEVITATED)
    monkeypatch.setattr("callboard.fold.batch.EVENTS_PER_ITEM", 1)
    monkeypatch.setattr("callboard.fold.batch._has_quota", lambda *_: False)
    done = remap(store, hook, NOW + HOUR)
    assert (done.calls, done.not_corrected, done.applied, done.rejected) == (0, 1, 0, 1)
    assert ended(store, space) == ("completed", "unknown")


def unpod_call(**told: Any) -> dict[str, Any]:
    times = {"start_time": iso(BEGAN), "end_time": iso(BEGAN + 100_000_000), "duration": 100}
    return {"call_id": "u-1", "call_status": "completed", **times, **told}


@pytest.mark.parametrize(
    "sent",
    [
        unpod_call(end_reason="levitated"),
        {"task_id": "t-1", "status": "completed", "output": unpod_call(call_end_reason="levitated")},
        {"task_id": "t-1", "status": "failed", "output": {"call_id": "u-1", "call_status": "failed"}
         | {"call_end_reason": "levitated"}},
    ],
    ids=["call", "call of a task", "call of a task without times"],
)  # fmt: skip
@pytest.mark.parametrize("vapis", [True, False])
def test_a_reason_of_unpod_is_corrected_whichever_table_learns_it(
    store: Store, acme: Organization, space: Space, monkeypatch: pytest.MonkeyPatch, sent: Any, vapis: bool
) -> None:
    """Its own, or that of a platform whose words it takes over; the status is the delivery's own."""
    hook, elsewhere = make(store, space, "unpod"), make_space(store, acme)
    delivery = Delivery(body=msgspec.json.encode(sent), received_at=NOW)
    post(store, hook, delivery)
    before = row(store, space, "u-1")
    assert before.end_reason == "unknown"
    name = "VAPI_REASONS" if vapis else "REASONS"
    table = getattr(unpod, name)
    monkeypatch.setattr(unpod, name, WordTable(LEVITATED, *table.rows))
    assert remap(store, hook, NOW + HOUR).calls == 1
    post(store, make(store, elsewhere, "unpod"), delivery)
    assert row(store, space, "u-1") == row(store, elsewhere, "u-1")
    assert ended(store, space, "u-1") == (before.call_status, "carrier_error")
    assert remap(store, hook, NOW + 2 * HOUR) == Remapped()

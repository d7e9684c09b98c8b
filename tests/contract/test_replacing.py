"""An import read otherwise replaces the earlier one, call by call: each call is one reading, no mixture."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count, permutations
from typing import Any

import pytest
from msgspec import structs

from callboard.clock import SECOND
from callboard.errors import ImportCollisionError, ImportsChangedError, InvalidInputError, NotFoundError
from callboard.model.directory import Space
from callboard.model.event import Entry
from callboard.store.importing import (
    MAPPINGS_MAX,
    ImportBatch,
    ImportClaim,
    ImportOwner,
    Reading,
    Seen,
    rivals,
    seen_beside,
)
from callboard.store.interface import Batch, ImportStep, Receipt, Store
from tests.events import call, send, task
from tests.stores import NOW, bits, dump, make_organization, make_space


def reading(
    file: str | None = "f1", options: str = "seconds", mapping: str | None = None, **odd: Any
) -> Reading:
    made = Reading(
        file_digest=file, options_digest=options, record_type="call", place="space spring", mapping=mapping
    )
    return structs.replace(made, **odd)


def owner(number: int) -> ImportOwner:
    return ImportOwner(nonce=f"n{number}", host="web1", pid=4711, since=NOW)


def begun(
    store: Store, space: Space, read: Reading | None, *, replace: bool = False, label: str = ""
) -> ImportBatch:
    """An import of its own that this test may carry on."""
    made = store.begin_import(space.org_id, label or f"file {next(numbers)}", NOW, read, replace=replace)
    return store.claim_import(
        space.org_id, made.batch_no, ImportClaim(owner=owner(made.batch_no), instead_of=None)
    )


def rows(store: Store, space: Space, record: ImportBatch, *entries: Entry) -> Receipt:
    """The next rows of an import, as one commit."""
    found = store.find_import(space.org_id, record.batch_no)
    assert found is not None
    batch = Batch(
        org_id=space.org_id,
        space_id=space.id,
        entries=list(entries),
        source="import",
        received_at=NOW,
        import_no=record.batch_no,
    )
    step = ImportStep(
        org_id=space.org_id,
        batch_no=record.batch_no,
        owner=owner(record.batch_no).nonce,
        from_row=found.position,
        to_row=found.position + len(entries),
        received_at=NOW,
        batches=[batch],
        without_space=[],
    )
    [receipt] = store.import_rows(step)
    return receipt


def ended(store: Store, space: Space, record: ImportBatch) -> ImportBatch:
    """Withdraw what is left of the imports that it replaces, and close it, as an import does at its end."""
    for batch_no in record.replaces:
        store.withdraw(space.org_id, batch_no, NOW)
    return store.finish_import(space.org_id, record.batch_no, NOW, owner(record.batch_no).nonce)


def imported(
    store: Store, space: Space, read: Reading | None, *entries: Entry, replace: bool = False
) -> ImportBatch:
    """A whole import, begun to ended."""
    record = begun(store, space, read, replace=replace)
    if entries:
        rows(store, space, record, *entries)
    return ended(store, space, record)


def seconds(*ids: int) -> list[Entry]:
    return [call(f"c{number}", duration_ms=number * 1_000) for number in ids]


def minutes(*ids: int) -> list[Entry]:
    """The same rows, read otherwise: equal stamps."""
    return [call(f"c{number}", duration_ms=number * 60_000) for number in ids]


def durations(store: Store, space: Space) -> dict[str, int | None]:
    return {call_id: row.duration_ms for (_, call_id), row in _calls(store, space).items()}


def _calls(store: Store, space: Space) -> dict[Any, Any]:
    every = {number: store.call(space.org_id, space.id, f"c{number}") for number in range(12)}
    return {(space.id, row.call_id): row for row in every.values() if row is not None}


SECONDS, MINUTES = {n: n * 1_000 for n in range(12)}, {n: n * 60_000 for n in range(12)}


def read_as(*ids: int, by: dict[int, int]) -> dict[str, int]:
    return {f"c{number}": by[number] for number in ids}


def test_another_reading_of_a_file_collides_and_is_refused(store, space, foreign_space, other_space):
    """Nothing is opened; the same reading, another place, file, type or tenant does not collide."""
    first = imported(store, space, reading(), *seconds(1, 2))
    before = bits(dump(store, space.org_id))
    with pytest.raises(ImportCollisionError) as raised:
        store.begin_import(space.org_id, "x", NOW, reading(options="minutes"))
    assert raised.value.batches == (first.batch_no,)
    assert bits(dump(store, space.org_id)) == before
    assert store.find_import(space.org_id, first.batch_no + 1) is None
    found = store.colliding_imports(space.org_id, reading(options="minutes"))
    assert [each.batch_no for each in found] == [first.batch_no]
    assert found[0].reading == reading()
    for other in (
        reading(),
        reading(file="f2", options="minutes"),
        reading(file=None, options="minutes"),
        reading(options="minutes", place="space summer"),
        reading(options="minutes", record_type="task"),
    ):
        assert store.colliding_imports(space.org_id, other) == []
        store.begin_import(space.org_id, f"label {next(numbers)}", NOW, other)
    assert store.colliding_imports(foreign_space.org_id, reading(options="minutes")) == []


def test_a_reading_that_groups_otherwise_moves_heads_and_numbers(store, space):
    """Replaced, undone and restored: each time the legs and the totals are those of what counts."""

    def grouped(**ids: tuple[str, ...]) -> list[Entry]:
        return [call(each, at=at, group_ids=ids[each]) for at, each in enumerate(ids)]

    def heads() -> dict[str, str | None]:
        found = {each: store.call(space.org_id, space.id, each) for each in ("a", "b", "live")}
        counting = [row for row in found.values() if row is not None and not row.void]
        assert store.changes_since(space.org_id, -1).totals[space.id].total_calls == len(counting)
        return {each: row.leg_of for each, row in found.items() if row is not None}

    send(store, space, call("live", "in_progress", at=5, group_ids=("h",)))
    imported(store, space, reading(), *grouped(a=("g",), b=("g",)))
    assert heads() == {"a": None, "b": "a", "live": None}
    later = imported(store, space, reading(options="minutes"), *grouped(a=("h",), b=("g",)), replace=True)
    assert heads() == {"a": None, "b": None, "live": "a"}
    other = imported(
        store, space, reading(file="f2", options="hours", mapping="m"), *grouped(a=("g",)), replace=True
    )
    store.withdraw(space.org_id, later.batch_no, NOW)
    assert heads() == {"a": None, "live": None}
    store.withdraw(space.org_id, other.batch_no, NOW)
    assert heads() == {"live": None}
    assert store.verify(deep=True).differences == []


def test_an_import_that_leaves_is_a_way_until_it_has_left(store, space):
    """By which events of others came too. At any moment rows are those of what is there."""
    [row] = seconds(1)
    send(store, space, structs.replace(row, source="zulu"))
    first = imported(store, space, reading(), structs.replace(row, source="import"))

    def source() -> str:
        assert store.verify(deep=True).differences == []
        found = store.call(space.org_id, space.id, "c1")
        assert found is not None
        return found.source

    assert source() == "import"
    second = begun(store, space, reading(options="minutes"), replace=True)
    assert source() == "import"
    rows(store, space, second, call("c1", "ringing", at=-9))
    assert source() == "import"
    withdrawn = store.withdraw(space.org_id, first.batch_no, NOW)
    assert source() == "zulu"
    assert (withdrawn.events, withdrawn.calls) == (0, 1)
    assert store.withdraw(space.org_id, first.batch_no, NOW).calls == 0


def test_imports_of_before_collide_with_nothing(store, space):
    """One without a reading is neither found nor refused."""
    imported(store, space, None, *seconds(1))
    assert store.colliding_imports(space.org_id, reading(options="minutes", mapping="m")) == []
    imported(store, space, reading(mapping="m"), *minutes(1))
    store.begin_import(space.org_id, "x", NOW)


def test_an_import_begun_again_goes_on_without_being_asked(store, space):
    """What it replaces was settled when it was begun."""
    imported(store, space, reading(), *seconds(1, 2))
    label, other = "minutes.csv", reading(options="minutes")
    record = begun(store, space, other, replace=True, label=label)
    again = store.begin_import(space.org_id, label, NOW, other)
    assert (again.batch_no, again.replaces) == (record.batch_no, record.replaces)
    assert store.colliding_imports(space.org_id, other) == []


def test_each_call_is_one_reading_at_any_moment(store, space):
    """Replaced in the commit of the rows, whole at the end, and every number with it."""
    first = imported(store, space, reading(), *seconds(1, 2, 3, 4))
    record = begun(store, space, reading(options="minutes"), replace=True)
    assert record.replaces == (first.batch_no,)
    assert durations(store, space) == read_as(1, 2, 3, 4, by=SECONDS)
    receipt = rows(store, space, record, *minutes(1, 2))
    assert (receipt.applied, receipt.stale, receipt.duplicate) == (2, 0, 0)
    assert durations(store, space) == read_as(1, 2, by=MINUTES) | read_as(3, 4, by=SECONDS)
    assert store.verify(deep=True).drift == 0
    rows(store, space, record, *minutes(3))
    ended(store, space, record)
    assert durations(store, space) == read_as(1, 2, 3, by=MINUTES)
    assert store.changes_since(space.org_id, -1).totals[space.id].calls_completed == 3
    assert store.find_import(space.org_id, record.batch_no).replaced == 3
    assert store.find_import(space.org_id, first.batch_no).withdrawn_at == NOW
    assert store.verify(deep=True).drift == 0


def test_the_numbers_are_as_if_only_the_second_reading_had_come(store, acme, space):
    """Rows, counters and lists, bit for bit."""
    imported(store, space, reading(), *seconds(1, 2, 3))
    imported(store, space, reading(options="minutes"), *minutes(1, 2, 3), replace=True)
    twice = dump(store, acme.id)
    other = make_organization(store, "fresh.example")
    fresh = make_space(store, other)
    imported(store, fresh, reading(options="minutes"), *minutes(1, 2, 3))
    once = dump(store, other.id)
    assert sorted(row.duration_ms for row in twice["calls"].values()) == sorted(
        row.duration_ms for row in once["calls"].values()
    )
    assert sorted(map(repr, twice["totals"].values())) == sorted(map(repr, once["totals"].values()))


def test_a_row_that_both_readings_read_alike_survives(store, space):
    """Whether the whole call is read alike, or one of its rows."""
    same, ring, talk, other = (
        call("c1"),
        call("c2", "ringing"),
        call("c2", "completed", at=5, duration_ms=1),
        call("c2", "completed", at=5, duration_ms=60),
    )
    imported(store, space, reading(), same, ring, talk)
    record = begun(store, space, reading(options="minutes"), replace=True)
    receipt = rows(store, space, record, call("c1"), call("c2", "ringing"), other)
    assert (receipt.applied, receipt.duplicate) == (1, 2)
    ended(store, space, record)
    assert len(store.call_entries(space.org_id, space.id, "c1")) == 1
    bodies = [entry.body for entry in store.call_entries(space.org_id, space.id, "c2")]
    assert sorted(bodies) == sorted([ring.body, other.body])
    entries = store.call_entries(space.org_id, space.id, "c1") + store.call_entries(
        space.org_id, space.id, "c2"
    )
    assert {entry.batch_no for entry in entries} == {record.batch_no}
    assert store.verify(deep=True).drift == 0


def test_what_a_live_feed_sent_stays(store, space):
    """Also the same event as the import did; and the feed withdrawn, nothing of the import comes back."""
    live = send(store, space, call("c1", "ringing"), call("c2", duration_ms=2_000))
    first = imported(store, space, reading(), *seconds(1, 2, 3))
    again = send(store, space, call("c3", duration_ms=3_000))
    imported(store, space, reading(options="minutes"), *minutes(1, 2, 3), replace=True)
    sent = {
        entry.batch_no for n in (1, 2, 3) for entry in store.call_entries(space.org_id, space.id, f"c{n}")
    }
    assert sent == {live.batch_no, again.batch_no, first.batch_no + 2}
    assert [len(store.call_entries(space.org_id, space.id, f"c{n}")) for n in (1, 2, 3)] == [2, 2, 2]
    store.withdraw(space.org_id, live.batch_no, NOW)
    store.withdraw(space.org_id, again.batch_no, NOW)
    assert durations(store, space) == read_as(1, 2, 3, by=MINUTES)
    assert store.verify(deep=True).drift == 0


@pytest.mark.parametrize("order", [*permutations(("first", "second", "live"))])
@pytest.mark.parametrize("undone", [*permutations(("first", "second"))])
def test_what_does_not_count_is_a_way_by_which_an_event_came(store, acme, space, order, undone):
    """Whether it came before or behind what outweighs it, or the same word by another way: until it is
    undone, and never after.
    """
    word = call("c1", duration_ms=1_000, sequence=1)
    first = begun(store, space, reading(file="a", mapping="m"))
    second = begun(store, space, reading(file="b", mapping="m"))
    acts: dict[str, Callable[[], Any]] = {
        "first": lambda: rows(store, space, first, structs.replace(word, source="import")),
        "second": lambda: rows(store, space, second, *minutes(1)),
        "live": lambda: send(store, space, structs.replace(word, source="zulu")),
    }
    for act in order:
        acts[act]()
        assert store.verify(deep=True).differences == []
    row = store.call(acme.id, space.id, "c1")
    assert (row.source, row.duration_ms) == ("import", 1_000)
    left = {"first": first, "second": second}
    for act in undone:
        store.withdraw(acme.id, left.pop(act).batch_no, NOW)
        assert store.call(acme.id, space.id, "c1").source == ("import" if "first" in left else "zulu")
        assert store.verify(deep=True).differences == []


def test_the_replaced_import_brings_nothing_more(store, space):
    """One that is still running is refused from the commit on in which it was replaced."""
    first = begun(store, space, reading(), label="seconds.csv")
    rows(store, space, first, *seconds(1, 2))
    record = begun(store, space, reading(options="minutes"), replace=True)
    receipt = rows(store, space, first, *seconds(3))
    assert [each.reason for each in receipt.rejections] == ["withdrawn_import"]
    rows(store, space, record, *minutes(1, 2, 3))
    ended(store, space, record)
    assert durations(store, space) == read_as(1, 2, 3, by=MINUTES)
    with pytest.raises(ImportCollisionError):
        store.begin_import(space.org_id, "seconds.csv", NOW, reading())


def test_undoing_the_second_import_brings_nothing_back(store, space):
    """The calls are gone, not read as before; and both may be imported again."""
    imported(store, space, reading(), *seconds(1, 2))
    second = imported(store, space, reading(options="minutes"), *minutes(1, 2), replace=True)
    store.withdraw(space.org_id, second.batch_no, NOW)
    assert durations(store, space) == {}
    imported(store, space, reading(), *seconds(1, 2))
    assert durations(store, space) == read_as(1, 2, by=SECONDS)


def test_the_first_reading_again_replaces_the_second(store, space):
    """Whichever was asked for last stands."""
    for options, made, by in (("seconds", seconds, SECONDS), ("minutes", minutes, MINUTES)) * 2:
        imported(store, space, reading(options=options), *made(1, 2), replace=True)
        assert durations(store, space) == read_as(1, 2, by=by)


def test_event_ids_move_with_the_reading(store, space):
    """The id of an event of the replaced import is free, also for another call."""
    imported(store, space, reading(), call("c1", event_id="e1", duration_ms=1), call("c2", event_id="e2"))
    receipt = rows(
        store,
        space,
        begun(store, space, reading(options="other"), replace=True),
        call("c3", event_id="e1"),
        call("c2", event_id="e2", duration_ms=9),
    )
    assert (receipt.applied, receipt.rejected) == (2, 0)
    assert sorted(durations(store, space)) == ["c2", "c3"]
    assert store.verify(deep=True).drift == 0


def test_a_call_that_loses_an_event_keeps_the_ways_of_the_others(store, space):
    """Its event's id is another call's now: what is left of it is folded again, by whichever way it came."""
    imported(store, space, reading(), call("c1", "ringing", at=-5, event_id="e1"))
    for way in ("zulu", "events"):
        send(store, space, structs.replace(call("c1"), source=way))
    rows(store, space, begun(store, space, reading(options="other"), replace=True), call("c3", event_id="e1"))
    assert len(store.call_entries(space.org_id, space.id, "c1")) == 1
    assert store.call(space.org_id, space.id, "c1").source == "events"
    assert store.verify(deep=True).differences == []


def test_tasks_are_replaced_too(store, space):
    """With their runs."""
    read = reading(record_type="task")
    imported(store, space, read, task("t1", "failed", run_id="r1"), task("t2", run_id="r1"))
    other = structs.replace(read, options_digest="other")
    imported(store, space, other, task("t1", "completed", run_id="r2"), replace=True)
    assert store.run(space.org_id, space.id, "r1") is None
    assert store.run(space.org_id, space.id, "r2").completed == 1
    assert store.verify(deep=True).drift == 0


def test_a_later_file_of_the_same_mapping_has_the_last_word(store, space):
    """Also where stamps are equal: yesterday's export said 0, today's more. What it does not name stays."""
    daily = reading(file="monday", mapping="dialler")
    imported(store, space, daily, *[call(f"c{n}", duration_ms=0) for n in (1, 2, 3)])
    record = imported(store, space, structs.replace(daily, file_digest="tuesday"), *seconds(2, 3, 4))
    assert durations(store, space) == {"c1": 0} | read_as(2, 3, 4, by=SECONDS)
    assert store.find_import(space.org_id, record.batch_no).replaced == 2
    again = imported(store, space, daily, *[call(f"c{n}", duration_ms=0) for n in (1, 2, 3)])
    assert durations(store, space) == dict.fromkeys(("c1", "c2", "c3"), 0) | read_as(4, by=SECONDS)
    assert store.find_import(space.org_id, again.batch_no).duplicate == 1
    assert store.verify(deep=True).drift == 0


def test_equal_rows_of_one_mapping_are_duplicates(store, space):
    """Nothing is written anew; the call stays with whichever import is left."""
    daily = reading(file="monday", mapping="dialler")
    first = imported(store, space, daily, *seconds(1, 2))
    second = imported(store, space, structs.replace(daily, file_digest="tuesday"), *seconds(1, 2, 3))
    assert (second.applied, second.duplicate, second.replaced) == (1, 2, 0)
    store.withdraw(space.org_id, first.batch_no, NOW)
    assert durations(store, space) == read_as(1, 2, 3, by=SECONDS)


def test_what_is_replaced_does_not_come_back_with_a_repeat(store, space):
    """An event that the feed sent first and the replaced import too goes when the feed is withdrawn."""
    daily = reading(file="monday", mapping="dialler")
    live = send(store, space, *seconds(1))
    imported(store, space, daily, *seconds(1))
    imported(store, space, structs.replace(daily, file_digest="tuesday"), *minutes(1))
    assert len(store.call_entries(space.org_id, space.id, "c1")) == 2
    store.withdraw(space.org_id, live.batch_no, NOW)
    assert durations(store, space) == read_as(1, by=MINUTES)
    assert len(store.call_entries(space.org_id, space.id, "c1")) == 1
    assert store.verify(deep=True).drift == 0


def test_undone_a_later_file_leaves_what_the_first_said(store, acme, space):
    """Of calls that both tell, otherwise or alike, bit for bit; undone first, the first leaves the second."""
    daily = reading(file="monday", mapping="dialler")
    monday = [call("c1", "ringing", agent="ann"), *seconds(1, 2, 3)]
    tuesday = [*minutes(2), *seconds(3), *minutes(4)]
    imported(store, space, daily, *monday)
    before = bits(dump(store, acme.id))
    later = imported(store, space, structs.replace(daily, file_digest="tuesday"), *tuesday)
    assert durations(store, space) == read_as(1, 3, by=SECONDS) | read_as(2, 4, by=MINUTES)
    store.withdraw(space.org_id, later.batch_no, NOW)
    assert bits(dump(store, acme.id)) == before
    store.withdraw(space.org_id, later.batch_no, NOW)
    assert bits(dump(store, acme.id)) == before
    again = imported(store, space, structs.replace(daily, file_digest="tuesday"), *tuesday)
    store.withdraw(space.org_id, again.batch_no - 2, NOW)
    assert durations(store, space) == read_as(2, 4, by=MINUTES) | read_as(3, by=SECONDS)
    assert store.verify(deep=True).drift == 0


def test_undone_the_middle_one_of_three_leaves_the_last_word_to_the_last(store, space):
    """And the last undone too, the first has it."""
    first, second, third = (reading(file=file, mapping="dialler") for file in ("a", "b", "c"))
    imported(store, space, first, *seconds(1))
    middle = imported(store, space, second, *minutes(1))
    last = imported(store, space, third, call("c1", duration_ms=7))
    store.withdraw(space.org_id, middle.batch_no, NOW)
    assert durations(store, space) == {"c1": 7}
    store.withdraw(space.org_id, last.batch_no, NOW)
    assert durations(store, space) == read_as(1, by=SECONDS)


@pytest.mark.parametrize(("first", "second"), [(600, 300), (300, 600)])
def test_the_later_file_has_the_last_word_about_an_end(store, space, first, second):
    """Also where it says that the call ended earlier; a beginning that one of them tells stays."""
    daily = reading(file="monday", mapping="dialler")
    imported(store, space, daily, call("c1", "ringing", agent="ann"), call("c1", at=first, duration_ms=first))
    imported(
        store, space, structs.replace(daily, file_digest="tuesday"), call("c1", at=second, duration_ms=9)
    )
    row = store.call(space.org_id, space.id, "c1")
    assert (row.duration_ms, row.end_time, row.agent) == (9, NOW + second * SECOND, "ann")


def test_each_attempt_of_a_task_ends_by_itself(store, space):
    """A later file that tells the second attempt says nothing else of the first."""
    daily = reading(file="monday", mapping="runner", record_type="task")
    imported(store, space, daily, task("t1", "failed", attempt=1))
    tuesday = structs.replace(daily, file_digest="tuesday")
    imported(store, space, tuesday, task("t1", "completed", attempt=2, at=60))
    assert len(store.task_entries(space.org_id, space.id, "t1")) == 2
    imported(store, space, structs.replace(daily, file_digest="c"), task("t1", "failed", attempt=2, at=90))
    assert len(store.task_entries(space.org_id, space.id, "t1")) == 2
    assert store.task(space.org_id, space.id, "t1").status == "failed"


def test_an_import_that_stopped_before_a_later_reading_is_begun_anew(store, space):
    """It would not have the say, which it is told to have; not told so, it is refused."""
    label, old = "monday.csv", reading(file="monday", mapping="m")
    stopped = begun(store, space, old, label=label)
    rows(store, space, stopped, *seconds(1, 2))
    new = reading(file="tuesday", options="minutes", mapping="m")
    later = imported(store, space, new, *minutes(2, 3), replace=True)
    assert store.unfinished_import(space.org_id, label).batch_no == stopped.batch_no
    with pytest.raises(ImportCollisionError) as raised:
        store.begin_import(space.org_id, label, NOW, old)
    assert raised.value.batches == (later.batch_no,)
    anew = begun(store, space, old, label=label, replace=True)
    assert anew.batch_no > later.batch_no
    rows(store, space, anew, *seconds(1, 2))
    ended(store, space, anew)
    assert durations(store, space) == read_as(1, 2, by=SECONDS) | read_as(3, by=MINUTES)


def test_imports_that_say_otherwise_are_found_by_what_they_say(store, space, other_space):
    """Whatever their files are; told to, a new one replaces what they said of the calls that it names."""
    first = imported(store, space, reading(), *seconds(1, 2, 3))
    read = reading(file="f2", options="minutes")
    rivals = {first.batch_no: False}
    assert store.earlier_imports(space.org_id, "call") == [store.find_import(space.org_id, first.batch_no)]
    for said, found in (
        (minutes(2, 3, 4), {first.batch_no: 2}),
        (seconds(2, 3), {}),
        (minutes(4, 5), {}),
        ([call("c1", agent="ann")], {}),
    ):
        assert store.contradicted_imports(space.org_id, rivals, {space.id: said}) == found
    assert store.contradicted_imports(space.org_id, {}, {space.id: minutes(2)}) == {}
    assert store.contradicted_imports(space.org_id, rivals, {other_space.id: minutes(2)}) == {}
    with pytest.raises(ImportCollisionError):
        store.begin_import(space.org_id, "x", NOW, read, overlapping=[first.batch_no])
    made = store.begin_import(space.org_id, "x", NOW, read, overlapping=[first.batch_no], replace=True)
    record = store.claim_import(
        space.org_id, made.batch_no, ImportClaim(owner=owner(made.batch_no), instead_of=None)
    )
    rows(store, space, record, *minutes(2, 3, 4))
    store.finish_import(space.org_id, record.batch_no, NOW, owner(record.batch_no).nonce)
    assert durations(store, space) == read_as(1, by=SECONDS) | read_as(2, 3, 4, by=MINUTES)
    assert store.find_import(space.org_id, first.batch_no).withdrawn_at is None
    assert store.count_import_items(space.org_id, first.batch_no, beside=record.batch_no) == 1
    store.withdraw(space.org_id, record.batch_no, NOW)
    assert durations(store, space) == read_as(1, 2, 3, by=SECONDS)
    assert store.verify(deep=True).drift == 0


def test_a_call_that_two_files_of_a_mapping_tell_in_turn_is_what_both_say(store, space):
    """One file ends between the beginning of a call and its end: nothing of it is lost."""
    daily = reading(file="monday", mapping="exchange")
    imported(store, space, daily, call("c1", "ringing", agent="ann"))
    tuesday = structs.replace(daily, file_digest="tuesday")
    imported(store, space, tuesday, call("c1", "completed", at=5, duration_ms=5_000))
    both = store.call(space.org_id, space.id, "c1")
    assert (both.call_status, both.creation_time, both.agent) == ("completed", NOW, "ann")
    record = imported(store, space, daily, call("c1", "ringing", agent="ben"))
    assert record.replaced == 1
    assert store.call(space.org_id, space.id, "c1").agent == "ben"
    changed = structs.replace(tuesday, options_digest="other")
    imported(store, space, changed, call("c1", "completed", at=5, duration_ms=9_000), replace=True)
    assert store.call(space.org_id, space.id, "c1").agent is None
    assert store.verify(deep=True).drift == 0


def test_other_mappings_places_and_types_are_not_replaced(store, space, other_space):
    """An import takes back only what its own series said."""
    daily = reading(file=None, mapping="dialler")
    imported(store, space, daily, call("c1", "ringing"))
    for other in (
        structs.replace(daily, mapping="exchange"),
        structs.replace(daily, place="space summer"),
        structs.replace(daily, record_type="task"),
        structs.replace(daily, mapping=None),
    ):
        imported(store, space, other, call("c1", at=next(numbers), creation_time=NOW))
    assert len(store.call_entries(space.org_id, space.id, "c1")) == 5


def test_an_earlier_import_that_is_carried_on_does_not_take_back_the_later(store, space):
    """Order of arrival decides nothing: the later import has the last word, and the rows are counted."""
    daily = reading(file="monday", mapping="dialler")
    monday = begun(store, space, daily)
    rows(store, space, monday, *[call("c1", duration_ms=0)])
    imported(store, space, structs.replace(daily, file_digest="tuesday"), *seconds(1, 2, 3))
    receipt = rows(store, space, monday, call("c2", duration_ms=0), *seconds(3), call("c4"))
    assert (receipt.applied, receipt.duplicate, receipt.stale, receipt.rejected) == (1, 1, 1, 0)
    assert durations(store, space) == read_as(1, 2, 3, by=SECONDS) | {"c4": None}
    assert store.verify(deep=True).drift == 0


def test_a_changed_mapping_collides_once(store, space):
    """With all that were read by its other versions, until an import was told to replace them."""
    old = [
        imported(store, space, reading(file=f, mapping="m"), *seconds(number))
        for number, f in enumerate(("a", "b"), 1)
    ]
    new = reading(file="c", options="minutes", mapping="m")
    with pytest.raises(ImportCollisionError) as raised:
        store.begin_import(space.org_id, "x", NOW, new)
    assert raised.value.batches == tuple(each.batch_no for each in old)
    record = imported(store, space, new, *minutes(2, 3), replace=True)
    assert record.replaces == ()
    assert durations(store, space) == read_as(1, by=SECONDS) | read_as(2, 3, by=MINUTES)
    assert [store.count_import_items(space.org_id, each.batch_no) for each in old] == [1, 0]
    imported(store, space, structs.replace(new, file_digest="d"), *minutes(4))
    with pytest.raises(ImportCollisionError):
        store.begin_import(space.org_id, "y", NOW, reading(file="e", mapping="m"))


def over(store: Store, space: Space, read: Reading, *entries: Entry) -> ImportBatch:
    """An import as the command makes it: it looks for what its rows contradict, and replaces that."""
    every = store.earlier_imports(space.org_id, read.record_type)
    against = rivals(every, read, None, in_parts=False)
    found = store.contradicted_imports(space.org_id, against, {space.id: entries})
    made = store.begin_import(
        space.org_id, f"file {next(numbers)}", NOW, read, replace=True, overlapping=found
    )
    claim = ImportClaim(owner=owner(made.batch_no), instead_of=None)
    record = store.claim_import(space.org_id, made.batch_no, claim)
    rows(store, space, record, *entries)
    # Of those that give way in part nothing is withdrawn.
    earlier = [store.find_import(space.org_id, number) for number in record.replaces]
    whole = [each.batch_no for each in earlier if each is not None and each.withdrawn_at is not None]
    return ended(store, space, structs.replace(record, replaces=tuple(whole)))


def hours(*ids: int) -> list[Entry]:
    return [call(f"c{number}", duration_ms=number * 3_600_000) for number in ids]


HOURS = {n: n * 3_600_000 for n in range(12)}


def test_a_third_reading_stands_alone(store, acme, space):
    """It replaces the second, of its own file, which had hidden the first: that stays hidden."""
    many = tuple(range(1, 12))
    first = over(store, space, reading(file="longer"), *seconds(*many))
    before = bits(dump(store, acme.id))
    over(store, space, reading(options="minutes"), *minutes(*many[1:]))
    third = over(store, space, reading(options="hours"), *hours(*many[1:]))
    assert durations(store, space) == read_as(1, by=SECONDS) | read_as(*many[1:], by=HOURS)
    assert store.verify(deep=True).drift == 0
    store.withdraw(space.org_id, third.batch_no, NOW)
    assert bits(dump(store, acme.id)) == before
    store.withdraw(space.org_id, first.batch_no, NOW)
    assert durations(store, space) == {}


@pytest.mark.parametrize("third", ["hours", "minutes"])
def test_the_second_of_three_readings_undone_leaves_the_third(store, space, third):
    """Also where the third agrees with the second, so that nobody was asked about the first."""
    many = tuple(range(1, 12))
    made, by = {"hours": (hours, HOURS), "minutes": (minutes, MINUTES)}[third]
    first = over(store, space, reading(file="a"), *seconds(*many))
    second = over(store, space, reading(file="b", options="minutes"), *minutes(*many))
    last = over(store, space, reading(file="c", options=third), *made(*many))
    store.withdraw(space.org_id, second.batch_no, NOW)
    assert durations(store, space) == read_as(*many, by=by)
    store.withdraw(space.org_id, last.batch_no, NOW)
    assert durations(store, space) == read_as(*many, by=SECONDS)
    store.withdraw(space.org_id, first.batch_no, NOW)
    assert durations(store, space) == {}
    assert store.verify(deep=True).drift == 0


def test_a_correction_by_the_same_options_outlives_the_one_between(store, space):
    """What the first said of the same moment is corrected by the third as well."""
    wrong, right = ([call(f"c{n}", duration_ms=d + n) for n in range(12)] for d in (10, 20))
    imported(store, space, reading(file="a"), *wrong)
    second = over(store, space, reading(file="b"), *right)
    over(store, space, reading(file="c"), *right)
    store.withdraw(space.org_id, second.batch_no, NOW)
    assert durations(store, space) == {f"c{n}": 20 + n for n in range(12)}


def test_imports_that_ran_side_by_side_are_no_mixture(store, space):
    """Neither saw the other: the one begun last has the say, whichever commits first."""
    many = tuple(range(1, 12))
    for first, second in ((0, 1), (1, 0)):
        sides = (
            (begun(store, space, reading(file="a")), seconds(*many)),
            (begun(store, space, reading(file="b", options="minutes")), minutes(*many)),
        )
        for record, entries in (sides[first], sides[second]):
            rows(store, space, record, *entries)
        assert durations(store, space) == read_as(*many, by=MINUTES)
        for record, _ in sides:
            store.withdraw(space.org_id, record.batch_no, NOW)


def test_an_import_that_others_overtook_is_to_look_again(store, space, other_space):
    """When one began that reads otherwise, took rows or was undone since it looked; not for others."""
    read, label = reading(file="new"), "new.csv"

    def begin(seen: Seen) -> ImportBatch:
        return store.begin_import(space.org_id, label, NOW, read, seen=seen)

    def look() -> Seen:
        return seen_beside(store.earlier_imports(space.org_id, "call"), read, label)

    seen = look()
    imported(store, space, reading(file="alike"), *seconds(1))
    imported(store, other_space, reading(file="x", options="o", place="space summer"), *seconds(2))
    rival = begun(store, space, reading(file="rival", options="minutes"))
    for act in (
        lambda: None,
        lambda: rows(store, space, rival, *minutes(3)),
        lambda: store.withdraw(space.org_id, rival.batch_no, NOW),
    ):
        act()
        with pytest.raises(ImportsChangedError):
            begin(seen)
        seen = look()
    record = begin(seen)
    assert store.unfinished_import(space.org_id, label) == record
    assert begin(seen) == record


def test_what_adds_to_a_call_stays_beside_what_another_import_says(store, space):
    """Also of an import that contradicts it about another call, which a third hides."""
    first = imported(store, space, reading(), *seconds(1, 2))
    over(store, space, reading(file="b", options="minutes"), *minutes(1))
    adds = [*minutes(1), call("c2", "ringing", at=-1, agent="ann")]
    third = over(store, space, reading(file="c", options="other"), *adds)
    assert third.replaces == ()
    assert durations(store, space) == read_as(1, by=MINUTES) | read_as(2, by=SECONDS)
    assert store.call(space.org_id, space.id, "c2").agent == "ann"
    assert store.find_import(space.org_id, first.batch_no).withdrawn_at is None


def test_mappings_are_saved_by_name(store, acme, globex):
    """Each an organization's own, in versions; the same again is no new version."""
    first = store.save_mapping(acme.id, "dialler", "{}", NOW)
    assert (first.version, first.saved_at, first.reading) == (1, NOW, "{}")
    assert store.save_mapping(acme.id, "dialler", "{}", NOW + 1) == first
    assert store.save_mapping(acme.id, "dialler", '{"a": 1}', NOW + 2).version == 2
    store.save_mapping(acme.id, "Älter", "{}", NOW)
    assert [each.name for each in store.mappings(acme.id)] == ["dialler", "Älter"]
    assert store.find_mapping(acme.id, "dialler").reading == '{"a": 1}'
    assert store.mappings(globex.id) == []
    assert store.find_mapping(globex.id, "dialler") is None
    with pytest.raises(NotFoundError):
        store.delete_mapping(globex.id, "dialler")
    store.delete_mapping(acme.id, "dialler")
    assert store.find_mapping(acme.id, "dialler") is None
    with pytest.raises(NotFoundError):
        store.delete_mapping(acme.id, "dialler")


def test_saved_mappings_are_bounded(store, acme):
    """Names of 1 to 64 bytes; 200 of them, and a new version of the last still fits."""
    for name in ("", "ä" * 33, "a\nb"):
        with pytest.raises(InvalidInputError):
            store.save_mapping(acme.id, name, "{}", NOW)
    for number in range(MAPPINGS_MAX):
        store.save_mapping(acme.id, f"m{number}", "{}", NOW)
    with pytest.raises(InvalidInputError):
        store.save_mapping(acme.id, "ä" * 32, "{}", NOW)
    assert store.save_mapping(acme.id, "m7", "[]", NOW).version == 2


numbers = count(1)

"""One grouped statement returns what a plain loop over all rows counts, on every store."""

import pytest

from callboard.clock import DAY, HOUR, MINUTE
from callboard.errors import InvalidInputError, StoreTooSlowError
from callboard.fold.grain import QUARTER_HOUR_US, Grain
from callboard.fold.sketch import bucket
from callboard.store.budget import Budget, use_budget
from callboard.store.questions import UNKNOWN, Aggregate, CallFilter, Scan, Scope, Sum, Window
from callboard.store.sql import sums
from tests.events import call, send
from tests.stores import NOW, compact_at, make_organization, make_space

RANGE = ((NOW, NOW + 2 * DAY),)


def filled(store, acme, spaces=3, agents=4):
    """Calls of several spaces and agents, of every status, some of unknown length."""
    made = [make_space(store, acme, f"S{number}") for number in range(spaces)]
    for at, space in enumerate(made):
        events = []
        for number in range(12):
            began = NOW + number * 2 * HOUR + at * MINUTE
            status = ("completed", "missed", "failed", "queued", "completed", "in_progress")[number % 6]
            events.append(
                call(
                    f"c-{at}-{number}",
                    status,
                    at=number * 7200 + at * 60,
                    creation_time=began,
                    start_time=began + (number + 1) * 1_000_000 if number % 4 == 0 else None,
                    duration_ms=1000 * number + at if number % 3 == 0 else None,
                    agent=None if number % agents == 0 else f"agent-{number % agents}",
                )
            )
        send(store, space, *events)
    return made


def plain(store, acme, spaces, where, name):
    """The same, call by call."""
    found: dict[tuple[object, ...], tuple[list[int | None], list[int | None]]] = {}
    for space in spaces:
        for each in store.calls(Scope(acme.id, space.id), where, Window(limit=1000)):
            one = each.call
            key = {"agent": one.agent or "", "space": space.id, "call_status": one.call_status}[name]
            talk, wait = found.setdefault((key,), ([], []))
            if one.call_status == "completed":
                talk.append(one.duration_ms)
            if one.call_status != "queued" and (one.answered or one.wait_ms is not None):
                wait.append(one.wait_ms)
    return {key: both for key, both in found.items() if any(both)}


@pytest.mark.parametrize("name", ["agent", "space", "call_status"])
@pytest.mark.parametrize(
    "where", [CallFilter(), CallFilter(agent=UNKNOWN), CallFilter(call_status="completed")], ids=str
)
def test_both_distributions_of_every_group_come_in_one_pass(store, acme, name, where):
    """Counts by bucket, unknown durations, sum, minimum and maximum: as counted by a plain loop."""
    spaces = filled(store, acme)
    elsewhere = make_organization(store, "other.example")
    send(store, make_space(store, elsewhere), call("theirs", "completed", duration_ms=99_999_999))
    asked = Aggregate(spaces=tuple(space.id for space in spaces), where=where, group=(name,))
    told = store.durations(acme.id, asked, RANGE)
    expected = plain(store, acme, spaces, where, name)
    assert {group for group, _, _ in told} == set(expected)
    for group, *both in told:
        for lengths, values in zip(both, expected[group], strict=True):
            known = sorted(value for value in values if value is not None)
            assert lengths.buckets == {
                each: [bucket(v) for v in known].count(each) for each in map(bucket, known)
            }
            assert lengths.unknown == len(values) - len(known)
            assert lengths.total_ms == sum(known)
            assert lengths.min_ms == min(known, default=None)
            assert lengths.max_ms == max(known, default=None)


@pytest.mark.parametrize("of", ["talk", "wait"])
def test_a_bucket_is_the_same_calls_in_cells_and_in_rows(store, acme, of):
    """Of each bucket there is: counted from either source, and call by call."""
    spaces = filled(store, acme)
    values = [
        each.call.duration_ms if of == "talk" else each.call.wait_ms
        for space in spaces
        for each in store.calls(Scope(acme.id, space.id), CallFilter(), Window(limit=1000))
    ]
    buckets = [bucket(value) for value in values if value is not None]
    assert len(set(buckets)) > 1
    days = (NOW // DAY * 96, (NOW // DAY + 3) * 96)
    for number in set(buckets):
        aggregate = Aggregate(
            spaces=tuple(space.id for space in spaces),
            bucket=(of, number),
            sums=(Sum("items"),),
            counter="talk_times" if of == "talk" else "answer_times",
        )
        cells = Scan(aggregate=aggregate, grain=Grain.UTC_DAY, ranges=(days,))
        rows = Scan(aggregate=aggregate, ranges=RANGE)
        assert store.sums(acme.id, [cells, rows]) == [[(0, buckets.count(number))]] * 2


@pytest.mark.parametrize("merged_at", [1, 4_000], ids=["compacted", "left as deltas"])
@pytest.mark.parametrize("group", [(), ("space",), ("call_status",), ("space", "call_status")], ids=str)
@pytest.mark.parametrize("length", [1, 4, 7], ids=["quarters", "hours", "odd"])
def test_a_walk_over_cells_tells_what_a_look_for_each_pair_tells(
    store, acme, monkeypatch, merged_at, group, length
):
    """However ranges lie, side by side or with gaps; whether cells or deltas hold the calls."""
    compact_at(monkeypatch, merged_at)
    spaces = tuple(space.id for space in filled(store, acme))
    first = NOW // QUARTER_HOUR_US - 3
    ranges = tuple((at, at + length) for at in range(first, first + 120, length) if at % 5)
    aggregate = Aggregate(
        spaces=spaces, group=group, sums=(Sum("items"), Sum("talk_ms", ("completed",))), counter="calls"
    )
    scan = Scan(aggregate=aggregate, grain=Grain.QUARTER_HOUR, ranges=ranges)
    monkeypatch.setattr(sums, "MAX_LOOKUPS", 10**9)
    looked = store.sums(acme.id, [scan])[0]
    monkeypatch.setattr(sums, "MAX_LOOKUPS", 0)
    walked = store.sums(acme.id, [scan])[0]
    assert sorted(walked) == sorted(looked)
    assert len({row[: 1 + len(group)] for row in walked}) == len(walked), "a row for each range and group"
    assert sum(row[-2] for row in walked) > 0


def test_more_rows_than_a_question_may_take_are_refused_with_what_to_narrow(store, acme):
    """At the bound all are returned; with one more the report is refused, never cut short."""
    spaces = tuple(space.id for space in filled(store, acme))
    scan = Scan(aggregate=Aggregate(spaces=spaces, group=("agent",)), ranges=RANGE)
    many = len(store.sums(acme.id, [scan])[0])
    with use_budget(Budget(60, many)):
        assert len(store.sums(acme.id, [scan])[0]) == many
    with use_budget(Budget(60, many - 1)), pytest.raises(InvalidInputError, match="shorter period"):
        store.sums(acme.id, [scan])


def test_the_rows_of_one_question_count_together(store, acme):
    """Each call of the store is within the bound, both are not."""
    spaces = tuple(space.id for space in filled(store, acme))
    scan = Scan(aggregate=Aggregate(spaces=spaces, group=("agent",)), ranges=RANGE)
    many = len(store.sums(acme.id, [scan])[0])
    with use_budget(Budget(60, 2 * many - 1)):
        store.sums(acme.id, [scan])
        with pytest.raises(InvalidInputError):
            store.sums(acme.id, [scan])
    store.sums(acme.id, [scan])


def test_a_budget_that_is_used_up_asks_nothing_more(store, acme):
    """Not the cheapest question either."""
    if type(store).__name__ == "MemoryStore":
        pytest.skip("the model is not bounded in time")
    with use_budget(Budget(-1)), pytest.raises(StoreTooSlowError):
        store.count_runs(acme.id, 1)
    assert store.count_runs(acme.id, 1) == 0


ENDLESS = {
    "SqliteStore": "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n",
    "PassingPostgresStore": "SELECT pg_sleep(100000)",
}


@pytest.mark.parametrize("at_once", [True, False])
def test_a_statement_ends_with_the_budget_of_its_question(store, acme, at_once):
    """However long the store would give it by itself: this one would never end."""
    endless = ENDLESS.get(type(store).__name__)
    if endless is None:
        pytest.skip("no statement of this store is endless")
    ask = store._at_once if at_once else store._read
    with use_budget(Budget(0.3)), pytest.raises(StoreTooSlowError):
        ask(lambda db: db.select_value(endless))
    assert store.count_runs(acme.id, 1) == 0, "the connection is as it was"

"""The series report equals a plain fold over all rows, whatever is asked, with counters and without."""

from __future__ import annotations

from datetime import datetime
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callboard.clock import DAY, SECOND, micros
from callboard.errors import InvalidInputError
from callboard.query.metrics import METRICS
from callboard.query.reports.period import INTERVALS, Period, previous
from callboard.query.reports.plan import DIMENSIONS
from callboard.query.reports.query import SeriesQuery
from callboard.query.reports.scope import ReportScope, report_scope
from callboard.query.reports.series import Part, SeriesData, series
from callboard.store.questions import UNKNOWN, Scope
from callboard.store.sql import sums
from tests import events
from tests.events import send
from tests.property.lengths import examples_on
from tests.property.plain_reports import (
    ZONES,
    all_calls,
    all_tasks,
    crowded,
    crowds,
    instants,
    label,
    numbers,
    passes,
    value,
)
from tests.property.worlds import World, Worlds
from tests.stores import NOW, STORES

CALL_METRICS = tuple(metric for metric in METRICS if metric.of == "call")
WANTED: dict[str, list[Any]] = {
    "call_type": ["inbound", "outbound", UNKNOWN],
    "call_status": ["completed", "missed", "failed", "queued"],
    "end_reason": ["busy", "hangup", UNKNOWN],
    "agent": ["ann", UNKNOWN],
    "answered": [True, False],
    "answered_by": ["human", UNKNOWN],
}


@st.composite
def questions(draw: st.DrawFn, *, tasks_apart: bool = False) -> dict[str, Any]:
    """What is asked, without the scope. `tasks_apart`: tasks only by what they have."""
    begin, end = sorted(draw(st.lists(instants, min_size=2, max_size=2, unique=True)))
    interval = draw(st.sampled_from(INTERVALS))
    if interval in ("15m", "hour"):
        end = min(end, begin + 3 * DAY)
    # Tasks are not told apart by what calls are: mostly one or the other is asked for.
    metrics = st.sampled_from(draw(st.sampled_from([CALL_METRICS, CALL_METRICS, METRICS])))
    chosen = tuple(draw(st.lists(metrics, unique=True, min_size=1, max_size=5)))
    plain = tasks_apart and any(metric.of == "task" for metric in chosen)
    where_names = draw(st.lists(st.sampled_from(sorted(WANTED)), unique=True, max_size=0 if plain else 2))
    return {
        "period": Period(begin, end),
        "interval": interval,
        "zone": ZoneInfo(draw(st.sampled_from(ZONES))),
        "metrics": chosen,
        "group": tuple(
            draw(
                st.lists(
                    st.sampled_from(DIMENSIONS[: 1 if plain else None]),
                    unique=True,
                    min_size=draw(st.integers(0, 1 if plain else 2)),
                    max_size=2,
                )
            )
        ),
        "where": tuple((name, draw(st.sampled_from(WANTED[name]))) for name in where_names),
        "compare": draw(st.booleans()),
    }


def scopes(world: World) -> list[tuple[ReportScope, Scope]]:
    """Report scopes of the first tenant, and what lists call the same."""
    acme = world.organizations[0]
    spaces = world.store.spaces(acme.id)
    return [
        (report_scope(acme.id, spaces, None, all_content=False), Scope(acme.id)),
        (report_scope(acme.id, spaces, None, all_content=True), Scope(acme.id, all_content=True)),
        (
            report_scope(acme.id, spaces, world.spaces["letters"].id, all_content=False),
            Scope(acme.id, world.spaces["letters"].id),
        ),
    ]


def check(world: World, scope: ReportScope, listed: Scope, asked: dict[str, Any]) -> None:
    question = SeriesQuery(scope=scope, **asked)
    has_tasks = any(metric.of == "task" for metric in question.metrics)
    if has_tasks and (question.where or set(question.group) - {"space_token"}):
        with pytest.raises(InvalidInputError, match="tasks have no"):
            series(world.store, question)
        return
    told = series(world.store, question)
    from_rows = SeriesQuery(scope=scope, counters=False, **asked)
    assert series(world.store, from_rows) == told
    assert_plain(world, listed, question, told)


def assert_plain(world: World, listed: Scope, asked: SeriesQuery, told: SeriesData) -> None:
    """Bucket by bucket, group by group."""
    calls = [each for each in all_calls(world.store, listed) if passes(each[1], asked.where)]
    tasks = all_tasks(world.store, listed)
    names = [metric.name for metric in asked.metrics]
    now = groups_of(asked, asked.period, calls, tasks)
    before = groups_of(asked, previous(asked.period, asked.zone.key), calls, tasks) if asked.compare else {}
    expected = {*now, *before} or ({()} if not asked.group else set())
    if not asked.group:
        expected = {()}
    assert {tuple(each.group.values()) for each in told.series} == expected
    bounds = [(instant(each.start), instant(each.end)) for each in told.buckets]
    check_bounds(bounds, asked)
    for each in told.series:
        key = tuple(each.group.values())
        mine = now.get(key, ([], []))
        whole = numbers(*mine)
        assert {name: whole[name] for name in names} == each.totals
        for place, (begin, end) in enumerate(bounds):
            inside = numbers(
                [call for call in mine[0] if begin <= call.creation_time < end],
                [task for task in mine[1] if begin <= task.created < end],
            )
            assert {name: inside[name] for name in names} == {
                name: each.values[name][place] for name in names
            }
        if asked.compare:
            earlier = numbers(*before.get(key, ([], [])))
            assert isinstance(each.previous, Part)
            assert isinstance(each.difference, Part)
            assert each.previous.totals == {name: earlier[name] for name in names}
            for name in names:
                one, other = whole[name], earlier[name]
                expected_difference = None if one is None or other is None else one - other
                assert each.difference.totals[name] == expected_difference


Groups = dict[tuple[str, ...], tuple[list[Any], list[Any]]]


def groups_of(asked: SeriesQuery, period: Period, calls: list[Any], tasks: list[Any]) -> Groups:
    """The calls and tasks of a period, by group."""
    tokens = {space.id: space.token for space in asked.scope.spaces}
    of = {metric.of for metric in asked.metrics}
    found: Groups = {}
    for space_id, call in calls if "call" in of else []:
        if period.start <= call.creation_time < period.end and call.call_status != "queued":
            key = tuple(value(call, tokens[space_id], name) for name in asked.group)
            found.setdefault(key, ([], []))[0].append(call)
    for space_id, task in tasks if "task" in of else []:
        if period.start <= task.created < period.end:
            found.setdefault(tuple(tokens[space_id] for _ in asked.group), ([], []))[1].append(task)
    return found


def check_bounds(bounds: list[tuple[int, int]], asked: SeriesQuery) -> None:
    """Without a gap from start to end; a bound inside is where one civil period ends and the next begins."""
    assert bounds[0][0] == asked.period.start
    assert bounds[-1][1] == asked.period.end
    for (_, end), (begin, _) in pairwise(bounds):
        assert end == begin
        assert label(end - 1, asked.interval, asked.zone) != label(end, asked.interval, asked.zone)
    for begin, end in bounds:
        assert begin < end
        first, last = (label(at, asked.interval, asked.zone) for at in (begin, end - 1))
        assert first == last


def instant(text: str) -> int:
    return micros(datetime.fromisoformat(text))


@pytest.mark.parametrize("kind", STORES)
def test_any_series_equals_a_plain_fold_over_all_rows(worlds: Worlds, kind: str) -> None:
    """Zones of odd offsets, days of 23 and 25 hours, instants off the grid, groups, filters, comparisons; and
    the same from rows alone, and where cells are walked in place of a look for each bucket and space.
    """

    @examples_on(kind, 1)
    @given(crowds, st.lists(questions(), min_size=1, max_size=4), st.booleans())
    def holds(crowd: Any, asked: list[dict[str, Any]], walked: bool) -> None:
        calls, tasks, zones = crowd
        world = crowded(worlds.make(kind, zones), calls, tasks)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(sums, "MAX_LOOKUPS", 0 if walked else sums.MAX_LOOKUPS)
            for each in asked:
                for scope, listed in scopes(world):
                    check(world, scope, listed, each)
        worlds.end(world)

    holds()


def test_a_second_is_placed_to_the_microsecond(worlds: Worlds) -> None:
    """Half-open: what begins a bucket is in it, what ends it is not."""
    world = worlds.make("sqlite", dict.fromkeys(("spring", "summer", "letters", "hidden"), "UTC"))
    scope, _ = scopes(world)[0]
    at = NOW + 5 * SECOND
    send(world.store, world.spaces["spring"], events.call("c1", creation_time=at))
    inside = ((at, at + 1, 1), (at - 1, at, 0), (at + 1, at + 2, 0))
    # Whole hours and quarters lie between: the call is at an edge of them.
    around = ((at, at + DAY, 1), (at + 1, at + DAY, 0), (at - DAY, at, 0), (at - DAY, at + 1, 1))
    for begin, end, expected in (*inside, *around):
        question = SeriesQuery(
            scope=scope,
            period=Period(begin, end),
            interval="total",
            zone=ZoneInfo("UTC"),
            metrics=(METRICS[0],),
        )
        assert series(world.store, question).series[0].totals == {"total_calls": expected}
    worlds.end(world)

"""The durations report equals a plain sort of all rows, within what it states, with counters and without."""

from __future__ import annotations

from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callboard.clock import DAY
from callboard.model.call import Call
from callboard.query.reports import duration_sums
from callboard.query.reports.durations import Spread, durations
from callboard.query.reports.period import Period
from callboard.query.reports.plan import DIMENSIONS
from callboard.query.reports.query import Query
from callboard.store.questions import Scope
from callboard.store.sql import sums
from tests.property.lengths import examples_on
from tests.property.plain_reports import ZONES, all_calls, crowded, crowds, instants, mean, passes, value
from tests.property.test_report_series import WANTED, scopes
from tests.property.worlds import World, Worlds
from tests.stores import STORES


@st.composite
def questions(draw: st.DrawFn) -> dict[str, Any]:
    """What is asked, without the scope."""
    begin, end = sorted(draw(st.lists(instants, min_size=2, max_size=2, unique=True)))
    if draw(st.booleans()):
        begin, end = begin // DAY * DAY, end // DAY * DAY + DAY
    where_names = draw(st.lists(st.sampled_from(sorted(WANTED)), unique=True, max_size=1))
    dimensions = st.sampled_from(
        draw(st.sampled_from([DIMENSIONS, ("space_token", "call_type", "call_status")]))
    )
    return {
        "period": Period(begin, end),
        "zone": ZoneInfo(draw(st.sampled_from(ZONES))),
        "group": tuple(draw(st.lists(dimensions, unique=True, min_size=draw(st.integers(0, 2)), max_size=2))),
        "where": tuple((name, draw(st.sampled_from(WANTED[name]))) for name in where_names),
    }


def nearest_rank(values: list[int], share: int) -> int:
    """The least value that at least `share` percent do not exceed."""
    ordered = sorted(values)
    return next(
        each for each in ordered if sum(other <= each for other in values) * 100 >= share * len(values)
    )


def check_spread(told: Spread, values: list[int], unknown: int) -> None:
    assert (told.calls, told.unknown) == (len(values), unknown)
    assert told.extremes_exact
    assert sum(each.calls for each in told.histogram) == len(values)
    if not values:
        assert (told.min, told.max, told.mean, told.p50, told.p99, told.histogram) == (None,) * 5 + ([],)
        return
    assert (told.min, told.max) == (min(values) / 1000, max(values) / 1000)
    assert told.mean == mean(values)
    for share, percentile in ((50, told.p50), (90, told.p90), (95, told.p95), (99, told.p99)):
        assert percentile is not None
        true = nearest_rank(values, share)
        assert abs(Fraction(percentile) * 1000 - true) <= Fraction(true, 100) + Fraction(1, 10**6)
    for each in told.histogram:
        inside = [v for v in values if each.from_seconds * 1000 <= v < each.to_seconds * 1000]
        assert each.calls == len(inside)


def wait_of(call: Call) -> int | None:
    """Creation to answer; unknown where one of them is, or contradicts, or where both are the same word."""
    if call.start_time is None or call.start_time < call.creation_time or call.contradicting:
        return None
    if "creation_time" in call.inferred and call.start_time == call.creation_time:
        return None
    if call.start_time - call.creation_time > 7 * DAY:
        return None
    return (call.start_time - call.creation_time) // 1000


def check(world: World, scope: Any, listed: Scope, asked: dict[str, Any]) -> None:
    told = durations(world.store, Query(scope=scope, **asked))
    assert durations(world.store, Query(scope=scope, counters=False, **asked)) == told
    tokens = {space.id: space.token for space in scope.spaces}
    period = asked["period"]
    groups: dict[tuple[str, ...], list[Call]] = {}
    for space_id, call in all_calls(world.store, listed):
        if period.start <= call.creation_time < period.end and passes(call, asked["where"]):
            key = tuple(value(call, tokens[space_id], name) for name in asked["group"])
            groups.setdefault(key, []).append(call)
    seen = {tuple(each.group.values()) for each in told.durations}
    for each in told.durations:
        calls = groups.get(tuple(each.group.values()), [])
        completed = [call.duration_ms for call in calls if call.call_status == "completed"]
        known = [duration for duration in completed if duration is not None]
        check_spread(each.talk_time, known, len(completed) - len(known))
        made = [call for call in calls if call.call_status != "queued"]
        waits = [wait for call in made if (wait := wait_of(call)) is not None]
        answered = sum(value(call, "", "answered") == "true" for call in made)
        check_spread(each.time_to_answer, waits, answered - len(waits))
    for key, calls in groups.items():
        if any(call.call_status == "completed" for call in calls):
            assert key in seen


@pytest.mark.parametrize("kind", STORES)
def test_any_distribution_equals_a_plain_sort_of_all_rows(worlds: Worlds, kind: str) -> None:
    """Percentiles within one percent, everything else exactly; and the same from rows alone, also where
    spaces that are told apart are so many that rows tell all groups in one pass, and cells are walked.
    """

    @examples_on(kind, 1)
    @given(crowds, st.lists(questions(), min_size=1, max_size=4), st.booleans(), st.booleans())
    def holds(crowd: Any, asked: list[dict[str, Any]], many: bool, walked: bool) -> None:
        calls, tasks, zones = crowd
        world = crowded(worlds.make(kind, zones), calls, tasks)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(duration_sums, "MAX_LOOKUPS", 0 if many else duration_sums.MAX_LOOKUPS)
            patch.setattr(sums, "MAX_LOOKUPS", 0 if walked else sums.MAX_LOOKUPS)
            for each in asked:
                for scope, listed in scopes(world):
                    check(world, scope, listed, each)
        worlds.end(world)

    holds()

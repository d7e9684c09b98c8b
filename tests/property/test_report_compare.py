"""Under constant traffic a comparison shows nothing but the hours that only one side has."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from callboard.clock import DAY, HOUR, MINUTE, micros
from callboard.errors import InvalidInputError
from callboard.query.metrics import BY_NAME
from callboard.query.reports.compare import comparison
from callboard.query.reports.period import INTERVALS, Period, buckets, previous
from callboard.query.reports.query import SeriesQuery
from callboard.query.reports.scope import report_scope
from callboard.query.reports.series import Earlier, Part, PreviousPeriod, series
from callboard.query.reports.views import Views
from callboard.store.sqlite.store import SqliteStore
from tests import events
from tests.events import send
from tests.property.lengths import examples
from tests.stores import make_organization, make_space

ZONES = (
    "UTC",
    "America/New_York",
    "Europe/Berlin",
    "Australia/Lord_Howe",
    "Africa/Cairo",
    "America/Havana",
    "Asia/Kathmandu",
    "Pacific/Apia",
)
EVERY = 15 * MINUTE
"""A call begins so often, all the time."""
FROM = micros(datetime(2026, 1, 1, tzinfo=UTC))
UNTIL = micros(datetime(2026, 6, 1, tzinfo=UTC))
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def clock(instant: int, zone: str) -> datetime:
    """What the clock shows, with its offset."""
    return (EPOCH + timedelta(microseconds=instant)).astimezone(ZoneInfo(zone))


def midnight(day: datetime, zone: str) -> int:
    """Where a civil day begins."""
    return micros(datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(zone)))


@st.composite
def asked(draw: st.DrawFn, first: int = FROM, last: int = UNTIL) -> tuple[Period, str, int | None]:
    """A period, its zone, and now: mostly one that begins with a day, a week or a month."""
    zone = draw(st.sampled_from(ZONES))
    days = (last - first) // DAY
    day = clock(first + draw(st.integers(days // 2, days - 2)) * DAY, zone)
    kind = draw(st.sampled_from(["month", "month", "week", "day", "day", "any"]))
    if kind == "month":
        day = day.replace(day=1)
    if kind == "week":
        day -= timedelta(days=day.weekday())
    start = midnight(day, zone)
    if kind == "any":
        start += draw(st.integers(1, 95)) * EVERY
        end = start + draw(st.integers(1, 300)) * EVERY
    else:
        after = day + timedelta(days=draw(st.integers(1, 45)))
        end = midnight(after.replace(day=1) if draw(st.booleans()) else after, zone)
        end += draw(st.sampled_from([0, 0, 4 * HOUR + 36 * MINUTE + 17, 13 * HOUR, 7, 90 * MINUTE]))
    assume(start < end <= last)
    now = draw(st.sampled_from([None, None, end, (start + end) // 2 // EVERY * EVERY]))
    return Period(start, end), zone, now


@pytest.fixture(scope="module")
def steady(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A store whose calls come at even distances, months long."""
    folder: Path = tmp_path_factory.mktemp("steady")
    store = SqliteStore(str(folder / "calls.db"))
    space = make_space(store, make_organization(store), timezone="Asia/Kolkata")
    calls = [events.call(f"c{at}", creation_time=at) for at in range(FROM, UNTIL, EVERY)]
    for place in range(0, len(calls), 2_000):
        send(store, space, *calls[place : place + 2_000])
    yield store, report_scope(space.org_id, store.spaces(space.org_id), None, all_content=False), Views()
    store.close()


def compared(steady: Any, period: Period, zone: str, interval: str, now: int | None) -> Any:
    store, scope, views = steady
    question = SeriesQuery(
        scope=scope,
        period=period,
        interval=interval,
        zone=ZoneInfo(zone),
        metrics=(BY_NAME["total_calls"],),
        compare=True,
        now=now,
    )
    return series(store, question, views)


def length(bucket: Any) -> timedelta:
    return datetime.fromisoformat(bucket.end) - datetime.fromisoformat(bucket.start)


@examples(0.4)
@given(asked(), st.sampled_from(INTERVALS))
def test_under_constant_traffic_buckets_of_equal_length_do_not_differ(
    steady: Any, question: tuple[Period, str, int | None], interval: str
) -> None:
    """And all parts of both periods add up, over drawn zones, moments and periods, days of 23 and 25 hours
    among them.
    """
    period, zone, now = question
    before = previous(period, zone, now)
    assume(before.start >= FROM)
    try:
        told = compared(steady, period, zone, interval, now)
    except InvalidInputError:
        assume(False)
    [one] = told.series
    assert isinstance(told.previous, PreviousPeriod)
    assert isinstance(one.previous, Earlier)
    assert isinstance(one.difference, Part)
    values, earlier = one.values["total_calls"], one.previous.values["total_calls"]
    come = [
        (bucket, place)
        for place, bucket in enumerate(told.buckets)
        if now is None or datetime.fromisoformat(bucket.end) <= clock(now, "UTC") or now <= period.start
    ]
    for bucket, place in come:
        other = told.previous.buckets[place]
        assert (other is None) == (earlier[place] is None)
        # Buckets that a whole number of calls falls into wherever they begin.
        if (
            other is not None
            and length(bucket) == length(other)
            and not length(bucket) % timedelta(minutes=15)
        ):
            assert one.difference.values["total_calls"][place] == 0
            assert values[place] == earlier[place]
    parts = [each for each in earlier if each is not None] + [*one.previous.unmatched["total_calls"]]
    assert sum(parts) == one.previous.totals["total_calls"]
    assert not told.previous.partial


@examples(0.4)
@given(asked(), st.sampled_from(["15m", "hour"]))
def test_the_whole_differs_by_the_hours_that_only_one_side_has(
    steady: Any, question: tuple[Period, str, int | None], interval: str
) -> None:
    """Exactly by their traffic: of the hours that clocks skip or repeat, and of the days by which months
    differ.
    """
    period, zone, now = question
    before = previous(period, zone, now)
    assume(before.start >= FROM)
    try:
        told = compared(steady, period, zone, interval, now)
    except InvalidInputError:
        assume(False)
    [one] = told.series
    assert isinstance(one.previous, Earlier)
    # What stands beside nothing, on this side as far as it has come.
    alone = sum(
        value
        for value, other in zip(one.values["total_calls"], one.previous.values["total_calls"], strict=True)
        if other is None
    )
    # Of matched buckets those that are longer on one side: cut by a change of the clocks, or by now.
    uneven = sum(
        value - other
        for value, other in zip(one.values["total_calls"], one.previous.values["total_calls"], strict=True)
        if other is not None
    )
    rest = sum(one.previous.unmatched["total_calls"])
    assert isinstance(one.difference, Part)
    assert one.difference.totals["total_calls"] == alone + uneven - rest
    if now is None or now >= period.end:
        calls = (period.end - 1) // EVERY - (period.start - 1) // EVERY
        calls_before = (before.end - 1) // EVERY - (before.start - 1) // EVERY
        assert one.difference.totals["total_calls"] == calls - calls_before
        if not (period.end % EVERY or period.start % EVERY) and interval == "15m":
            # A quarter-hour that is matched is matched as a whole.
            assert uneven == 0


def _ends_a_month(period: Period, zone: str) -> bool:
    after = clock(period.end, zone)
    return after.day == 1 and midnight(after, zone) == period.end


def _is_month_so_far(period: Period, until: int, zone: str, now: int | None) -> bool:
    """Whether it ends where no day does, or now, in the month that it begins."""
    first, last = clock(period.start, zone), clock(until - 1, zone)
    is_unfinished = until == now or midnight(clock(until, zone), zone) != until
    return is_unfinished and (first.year, first.month) == (last.year, last.month)


@examples(1)
@given(asked(), st.sampled_from(["15m", "hour"]))
def test_what_stands_beside_nothing_is_what_the_other_clock_never_showed(
    question: tuple[Period, str, int | None], interval: str
) -> None:
    """Found by walking both clocks quarter-hour by quarter-hour."""
    period, zone, now = question
    until = now if now is not None and period.start < now < period.end else period.end
    before = previous(period, zone, now)
    ranges = buckets(period, interval, zone)
    found = comparison(period, ranges, interval, zone, now)
    local = clock(period.start, zone)
    if midnight(local, zone) != period.start:
        assert found.unmatched == ()
        assert all(
            each is not None for each, asked in zip(found.ranges, ranges, strict=True) if asked[0] < until
        )
        return
    in_months = local.day == 1 and (_ends_a_month(period, zone) or _is_month_so_far(period, until, zone, now))

    def label(at: int, begin: int) -> tuple[Any, ...]:
        here, there = clock(at, zone), clock(begin, zone)
        months = (here.year - there.year) * 12 + here.month - there.month
        day = (months, here.day) if in_months else ((here.date() - there.date()).days,)
        return (*day, here.hour, here.minute, here.fold)

    now_shown = {label(at, period.start) for at in range(-(-period.start // EVERY) * EVERY, until, EVERY)}
    matched = {
        label(at, before.start)
        for each in found.ranges
        if each is not None
        for at in range(-(-each[0] // EVERY) * EVERY, each[1], EVERY)
    }
    # A time that comes for the second time on both sides may be matched or not.
    assert {each for each in matched if each[-1] == 0} <= now_shown
    rest = {
        label(at, before.start)
        for begin, end in found.unmatched
        for at in range(-(-begin // EVERY) * EVERY, end, EVERY)
    }
    assert {each for each in rest if each[-1] == 0} & now_shown == set()

"""Periods and buckets where clocks change, at the edges of weeks and months, and the period before."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from callboard.clock import DAY, HOUR, micros
from callboard.errors import InvalidInputError
from callboard.query.civil import read_moment
from callboard.query.reports.period import Period, buckets, exact_iso, previous, read_period

UTC_ZONE = ZoneInfo("UTC")


def at(text: str) -> int:
    return micros(datetime.fromisoformat(text).replace(tzinfo=UTC))


def hours(period: Period, interval: str, zone: str) -> list[float]:
    """How long each bucket lasts, in hours."""
    return [(end - begin) / HOUR for begin, end in buckets(period, interval, zone)]


def test_days_have_the_hours_that_the_clocks_give_them():
    """23 in spring, 25 in autumn."""
    spring = read_period(
        read_moment("2026-03-07"), read_moment("2026-03-09"), ZoneInfo("America/New_York"), 0
    )
    assert hours(spring, "day", "America/New_York") == [24, 23, 24]
    autumn = read_period(
        read_moment("2026-10-31"), read_moment("2026-11-02"), ZoneInfo("America/New_York"), 0
    )
    assert hours(autumn, "day", "America/New_York") == [24, 25, 24]


def test_half_an_hour_that_comes_twice_is_a_bucket_of_its_own():
    """Lord Howe's clocks go back by half an hour: an hour of the old offset, half a one of the new."""
    around = Period(at("2026-04-04T14:00"), at("2026-04-04T17:30"))
    assert (
        hours(around, "hour", "Australia/Lord_Howe") == [1, 0.5, 1, 1]
        or sum(hours(around, "hour", "Australia/Lord_Howe")) == 3.5
    )
    ends = [exact_iso(end) for _, end in buckets(around, "hour", "Australia/Lord_Howe")]
    assert "2026-04-04T15:00:00Z" in ends, "the moment the clocks change is a bound"


def test_a_midnight_that_is_skipped_is_the_moment_it_is_skipped():
    """Cairo's 24 April 2026 begins at one in the morning."""
    period = read_period(read_moment("2026-04-23"), read_moment("2026-04-25"), ZoneInfo("Africa/Cairo"), 0)
    assert hours(period, "day", "Africa/Cairo") == [24, 23, 24]


def test_weeks_begin_on_monday_and_months_on_the_first():
    """In the zone; the first and the last are cut by the period."""
    period = read_period(read_moment("2026-01-30"), read_moment("2026-03-02"), UTC_ZONE, 0)
    weeks = [exact_iso(begin)[:10] for begin, _ in buckets(period, "week", "UTC")]
    assert weeks == ["2026-01-30", "2026-02-02", "2026-02-09", "2026-02-16", "2026-02-23", "2026-03-02"]
    months = [exact_iso(begin)[:10] for begin, _ in buckets(period, "month", "UTC")]
    assert months == ["2026-01-30", "2026-02-01", "2026-03-01"]


def test_bounds_off_the_grid_cut_the_first_and_the_last_bucket():
    """The bounds in the answer are exact to the microsecond."""
    period = Period(at("2026-01-01T00:07") + 1, at("2026-01-01T00:32"))
    bounds = [(exact_iso(begin), exact_iso(end)) for begin, end in buckets(period, "15m", "UTC")]
    assert bounds == [
        ("2026-01-01T00:07:00.000001Z", "2026-01-01T00:15:00Z"),
        ("2026-01-01T00:15:00Z", "2026-01-01T00:30:00Z"),
        ("2026-01-01T00:30:00Z", "2026-01-01T00:32:00Z"),
    ]


def test_left_out_it_is_thirty_civil_days_up_to_now():
    """The last one is today."""
    now = at("2026-02-10T10:00")
    period = read_period(None, None, ZoneInfo("Asia/Kolkata"), now)
    assert (exact_iso(period.start), period.end) == ("2026-01-11T18:30:00Z", now)
    assert len(buckets(period, "day", "Asia/Kolkata")) == 30


@pytest.mark.parametrize(
    ("start", "end", "zone", "expected"),
    [
        ("2026-03-01", "2026-03-31", "America/New_York", "2026-02-01"),
        ("2026-01-01", "2026-03-31", "UTC", "2025-10-01"),
        ("2026-03-09", "2026-03-15", "America/New_York", "2026-03-02"),
    ],
)
def test_the_period_before_is_as_many_civil_months_or_days(start, end, zone, expected):
    """However long they last."""
    period = read_period(read_moment(start), read_moment(end), ZoneInfo(zone), 0)
    before = previous(period, zone)
    assert before.end == period.start
    assert before.start == read_moment(expected).starts(ZoneInfo(zone))


def test_the_period_before_any_other_is_as_long():
    """To the microsecond."""
    period = Period(at("2026-01-01T00:07") + 1, at("2026-01-03T05:00"))
    before = previous(period, "UTC")
    assert (before.end, before.end - before.start) == (period.start, period.end - period.start)


def test_a_period_that_ends_before_it_begins_is_refused():
    """So is an empty one."""
    for end in ("2026-01-01T00:00:00Z", "2025-12-31T23:00:00Z"):
        with pytest.raises(InvalidInputError, match="end: must be later than start"):
            read_period(read_moment("2026-01-01T00:00:00Z"), read_moment(end), UTC_ZONE, 0)


def test_too_many_buckets_are_refused_with_what_to_narrow():
    """Before any is counted."""
    for interval, days in (("15m", 200), ("hour", 500), ("day", 20_000)):
        with pytest.raises(InvalidInputError, match="take a longer interval or a shorter period"):
            buckets(Period(at("2020-01-01"), at("2020-01-01") + days * DAY), interval, "UTC")

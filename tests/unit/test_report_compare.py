"""The previous period: as many units earlier, up to the same point, with buckets matched by wall time."""

from __future__ import annotations

from datetime import datetime
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from callboard.clock import micros
from callboard.query.reports.compare import Comparison, comparison
from callboard.query.reports.period import Period, buckets, local_iso, previous

NEW_YORK, LORD_HOWE, CAIRO, APIA = "America/New_York", "Australia/Lord_Howe", "Africa/Cairo", "Pacific/Apia"


def at(text: str, zone: str = "UTC") -> int:
    return micros(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)))


def compared(start: str, end: str, interval: str, zone: str = "UTC", now: str | None = None) -> Comparison:
    period = Period(at(start, zone), at(end, zone))
    ranges = buckets(period, interval, zone)
    return comparison(period, ranges, interval, zone, None if now is None else at(now, zone))


def local_text(instant: int, zone: str) -> str:
    return local_iso(instant, ZoneInfo(zone))[:16]


@pytest.mark.parametrize(
    ("start", "end", "now", "expected"),
    [
        # The month: whole ones, one so far, one whose end is yet to come.
        ("2026-03-01", "2026-04-01", None, ("2026-02-01T00:00", "2026-03-01T00:00")),
        ("2026-01-01", "2026-04-01", None, ("2025-10-01T00:00", "2026-01-01T00:00")),
        ("2026-04-01", "2026-04-10T04:36", None, ("2026-03-01T00:00", "2026-03-10T04:36")),
        ("2026-04-01", "2026-05-01", "2026-04-10T04:36", ("2026-03-01T00:00", "2026-03-10T04:36")),
        ("2026-03-01", "2026-05-01", "2026-04-10T04:36", ("2026-01-01T00:00", "2026-02-10T04:36")),
        ("2026-01-01", "2027-01-01", "2026-04-10T04:36", ("2025-01-01T00:00", "2025-04-10T04:36")),
        # Its first minute, and the moment when its first day is over.
        ("2026-04-01", "2026-04-01T00:00:30", None, ("2026-03-01T00:00", "2026-03-01T00:00")),
        ("2026-04-01", "2026-04-02", "2026-04-02", ("2026-03-01T00:00", "2026-03-02T00:00")),
        # A day that the month before lacks is its end.
        ("2026-03-01", "2026-03-31T10:00", None, ("2026-02-01T00:00", "2026-03-01T00:00")),
        ("2026-03-01", "2026-03-29T10:00", None, ("2026-02-01T00:00", "2026-03-01T00:00")),
        ("2026-03-01", "2026-03-28T10:00", None, ("2026-02-01T00:00", "2026-02-28T10:00")),
        ("2028-03-01", "2028-03-29T10:00", None, ("2028-02-01T00:00", "2028-02-29T10:00")),
        ("2028-02-01", "2028-02-29T10:00", None, ("2028-01-01T00:00", "2028-01-29T10:00")),
        # Days that are over are days, also where they begin a month or a week.
        ("2026-03-01", "2026-03-15", "2026-03-20", ("2026-02-15T00:00", "2026-03-01T00:00")),
        ("2026-06-01", "2026-06-08", "2026-06-20", ("2026-05-25T00:00", "2026-06-01T00:00")),
        # The week, from Monday.
        ("2026-03-09", "2026-03-16", None, ("2026-03-02T00:00", "2026-03-09T00:00")),
        ("2026-03-09", "2026-03-23", None, ("2026-02-23T00:00", "2026-03-09T00:00")),
        ("2026-03-09", "2026-03-11T10:00", None, ("2026-03-02T00:00", "2026-03-04T10:00")),
        ("2026-03-09", "2026-03-16", "2026-03-11T10:00", ("2026-03-02T00:00", "2026-03-04T10:00")),
        ("2026-03-09", "2026-03-23", "2026-03-18T10:00", ("2026-02-23T00:00", "2026-03-04T10:00")),
        # The day.
        ("2026-03-11", "2026-03-11T04:36", None, ("2026-03-10T00:00", "2026-03-10T04:36")),
        ("2026-03-11", "2026-03-12", "2026-03-11T04:36", ("2026-03-10T00:00", "2026-03-10T04:36")),
        ("2026-02-01", "2026-03-02T14:00", None, ("2026-01-02T00:00", "2026-01-31T14:00")),
        ("2026-02-10", "2026-03-12", None, ("2026-01-11T00:00", "2026-02-10T00:00")),
        # Neither whole nor unfinished: as long before; as far as it has come.
        ("2026-03-11T10:17", "2026-03-11T14:05", None, ("2026-03-11T06:29", "2026-03-11T10:17")),
        (
            "2026-03-11T10:17",
            "2026-03-11T14:05",
            "2026-03-11T12:00",
            ("2026-03-11T08:34", "2026-03-11T10:17"),
        ),
    ],
)
def test_an_unfinished_period_is_compared_with_the_same_civil_stretch_before(start, end, now, expected):
    """The unit is the month, else the week, else the day."""
    before = previous(Period(at(start), at(end)), "UTC", None if now is None else at(now))
    assert (local_text(before.start, "UTC"), local_text(before.end, "UTC")) == expected


def test_the_first_half_minute_of_a_month_is_compared_with_that_of_the_one_before():
    """To the second."""
    before = previous(Period(at("2026-04-01"), at("2026-04-01T00:00:30")), "UTC")
    assert before == Period(at("2026-03-01"), at("2026-03-01T00:00:30"))


def test_in_the_evening_of_a_day_that_is_yet_to_come_nothing_is_cut():
    """A period in the future is compared in full."""
    period = Period(at("2026-05-05"), at("2026-05-06"))
    assert previous(period, "UTC", at("2026-05-01")) == Period(at("2026-05-04"), at("2026-05-05"))


HOURS = [f"{hour:02}:00" for hour in range(24)]


def counterparts(found: Comparison, zone: str) -> list[str | None]:
    return [None if each is None else local_text(each[0], zone)[11:] for each in found.ranges]


def rest(found: Comparison, zone: str) -> list[tuple[str, str]]:
    return [(local_text(begin, zone)[5:], local_text(end, zone)[5:]) for begin, end in found.unmatched]


def test_on_a_day_of_23_hours_every_hour_is_compared_with_its_own():
    """The counterpart of the skipped hour is unmatched."""
    found = compared("2026-03-08", "2026-03-09", "hour", NEW_YORK)
    assert counterparts(found, NEW_YORK) == [hour for hour in HOURS if hour != "02:00"]
    assert rest(found, NEW_YORK) == [("03-07T02:00", "03-07T03:00")]


def test_on_a_day_of_25_hours_every_hour_is_compared_with_its_own():
    """The repeated hour has no counterpart the second time."""
    found = compared("2026-10-25", "2026-10-26", "hour", "Europe/Berlin")
    assert counterparts(found, "Europe/Berlin") == [*HOURS[:3], None, *HOURS[3:]]
    assert found.unmatched == ()


def test_after_a_day_of_25_hours_the_repeated_hour_is_reported():
    """The second of the two."""
    havana = compared("2026-11-02", "2026-11-03", "hour", "America/Havana")
    assert counterparts(havana, "America/Havana") == HOURS
    [(begin, end)] = havana.unmatched
    assert (begin, end) == (at("2026-11-01T05:00"), at("2026-11-01T06:00"))


def test_a_midnight_that_is_skipped_leaves_an_hour_without_a_counterpart():
    """On either side."""
    found = compared("2026-04-25", "2026-04-26", "hour", CAIRO)
    assert counterparts(found, CAIRO) == [None, *HOURS[1:]]
    friday = Period(at("2026-04-23T22:00"), at("2026-04-24T21:00"))
    found = comparison(friday, buckets(friday, "hour", CAIRO), "hour", CAIRO)
    assert counterparts(found, CAIRO) == HOURS[1:]
    assert rest(found, CAIRO) == [("04-23T00:00", "04-23T01:00")]
    by_day = comparison(friday, buckets(friday, "day", CAIRO), "day", CAIRO)
    assert by_day.unmatched == ()


def test_half_an_hour_that_comes_twice_has_no_counterpart():
    """Lord Howe's clocks move by half an hour."""
    found = compared("2026-04-05", "2026-04-06", "hour", LORD_HOWE)
    assert counterparts(found, LORD_HOWE) == [*HOURS[:2], None, *HOURS[2:]]


def test_a_longer_previous_month_is_reported_to_its_end():
    """February against January, of which three days are unmatched."""
    found = compared("2026-02-01", "2026-03-01", "day")
    assert None not in found.ranges
    assert [begin[:5] for begin, _ in rest(found, "UTC")] == ["01-29", "01-30", "01-31"]
    months = compared("2026-02-01", "2026-03-01", "month")
    assert (months.ranges, months.unmatched) == (((at("2026-01-01"), at("2026-02-01")),), ())


def test_a_shorter_month_before_leaves_days_without_a_counterpart():
    """The 29th to the 31st of March against February."""
    found = compared("2026-03-01", "2026-04-01", "day")
    assert found.ranges[28:] == (None, None, None)
    assert None not in found.ranges[:28]
    assert found.unmatched == ()


def test_future_buckets_have_no_counterpart():
    """The current bucket is compared with the part of its counterpart up to the same time."""
    found = compared("2026-03-11", "2026-03-12", "hour", now="2026-03-11T04:36")
    assert found.ranges[4] == (at("2026-03-10T04:00"), at("2026-03-10T04:36"))
    assert set(found.ranges[5:]) == {None}


def test_a_day_whose_counterpart_the_zone_skipped_has_no_counterpart():
    """30 December 2011 never came in Samoa."""
    found = compared("2011-12-31", "2012-01-01", "day", APIA)
    assert found == Comparison(Period(at("2011-12-30T10:00"), at("2011-12-30T10:00")), (None,), ())


@pytest.mark.parametrize("interval", ["15m", "hour", "day", "week", "month", "total"])
def test_weeks_of_a_month_are_compared_with_the_same_days(interval):
    """All parts of the period before, in order, make it up without a gap."""
    found = compared("2026-04-01", "2026-04-30T10:00", interval)
    parts = sorted(found.all_ranges)
    assert parts[0][0] == found.period.start
    assert parts[-1][1] == found.period.end
    assert all(one[1] == other[0] for one, other in pairwise(parts))


def test_no_period_begins_before_1970():
    """A period as long as the calendar is compared with nothing."""
    period = Period(0, at("9999-12-01"))
    found = comparison(period, buckets(period, "total", "UTC"), "total", "UTC")
    assert found == Comparison(Period(0, 0), (None,), ())

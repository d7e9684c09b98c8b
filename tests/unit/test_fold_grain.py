"""Buckets: a civil hour or day of a zone, named by the quarter-hour it begins with."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from callboard.clock import micros
from callboard.fold.grain import QUARTER_HOUR_US, Grain, bucket_of, day_start

ZONES = (
    "UTC",
    "Asia/Kolkata",
    "Asia/Kathmandu",
    "Pacific/Chatham",
    "America/New_York",
    "America/Havana",  # midnight happens twice in autumn
    "Africa/Cairo",  # midnight is skipped in spring
    "Australia/Lord_Howe",  # clocks move by half an hour
    "Pacific/Apia",  # skipped the whole of 30 December 2011
    "Europe/Berlin",
)
YEARS = (2011, 2024, 2026)


DAY = 96
"""quarters"""


def changes(year, zone):
    """Days before, of and after each change of the clocks in a year, and the year's first: as quarters."""
    start = micros(datetime(year, 1, 1, tzinfo=UTC)) // QUARTER_HOUR_US
    yield range(start, start + DAY)
    for day in range(start, start + 366 * DAY, DAY):
        if civil(day, zone)[2] != civil(day + DAY, zone)[2]:
            yield range(day - DAY, day + 2 * DAY)


def civil(quarter, zone):
    """(date, hour, offset) at the start of a quarter."""
    local = (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(minutes=15 * quarter)).astimezone(zone)
    return local.date(), local.hour, local.utcoffset()


@pytest.mark.parametrize("name", ZONES)
def test_a_bucket_is_named_by_its_first_quarter_and_holds_one_civil_hour_or_day(name):
    """Around every kind of change of the clocks: a name is taken once, where its hour or day begins."""
    zone = ZoneInfo(name)
    for quarters in (days for year in YEARS for days in changes(year, zone)):
        before = None
        for quarter in quarters:
            date, hour, offset = civil(quarter, zone)
            hour_bucket = bucket_of(quarter, Grain.HOUR, name)
            day_bucket = bucket_of(quarter, Grain.DAY, name)
            if before is not None:
                same_hour, same_day = before[:3] == (date, hour, offset), before[0] == date
                assert hour_bucket == (before[3] if same_hour else quarter), (name, quarter)
                assert day_bucket == (before[4] if same_day else quarter), (name, quarter)
            before = (date, hour, offset, hour_bucket, day_bucket)
            assert bucket_of(quarter, Grain.QUARTER_HOUR, name) == quarter


@pytest.mark.parametrize(
    ("zone", "day", "hours"),
    [
        ("UTC", datetime(2026, 3, 29, tzinfo=UTC), 24),
        ("Europe/Berlin", datetime(2026, 3, 29, tzinfo=UTC), 23),
        ("Europe/Berlin", datetime(2026, 10, 25, tzinfo=UTC), 25),
        ("Australia/Lord_Howe", datetime(2026, 4, 5, tzinfo=UTC), 24.5),
        ("Africa/Cairo", datetime(2026, 4, 24, tzinfo=UTC), 23),
        ("America/Havana", datetime(2026, 11, 1, tzinfo=UTC), 25),
    ],
)
def test_a_civil_day_begins_and_ends_where_its_zone_says(zone, day, hours):
    """Days of 23, 24, 24½ and 25 hours; each ends where the next begins."""
    end = day_start(day + timedelta(days=1), zone)
    assert end - day_start(day, zone) == hours * 3600 * 1_000_000
    quarter = day_start(day, zone) // QUARTER_HOUR_US
    assert bucket_of(quarter, Grain.DAY, zone) == quarter
    assert bucket_of(end // QUARTER_HOUR_US - 1, Grain.DAY, zone) == quarter

"""The grains of counters. A bucket is named by its first quarter-hour.

Quarter-hours are numbered from 1970-01-01T00:00Z. Every civil hour and day of every zone begins on one (since
1972 no zone has had an offset that is not a multiple of 15 minutes), so any civil period is a union of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from zoneinfo import ZoneInfo

from callboard.clock import EPOCH, MINUTE, Micros, micros, moment

QUARTER_HOUR_US: Micros = 15 * MINUTE


class Grain(StrEnum):
    """The length of a bucket. Hours and days are civil ones of the space's home zone, UTC days are not."""

    QUARTER_HOUR = "quarter"
    HOUR = "hour"
    DAY = "day"
    UTC_DAY = "utc_day"


QUARTER_HOURS_PER_DAY = 96
QUARTER_HOURS_PER_HOUR = 4


CACHED_BUCKETS = 20_000


@lru_cache(maxsize=CACHED_BUCKETS)
def buckets_of(quarter_hour: int, zone: str) -> Mapping[str, int]:
    """The buckets that contain a quarter-hour, by grain."""
    return {str(grain): bucket_of(quarter_hour, grain, zone) for grain in Grain}


def bucket_of(quarter_hour: int, grain: Grain, zone: str) -> int:
    """The bucket of `grain` that contains a quarter-hour, named by its first one."""
    if grain is Grain.QUARTER_HOUR:
        return quarter_hour
    if grain is Grain.UTC_DAY:
        return quarter_hour - quarter_hour % QUARTER_HOURS_PER_DAY
    offset = _constant_offset(quarter_hour // QUARTER_HOURS_PER_DAY, zone)
    if offset is not None:
        return quarter_hour - (quarter_hour + offset) % (
            QUARTER_HOURS_PER_HOUR if grain is Grain.HOUR else QUARTER_HOURS_PER_DAY
        )
    local = _civil(quarter_hour, zone)
    if grain is Grain.HOUR:
        first = quarter_hour - local.minute // 15
        # Where the clocks change by half an hour, or not on the hour, the hour begins late: the quarter-hour
        # found by arithmetic has another offset, and belongs to the previous hour.
        while _civil(first, zone).utcoffset() != local.utcoffset():
            first += 1
        return first
    # If the clocks skip midnight, the day begins when they skip it; if they repeat it, at the first one.
    midnight = datetime(local.year, local.month, local.day, tzinfo=local.tzinfo, fold=0)
    return micros(midnight.astimezone(EPOCH.tzinfo)) // QUARTER_HOUR_US


CACHED_OFFSETS = 20_000


@lru_cache(maxsize=CACHED_OFFSETS)
def _constant_offset(day: int, zone: str) -> int | None:
    """The offset of a zone from UTC, in quarter-hours, through a UTC day and the previous one; None when its
    clocks change in them. Nearly every day has one: civil hours and days then follow by arithmetic, without
    a lookup in the zone's table for every quarter-hour.
    """
    first = (day - 1) * QUARTER_HOURS_PER_DAY
    hours = range(first, first + 2 * QUARTER_HOURS_PER_DAY + 1, QUARTER_HOURS_PER_HOUR)
    offsets = {_civil(quarter_hour, zone).utcoffset() for quarter_hour in hours}
    if len(offsets) > 1:
        return None
    offset = offsets.pop()
    assert offset is not None
    quarter_hours, rest = divmod(offset, timedelta(minutes=15))
    return None if rest else quarter_hours


def _civil(quarter_hour: int, zone: str) -> datetime:
    return moment(quarter_hour * QUARTER_HOUR_US).astimezone(ZoneInfo(zone))


def day_start(day: datetime, zone: str) -> Micros:
    """The instant at which a civil day begins in a zone."""
    return micros(datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(zone)).astimezone(EPOCH.tzinfo))

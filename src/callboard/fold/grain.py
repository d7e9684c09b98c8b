"""The grains that counters are kept at. A bucket is named by the quarter-hour it begins with.

Quarters since 1970-01-01T00:00Z: every civil hour and day of every zone begins on one (no zone has had an
offset that is not a multiple of 15 minutes since 1972), so any civil period is a union of quarters.
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
    """How long a bucket lasts. Hours and days are civil ones of the space's home zone, UTC days are not."""

    QUARTER_HOUR = "quarter"
    HOUR = "hour"
    DAY = "day"
    UTC_DAY = "utc_day"


QUARTER_HOURS_PER_DAY = 96
QUARTER_HOURS_PER_HOUR = 4


CACHED_BUCKETS = 20_000


@lru_cache(maxsize=CACHED_BUCKETS)
def buckets_of(quarter: int, zone: str) -> Mapping[str, int]:
    """The buckets that a quarter lies in, by grain."""
    return {str(grain): bucket_of(quarter, grain, zone) for grain in Grain}


def bucket_of(quarter: int, grain: Grain, zone: str) -> int:
    """The bucket of `grain` that a quarter lies in, named by its first quarter."""
    if grain is Grain.QUARTER_HOUR:
        return quarter
    if grain is Grain.UTC_DAY:
        return quarter - quarter % QUARTER_HOURS_PER_DAY
    ahead = _constant_offset(quarter // QUARTER_HOURS_PER_DAY, zone)
    if ahead is not None:
        return quarter - (quarter + ahead) % (
            QUARTER_HOURS_PER_HOUR if grain is Grain.HOUR else QUARTER_HOURS_PER_DAY
        )
    local = _civil(quarter, zone)
    if grain is Grain.HOUR:
        first = quarter - local.minute // 15
        # Where the clocks move by half an hour, or at a minute past, the hour begins late: what would be its
        # first quarter was still in the hour before.
        while _civil(first, zone).utcoffset() != local.utcoffset():
            first += 1
        return first
    # A midnight that the clocks skip is the moment they skip it; of a repeated one the first counts.
    midnight = datetime(local.year, local.month, local.day, tzinfo=local.tzinfo, fold=0)
    return micros(midnight.astimezone(EPOCH.tzinfo)) // QUARTER_HOUR_US


CACHED_OFFSETS = 20_000


@lru_cache(maxsize=CACHED_OFFSETS)
def _constant_offset(day: int, zone: str) -> int | None:
    """By how many quarters a zone is ahead of UTC through a UTC day and the one before; none when its clocks
    move in them. Nearly all days are such, and their hours and days then begin where arithmetic says.
    """
    first = (day - 1) * QUARTER_HOURS_PER_DAY
    hours = range(first, first + 2 * QUARTER_HOURS_PER_DAY + 1, QUARTER_HOURS_PER_HOUR)
    offsets = {_civil(quarter, zone).utcoffset() for quarter in hours}
    if len(offsets) > 1:
        return None
    ahead = offsets.pop()
    assert ahead is not None
    quarters, rest = divmod(ahead, timedelta(minutes=15))
    return None if rest else quarters


def _civil(quarter: int, zone: str) -> datetime:
    return moment(quarter * QUARTER_HOUR_US).astimezone(ZoneInfo(zone))


def day_start(day: datetime, zone: str) -> Micros:
    """The instant at which a civil day begins in a zone."""
    return micros(datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(zone)).astimezone(EPOCH.tzinfo))

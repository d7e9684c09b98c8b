"""Convert instants to wall times of a zone and back, also at clock changes and skipped days.

`datetime` holds the years 1 to 9999. Within a day of either end the wall time of a zone may lie outside; it
is given in UTC there, so that no instant in a request can raise OverflowError.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from callboard.clock import EPOCH, Micros, micros, moment

MICROSECOND = timedelta(microseconds=1)
FIRST: Micros = -62_135_596_800_000_000
"""0001-01-01T00:00:00Z."""
LATEST: Micros = 253_402_300_799_999_999
"""The last microsecond of the year 9999."""


def local_time(instant: Micros, zone: ZoneInfo) -> datetime:
    """An instant as a local time of the zone, with its offset."""
    at = moment(min(max(instant, FIRST), LATEST))
    try:
        return at.astimezone(zone)
    except (OverflowError, ValueError):
        return at


def wall_clock_time(instant: Micros, zone: str) -> datetime:
    """The wall time of the zone at an instant: date and time without an offset."""
    return local_time(instant, ZoneInfo(zone)).replace(tzinfo=None, fold=0)


def is_repeated(instant: Micros, zone: str) -> bool:
    """Whether the wall time at this instant occurs for the second time, because clocks were set back."""
    return local_time(instant, ZoneInfo(zone)).fold == 1


def latest_wall_clock(instant: Micros, zone: str) -> datetime:
    """The exclusive upper end of the wall times shown before an instant.

    During a repeated hour that is the time from which the clocks were set back: later than the wall time at
    the instant.
    """
    last = instant - 1
    if is_repeated(last, zone):
        last = _change(last, zone) - 1
    return wall_clock_time(last, zone) + MICROSECOND


def first_instant(wall_time: datetime, zone: str) -> Micros:
    """The first instant with this wall time; for a skipped one the instant of the clock change."""
    found = _instant(wall_time, zone)
    # A skipped wall time does not survive the way there and back.
    if wall_clock_time(found, zone) == wall_time:
        return found
    return _change(found, zone)


def first_passed(wall_time: datetime, zone: str) -> Micros:
    """The first instant by which all wall times before this one have been shown or skipped.

    It differs from `first_instant` only where clocks are set back from exactly this time: it is the
    instant of the change there, and `first_instant` comes after the repeated hour.
    """
    last = wall_time - MICROSECOND
    found = _instant(last, zone)
    return found + 1 if wall_clock_time(found, zone) == last else _change(found, zone)


def _instant(wall_time: datetime, zone: str) -> Micros:
    """The first instant with this wall time (PEP 495, fold=0); a skipped one by the offset before it."""
    return micros(wall_time.replace(tzinfo=ZoneInfo(zone), fold=0).astimezone(EPOCH.tzinfo))


CACHED_CHANGES = 10_000
"""Cached results of `_change`: a report by the hour asks for the same few clock changes many times."""


@lru_cache(maxsize=CACHED_CHANGES)
def _change(instant: Micros, zone: str) -> Micros:
    """The instant of the clock change that led to the offset at `instant`, within two days before it.

    A binary search, because zoneinfo does not expose its transitions. It assumes one change in the two days.
    """
    after = local_time(instant, ZoneInfo(zone)).utcoffset()
    low, high = instant - 2 * 86_400_000_000, instant
    while high - low > 1:
        middle = (low + high) // 2
        if local_time(middle, ZoneInfo(zone)).utcoffset() == after:
            high = middle
        else:
            low = middle
    return high

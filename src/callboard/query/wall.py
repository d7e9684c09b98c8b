"""The clock on the wall of a zone, and back: where clocks jump, days are skipped, and the calendar ends.

`datetime` holds the years 1 to 9999. Within a day of either end a zone's own time may lie outside; there the
time is told in UTC, so that no instant a question can name makes an error of ours.
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
    """An instant by the zone's clock, with its offset."""
    at = moment(min(max(instant, FIRST), LATEST))
    try:
        return at.astimezone(zone)
    except (OverflowError, ValueError):
        return at


def wall_time(instant: Micros, zone: str) -> datetime:
    """What the zone's clock shows at an instant: a date and a time, without an offset."""
    return local_time(instant, ZoneInfo(zone)).replace(tzinfo=None, fold=0)


def is_repeated(instant: Micros, zone: str) -> bool:
    """Whether the clock shows this time for the second time, because it was put back."""
    return local_time(instant, ZoneInfo(zone)).fold == 1


def highest_shown(instant: Micros, zone: str) -> datetime:
    """The end of all that the clock has shown before an instant: where it was put back, and shows times for
    the second time, the time that it was put back from.
    """
    last = instant - 1
    if is_repeated(last, zone):
        last = _change(last, zone) - 1
    return wall_time(last, zone) + MICROSECOND


def first_shown(wall: datetime, zone: str) -> Micros:
    """The instant at which the clock first shows a time, or jumps over it."""
    found = _instant(wall, zone)
    if wall_time(found, zone) == wall:
        return found
    return _change(found, zone)


def first_passed(wall: datetime, zone: str) -> Micros:
    """The instant at which the clock has shown, or jumped over, all times before this one. Where it is put
    back from this time that is the moment of it: `first_shown` is an hour later there.
    """
    last = wall - MICROSECOND
    found = _instant(last, zone)
    return found + 1 if wall_time(found, zone) == last else _change(found, zone)


def _instant(wall: datetime, zone: str) -> Micros:
    """The first instant with this wall time; a skipped one as if the clock had not jumped yet."""
    return micros(wall.replace(tzinfo=ZoneInfo(zone), fold=0).astimezone(EPOCH.tzinfo))


CHANGES = 10_000
"""Changes of clocks that are remembered: a report by the hour looks the same few up again and again."""


@lru_cache(maxsize=CHANGES)
def _change(instant: Micros, zone: str) -> Micros:
    """The change of the offset by which an instant after it shows what it shows: within two days before."""
    after = local_time(instant, ZoneInfo(zone)).utcoffset()
    low, high = instant - 2 * 86_400_000_000, instant
    while high - low > 1:
        middle = (low + high) // 2
        if local_time(middle, ZoneInfo(zone)).utcoffset() == after:
            high = middle
        else:
            low = middle
    return high

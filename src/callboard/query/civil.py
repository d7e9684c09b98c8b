"""Read times in query parameters: instants, wall times of a zone, and whole civil days.

A civil day lasts from its first instant in a zone to the first instant of the next day: 23 or 25 hours where
clocks change. A wall time that occurs twice means its first instant; a skipped one is read with the offset
from before the change. Starts and ends are read alike, so that adjacent periods neither overlap nor leave a
gap.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from functools import cache, lru_cache
from importlib import resources
from zoneinfo import ZoneInfo

from msgspec import Struct

from callboard.clock import DAY, Micros, micros

_DATE = re.compile(r"(\d{4})-(\d{2})-(\d{2})", re.ASCII)
_PLATFORM = re.compile(r"(\d{2})-(\d{2})-(\d{4}) (\d{2}):(\d{2}):(\d{2})", re.ASCII)
_ISO = re.compile(
    r"(\d{4}-\d{2}-\d{2})[Tt ](\d{2}:\d{2}(?::\d{2})?)(?:[.,](\d{1,9}))?\s*([Zz]|[+\- ]\d{2}:?\d{2})?",
    re.ASCII,
)
_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - arithmetic on wall times, offset applied by hand
_LAST_DAY = date.max


class Moment(Struct, frozen=True):
    """A time as written in a parameter: an instant, or a wall time or whole day in the zone of `timezone`.

    Exactly one of the fields is set.
    """

    instant: Micros | None = None
    wall_time: datetime | None = None
    day: date | None = None

    def starts(self, zone: ZoneInfo) -> Micros:
        """The instant as a start: of a day, its first instant."""
        if self.instant is not None:
            return self.instant
        if self.wall_time is not None:
            return _at(self.wall_time, zone)
        assert self.day is not None
        return _at(datetime.combine(self.day, time()), zone)

    def ends(self, zone: ZoneInfo) -> Micros:
        """The instant as an exclusive end: of a day, the first instant after it, so the day is included."""
        if self.day is None:
            return self.starts(zone)
        # 9999-12-31: `datetime` has no next day.
        if self.day == _LAST_DAY:
            return self.starts(zone) + DAY
        return Moment(day=self.day + timedelta(days=1)).starts(zone)


def read_moment(text: str) -> Moment:
    """Read `2026-02-07`, `2026-02-07T05:57:45[.250][Z|+05:30]` or the platform's `07-02-2026 05:57:45`.

    Raises `ValueError` with a message for the caller.
    """
    try:
        if _DATE.fullmatch(text):
            return Moment(day=date.fromisoformat(text))
        if found := _PLATFORM.fullmatch(text):
            day, month, year, hour, minute, second = map(int, found.groups())
            return Moment(wall_time=datetime(year, month, day, hour, minute, second))  # noqa: DTZ001 - a wall time
        if found := _ISO.fullmatch(text):
            return _read_iso(*found.groups())
    except ValueError as error:
        raise ValueError(f"there is no such time ({error})") from None
    raise ValueError("not a time; write 2026-02-07, 2026-02-07T05:57:45Z, …+05:30 or 07-02-2026 05:57:45")


def _read_iso(day: str, clock: str, fraction: str | None, offset: str | None) -> Moment:
    wall_time = datetime.fromisoformat(f"{day}T{clock}").replace(
        microsecond=int((fraction or "0")[:6].ljust(6, "0"))
    )
    if offset is None:
        return Moment(wall_time=wall_time)
    since = (wall_time - _EPOCH) // timedelta(microseconds=1)
    if offset in "Zz":
        return Moment(instant=since)
    # In a query string an unescaped plus sign is decoded as a space.
    sign = -1 if offset[0] == "-" else 1
    digits = offset[1:].replace(":", "")
    hours, minutes = int(digits[:2]), int(digits[2:])
    if hours > 23 or minutes > 59:
        raise ValueError("an offset is at most 23:59")
    return Moment(instant=since - sign * (hours * 60 + minutes) * 60_000_000)


def _at(wall_time: datetime, zone: ZoneInfo) -> Micros:
    try:
        return micros(wall_time.replace(tzinfo=zone))
    except OverflowError:  # the offset would lead out of the years 1 to 9999
        return micros(wall_time.replace(tzinfo=UTC))


ZONES = 1_024


@lru_cache(maxsize=ZONES)
def read_zone(text: str) -> ZoneInfo:
    """The IANA zone of that name. Raises `ValueError` when there is none."""
    # Looked up in the list first: ZoneInfo would open any file under its search path for a name.
    if text not in _zones():
        raise ValueError("not the name of a time zone; write an IANA name such as Asia/Kolkata or UTC")
    return ZoneInfo(text)


@cache
def zone_names() -> tuple[str, ...]:
    """The names of all zones: those of the `tzdata` package, so that they are the same on every machine."""
    listed = resources.files("tzdata").joinpath("zones").read_text("ascii")
    return tuple(sorted(listed.split()))


@cache
def _zones() -> frozenset[str]:
    return frozenset(zone_names())

"""Read times in every form that platforms write them."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from decimal import Decimal
from typing import Any, Final
from zoneinfo import ZoneInfo

from callboard.clock import EPOCH, Micros
from callboard.ingest.instants import EARLIEST, YEAR_9999
from callboard.ingest.rejected import shown
from callboard.ingest.sources.platforms.delivery import Unfit
from callboard.ingest.sources.platforms.reading.values import text
from callboard.ingest.sources.values.nulls import is_no_time

_RFC_2822 = re.compile(
    r"(?:[A-Za-z]{3,9},\s*)?(\d{1,2})[ -]([A-Za-z]{3})[ -](\d{4})\s+"
    r"(\d\d):(\d\d):(\d\d)\s*([+-]\d{4}|[A-Z]{1,4})?"
)
_MONTHS: Final = {
    month: place
    for place, month in enumerate(
        ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"), start=1
    )
}
_OF_SCRIPTS = re.compile(
    r"(?:[A-Za-z]{3} )?([A-Za-z]{3}) (\d\d) (\d{4}) (\d\d):(\d\d):(\d\d) GMT([+-]\d{4})(?: \(.*\))?"
)
"""As JavaScript writes a time, with or without the names of day and zone."""
_NUMBER = re.compile(r"[+-]?\d{1,20}(\.\d{1,20})?")
_SPELLED_UTC = re.compile(r"\s+(UTC|GMT)$")
_ISO = re.compile(r"\d{4}-?\d\d-?\d\d[T ]\d\d.*", re.DOTALL)
_UNITS: Final = ((10**10, 1_000_000), (10**13, 1_000), (10**16, 1), (10**19, Decimal("0.001")))
"""A Unix time below the first number is in units of so many microseconds: s, ms, µs, ns. Until 2286."""
_LONGEST: Final = 64
NO_TIMES: Final = ("0", "0000-00-00 00:00:00", "-1")


def moment(value: Any, field: str, zone: str = "UTC") -> Micros | None:
    """The instant of a time; None where there is none, for 0, and for the first day of a calendar that
    languages write for no time.

    Reads ISO 8601, RFC 2822, what JavaScript writes, and Unix time in s, ms, µs or ns, also as a text.
    `zone`: of times that say none; of a local time that clocks make ambiguous, the earlier instant. Raises
    `Unfit` for anything else, also for times before 2000, which come from clocks that were never set, and
    from 9999 on, behind which a length leads out of the calendar.
    """
    word = text(value)
    if word is None and value is not None and not isinstance(value, str):
        raise Unfit("bad_time", f"{field}: {shown(value)} is not a time")
    if word is None or word in NO_TIMES:
        return None
    try:
        at = _read(word, zone) if len(word) <= _LONGEST else None
    except (ValueError, OverflowError):
        at = None
    if at is None or not EARLIEST <= at < YEAR_9999:
        if is_no_time(word):
            return None
        raise Unfit("bad_time", f"{field}: {shown(value)} is not a time")
    return at


def names_no_zone(value: str) -> bool:
    """Whether a time that can be read says nothing of its zone, as `2026-03-02 09:30:00`."""
    word = text(value)
    if word is None or word in NO_TIMES or len(word) > _LONGEST or _NUMBER.fullmatch(word):
        return False
    if _ISO.fullmatch(word):
        try:
            return datetime.fromisoformat(_SPELLED_UTC.sub("Z", word)).tzinfo is None
        except ValueError:
            return False
    found = _RFC_2822.fullmatch(word)
    return found is not None and found[7] is None


def _read(word: str, zone: str) -> Micros | None:
    if _NUMBER.fullmatch(word):
        return _unix(Decimal(word))
    if _ISO.fullmatch(word):
        return _instant(datetime.fromisoformat(_SPELLED_UTC.sub("Z", word)), zone)
    if (found := _RFC_2822.fullmatch(word)) is not None:
        day, month, year, hour, minute, second, offset = found.groups()
    elif (found := _OF_SCRIPTS.fullmatch(word)) is not None:
        month, day, year, hour, minute, second, offset = found.groups()
    else:
        return None
    local = datetime(  # noqa: DTZ001 - the zone follows
        int(year), _MONTHS.get(month.lower(), 0), int(day),
        int(hour), int(minute), int(second),
    )  # fmt: skip
    return _instant(local.replace(tzinfo=_offset(offset)), zone)


def _unix(number: Decimal) -> Micros | None:
    if number < 0:
        return None
    unit = next((unit for below, unit in _UNITS if number < below), None)
    return None if unit is None else int(number * unit)


def _instant(local: datetime, zone: str) -> Micros:
    at = local.replace(tzinfo=ZoneInfo(zone)) if local.tzinfo is None else local
    since = at - EPOCH
    return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds


def _offset(written: str | None) -> tzinfo | None:
    if written is None:
        return None
    if written in ("GMT", "UTC", "UT", "Z"):
        return UTC
    if written[0] not in "+-":
        raise ValueError(written)
    minutes = int(written[1:3]) * 60 + int(written[3:])
    return timezone(timedelta(minutes=-minutes if written[0] == "-" else minutes))

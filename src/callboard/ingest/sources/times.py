"""Read times of files in any format. Local times need a zone; those that clock changes affect are counted."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta, tzinfo
from decimal import Decimal, InvalidOperation
from typing import Any
from zoneinfo import ZoneInfo

from callboard.clock import EPOCH
from callboard.ingest.sources.records import ImportOptionError, RowError

UNIX_UNITS = {"unix": 1_000_000, "unix_ms": 1_000, "unix_us": 1}
"""Values of `--time-format` beside strptime formats: Unix time in some unit → microseconds per unit."""
# A %z that is not part of an escaped percent sign (%%z).
_OFFSET_IN_FORMAT = re.compile(r"(?<!%)(?:%%)*%:?z")
_LONGEST = 64


class NoZoneError(ImportOptionError):
    """A time has no offset, and no time zone was given."""

    code = "no_zone"


class TimeReader:
    """Reads the times of one import.

    When clocks are set back, local times in the repeated hour are ambiguous: the earlier instant is taken.
    When they are set forward, local times in the skipped hour are impossible: they are read with the offset
    from before the change, which moves them forward by the length of the gap. Both are counted.
    """

    def __init__(self, formats: tuple[str, ...] = (), timezone: str | None = None) -> None:
        """Raises `ImportOptionError` for a zone that does not exist."""
        self.formats = formats
        self.zone = _zone(timezone) if timezone else None
        self.ambiguous = 0
        self.impossible = 0

    def read(self, value: Any) -> str:
        """The instant as ISO 8601 in UTC. Raises `RowError`, and `NoZoneError` when a zone is needed."""
        try:
            moment = self._moment(value)
            placed = moment if moment.tzinfo else self._in_zone(moment, value)
            return placed.astimezone(UTC).isoformat()
        except (OverflowError, OSError):  # outside the years 1 to 9999 once converted to UTC
            raise RowError("time_out_of_range", f"{_shown(value)} is no time of this world") from None

    def _moment(self, value: Any) -> datetime:
        if isinstance(value, datetime):
            return value
        if isinstance(value, date):
            return datetime(value.year, value.month, value.day)  # noqa: DTZ001 - the zone follows
        if isinstance(value, bool) or not isinstance(value, str | int | float | Decimal):
            raise RowError("invalid_time", f"{_shown(value)} is not a time")
        text = str(value)
        if len(text) > _LONGEST:
            raise RowError("invalid_time", f"{_shown(value)} is not a time")
        for form in self.formats:
            found = from_unix(text, form) if form in UNIX_UNITS else from_format(text, form)
            if found is not None:
                return found
        if not self.formats and (found := from_iso(text)) is not None:
            return found
        expected = " or ".join(self.formats) or "ISO 8601; --time-format tells another format"
        raise RowError("invalid_time", f"{_shown(value)} is not a time as {expected}")

    def _in_zone(self, local: datetime, value: Any) -> datetime:
        if self.zone is None:
            raise NoZoneError(
                f"{_shown(value)} says no offset: is it local time, and where? "
                "Say so with --timezone, as in --timezone Europe/Berlin (or --timezone UTC)"
            )
        kind = local_kind(local, self.zone)
        self.ambiguous += kind == "ambiguous"
        self.impossible += kind == "impossible"
        # PEP 495: fold=0 is the first of two equal times, and in a gap the offset from before it.
        return local.replace(tzinfo=self.zone, fold=0)


def local_kind(local: datetime, zone: tzinfo) -> str:
    """`plain`, `ambiguous` (occurs twice) or `impossible` (is skipped)."""
    # PEP 495: the offsets by fold differ only near a clock change; fold=0 has the offset from before it. The
    # offset falls where clocks are set back.
    first = local.replace(tzinfo=zone, fold=0).utcoffset() or timedelta()
    second = local.replace(tzinfo=zone, fold=1).utcoffset() or timedelta()
    if first == second:
        return "plain"
    return "ambiguous" if first > second else "impossible"


def from_iso(text: str) -> datetime | None:
    """An ISO 8601 time; None for other texts, and for a bare number or a week date.

    `fromisoformat` would read both: 20260207 as a date, 2026-W06-6 as a day of a week.
    """
    if text.isdecimal() or "W" in text:
        return None
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def from_format(text: str, form: str) -> datetime | None:
    """A time in a strptime format; None if it does not fit."""
    try:
        return datetime.strptime(text, form)  # noqa: DTZ007 - the zone follows when the format has none
    except ValueError:
        return None


def from_unix(text: str, form: str) -> datetime | None:
    """A Unix time, exact to the microsecond; None if the text is no number."""
    try:
        # Decimal, because a float of this size loses microseconds. The bound: int() of 1e999999 would build a
        # number of a million digits.
        count = Decimal(text)
        if not count.is_finite() or abs(count) > 10**18:
            return None
        return EPOCH + timedelta(microseconds=int(count * UNIX_UNITS[form]))
    except InvalidOperation:
        return None


def checked_formats(formats: tuple[str, ...]) -> tuple[str, ...]:
    """The formats, checked. Raises `ImportOptionError` for one that strptime does not know."""
    for form in formats:
        if form in UNIX_UNITS:
            continue
        if "%" not in form:
            known = ", ".join(UNIX_UNITS)
            raise ImportOptionError(f"--time-format: {form!r} is no strptime format and none of {known}")
        try:
            datetime.strptime("", form)  # noqa: DTZ007 - only whether strptime knows the format
        except ValueError as error:
            # An empty text fits almost no format; only these messages are about the format itself.
            if "bad directive" in str(error) or "stray %" in str(error):
                raise ImportOptionError(f"--time-format: {error}") from None
    return formats


def has_offset(form: str) -> bool:
    """Whether times of this format need no zone: Unix time, or a format with an offset."""
    return form in UNIX_UNITS or bool(_OFFSET_IN_FORMAT.search(form))


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (OSError, ValueError, KeyError):  # ZoneInfoNotFoundError is a KeyError
        raise ImportOptionError(
            f"--timezone: {name!r} is no IANA zone, as Europe/Berlin or Asia/Kolkata are"
        ) from None


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"

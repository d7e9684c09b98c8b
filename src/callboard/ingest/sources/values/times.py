"""Read times of files in any format. Local times need a zone; those that clock changes affect are counted."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from callboard.clock import EPOCH
from callboard.ingest.sources.files.records import ImportOptionError, RowError
from callboard.ingest.sources.values.formats import Reader, reader_of_format, says_offset
from callboard.ingest.sources.values.zones import WORD, ZoneWord, fixed_zone, folds_called, zone_of_word

UNIX_UNITS = {"unix": 1_000_000, "unix_ms": 1_000, "unix_us": 1}
"""Values of `--time-format` beside strptime formats: Unix time in some unit → microseconds per unit."""
ISO = "iso"
"""The value of `--time-format` for ISO 8601, beside others; without any it is ISO 8601."""
SERIAL = "excel"
"""The value of `--time-format` for days since 30 December 1899, as spreadsheets keep a time."""
SERIAL_1904 = "excel1904"
"""The value of `--time-format` for days since 1 January 1904, as some workbooks keep a time."""
_SERIAL = re.compile(r"(\d{1,7})(?:[.,](\d{1,20}))?")
SERIAL_EPOCHS = {
    SERIAL: datetime(1899, 12, 30),  # noqa: DTZ001 - local time, whose zone follows
    SERIAL_1904: datetime(1904, 1, 1),  # noqa: DTZ001
}
"""Format → day 0."""
_DAY_MS = 86_400_000
_ISO_AND_ZONE = re.compile(
    r"(\d{4}-\d\d-\d\d[ T]\d\d:\d\d(?::\d\d(?:[.,]\d{1,9})?)?)"
    rf"(?:\s+([+-]\d\d(?::?\d\d)?|Z)|\s*({WORD}))"
)
_ANNOTATED = re.compile(
    r"(?P<time>\d{4}-\d\d-\d\d[T ][\d:.,]+)(?P<offset>Z|[+-]\d\d(?::?\d\d)?)?\[!?(?P<zone>[\w/+-]+)\]"
)
"""As Java's ZonedDateTime and RFC 9557 write it."""
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
        self._readers = [reader_of(form) for form in formats]
        self._first = self._readers[0] if formats else from_iso
        self.zone = _zone(timezone) if timezone else None
        self.ambiguous = 0
        self.impossible = 0

    def read(self, value: Any) -> str:
        """The instant as ISO 8601 in UTC. Raises `RowError`, and `NoZoneError` when a zone is needed."""
        try:
            # Nearly every cell is a text that fits the first format.
            found = self._first(value) if value.__class__ is str and len(value) <= _LONGEST else None
            moment = self._moment(value) if found is None else found
            zone = moment.tzinfo
            if zone is UTC:
                return moment.isoformat()
            if zone is None:
                moment = self._in_zone(moment, value)
            elif isinstance(zone, ZoneWord):
                moment = self._in_zone_of_word(moment.replace(tzinfo=None), zone, value)
            return moment.astimezone(UTC).isoformat()
        except (OverflowError, OSError):  # outside the years 1 to 9999 once converted to UTC
            raise RowError("time_out_of_range", f"{_shown(value)} is no time of this world") from None

    def written(self, text: str) -> datetime | None:
        """The time as it is written, in the zone that it says itself; None if it is none."""
        try:
            return self._moment(text)
        except RowError:
            return None

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
        for read in self._readers:
            found = read(text)
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
        return self._placed(local, self.zone)

    def _in_zone_of_word(self, local: datetime, said: ZoneWord, value: Any) -> datetime:
        if said.zone is not None:
            return self._placed(local, self._meant(local, said.zone, said, value))
        if self.zone is None:
            raise NoZoneError(
                f"{_shown(value)}: {said.word} is the word of several zones. Say which with --timezone, "
                "as in --timezone America/Chicago"
            )
        folds = folds_called(local, self.zone, said.word)
        if not folds:
            raise RowError("invalid_time", f"{_shown(value)}: in {self.zone.key} this is never {said.word}")
        if len(folds) > 1:
            return self._placed(local, self.zone)
        return local.replace(tzinfo=self.zone, fold=folds[0])

    def _meant(self, local: datetime, zone: ZoneInfo, said: ZoneWord, value: Any) -> ZoneInfo:
        """The zone that a word means at a moment: the one given, where that tells."""
        offsets = (zone.utcoffset(local), said.winter)
        if said.winter is None or offsets[0] == offsets[1]:
            return zone
        if self.zone is not None and self.zone.utcoffset(local) in offsets:
            return self.zone
        fixed = fixed_zone(said.winter)
        raise RowError(
            "invalid_time",
            f"{_shown(value)}: by clocks of that summer, or of winter? Say --timezone {zone.key}, or {fixed}",
        )

    def _placed(self, local: datetime, zone: ZoneInfo) -> datetime:
        # PEP 495: the offsets by fold differ only near a clock change. That of fold=0 is of the first of two
        # equal times, and in a gap the one from before it. The offset falls where clocks are set back.
        first = zone.utcoffset(local.replace(fold=0)) or timedelta()
        second = zone.utcoffset(local.replace(fold=1)) or timedelta()
        self.ambiguous += first > second
        self.impossible += first < second
        return (local - first).replace(tzinfo=UTC, fold=0)


def from_iso(text: str) -> datetime | None:
    """An ISO 8601 time, also with a zone word behind it (`2026-02-07 23:30:00 UTC`). None for other texts,
    and for a bare number or a week date.

    `fromisoformat` would read both: 20260207 as a date, 2026-W06-6 as a day of a week.
    """
    if text.isdecimal() or "W" in text[:6]:
        return None
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return _with_zone_word(text)


def _with_zone_word(text: str) -> datetime | None:
    if text.endswith("]"):
        return _annotated(text)
    found = _ISO_AND_ZONE.fullmatch(text)
    if found is None:
        return None
    try:
        if found[2]:
            return datetime.fromisoformat(found[1] + found[2])
        zone = zone_of_word(found[3])
        return datetime.fromisoformat(found[1]).replace(tzinfo=zone) if zone else None
    except ValueError:
        return None


def _annotated(text: str) -> datetime | None:
    """A time with its zone in square brackets behind it; an offset before those counts."""
    found = _ANNOTATED.fullmatch(text)
    zone = zone_of_word(found["zone"]) if found and not found["offset"] else None
    if found is None or (zone is None and not found["offset"]):
        return None
    try:
        moment = datetime.fromisoformat(found["time"] + (found["offset"] or ""))
    except ValueError:
        return None
    return moment if found["offset"] else moment.replace(tzinfo=zone)


def from_format(text: str, form: str) -> datetime | None:
    """A time in a format of `--time-format`; "" is ISO 8601. None if it does not fit. For one text: a
    `TimeReader` has its formats ready.
    """
    return reader_of(form)(text)


def reader_of(form: str) -> Reader:
    """A function from a text to its time by a format as of `from_format`."""
    if form in UNIX_UNITS:
        return partial(from_unix, form=form)
    if form in SERIAL_EPOCHS:
        return partial(from_serial, form=form)
    return reader_of_format(form) if form and form != ISO else from_iso


def from_unix(text: str, form: str) -> datetime | None:
    """A Unix time, exact to the microsecond; None if the text is no number, or the time is after the
    year 9999.
    """
    try:
        # Decimal, because a float of this size loses microseconds. The bound: int() of 1e999999 would build a
        # number of a million digits.
        count = Decimal(text)
        if not count.is_finite() or abs(count) > 10**18:
            return None
        return EPOCH + timedelta(microseconds=int(count * UNIX_UNITS[form]))
    except (InvalidOperation, OverflowError):
        return None


def from_serial(text: str, form: str = SERIAL) -> datetime | None:
    """The time of a spreadsheet's number of days, to the millisecond, which is as exact as those are; None if
    the text is no such number.
    """
    found = _SERIAL.fullmatch(text.strip())
    if found is None:
        return None
    try:
        part = round(Decimal(f"0.{found[2] or 0}") * _DAY_MS)
        return SERIAL_EPOCHS[form] + timedelta(days=int(found[1]), milliseconds=part)
    except OverflowError:
        return None


def checked_formats(formats: tuple[str, ...]) -> tuple[str, ...]:
    """The formats, checked. Raises `ImportOptionError` for one that strptime does not know."""
    for form in formats:
        if form in UNIX_UNITS or form in SERIAL_EPOCHS or form == ISO:
            continue
        if "%" not in form:
            known = ", ".join((*UNIX_UNITS, *SERIAL_EPOCHS, ISO))
            raise ImportOptionError(f"--time-format: {form!r} is no strptime format and none of {known}")
        try:
            datetime.strptime("", form)  # noqa: DTZ007 - only whether strptime knows the format
        except ValueError as error:
            # An empty text fits almost no format; only these messages are about the format itself.
            if "bad directive" in str(error) or "stray %" in str(error):
                raise ImportOptionError(f"--time-format: {error}") from None
        except re.error:
            raise ImportOptionError(f"--time-format: {form!r} says something twice") from None
    return formats


def has_offset(form: str) -> bool:
    """Whether times of this format need no zone: Unix time, or a format that says an offset."""
    return form in UNIX_UNITS or says_offset(form)


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

"""The readers of an import's fields: each time field by its own formats and zone, lengths by their unit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from callboard.ingest.sources.fields import Kind, Reader, kind_of, reader_of
from callboard.ingest.sources.files.records import ImportOptionError
from callboard.ingest.sources.mapping.options import MapOptions, of_field
from callboard.ingest.sources.mapping.phones import PhoneReader
from callboard.ingest.sources.mapping.templates import ABSENT
from callboard.ingest.sources.values.lengths import LengthReader
from callboard.ingest.sources.values.nulls import is_no_instant, is_no_time
from callboard.ingest.sources.values.times import TimeReader, checked_formats

_MAY_NEVER_COME: Final = frozenset({"start_time", "end_time", "scheduled_at"})
"""Times for which systems write zero when they did not come. When a call was made is not among them: without
it the call would be of the moment of the import, so that a zero there rejects the row."""
_MAY_BE_NO_TIME: Final = ("0", "1970-01-01", "1899-12-3", "1900-01-01")
"""How texts begin that are written for a time that never came, and can be read as one."""


class FieldReaders:
    """The reader of each field of one import."""

    def __init__(self, options: MapOptions, fields: Mapping[str, Kind]) -> None:
        """Raises `ImportOptionError` for formats and zones that do not exist or have no field."""
        self._options = options
        self._fields = fields
        self._phones = PhoneReader()
        self._formats = _by_field(options.time_format, "--time-format", fields)
        for formats in self._formats.values():
            checked_formats(tuple(formats))
        self._zones = _by_field(options.timezone, "--timezone", fields)
        for target, zones in self._zones.items():
            if len(zones) > 1:
                of = f" for {target}" if target else ""
                raise ImportOptionError(f"--timezone{of} is given twice: {' and '.join(zones)}")
        self._times: dict[tuple[tuple[str, ...], str | None], TimeReader] = {}
        for target in {None, *self._zones}:
            self._time_reader(target)  # a wrong zone is an error even where no field is read by it

    def reader(self, target: str) -> Reader:
        """The function that converts cells to values of a field; `ABSENT` for a time that never came."""
        kind = kind_of(target, self._fields)
        lengths = LengthReader(self._options.duration_unit, self._options.decimal)
        read = reader_of(kind, self._time_reader(target), lengths, self._phones)
        return _without_zero(read) if target in _MAY_NEVER_COME else read

    def has_nulls(self, target: str) -> bool:
        """Whether a cell of a usual word for "none" is an empty cell of this field."""
        return kind_of(target, self._fields) in ("time", "duration", "whole")

    @property
    def ambiguous(self) -> int:
        """Local times so far that occur twice when clocks are set back."""
        return sum(each.ambiguous for each in self._times.values())

    @property
    def impossible(self) -> int:
        """Local times so far that are skipped when clocks are set forward."""
        return sum(each.impossible for each in self._times.values())

    @property
    def lost_numbers(self) -> int:
        """Telephone numbers so far of which digits are gone."""
        return self._phones.lost

    def start_over(self) -> None:
        """Forget what was counted."""
        self._phones.lost = 0
        for each in self._times.values():
            each.ambiguous = each.impossible = 0

    def _time_reader(self, target: str | None) -> TimeReader:
        own_formats, general = self._formats.get(target), self._formats.get(None, [])
        formats = tuple(general if own_formats is None else own_formats)
        zones = self._zones.get(target) or self._zones.get(None)
        zone = zones[0] if zones else None
        return self._times.setdefault((formats, zone), TimeReader(formats, zone))


def _without_zero(read: Reader) -> Reader:
    def read_unless_zero(value: Any) -> Any:
        if isinstance(value, str):
            if value.startswith(_MAY_BE_NO_TIME) and is_no_time(value):
                return ABSENT
        elif isinstance(value, int | float) and value == 0:
            return ABSENT
        found = read(value)
        return ABSENT if is_no_instant(found) else found

    return read_unless_zero


def _by_field(texts: tuple[str, ...], option: str, fields: Mapping[str, Kind]) -> dict[str | None, list[str]]:
    found: dict[str | None, list[str]] = {}
    for text in texts:
        target, value = of_field(text, fields)
        if target is not None and kind_of(target, fields) != "time":
            raise ImportOptionError(f"{option}: {target} is no time")
        found.setdefault(target, []).append(value.strip() if target else value)
    return found

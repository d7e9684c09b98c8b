"""The rows of a table of calls that a platform exports, each translated as a call of its list API."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any, Final

from callboard.clock import exact
from callboard.ingest.rejected import shown
from callboard.ingest.sources.files.records import ImportOptionError, Record, RowError
from callboard.ingest.sources.platform_files.table import NEVER_CLOSED, is_never_closed
from callboard.ingest.sources.platform_files.translator import Translator
from callboard.ingest.sources.platforms.delivery import Unfit
from callboard.ingest.sources.platforms.reading.exports import Export, squeezed
from callboard.ingest.sources.platforms.reading.moments import moment, names_no_zone
from callboard.ingest.sources.platforms.reading.tables import Cut

NO_ZONE: Final = "names no zone: say it by --timezone"
_FLAGS: Final = {"true": True, "false": False}
_GUARDED: Final = ("'=", "'+", "'-", "'@")
"""How cells begin that a spreadsheet shall not take for formulas."""


class ExportRows:
    """Rows of one table of calls."""

    def __init__(self, translator: Translator, export: Export, name: str, zone: str | None) -> None:
        """`name`: of the file, for errors. `zone`: of times that name none; None where nobody said it."""
        self._translator = translator
        self._export = export
        self._name = name
        self._zone = zone
        self._header: tuple[str, ...] = ()
        self._fields: list[str | None] = []

    @property
    def shown(self) -> list[str]:
        """The headings."""
        return list(self._header)

    def begin(self, rows: Sequence[Sequence[str]]) -> None:
        """Learn the columns from the first rows. Raises `ImportOptionError` for a table that is not the
        platform's, and for times without a zone that nobody named.
        """
        self._header = tuple(each.strip() for each in rows[0]) if rows else ()
        known = self._export.by_heading()
        self._fields = [known.get(squeezed(each)) for each in self._header]
        lacking = [each for each in self._export.needed if each not in self._fields]
        if lacking:
            raise ImportOptionError(self._lacks(lacking))
        for each in known.values():
            if self._fields.count(each) > 1:
                heading = self._export.heading(each)
                raise ImportOptionError(f"{self._name} has the column {heading!r} more than once.")
        for cells in rows[1:]:
            for field, cell in zip(self._fields, cells, strict=False):
                if self._lacks_zone(field, cell):
                    raise ImportOptionError(f"{self._name}: the time {shown(cell.strip())} {NO_ZONE}.")

    def _lacks(self, lacking: list[str]) -> str:
        export, title = self._export, self._translator.platform.title
        lacks = ", ".join(map(export.heading, lacking))
        expected = ", ".join(map(export.heading, export.needed))
        return (
            f"{self._name} is no table of calls of {title}: it has no column {lacks}. "
            f"Expected are {expected}. --guess reads other tables."
        )

    def is_header(self, cut: Cut) -> bool:
        """Whether a row is the header, which stands again where files were put together."""
        return not cut.is_broken and tuple(each.strip() for each in cut.cells) == self._header

    def records(self, line: int, cut: Cut) -> Iterator[Record]:
        """What a row says."""
        if is_never_closed(cut):
            yield Record(line, {}, cut.cells, RowError("invalid_value", NEVER_CLOSED))
            return
        cells = list(cut.cells)
        while len(cells) > len(self._fields) and not cells[-1].strip():
            del cells[-1]
        if len(cells) != len(self._fields):
            message = f"{len(cells)} cells, and the header has {len(self._fields)}"
            yield Record(line, {}, cut.cells, RowError("invalid_value", message))
            return
        try:
            call = self._call(cells)
        except Unfit as fault:
            yield Record(line, {}, cut.cells, RowError("invalid_time", str(fault)))
            return
        body = json.dumps(call, ensure_ascii=False).encode("utf-8", "surrogateescape")
        body = body.decode("utf-8", "replace").encode()
        yield from self._translator.records(line, body, cut.cells)

    def _call(self, cells: Sequence[str]) -> dict[str, Any]:
        """The object that a row stands for. Raises `Unfit` for a time without a zone that nobody named."""
        call: dict[str, Any] = {}
        for field, cell in zip(self._fields, cells, strict=True):
            word = cell.strip()
            if field is None or not word:
                continue
            *path, name = field.split(".")
            inside = call
            for each in path:
                inside = inside.setdefault(each, {})
            inside[name] = self._value(field, word)
        return call

    def _value(self, field: str, word: str) -> Any:
        if field in self._export.flags:
            return _FLAGS.get(word.lower(), word)
        if self._lacks_zone(field, word):
            raise Unfit("bad_time", f"{self._export.heading(field)}: {shown(word)} {NO_ZONE}")
        if field in self._export.times and names_no_zone(word):
            zone = "UTC" if field in self._export.in_utc else self._zone or "UTC"
            return exact(moment(word, field, zone))
        return word[1:] if word.startswith(_GUARDED) else word

    def _lacks_zone(self, field: str | None, cell: str) -> bool:
        is_open = field in self._export.times and field not in self._export.in_utc
        return is_open and self._zone is None and names_no_zone(cell)

"""The rows of one file as they are written: whole ones, each once."""

from __future__ import annotations

import time
from collections import deque
from typing import Final, NamedTuple

from msgspec import structs

from callboard.ingest.sources.files.records import ImportOptionError
from callboard.ingest.sources.platform_files.rows import FIRST_ROWS, TableRows
from callboard.ingest.sources.platform_files.translator import Translator
from callboard.ingest.sources.platforms.reading.tables import Cut, cut_row, separator_of
from callboard.ingest.sources.watching.places import MARK_BYTES, Place
from callboard.ingest.sources.watching.sources import Source

READ_BYTES: Final = 1 << 20
"""Read at once; a row that fills them has a quote that is never closed, or no end."""
ROWS_MAX: Final = 2_000
"""Rows of one commit."""


class Row(NamedTuple):
    """A whole row."""

    line: int
    size: int
    """In bytes."""
    cut: Cut


class Followed:
    """One file, from a place on. What `rows` gives is given again until `place` is behind it."""

    def __init__(self, source: Source, place: Place, translator: Translator) -> None:
        self.source = source
        self.place = place
        self.table = TableRows(translator)
        self._by_line = translator.platform.rows_are_lines
        self.read_to = place.offset
        """The end of what was ever read, of which the last row may not be whole."""
        self._seen_to = place.offset
        self.grew_at = time.monotonic()
        self._is_begun = False
        self._separator = ","
        self._checked: tuple[int | None, int] | None = None

    def rows(self, *, is_end: bool = False) -> list[Row]:
        """The next whole rows. `is_end`: nothing is written any more, and the rest is a row, too.

        Raises `ImportOptionError` once, for a table that is none of the platform.
        """
        data = self.source.read(self.place.offset, READ_BYTES)
        self._seen_to = self.place.offset + len(data)
        is_full = len(data) == READ_BYTES
        pieces = _lines(data, is_end=is_end and not is_full)
        if is_full and not pieces:
            pieces = [data]
        self._begin()
        found: list[Row] = []
        number, lines = self.place.line, deque(map(_text, pieces))
        while lines and len(found) < ROWS_MAX:
            cut = cut_row(lines, self._separator, is_end=is_end and not is_full, by_line=self._by_line)
            if cut is None and is_full and not found:
                cut = Cut([lines[0]], 1, is_broken=True)
            if cut is None:
                break
            at = number - self.place.line
            found.append(Row(number + 1, sum(map(len, pieces[at : at + cut.lines])), cut))
            number += cut.lines
            for _ in range(cut.lines):
                lines.popleft()
        return found

    def _begin(self) -> None:
        """Learn the columns from the first rows of the file, once one is whole."""
        if self._is_begun:
            return
        lines = deque(map(_text, _lines(self.source.read(0, READ_BYTES), is_end=False)))
        rows: list[list[str]] = []
        if lines:
            self._separator = next(filter(None, map(separator_of, lines)), self._separator)
        while lines and len(rows) < FIRST_ROWS:
            cut = cut_row(lines, self._separator, is_end=False, by_line=self._by_line)
            if cut is None:
                break
            for _ in range(cut.lines):
                lines.popleft()
            if any(map(str.strip, cut.cells)) and not cut.is_broken:
                rows.append(cut.cells)
        if rows:
            self._is_begun = True
            self.table.begin(rows)
            if self.table.needs_earlier_rows(rows):
                raise ImportOptionError(
                    "Rows of this table are read beside earlier ones, and are not followed: import the file."
                )

    def place_behind(self, rows: list[Row]) -> Place:
        """The place behind some rows."""
        offset = self.place.offset + sum(row.size for row in rows)
        head, tail = self.source.marks(offset, MARK_BYTES)
        return structs.replace(
            self.place,
            offset=offset,
            line=self.place.line + sum(row.cut.lines for row in rows),
            head=head,
            tail=tail,
            modified_ns=self.source.modified_ns,
        )

    def was_cut(self) -> bool:
        """Whether bytes that were read are gone: the file was emptied, and maybe written anew. If not, what
        `rows` has read counts as seen.
        """
        size = self.source.size
        if size is None:
            return False
        if size < self.read_to:
            return True
        changed = (size, self.source.modified_ns)
        if changed != self._checked and not self.source.is_at(self.place):
            return True
        self._checked = changed
        if self._seen_to > self.read_to:
            self.read_to, self.grew_at = self._seen_to, time.monotonic()
        return False

    @property
    def unread(self) -> int:
        """Bytes that were seen behind the place, and are in no whole row."""
        return self.read_to - self.place.offset


def _lines(data: bytes, *, is_end: bool) -> list[bytes]:
    """The lines of some bytes; `is_end`: what stands behind the last line end is a line, too."""
    *whole, rest = data.split(b"\n")
    return [each + b"\n" for each in whole] + ([rest] if rest and is_end else [])


def _text(line: bytes) -> str:
    return line.decode("utf-8", "surrogateescape").removeprefix("\ufeff")

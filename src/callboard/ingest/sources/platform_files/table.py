"""The rows of a delimited text as a platform writes it: with a header, or in a known layout without one."""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Final, NamedTuple

from callboard.ingest.sources.files.layouts import layout_of
from callboard.ingest.sources.files.lines import MAX_LINE_CHARACTERS
from callboard.ingest.sources.files.records import ImportOptionError
from callboard.ingest.sources.platforms.reading.tables import SEPARATORS, heading_of

MAX_LINES_OF_ROW: Final = 100
"""Most lines of one row, whose cells may hold line breaks in quotes. Where a quote is never closed, the line
is a row that cannot be read, and the next begins another."""


NEVER_CLOSED: Final = "a quote in the row is never closed"


class Cut(NamedTuple):
    """A row, cut from the lines in front."""

    cells: list[str]
    """Of a row that cannot be read its one line."""
    lines: int
    is_broken: bool = False


def cut_row(lines: Sequence[str], separator: str, *, is_end: bool) -> Cut | None:
    """The first row of some lines; None where it may go on behind them. `is_end`: nothing comes behind them.

    Lines have their line ends.
    """
    given = 0

    def some() -> Iterator[str]:
        nonlocal given
        for line in islice(lines, MAX_LINES_OF_ROW):
            given += 1
            yield line
        given += 1  # another one was asked for: a quote is open

    try:
        cells = next(csv.reader(some(), delimiter=separator), [])
    except csv.Error:
        return Cut([lines[0]], 1, is_broken=True)
    if given <= min(len(lines), MAX_LINES_OF_ROW):
        return Cut(cells, given)
    if len(lines) < MAX_LINES_OF_ROW and not is_end:
        return None
    return Cut([lines[0]], 1, is_broken=True)


def is_never_closed(cut: Cut) -> bool:
    """Whether a row cannot be read, because a quote in it is never closed."""
    return cut.is_broken or len(cut.cells[0]) >= MAX_LINE_CHARACTERS


def separator_of(line: str) -> str:
    """The separator of a table, by its first line."""
    return max(SEPARATORS, key=line.count)


class Columns:
    """The names of the columns of a table: of its header, or of the layouts of its widths."""

    def __init__(self, named: tuple[str, ...], title: str) -> None:
        """`named`: columns of which a table of the platform has at least one; `title`: of the platform."""
        self._named = frozenset(named)
        self._title = title
        self._of_width: dict[int, tuple[str, ...]] = {}
        self.header: tuple[str, ...] | None = None

    def learn(self, rows: Sequence[Sequence[str]]) -> None:
        """Learn from the first rows. Raises `ImportOptionError` for a table that is none of the platform."""
        heading = tuple(heading_of(rows[0])) if rows else ()
        if self._named & set(heading):
            self.header = heading
            return
        by_width: dict[int, list[Sequence[str]]] = defaultdict(list)
        for row in rows:
            by_width[len(row)].append(row)
        for alike in by_width.values():
            self._learn(alike)
        if not self._of_width and rows:
            raise ImportOptionError(
                f"This is no table of {self._title}: it has no header with "
                f"{' or '.join(sorted(self._named)) or 'known names'}, nor a known layout without one."
            )

    def _learn(self, rows: Sequence[Sequence[str]]) -> tuple[str, ...] | None:
        found = layout_of(rows)
        if found is None or not self._named & set(found.columns):
            return None
        self._of_width[len(rows[0])] = found.columns
        return found.columns

    def is_header(self, cells: Sequence[str]) -> bool:
        """Whether a row is the header, which stands again between rows where files were put together."""
        return self.header is not None and tuple(heading_of(cells)) == self.header

    def of(self, cells: Sequence[str]) -> tuple[str, ...] | None:
        """The names for a row; None where its width has no known layout."""
        if self.header is not None:
            return self.header
        return self._of_width.get(len(cells)) or self._learn([cells])

    @property
    def shown(self) -> list[str]:
        """The columns of the widest rows."""
        widest = self._of_width[max(self._of_width)] if self._of_width else ()
        return list(self.header or widest)


def body_of(*rows: Sequence[str]) -> bytes:
    """A table of its own, of a header and rows, as platforms' translations take it."""
    text = io.StringIO()
    # Quoted all: a reader takes a bare carriage return for the end of a line.
    csv.writer(text, lineterminator="\n", quoting=csv.QUOTE_ALL).writerows(rows)
    return text.getvalue().encode("utf-8", "surrogateescape")

"""The rows of a delimited text as a platform writes it: with a header, or in a known layout without one."""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from collections.abc import Sequence
from typing import Final

from callboard.ingest.sources.files.layouts import layout_of
from callboard.ingest.sources.files.lines import MAX_LINE_CHARACTERS
from callboard.ingest.sources.files.records import ImportOptionError
from callboard.ingest.sources.platforms.reading.tables import Cut, heading_of

NEVER_CLOSED: Final = "a quote in the row is never closed"


def is_never_closed(cut: Cut) -> bool:
    """Whether a row cannot be read, because a quote in it is never closed."""
    return cut.is_broken or len(cut.cells[0]) >= MAX_LINE_CHARACTERS


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
        found = layout_of(rows, self._named)
        if found is None:
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

"""Read the rows of a delimited text: with a header, or in one of the known layouts without."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter, defaultdict, deque
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Final, NamedTuple

from callboard.ingest.sources.files.layouts import layout_of
from callboard.ingest.sources.platforms.delivery import Unfit
from callboard.ingest.sources.platforms.reading.bodies import VALUES_MAX

SEPARATORS: Final = ("\t", ",", ";", "|")
Row = dict[str, str]


def table_rows(body: bytes, *named: str, by_line: bool = False) -> list[Row | None]:
    """The rows of a delimited text, column → cell; None for a row that has not the cells of its header.

    `named`: columns of which a header has at least one; names are read in lower case, with `_` for spaces.
    Without a header the rows of each width must have a known layout. `by_line`: see `cut_row`. Raises `Unfit`
    where there is neither.
    """
    cells = _cells(body.decode("utf-8-sig", "replace"), by_line=by_line)
    heading = heading_of(cells[0] or [])
    if set(named) & set(heading):
        return [_row(heading, row) for row in cells[1:]]
    by_width: dict[int, list[list[str]]] = defaultdict(list)
    for row in cells:
        if row is not None:
            by_width[len(row)].append(row)
    layouts = {width: layout_of(rows, named) for width, rows in by_width.items()}
    if not any(layouts.values()):
        raise Unfit("unreadable", f"No header with {' or '.join(named)}, and no known layout without one.")
    return [
        _row(found.columns, row) if row is not None and (found := layouts[len(row)]) else None
        for row in cells
    ]


def heading_of(cells: Sequence[str]) -> list[str]:
    """The names of columns by the cells of a header."""
    return [re.sub(r"\W+", "_", cell.strip().lower()).strip("_") for cell in cells]


def told(row: Row | None) -> Row:
    """The row. Raises `Unfit` for one that could not be read."""
    if row is None:
        raise Unfit("unreadable", "The row has not as many cells as its header, or no known layout.")
    return row


def _row(columns: list[str] | tuple[str, ...], cells: list[str] | None) -> Row | None:
    if cells is None:
        return None
    if len(cells) > len(columns) and not any(cells[len(columns) :]):
        del cells[len(columns) :]
    return dict(zip(columns, cells, strict=True)) if len(cells) == len(columns) else None


def _usual_width(lines: Iterable[str], separator: str) -> int:
    """The width that most rows of one line have, and among equals the largest."""
    cuts = (cut_row([line], separator, is_end=True) for line in lines)
    widths = Counter(len(cut.cells) for cut in cuts if cut is not None and not cut.is_broken)
    return max(widths, key=lambda width: (widths[width], width), default=0)


def separator_of(line: str) -> str | None:
    """The separator of a table, by its first line that has one; None for a line without."""
    found = max(SEPARATORS, key=line.count)
    return found if found in line else None


def _cells(text: str, *, by_line: bool) -> list[list[str] | None]:
    """The cells of each row that has any; None for a row that cannot be read."""
    lines = deque(io.StringIO(text, newline=""))
    separator = next(filter(None, map(separator_of, lines)), SEPARATORS[0])
    width = _usual_width(lines, separator)
    found: list[list[str] | None] = []
    count = 0
    while lines:
        cut = cut_row(lines, separator, is_end=True, by_line=by_line)
        assert cut is not None, "no line comes behind these"
        if cut.lines > 1 and len(cut.cells) != width:
            cut = Cut([lines[0]], 1, is_broken=True)  # cut off in a quote, which another row closed
        for _ in range(cut.lines):
            lines.popleft()
        count += len(cut.cells)
        if count > VALUES_MAX:
            raise Unfit("unreadable", f"The table has more than {VALUES_MAX:,} cells.")
        if any(map(str.strip, cut.cells)):
            found.append(None if cut.is_broken else cut.cells)
    if not found:
        raise Unfit("unreadable", "The body is empty.")
    return found


MAX_LINES_OF_ROW: Final = 100
"""Most lines of one row, whose cells may hold line breaks in quotes. Where a quote is never closed, the line
is a row that cannot be read, and the next begins another."""


class Cut(NamedTuple):
    """A row, cut from the lines in front."""

    cells: list[str]
    """Of a row that cannot be read its one line."""
    lines: int
    is_broken: bool = False


def cut_row(lines: Sequence[str], separator: str, *, is_end: bool, by_line: bool = False) -> Cut | None:
    """The first row of some lines; None where it may go on behind them. `is_end`: nothing comes behind them.
    `by_line`: a row is a line, but for one that has a line break in a cell. So a line that was torn, with its
    quote left open, is a row that cannot be read, and the lines behind it are rows of their own.

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
    is_whole = given <= min(len(lines), MAX_LINES_OF_ROW)
    if by_line and _is_torn(list(islice(lines, given)), cells, separator, is_whole=is_whole):
        return Cut([lines[0]], 1, is_broken=True)
    if is_whole:
        return Cut(cells, given)
    if len(lines) < MAX_LINES_OF_ROW and not is_end:
        return None
    return Cut([lines[0]], 1, is_broken=True)


def _is_torn(lines: list[str], cells: Sequence[str], separator: str, *, is_whole: bool) -> bool:
    """Whether the first of some lines was torn, where a quote of another row closed its own: a line behind it
    is a row of its own, or what they come to is not written as a row is.

    In one line, where the next row stands behind what was torn, a separator lies beside a quote in a cell
    then. A name in quotes that are not doubled, as some write it, is in order.
    """
    # What goes on in a quote ends one that it does not begin.
    if any(line.count('"') % 2 == 0 and len(_strictly([line], separator)) > 1 for line in lines[1:]):
        return True
    beside = (f'"{separator}', f'{separator}"')
    is_odd = len(lines) > 1 or any(each in cell for cell in cells for each in beside)
    return is_whole and is_odd and not _strictly(lines, separator)


def _strictly(lines: list[str], separator: str) -> list[str]:
    """The cells of a row that is written as the format wants it; none of any other."""
    try:
        return next(csv.reader(lines, delimiter=separator, strict=True), [])
    except csv.Error:
        return []

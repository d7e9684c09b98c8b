"""Read the rows of a delimited text: with a header, or in one of the known layouts without."""

from __future__ import annotations

import csv
import io
import re
from collections import defaultdict
from collections.abc import Sequence
from typing import Final

from callboard.ingest.sources.files.layouts import layout_of
from callboard.ingest.sources.platforms.delivery import Unfit
from callboard.ingest.sources.platforms.reading.bodies import VALUES_MAX

SEPARATORS: Final = ("\t", ",", ";", "|")
Row = dict[str, str]


def table_rows(body: bytes, *named: str) -> list[Row | None]:
    """The rows of a delimited text, column → cell; None for a row that has not the cells of its header.

    `named`: columns of which a header has at least one; names are read in lower case, with `_` for spaces.
    Without a header the rows of each width must have a known layout. Raises `Unfit` where there is neither.
    """
    cells = _cells(body.decode("utf-8-sig", "replace"))
    heading = heading_of(cells[0])
    if set(named) & set(heading):
        return [_row(heading, row) for row in cells[1:]]
    by_width: dict[int, list[list[str]]] = defaultdict(list)
    for row in cells:
        by_width[len(row)].append(row)
    layouts = {width: layout_of(rows) for width, rows in by_width.items()}
    if not any(layouts.values()):
        raise Unfit("unreadable", f"No header with {' or '.join(named)}, and no known layout without one.")
    return [_row(found.columns, row) if (found := layouts[len(row)]) else None for row in cells]


def heading_of(cells: Sequence[str]) -> list[str]:
    """The names of columns by the cells of a header."""
    return [re.sub(r"\W+", "_", cell.strip().lower()).strip("_") for cell in cells]


def told(row: Row | None) -> Row:
    """The row. Raises `Unfit` for one that could not be read."""
    if row is None:
        raise Unfit("unreadable", "The row has not as many cells as its header, or no known layout.")
    return row


def _row(columns: list[str] | tuple[str, ...], cells: list[str]) -> Row | None:
    if len(cells) > len(columns) and not any(cells[len(columns) :]):
        del cells[len(columns) :]
    return dict(zip(columns, cells, strict=True)) if len(cells) == len(columns) else None


def _cells(text: str) -> list[list[str]]:
    first = text.lstrip().partition("\n")[0]
    separator = max(SEPARATORS, key=first.count)
    found, count = [], 0
    try:
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=separator):
            count += len(row)
            if count > VALUES_MAX:
                raise Unfit("unreadable", f"The table has more than {VALUES_MAX:,} cells.")
            if any(map(str.strip, row)):
                found.append(row)
    except csv.Error as fault:
        raise Unfit("unreadable", f"The table cannot be read: {fault}.") from None
    if not found:
        raise Unfit("unreadable", "The body is empty.")
    return found

r"""Dumps of tables, by MySQL's SELECT INTO OUTFILE and PostgreSQL's COPY: tabs, `\N`, no quotes."""

from __future__ import annotations

import re

_CELL = re.compile(r"(?:[^\t\\]|\\.)*", re.DOTALL)
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_MEANS = {"t": "\t", "n": "\n", "r": "\r", "b": "\b", "0": "\0", "Z": "\x1a", "f": "\f", "v": "\v"}
_QUOTED_CELL = re.compile(r'(?:^|\t)"((?:[^"\t]|"")*+)"(?=\t|\r?$)', re.MULTILINE)
_OPEN_LINE = re.compile(r"(?<!\\)\r?\n")
_NULL_CELL = re.compile(r"(?:^|\t)\\N(?=\t|\r?$)", re.MULTILINE)


def is_dump(text: str) -> bool:
    r"""Whether the beginning of a file is of a dump: a cell between tabs is `\\N`, and no cell has the quotes
    of CSV, inside which quotes are doubled and lines end.
    """
    if "\t" not in text or _NULL_CELL.search(text) is None:
        return False
    return not any('""' in each[1] or _OPEN_LINE.search(each[1]) for each in _QUOTED_CELL.finditer(text))


def is_continued(line: str) -> bool:
    """Whether the line end is escaped and belongs to a cell."""
    bare = line.rstrip("\r\n")
    return bare != line and (len(bare) - len(bare.rstrip("\\"))) % 2 == 1


def dump_cells(line: str) -> list[str]:
    """The cells of a line of a dump. A null is an empty cell."""
    bare = line.rstrip("\r\n")
    if "\\" not in bare:
        return bare.split("\t")
    cells = []
    place = 0
    while True:
        found = _CELL.match(bare, place)
        end = found.end() if found else len(bare)
        cells.append(_unescaped(bare[place:end]))
        if end >= len(bare):
            return cells
        # A single backslash at the very end escapes nothing.
        place = end + 1


def _unescaped(cell: str) -> str:
    if cell == "\\N":
        return ""
    return _ESCAPE.sub(lambda found: _MEANS.get(found[1], found[1]), cell)

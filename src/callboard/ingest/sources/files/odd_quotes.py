"""Lines with single quotes, or with quotes around the whole line: as lines with quotes around cells."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable
from typing import Final

Rewrite = Callable[[str], str]
"""A line of the file → the line as it is read."""

_SEPARATORS: Final = ",;|\t"
_SWAPPED: Final = str.maketrans({"'": '"', '"': "'"})
_SINGLE: Final = re.compile(rf"(?:^|(?<=[{_SEPARATORS}]))\s*'(?:[^']|'')*'\s*(?=[{_SEPARATORS}]|$)")


def swapped(text: str) -> str:
    """The text with single quotes for double ones, and the other way round."""
    return text.translate(_SWAPPED)


def rewriting(first: str, second: str) -> Rewrite | None:
    """How the lines of a table are rewritten that begins with these two; None where they are as usual."""
    lines = [line.rstrip("\r\n") for line in (first, second)]
    if _are_single_quoted(*lines):
        return swapped
    if _is_wrapped(lines[1]) and len(_cells(_unwrapped(lines[0]))) == len(_cells(_unwrapped(lines[1]))) > 1:
        return _unwrapped
    return None


def oddly_quoted(cells: list[str], separator: str, width: int | None) -> list[str] | None:
    """The cells of a single row with quotes around the whole of it, or with single quotes around some cells,
    if there are as many as the table has columns; else None.
    """
    if len(cells) == 1:
        found = _cells(cells[0], separator)
    elif any('"' in cell for cell in cells) or not any(cell.lstrip().startswith("'") for cell in cells):
        return None
    else:
        found = [swapped(cell) for cell in _cells(swapped(separator.join(cells)), separator)]
    return found if len(found) == width and width > 1 else None


def _are_single_quoted(first: str, second: str) -> bool:
    """Whether single quotes stand around all cells of the header, or around some of the first row's and
    nowhere else in it.
    """
    cells = _SINGLE.findall(first)
    if len(cells) > 1 and '"' not in first and not _SINGLE.sub("", first).strip(_SEPARATORS + " "):
        return True
    return (
        "'" not in first
        and '"' not in first + second
        and bool(_SINGLE.search(second))
        and "'" not in _SINGLE.sub("", second)
    )


def _is_wrapped(line: str) -> bool:
    """Whether quotes stand around a whole line, which has separators in it."""
    if not line.startswith('"') or not line.rstrip().endswith('"'):
        return False
    return all(len(_cells(line, sign)) == 1 for sign in _SEPARATORS) and len(_cells(_unwrapped(line))) > 1


def _unwrapped(line: str) -> str:
    """The line without the quotes around it; any other line as it is."""
    bare = line.rstrip("\r\n")
    if not bare.startswith('"') or len(cells := _cells(bare, "\0")) != 1 or not bare.endswith('"'):
        return line
    return cells[0] + line[len(bare) :]


def _cells(line: str, separator: str | None = None) -> list[str]:
    """The cells of a line; without a separator by the one that makes most of them. Empty if it is none."""
    if separator is None:
        return max((_cells(line, each) for each in _SEPARATORS), key=len)
    try:
        return next(csv.reader([line], delimiter=separator, strict=True), [])
    except csv.Error:
        return []

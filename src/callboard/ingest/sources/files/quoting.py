"""Rows with quotes: read strictly as RFC 4180 has it, and where that fails, leniently.

Lenient means: quotes inside a cell that are not doubled (`"Kim "KJ" Lee"`, `"Front Desk" <101>`), and blanks
around quotes. A row is read so only when exactly one reading has as many cells as the header.
"""

from __future__ import annotations

import csv
import itertools
import re
from collections.abc import Iterable

from callboard.ingest.sources.rejects import MAX_CELL_CHARACTERS

_FORMULA = re.compile(r'="((?:[^"]|"")*)"\Z')


def strict_cells(lines: Iterable[str], separator: str, *, skip_blanks: bool) -> list[str]:
    """The cells of the row that begins with the first line. Raises `csv.Error`."""
    return next(csv.reader(lines, delimiter=separator, skipinitialspace=skip_blanks, strict=True))


def cells_with_backslashes(line: str, separator: str) -> list[str] | None:
    """The cells of one line in which a backslash stands before a quote inside a cell, as MySQL writes it."""
    try:
        reader = csv.reader([line], delimiter=separator, doublequote=False, escapechar="\\", strict=True)
        return next(reader)
    except (csv.Error, StopIteration):
        return None


def has_blanks_before_quotes(line: str, separator: str) -> bool:
    """Whether a cell seems to begin with a blank and a quote, as in `a, "b, c", d`."""
    return f'{separator} "' in line or line.startswith(' "')


def without_blanks_around_quotes(line: str, separator: str) -> str:
    """The line with its quotes next to the separators, as in `"a","b"` for ` "a" , "b" `."""
    sign = re.escape(separator)
    line = re.sub(rf'(^|{sign})[^\S\t\r\n]+"', r'\1"', line)
    return re.sub(rf'"[^\S\t\r\n]+(?={sign}|[\r\n]*$)', '"', line)


def lenient_cells(line: str, separator: str, width: int) -> list[str] | None:
    """The cells of one line, if exactly one lenient reading of it has `width` cells; else None."""
    parts = line.rstrip("\r\n").split(separator)
    if len(parts) < width:
        return None
    # ways[n]: the ways to make n cells of the parts so far; two stand for many.
    # A way is the list of places where its cells begin.
    ends: list[dict[int, list[tuple[int, ...]]]] = [{0: [()]}]
    for end in range(1, len(parts) + 1):
        found: dict[int, list[tuple[int, ...]]] = {}
        # No cell has more parts than there are too many.
        for start in range(max(0, end - (len(parts) - width) - 1), end):
            if not ends[start] or not _is_cell(parts[start:end]):
                continue
            for count, ways in ends[start].items():
                known = found.setdefault(count + 1, [])
                known.extend((*way, start) for way in ways[: 2 - len(known)])
        ends.append(found)
    ways = ends[-1].get(width, [])
    if len(ways) != 1:
        return None
    starts = (*ways[0], len(parts))
    return [_unquoted(separator.join(parts[start:end])) for start, end in itertools.pairwise(starts)]


def _is_cell(parts: list[str]) -> bool:
    """Whether parts of a line, between separators, can be one cell."""
    first, last = parts[0].strip(), parts[-1].strip()
    if len(parts) == 1:
        if not first.startswith('"'):
            return True
        return (len(first) > 1 and first.endswith('"')) or first.count('"') % 2 == 0
    if not first.startswith('"'):
        return False
    quotes = 0
    separators_inside = True
    for part, after in itertools.pairwise(parts):
        quotes += part.count('"')
        closed = part.rstrip().endswith('"')
        if closed and (quotes % 2 == 0 or after.lstrip().startswith('"')):
            return False  # a cell ends here
        separators_inside = separators_inside and quotes % 2 == 1
    quotes += parts[-1].count('"')
    return last.endswith('"') or (separators_inside and quotes % 2 == 0)


def _unquoted(cell: str) -> str:
    bare = cell.strip()
    if len(bare) > 1 and bare.startswith('"') and bare.endswith('"'):
        return bare[1:-1].replace('""', '"')
    if bare.startswith('="') and bare.endswith('"'):
        return bare
    return cell


def without_formula(cell: str) -> str:
    """The text of a cell that a spreadsheet wrote as a formula: `="001"` means 001."""
    if cell.startswith('="') and (found := _FORMULA.match(cell)):
        return found[1].replace('""', '"')
    return cell


def quoting_fault(error: csv.Error) -> str:
    """What is wrong with a row that cannot be read strictly."""
    message = str(error)
    if "unexpected end" in message:
        return "a quote is opened and never closed"
    if "expected after" in message:
        return "text stands behind a closing quote"
    if "larger than field limit" in message:
        return f"a cell is longer than {MAX_CELL_CHARACTERS} characters: is a quote left open?"
    return message

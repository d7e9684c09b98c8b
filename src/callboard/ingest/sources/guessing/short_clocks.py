"""Columns of clocks that are lengths of time: 0:01:35 beside a date is no moment of that day."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from callboard.ingest.sources.guessing.draft import Draft
from callboard.ingest.sources.guessing.headings import is_another_length

_PARTS: Final = re.compile(r"(\d{1,3})[:.](\d\d)(?:[:.](\d\d)(?:[.,]\d+)?)?")
_A_DAY: Final = 24
_FEW_MINUTES: Final = 5
_MANY: Final = 0.6
_NEARLY_ALL: Final = 0.8
_MOST: Final = 0.5
_LONGEST_RING: Final = 300

Parts = tuple[int, int, int | None]


def are_lengths(draft: Draft, column: str) -> bool:
    """Whether most clocks of a column are short, and something beside them says that they are lengths:
    the heading, several of exactly zero, another column of clocks that are moments of the day, or a column of
    lengths that they are equal to but for ringing.
    """
    found = _parts(draft, column)
    if not found:
        return False
    if any(first >= _A_DAY for first, _, _ in found):
        return True
    if not _are_short(found):
        return False
    zeros = sum(not any(each) for each in found)
    if zeros > 1 or is_called_length(draft, column):
        return True
    others = [each for each in draft.sample.columns if each != column and _parts(draft, each)]
    return any(are_hours_of_day(draft, each) or _go_together(draft, column, each) for each in others)


def are_hours_of_day(draft: Draft, column: str) -> bool:
    """Whether clocks of three parts say hours in most rows, and none of more than a day."""
    found = _parts(draft, column)
    hours = [first for first, _, seconds in found if seconds is not None]
    is_moment = bool(hours) and max(hours) < _A_DAY and len(hours) == len(found)
    return is_moment and sum(each > 0 for each in hours) > len(hours) * _MOST


def is_called_length(draft: Draft, column: str) -> bool:
    """Whether the heading of a column may be that of a length."""
    return column in draft.candidates.get("call_duration", []) or is_another_length(column)


def _is_short(parts: Parts) -> bool:
    first, _, seconds = parts
    return first == 0 if seconds is not None else first <= _FEW_MINUTES


def _go_together(draft: Draft, column: str, other: str) -> bool:
    """Whether the clocks of two columns differ by no more than ringing in nearly all rows."""
    pairs = [
        (_seconds(one), _seconds(two))
        for one, two in zip(draft.sample.cells(column), draft.sample.cells(other), strict=True)
        if one is not None and two is not None
    ]
    known = [(one, two) for one, two in pairs if one is not None and two is not None]
    near = sum(abs(one - two) <= _LONGEST_RING for one, two in known)
    return bool(known) and near >= len(known) * _NEARLY_ALL and _are_short(_parts(draft, other))


def _are_short(found: Sequence[Parts]) -> bool:
    return sum(map(_is_short, found)) >= len(found) * _MANY


def _parts(draft: Draft, column: str) -> Sequence[Parts]:
    """The parts of a column's clocks; none unless all its cells are clocks without AM, PM or Uhr."""
    found = [_PARTS.fullmatch(str(each).strip()) for each in draft.sample.values(column)]
    return [(int(each[1]), int(each[2]), int(each[3]) if each[3] else None) for each in found if each] * all(
        found
    )


def _seconds(cell: object) -> int | None:
    found = _PARTS.fullmatch(str(cell).strip())
    if found is None:
        return None
    first, second, third = int(found[1]), int(found[2]), found[3]
    return first * 60 + second if third is None else (first * 60 + second) * 60 + int(third)

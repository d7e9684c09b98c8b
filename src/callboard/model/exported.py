"""What an exported file looks like: its columns, and cells that no spreadsheet runs.

Known here because exporting writes by it and importing reads by it.
"""

from __future__ import annotations

import re
from typing import Final

from callboard.model.fields import FIELDS, answer_fields


def _columns(of: str, layout: int) -> tuple[str, ...]:
    """What a file of that layout has for the fields of a call or task."""
    held = [each for each in answer_fields(of) if each.exported_since <= layout]
    if layout == 1 and of == "call":
        held.sort(key=lambda each: each.kind in ("document", "texts"))  # in the first one these were last
    return tuple(each.name for each in held)


_LAYOUT = max(each.exported_since for of in FIELDS for each in answer_fields(of))
_STUCK = ("stuck_reason", "stuck_since", "stuck_age_seconds")


def _earlier(of: str, *more: str) -> tuple[tuple[str, ...], ...]:
    now = _columns(of, _LAYOUT)
    layouts = [_columns(of, layout) for layout in range(1, _LAYOUT)]
    return tuple((*each, *more) for each in layouts if each != now)


CALL_COLUMNS: Final = _columns("call", _LAYOUT)
EARLIER_CALL_COLUMNS: Final = _earlier("call")
"""What earlier versions wrote. The first ones did not tell apart what they inferred."""
TASK_COLUMNS: Final = (*_columns("task", _LAYOUT), *_STUCK)
EARLIER_TASK_COLUMNS: Final = _earlier("task", *_STUCK)
"""Of a table (CSV, Parquet); an NDJSON line has the task's own fields, `stuck` among them."""

_FORMULA_SIGNS = "=+\\-@\\t\\r\\n\\v\\f\uff1d\uff0b\uff0d\uff20"
"""What makes a formula of a cell that begins with it: the signs, full-width ones too, and blanks that a
spreadsheet takes off before it looks."""
# Where the list separator is `;`, a spreadsheet begins a cell behind each one, and a row behind each line
# feed, also inside what we put in quotes: to it those quotes are in the middle of a cell.
_BEGINS = r"(?:\A|(?<=[;\n\r\v\f]))"
_RUNS = rf"(?=['\"]*[{_FORMULA_SIGNS}])"
_UNSAFE = re.compile(_BEGINS + _RUNS)
_FORMULA_PREFIX = re.compile(_BEGINS + "'" + _RUNS)


def guarded(cell: str) -> str:
    """A cell that no spreadsheet runs as a formula, whichever separator it reads the file by: a `'` before
    what would be one marks it as text. `unguarded` undoes it, whatever the cell held.
    """
    return _UNSAFE.sub("'", cell)


def unguarded(cell: str) -> str:
    """The cell that `guarded` was given. (What it put a `'` before is still before a sign with it.)"""
    return _FORMULA_PREFIX.sub("", cell)

"""The layout of exported files: their columns, and cells that no spreadsheet runs as formulas.

In the model because exports write it and imports recognise it.
"""

from __future__ import annotations

import re
from typing import Final

from callboard.model.fields import FIELDS, answer_fields


def _columns(of: str, layout: int) -> tuple[str, ...]:
    """The columns of the fields of a call or task in files of a layout."""
    fields = [each for each in answer_fields(of) if each.exported_since <= layout]
    if layout == 1 and of == "call":
        fields.sort(key=lambda each: each.kind in ("document", "texts"))  # layout 1 had these last
    return tuple(each.name for each in fields)


_LAYOUT = max(each.exported_since for of in FIELDS for each in answer_fields(of))
_STUCK = ("stuck_reason", "stuck_since", "stuck_age_seconds")


def _earlier(of: str, *more: str) -> tuple[tuple[str, ...], ...]:
    now = _columns(of, _LAYOUT)
    layouts = [_columns(of, layout) for layout in range(1, _LAYOUT)]
    return tuple((*each, *more) for each in layouts if each != now)


CALL_COLUMNS: Final = _columns("call", _LAYOUT)
EARLIER_CALL_COLUMNS: Final = _earlier("call")
"""The columns that earlier versions wrote. Layout 1 did not distinguish inferred times."""
TASK_COLUMNS: Final = (*_columns("task", _LAYOUT), *_STUCK)
EARLIER_TASK_COLUMNS: Final = _earlier("task", *_STUCK)
"""Of a table (CSV, Parquet); an NDJSON line has the task's own fields, including `stuck`."""

_FORMULA_SIGNS = "=+\\-@\\t\\r\\n\\v\\f\uff1d\uff0b\uff0d\uff20"
"""Characters that make a cell that begins with them a formula: signs, also full-width ones, and white space
that a spreadsheet strips first."""
# Where the list separator is `;`, a spreadsheet begins a cell after each `;` and a row after each line feed,
# also inside our quotes: to it these are in the middle of a cell.
_BEGINS = r"(?:\A|(?<=[;\n\r\v\f]))"
_RUNS = rf"(?=['\"]*[{_FORMULA_SIGNS}])"
_UNSAFE = re.compile(_BEGINS + _RUNS)
_FORMULA_PREFIX = re.compile(_BEGINS + "'" + _RUNS)


def escape_formula(cell: str) -> str:
    """A cell that no spreadsheet runs as a formula (CSV injection), whichever separator it reads the file
    with: a `'` before each possible formula marks it as text. `unescape_formula` undoes it for any cell.
    """
    return _UNSAFE.sub("'", cell)


def unescape_formula(cell: str) -> str:
    """The cell that `escape_formula` was given. Exact, because every `'` that was added is before a sign, and
    one that was there already got another.
    """
    return _FORMULA_PREFIX.sub("", cell)

"""What an exported file looks like: its columns, and cells that no spreadsheet runs.

Known here because exporting writes by it and importing reads by it.
"""

from __future__ import annotations

import re
from typing import Final

CALL_COLUMNS: Final = (
    "call_id",
    "space_token",
    "source_number",
    "destination_number",
    "call_type",
    "call_status",
    "creation_time",
    "start_time",
    "end_time",
    "call_duration",
    "end_reason",
    "source_end_reason",
    "answered_by",
    "agent",
    "task_id",
    "external_ids",
    "metadata",
    "source",
    "inferred",
)
EARLIER_CALL_COLUMNS: Final = ((*CALL_COLUMNS[:15], "source", "external_ids", "metadata"),)
"""What earlier versions wrote; what they inferred they did not tell apart."""
TASK_COLUMNS: Final = (
    "task_id",
    "run_id",
    "space_token",
    "assignee",
    "status",
    "source_status",
    "execution_type",
    "attempt",
    "input",
    "output",
    "failure_reason",
    "scheduled_at",
    "created",
    "modified",
    "stuck_reason",
    "stuck_since",
    "stuck_age_seconds",
)
"""Of a table (CSV, Parquet); an NDJSON line has the task's own fields, `stuck` among them."""

_SIGNS = "=+\\-@\\t\\r\\n\\v\\f\uff1d\uff0b\uff0d\uff20"
"""What makes a formula of a cell that begins with it: the signs, full-width ones too, and blanks that a
spreadsheet takes off before it looks."""
# Where the list separator is `;`, a spreadsheet begins a cell behind each one, and a row behind each line
# feed, also inside what we put in quotes: to it those quotes are in the middle of a cell.
_BEGINS = r"(?:\A|(?<=[;\n\r\v\f]))"
_RUNS = rf"(?=['\"]*[{_SIGNS}])"
_UNSAFE = re.compile(_BEGINS + _RUNS)
_GUARD = re.compile(_BEGINS + "'" + _RUNS)


def guarded(cell: str) -> str:
    """A cell that no spreadsheet runs as a formula, whichever separator it reads the file by: a `'` before
    what would be one marks it as text. `unguarded` undoes it, whatever the cell held.
    """
    return _UNSAFE.sub("'", cell)


def unguarded(cell: str) -> str:
    """The cell that `guarded` was given. (What it put a `'` before is still before a sign with it.)"""
    return _GUARD.sub("", cell)

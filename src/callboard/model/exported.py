"""What an exported file looks like: its columns, and cells that no spreadsheet runs.

Known here because exporting writes by it and importing reads by it.
"""

from __future__ import annotations

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
    "source",
    "inferred",
    "external_ids",
    "metadata",
)
EARLIER_CALL_COLUMNS: Final = (tuple(name for name in CALL_COLUMNS if name != "inferred"),)
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

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def guarded(cell: str) -> str:
    """A cell that no spreadsheet runs as a formula: a leading `'` marks it as text. `unguarded` undoes it."""
    bare = cell.lstrip("'")
    return f"'{cell}" if bare.startswith(_FORMULA) else cell


def unguarded(cell: str) -> str:
    """The cell that `guarded` was given."""
    return cell[1:] if cell[:1] == "'" and cell.lstrip("'").startswith(_FORMULA) else cell

"""Files that Callboard exported: recognised by their columns, and imported without further options."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from callboard.errors import CallerError
from callboard.ingest.sources import inferred
from callboard.ingest.sources.fields import FIELDS
from callboard.ingest.sources.plan import ImportPlan, open_rows
from callboard.model.exported import CALL_COLUMNS, EARLIER_CALL_COLUMNS, EARLIER_TASK_COLUMNS, TASK_COLUMNS


def _line(columns: tuple[str, ...]) -> tuple[str, ...]:
    """The fields of a line of exported tasks in NDJSON."""
    return (*(name for name in columns if not name.startswith("stuck_")), "stuck")


_TASKS: Final = {
    "task_id": "task_id",
    # The received word gives both the status and the word itself; `status` alone would lose it.
    "status": "source_status",
    # Without it, the task's `modified` would be the time of the import.
    "occurred_at": "modified",
}
"""Event fields that are filled from a column of another name."""


def _same(columns: tuple[str, ...], record_type: str) -> dict[str, str]:
    return {name: name for name in columns if name in FIELDS[record_type]}


def recognised(plan: ImportPlan) -> ImportPlan | None:
    """The plan for a file of our own export; None for any other, or for a stream that can be read only
    once.
    """
    if plan.file == "-":
        return None
    try:
        with open_rows(plan, None) as (_, rows):
            # Keys inside objects are columns too, named with dots.
            columns = tuple(name for name in rows.columns if "." not in name)
    except CallerError:
        return None
    if columns in (CALL_COLUMNS, *EARLIER_CALL_COLUMNS):
        constants = () if inferred.FIELD in columns else (f"{inferred.FIELD}={inferred.NOT_STATED}",)
        return _planned(plan, "call", _same(columns, "call"), constants)
    if columns in [each for held in (TASK_COLUMNS, *EARLIER_TASK_COLUMNS) for each in (held, _line(held))]:
        return _planned(plan, "task", _same(columns, "task") | _TASKS)
    return None


def _planned(
    plan: ImportPlan, record_type: str, fields: Mapping[str, str], constants: tuple[str, ...] = ()
) -> ImportPlan:
    chosen = ",".join(f"{field}={column}" for field, column in fields.items())
    options = replace(
        plan.options, map=(chosen,), set=(*plan.options.set, *constants), record_type=record_type
    )
    return replace(plan, options=options)

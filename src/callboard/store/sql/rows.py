"""Rows ↔ structs: values in the order of the columns, which is that of the structs' fields."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import msgspec
from msgspec import structs

from callboard.model.call import Call
from callboard.model.fields import row_fields
from callboard.model.run import Run
from callboard.model.task import Task
from callboard.store.sql.columns import COLUMNS

CALL_COLUMNS = ", ".join(COLUMNS["call"])
TASK_COLUMNS = ", ".join(COLUMNS["task"])
RUN_COLUMNS = (
    "run_id, space_id, created, modified, collection_ref, run_mode, batch_count, "
    "pending, running, completed, failed"
)

SqlRow = tuple[Any, ...]
ItemT = TypeVar("ItemT", Call, Task)
_encode = msgspec.json.Encoder(order="deterministic").encode
_decode = msgspec.json.Decoder().decode
_decode_ids = msgspec.json.Decoder(tuple[str, ...]).decode


def _places_of(of: str, *kinds: str) -> tuple[int, ...]:
    fields = row_fields(of)
    return tuple(at for at, column in enumerate(COLUMNS[of]) if fields[column].kind in kinds)


_CALL_OBJECTS, _CALL_FLAGS = _places_of("call", "document", "texts", "ids"), _places_of("call", "flag")


def call_values(call: Call) -> SqlRow:
    """A call in the order of `CALL_COLUMNS`: objects as JSON, flags as 0 and 1, the same on every engine."""
    # In one call for all columns: to name each of them takes as long as to write the row.
    values = [*structs.astuple(call)]
    for at in _CALL_OBJECTS:
        if values[at] is not None:
            values[at] = _encode(values[at]).decode()
    for at in _CALL_FLAGS:
        if values[at] is not None:
            values[at] = int(values[at])
    return tuple(values)


def task_values(task: Task) -> SqlRow:
    """A task in the order of `TASK_COLUMNS`: objects as JSON, flags as 0 and 1, the same on every engine."""
    return (
        # fields: values of the row of a task
        task.task_id,
        task.status,
        task.source_status,
        task.attempt,
        task.created,
        task.modified,
        task.run_id,
        task.assignee,
        task.execution_type,
        task.scheduled_at,
        task.failure_reason,
        None if task.input is None else _encode(task.input).decode(),
        None if task.output is None else _encode(task.output).decode(),
        task.status_since,
        task.waiting_since,
        1 if task.void else 0,
        # end of fields
    )


def _reader(of: str, item_type: type[ItemT]) -> Callable[[SqlRow], ItemT]:
    documents, flags = _places_of(of, "document", "texts"), _places_of(of, "flag")
    ids = _places_of(of, "ids")

    def read(row: SqlRow) -> ItemT:
        values = [*row]
        for at in documents:
            if values[at] is not None:
                values[at] = _decode(values[at])
        for at in ids:
            if values[at] is not None:
                values[at] = _decode_ids(values[at])
        for at in flags:
            if values[at] is not None:
                values[at] = bool(values[at])
        # Positional: three times as fast as by name. The columns are the struct's fields in their order.
        return item_type(*values)

    return read


call_of = _reader("call", Call)
"""The call of a row in the order of `CALL_COLUMNS`."""
task_of = _reader("task", Task)
"""The task of a row in the order of `TASK_COLUMNS`."""


def run_of(row: SqlRow) -> Run:
    """The run of a row in the order of `RUN_COLUMNS`."""
    return Run(
        run_id=row[0],
        space_id=row[1],
        created=row[2],
        modified=row[3],
        collection_ref=row[4],
        run_mode=row[5],
        batch_count=row[6],
        pending=row[7],
        running=row[8],
        completed=row[9],
        failed=row[10],
    )

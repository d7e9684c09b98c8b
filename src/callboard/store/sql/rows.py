"""Rows ↔ nouns: one place that knows the order of the columns."""

from __future__ import annotations

from typing import Any

import msgspec

from callboard.model.call import Call
from callboard.model.run import Run
from callboard.model.task import Task

CALL_COLUMNS = (
    "call_id, call_status, creation_time, start_time, end_time, duration_ms, call_type, source_number, "
    "destination_number, end_reason, source_end_reason, answered_by, agent, task_id, external_ids, metadata, "
    "source, void, time_marks"
)
TASK_COLUMNS = (
    "task_id, status, source_status, attempt, created, modified, run_id, assignee, execution_type, "
    "scheduled_at, failure_reason, input, output, status_since, waiting_since, void"
)
RUN_COLUMNS = (
    "run_id, space_id, created, modified, collection_ref, run_mode, batch_count, "
    "pending, running, completed, failed"
)

SqlRow = tuple[Any, ...]
_encode = msgspec.json.Encoder(order="deterministic").encode
_decode = msgspec.json.Decoder().decode


def call_values(call: Call) -> SqlRow:
    """A call in the order of `CALL_COLUMNS`."""
    return (
        call.call_id,
        call.call_status,
        call.creation_time,
        call.start_time,
        call.end_time,
        call.duration_ms,
        call.call_type,
        call.source_number,
        call.destination_number,
        call.end_reason,
        call.source_end_reason,
        call.answered_by,
        call.agent,
        call.task_id,
        None if call.external_ids is None else _encode(call.external_ids).decode(),
        None if call.metadata is None else _encode(call.metadata).decode(),
        call.source,
        1 if call.void else 0,
        call.time_marks,
    )


def call_of(row: SqlRow) -> Call:
    """The call of a row in the order of `CALL_COLUMNS`."""
    return Call(
        call_id=row[0],
        call_status=row[1],
        creation_time=row[2],
        start_time=row[3],
        end_time=row[4],
        duration_ms=row[5],
        call_type=row[6],
        source_number=row[7],
        destination_number=row[8],
        end_reason=row[9],
        source_end_reason=row[10],
        answered_by=row[11],
        agent=row[12],
        task_id=row[13],
        external_ids=None if row[14] is None else _decode(row[14]),
        metadata=None if row[15] is None else _decode(row[15]),
        source=row[16],
        void=bool(row[17]),
        time_marks=row[18],
    )


def task_values(task: Task) -> SqlRow:
    """A task in the order of `TASK_COLUMNS`."""
    return (
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
    )


def task_of(row: SqlRow) -> Task:
    """The task of a row in the order of `TASK_COLUMNS`."""
    return Task(
        task_id=row[0],
        status=row[1],
        source_status=row[2],
        attempt=row[3],
        created=row[4],
        modified=row[5],
        run_id=row[6],
        assignee=row[7],
        execution_type=row[8],
        scheduled_at=row[9],
        failure_reason=row[10],
        input=None if row[11] is None else _decode(row[11]),
        output=None if row[12] is None else _decode(row[12]),
        status_since=row[13],
        waiting_since=row[14],
        void=bool(row[15]),
    )


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

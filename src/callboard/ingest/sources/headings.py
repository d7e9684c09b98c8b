"""What the columns of common exports are called, and which field each most likely fills."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

# Field → headings, the likeliest first. Headings are compared in lower case, words joined by one `_`,
# so `Call SID`, `callSid` and `call_sid` are one.
CALL_HEADINGS: Final[Mapping[str, tuple[str, ...]]] = {
    "call_id": (
        "call_id", "call_sid", "call_uuid", "uniqueid", "unique_id", "sid", "uuid", "callid", "cdr_id",
        "conversation_id", "session_id", "call_session_id", "interaction_id", "record_id", "id",
    ),
    "call_status": (
        "call_status", "disposition", "call_disposition", "call_outcome", "outcome", "status", "call_result",
        "result", "call_state", "state", "dial_status", "dialstatus",
    ),
    "creation_time": (
        "creation_time", "created_at", "date_created", "created", "calldate", "call_date", "call_time",
        "initiated_at", "queued_at", "start_stamp", "start_timestamp", "start_time", "started_at", "start",
        "call_start", "call_start_time", "timestamp", "datetime", "date_time", "date", "time",
    ),
    "start_time": (
        "answer_time", "answered_at", "answer_stamp", "answer", "connect_time", "connected_at", "pickup_time",
        "start_time", "started_at",
    ),
    "end_time": (
        "end_time", "ended_at", "end_stamp", "end_timestamp", "end", "call_end", "call_end_time",
        "hangup_time", "disconnect_time", "finished_at",
    ),
    "call_duration": (
        "billsec", "talk_time", "talk_duration", "talk_seconds", "talktime", "ser_time", "conversation_time",
        "call_duration", "duration_seconds", "duration_sec", "duration_s", "duration_ms", "duration",
        "call_length", "length", "duration_minutes", "duration_min",
    ),
    "source_number": (
        "source_number", "from_number", "from", "caller_number", "caller_id_number", "caller_id", "callerid",
        "src", "ani", "calling_number", "caller", "source",
    ),
    "destination_number": (
        "destination_number", "to_number", "to", "called_number", "dst", "dnis", "callee_number", "callee",
        "destination", "customer_number", "phone_number", "called",
    ),
    "agent": (
        "agent", "agent_name", "agent_id", "assistant_id", "assistant", "operator", "server", "agent_handle",
        "user_name", "representative",
    ),
    "end_reason": (
        "end_reason", "ended_reason", "disconnection_reason", "disconnect_reason", "hangup_cause",
        "hangup_reason", "termination_reason",
    ),
    "call_type": ("call_type", "direction", "call_direction", "type"),
    "answered_by": ("answered_by", "amd_status", "amd_result"),
    "task_id": ("task_id",),
}  # fmt: skip
TASK_HEADINGS: Final[Mapping[str, tuple[str, ...]]] = {
    "task_id": ("task_id", "taskid", "job_id", "uuid", "id"),
    "status": ("status", "task_status", "state", "job_status"),
    "created": ("created", "created_at", "creation_time", "date_created", "enqueued_at", "queued_at"),
    "occurred_at": ("occurred_at", "modified", "updated_at", "last_updated", "finished_at", "completed_at"),
    "scheduled_at": ("scheduled_at", "scheduled_for", "scheduled_timestamp", "eta"),
    "run_id": ("run_id", "batch_id", "campaign_run_id"),
    "assignee": ("assignee", "assigned_to", "agent", "worker"),
    "attempt": ("attempt", "attempts", "try", "retry_count"),
    "failure_reason": ("failure_reason", "error", "error_message", "reason"),
}
HEADINGS: Final = {"call": CALL_HEADINGS, "task": TASK_HEADINGS}
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_NO_LETTER = re.compile(r"[^a-z0-9]+")
_UNITS = ((re.compile(r"(_|^)(ms|msec|millis|milliseconds)(_|$)"), "milliseconds"),
          (re.compile(r"(_|^)(min|mins|minutes)(_|$)"), "minutes"))  # fmt: skip


def heading(column: str) -> str:
    """A column's name, as the tables spell it."""
    return _NO_LETTER.sub("_", _HUMP.sub("_", column).lower()).strip("_")


def candidates(columns: list[str], record_type: str) -> dict[str, list[str]]:
    """Field → columns that may fill it, the likeliest first. A dotted column goes by its last part too."""
    by_heading: dict[str, str] = {}
    for column in columns:
        by_heading.setdefault(heading(column), column)
    for column in columns:
        if "." in column:
            by_heading.setdefault(heading(column.rpartition(".")[2]), column)
    return {
        field: found
        for field, names in HEADINGS[record_type].items()
        if (found := [by_heading[name] for name in names if name in by_heading])
    }


def duration_unit(column: str) -> str:
    """The unit a duration's heading names; seconds when it names none."""
    return next((unit for pattern, unit in _UNITS if pattern.search(heading(column))), "seconds")

"""The closed lists of values in the public API, and the ranks of statuses and roles."""

from __future__ import annotations

from typing import Final, Literal, get_args

CallStatus = Literal["queued", "ringing", "in_progress", "completed", "missed", "failed"]
TaskStatus = Literal["pending", "running", "completed", "failed"]
CallType = Literal["inbound", "outbound", "web"]
AnsweredBy = Literal["human", "machine"]
ContentType = Literal["contact", "email", "general", "table"]
Role = Literal["viewer", "member", "admin"]
EndReason = Literal[
    "customer_hangup",
    "agent_hangup",
    "caller_hangup",
    "callee_hangup",
    "hangup",
    "transferred",
    "transfer_failed",
    "voicemail",
    "machine_detected",
    "silence_timeout",
    "max_duration",
    "timeout",
    "no_answer",
    "busy",
    "rejected",
    "canceled",
    "invalid_number",
    "unreachable",
    "blocked",
    "no_agent",
    "limit_reached",
    "billing",
    "carrier_error",
    "network_error",
    "media_error",
    "agent_error",
    "config_error",
    "system_error",
    "system_shutdown",
    "unknown",
]
Outcome = Literal["applied", "duplicate", "stale", "rejected"]
"""The outcome of an event. Their four counts add up to the number of events received."""

RejectReason = Literal[
    "invalid_type",
    "missing_field",
    "unknown_field",
    "duplicate_key",
    "invalid_status",
    "invalid_id",
    "invalid_value",
    "invalid_time",
    "time_out_of_range",
    "invalid_duration",
    "too_large",
    "event_id_conflict",
    "too_many_events",
    "unknown_task",
    "withdrawn_import",
]
"""Why an event was rejected. Every rejection has one of these reasons and is counted under it."""

CALL_STATUSES: Final[tuple[CallStatus, ...]] = get_args(CallStatus)
TASK_STATUSES: Final[tuple[TaskStatus, ...]] = get_args(TaskStatus)
CALL_TYPES: Final[tuple[CallType, ...]] = get_args(CallType)
ANSWERED_BY: Final[tuple[AnsweredBy, ...]] = get_args(AnsweredBy)
CONTENT_TYPES: Final[tuple[ContentType, ...]] = get_args(ContentType)
END_REASONS: Final[tuple[EndReason, ...]] = get_args(EndReason)
END_REASON_SET: Final[frozenset[str]] = frozenset(END_REASONS)
OUTCOMES: Final[tuple[Outcome, ...]] = get_args(Outcome)
REJECT_REASONS: Final[tuple[RejectReason, ...]] = get_args(RejectReason)

# The ranks order events of the same moment (`fold/stamp.py`). A changed rank gives other rows from the same
# events: it needs a higher `FOLD_VERSION`.
CALL_RANK: Final[dict[str, int]] = {
    "queued": 0,
    "ringing": 1,
    "in_progress": 2,
    "completed": 3,
    "missed": 3,
    "failed": 3,
}
TASK_RANK: Final[dict[str, int]] = {"pending": 0, "running": 1, "completed": 2, "failed": 2}
LIVE_CALL: Final[frozenset[str]] = frozenset({"queued", "ringing", "in_progress"})
FINAL_CALL: Final[frozenset[str]] = frozenset({"completed", "missed", "failed"})
FINAL_TASK: Final[frozenset[str]] = frozenset({"completed", "failed"})

TASK_WORDS: Final[dict[str, TaskStatus]] = {
    "pending": "pending",
    "queued": "pending",
    "scheduled": "pending",
    "hold": "pending",
    "running": "running",
    "in_progress": "running",
    "processing": "running",
    "completed": "completed",
    "partially_completed": "completed",
    "failed": "failed",
    "cancelled": "failed",
    "canceled": "failed",
}
"""Words that task runners send as a status, and which of the four statuses each means."""

CANCELLED: Final[frozenset[str]] = frozenset({"cancelled", "canceled"})

ROLE_RANK: Final[dict[Role, int]] = {"viewer": 0, "member": 1, "admin": 2}

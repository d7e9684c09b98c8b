"""What platforms and people write for statuses and directions, and what it means here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

CALL_STATUS: Final[Mapping[str, tuple[str, ...]]] = {
    "completed": (
        "complete", "answered", "answer", "agent", "ended", "end", "success", "successful", "succeeded",
        "connected", "talked", "done", "finished", "normal", "normal clearing", "ok", "voicemail", "handled",
        "human", "machine", "user hangup", "agent hangup",
    ),
    "missed": (
        "no answer", "noanswer", "unanswered", "not answered", "busy", "user busy", "canceled", "cancelled",
        "cancel", "originator cancel", "abandoned", "abandon", "hang", "hung up", "rejected", "call rejected",
        "declined", "not connected", "no user response", "ring no answer", "dial no answer", "dial busy",
        "miss",
    ),
    "failed": (
        "fail", "failure", "error", "errored", "phantom", "congestion", "chanunavail", "channel unavailable",
        "invalid", "invalid number", "unallocated number", "dial failed", "carrier error", "network error",
        "undelivered",
    ),
    "queued": ("queue", "scheduled", "registered", "pending", "new", "created", "not started"),
    "ringing": ("initiated", "dialing", "dialling", "ring", "alerting"),
    "in_progress": ("ongoing", "active", "live", "in call", "talking", "up"),
}  # fmt: skip
CALL_TYPE: Final[Mapping[str, tuple[str, ...]]] = {
    "inbound": ("in", "incoming", "received", "inbound phone call"),
    "outbound": ("out", "outgoing", "outbound api", "outbound dial", "dialed", "outbound phone call"),
    "web": ("web call", "webrtc", "browser"),
}
ANSWERED_BY: Final[Mapping[str, tuple[str, ...]]] = {
    "human": ("person", "live"),
    "machine": (
        "voicemail", "machine start", "machine end beep", "machine end silence", "machine end other",
        "answering machine", "fax",
    ),
}  # fmt: skip
TASK_STATUS: Final[Mapping[str, tuple[str, ...]]] = {
    "completed": ("success", "done", "finished"),
    "failed": ("error",),
}

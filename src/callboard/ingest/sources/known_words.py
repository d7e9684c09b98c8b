"""What platforms and people write for statuses and directions, and what it means here."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Final

from callboard.model.words import CALL_STATUSES, CALL_TYPES, TASK_WORDS

_CALL_STATUS: Final[Mapping[str, tuple[str, ...]]] = {
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
_CALL_TYPE: Final[Mapping[str, tuple[str, ...]]] = {
    "inbound": ("in", "incoming", "received", "inbound phone call"),
    "outbound": ("out", "outgoing", "outbound api", "outbound dial", "dialed", "outbound phone call"),
    "web": ("web call", "webrtc", "browser"),
}
_ANSWERED_BY: Final[Mapping[str, tuple[str, ...]]] = {
    "human": ("person", "live"),
    "machine": (
        "voicemail", "machine start", "machine end beep", "machine end silence", "machine end other",
        "answering machine", "fax",
    ),
}  # fmt: skip
NOBODY: Final = frozenset({"none", "null", "n a", "na", "nil", "no server", "unknown", "unassigned"})
"""Words for "there is no agent"."""
_NO_LETTER = re.compile(r"[^a-z0-9]+")


def _table(words: Mapping[str, tuple[str, ...]], own: Iterable[str]) -> dict[str, str]:
    table = {normal(word): meaning for meaning, said in words.items() for word in said}
    return table | {normal(word): word for word in own}


def normal(word: str) -> str:
    """A word as the tables spell it: lower case, words apart by one blank."""
    return _NO_LETTER.sub(" ", word.lower()).strip()


MEANINGS: Final[Mapping[str, Mapping[str, str]]] = {
    "call_status": _table(_CALL_STATUS, CALL_STATUSES),
    "call_type": _table(_CALL_TYPE, CALL_TYPES),
    "answered_by": _table(_ANSWERED_BY, ("human", "machine")),
    "status": _table({"completed": ("success", "done", "finished"), "failed": ("error",)}, TASK_WORDS),
}
"""Field → word → the word of this product."""


def meanings(field: str, words: Iterable[str]) -> tuple[dict[str, str], list[str]]:
    """Word → meaning for the known words that are not themselves the meaning; and the unknown words."""
    known: dict[str, str] = {}
    unknown: list[str] = []
    for word in words:
        meaning = MEANINGS[field].get(normal(word))
        if meaning is None:
            unknown.append(word)
        elif meaning != word:
            known[word] = meaning
    return known, unknown

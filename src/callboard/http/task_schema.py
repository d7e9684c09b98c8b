"""What a task update may hold, as JSON Schema: as strict as `ingest` is, and no stricter.

A schema can say what a value looks like, not what it must agree with. Fields that may be wrong for what was
sent before, or for the time it is, stand beside the properties, as `Idempotency-Key` stands beside the
parameters: whatever the properties allow is then taken, today and next year.
"""

from __future__ import annotations

from typing import Any

from callboard.ingest.wire import ATTEMPT_MAX, ID_BYTES, REASON_BYTES, SEQUENCE_MAX, TEXT_BYTES
from callboard.model.words import TASK_WORDS

_NULL = {"type": "null"}


def _text(most: int) -> dict[str, Any]:
    # The bound is in bytes, which a schema cannot say: exact for ASCII.
    return {"type": ["string", "null"], "maxLength": most, "pattern": "^[^\\x00]*$"}


def _id() -> dict[str, Any]:
    return {"type": ["string", "null"], "maxLength": ID_BYTES, "pattern": "^[^\\x00-\\x1f\\x7f-\\x9f]*$"}


# From 2000 to the end of 9998, less a day at the beginning that an offset from UTC may take away.
_LATER = "^(2(?!000-01-01)[0-9]{3}|[3-8][0-9]{3}|9[0-8][0-9]{2}|99[0-8][0-9]|999[0-8])-"
_DOCUMENT = {"anyOf": [{"$ref": "#/components/schemas/JsonObject"}, _NULL]}

TASK_CHANGE: dict[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "properties": {
        "status": {"type": "string", "enum": list(TASK_WORDS)},
        "sequence": {"type": ["integer", "null"], "minimum": 0, "maximum": SEQUENCE_MAX},
        "attempt": {"type": ["integer", "null"], "minimum": 1, "maximum": ATTEMPT_MAX},
        "run_id": _id(),
        "assignee": _text(TEXT_BYTES),
        "execution_type": _text(TEXT_BYTES),
        "scheduled_at": {"anyOf": [{"type": "string", "format": "date-time", "pattern": _LATER}, _NULL]},
        "failure_reason": _text(REASON_BYTES),
        "input": _DOCUMENT,
        "output": _DOCUMENT,
        "void": {"type": ["boolean", "null"]},
    },
    "x-optional-properties": {
        "event_id": "A text of at most 255 bytes that names this event: sent again with the same content it "
        "is known, with other content it is 422.",
        "occurred_at": "When it happened: ISO 8601 with its offset from UTC, from 2000 to at most 24 hours "
        "ahead.",
        "created": "When the task was created, written and bounded in the same way.",
    },
}

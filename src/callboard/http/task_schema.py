"""What a task update may hold, as JSON Schema: as strict as `ingest` is, and no stricter."""

from __future__ import annotations

from typing import Any

from callboard.ingest.wire import ATTEMPT_MAX, SEQUENCE_MAX
from callboard.model.words import TASK_WORDS

_NULL = {"type": "null"}


def _text(most: int) -> dict[str, Any]:
    # The bound is in bytes, which a schema cannot say: exact for ASCII.
    return {"type": ["string", "null"], "maxLength": most, "pattern": "^[^\\x00]*$"}


_TIME = {"anyOf": [{"type": "string", "format": "date-time"}, _NULL]}
_DOCUMENT = {"anyOf": [{"$ref": "#/components/schemas/JsonObject"}, _NULL]}

TASK_CHANGE: dict[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "properties": {
        "status": {"type": "string", "enum": list(TASK_WORDS)},
        "event_id": _text(255),
        "occurred_at": _TIME,
        "sequence": {"type": ["integer", "null"], "minimum": 0, "maximum": SEQUENCE_MAX},
        "attempt": {"type": ["integer", "null"], "minimum": 1, "maximum": ATTEMPT_MAX},
        "run_id": _text(255),
        "assignee": _text(255),
        "execution_type": _text(255),
        "created": _TIME,
        "scheduled_at": _TIME,
        "failure_reason": _text(1000),
        "input": _DOCUMENT,
        "output": _DOCUMENT,
        "void": {"type": ["boolean", "null"]},
    },
}

"""What a task update may hold, as JSON Schema: as strict as `ingest` is, and no stricter.

A schema can say what a value looks like, not what it must agree with. Fields that may be wrong for what was
sent before, or for the time it is, stand beside the properties, as `Idempotency-Key` stands beside the
parameters: whatever the properties allow is then taken, today and next year.
"""

from __future__ import annotations

from typing import Any

from callboard.model.field import Field
from callboard.model.fields import event_fields

_NULL = {"type": "null"}


# From 2000 to the end of 9998, less a day at the beginning that an offset from UTC may take away.
_YEAR_PATTERN = "^(2(?!000-01-01)[0-9]{3}|[3-8][0-9]{3}|9[0-8][0-9]{2}|99[0-8][0-9]|999[0-8])-"
_DOCUMENT = {"anyOf": [{"$ref": "#/components/schemas/JsonObject"}, _NULL]}

_DEPENDENT_FIELDS = ("event_id", "occurred_at", "created")
"""Whether these are valid depends on what was sent before, or on the time it is."""


def _schema(field: Field) -> dict[str, Any]:
    if field.kind in ("document", "texts"):
        return _DOCUMENT
    if field.kind == "time":
        return {"anyOf": [{"type": "string", "format": "date-time", "pattern": _YEAR_PATTERN}, _NULL]}
    if field.kind == "whole":
        return {"type": ["integer", "null"], "minimum": field.minimum, "maximum": field.maximum}
    if field.kind == "flag":
        return {"type": ["boolean", "null"]}
    if field.kind == "word":
        words = list(field.words)
        return {"type": "string", "enum": words} if field.required else {"enum": [*words, None]}
    # The bound is in bytes, which a schema cannot say: exact for ASCII.
    pattern = "^[^\\x00-\\x1f\\x7f-\\x9f]*$" if field.kind == "id" else "^[^\\x00]*$"
    return {"type": ["string", "null"], "maxLength": field.maximum, "pattern": pattern}


TASK_CHANGE: dict[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "properties": {
        each.name: _schema(each)
        for each in event_fields("task")
        if each.name not in ("task_id", *_DEPENDENT_FIELDS)
    },
    "x-optional-properties": {
        "event_id": "A text of at most 255 bytes that names this event: sent again with the same content it "
        "is known, with other content it is 422.",
        "occurred_at": "When it happened: ISO 8601 with its offset from UTC, from 2000 to at most 24 hours "
        "ahead.",
        "created": "When the task was created, written and bounded in the same way.",
    },
}

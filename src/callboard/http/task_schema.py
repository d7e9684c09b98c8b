"""The JSON Schema of a task update, exactly as strict as `ingest`.

A schema can describe a value, but not what it must be consistent with. Fields whose validity depends on
earlier events or on the current time are therefore listed outside the properties
(`x-optional-properties`), so that every body which the schema allows is accepted at any time.
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
"""Their validity depends on earlier events, or on the current time."""


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
    # The bound is in bytes, which a schema cannot express: `maxLength` counts characters, equal for ASCII.
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

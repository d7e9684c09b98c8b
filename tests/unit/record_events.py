"""`make record`: append the bytes of events with fields of which none are recorded yet."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from callboard.model.event import CallEvent, TaskEvent, canonical
from callboard.model.field import Field
from callboard.model.fields import log_fields

RECORDED = Path(__file__).with_name("recorded_events.json")
KINDS: dict[str, type[CallEvent | TaskEvent]] = {"call": CallEvent, "task": TaskEvent}
_OF_A_KIND: dict[str, tuple[Any, ...]] = {
    "time": (1_770_443_865_000_000, 0),
    "duration": (1_500, 0),
    "whole": (7, 0),
    "flag": (True, False),
    "ids": (["g"], ["g", "h"]),
    "names": (["agent"], ["agent", "end_reason"]),
    "document": ({"a": {"b": [1, "x"]}}, {}),
    "texts": ({"a": "b"}, {}),
}


def recorded() -> list[dict[str, Any]]:
    """Events with each field alone and all together, with values and null, and their bytes."""
    found: list[dict[str, Any]] = json.loads(RECORDED.read_text("utf-8"))
    return found


def missing(kept: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Events with the fields that are in none of `kept`: with two values, and null where it can be kept."""
    added = []
    for of, event in KINDS.items():
        named = {name for each in kept if each["kind"] == of for name in each["fields"]}
        plain = next(each["fields"] for each in kept if each["kind"] == of)
        for field in log_fields(of):
            if field.row_name in named:
                continue
            for value in _values(field):
                fields = {**plain, field.row_name: value}
                body = canonical(event(**fields)).hex()
                added.append({"kind": of, "fields": fields, "bytes": body})
    return added


def _values(field: Field) -> tuple[Any, ...]:
    values = (
        (field.words[0], field.words[-1]) if field.words else _OF_A_KIND.get(field.kind, ("one", "\u00fc"))
    )
    return (*values, None) if field.nullable and field.in_events else values


def record() -> str:
    """Append what is missing; what was recorded stays as it is. Says what was done."""
    kept = recorded()
    added = missing(kept)
    if added:
        lines = [json.dumps(each, ensure_ascii=False) for each in (*kept, *added)]
        RECORDED.write_text("[\n" + ",\n".join(lines) + "\n]\n", "utf-8")
    return f"{len(added)} events recorded in {RECORDED.name}"


if __name__ == "__main__":
    print(record())

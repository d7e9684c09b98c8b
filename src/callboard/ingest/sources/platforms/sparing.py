"""Events of a platform without what the rules of events do not take of them, where a call can do without."""

from __future__ import annotations

import re
from typing import Any, Final

from callboard.clock import Micros
from callboard.ingest.parse import event_from_mapping
from callboard.ingest.rejected import RejectedEvent
from callboard.ingest.sources.platforms.delivery import Translation, UnknownWord
from callboard.ingest.sources.platforms.reading.values import shape_of
from callboard.model.event import Entry

NEEDED: Final = frozenset(
    {
        "type", "call_id", "call_status", "status", "standing", "attempt", "occurred_at",
        "start_time", "end_time", "call_duration",
    }
)  # fmt: skip
"""Fields without which an event says something else."""
_NAME: Final = re.compile(r"\w+")


def spared_entry(event: dict[str, Any], found: Translation, *, now: Micros, source: str) -> Entry:
    """The entry of an event: a field that it can do without and that cannot be taken is left out and counted.
    Of an object only those keys are. Raises `RejectedEvent` for any other.
    """
    left = dict(event)
    while True:
        try:
            return event_from_mapping(left, now=now, source=source)
        except RejectedEvent as fault:
            name = _field_of(fault, left)
            if name is None:
                raise
            value = left.pop(name)
            if isinstance(value, dict) and name in _OBJECTS:
                bare: dict[str, Any] = {
                    key: left[key] for key in ("type", "call_id", "task_id", "status") if key in left
                }
                kept = {key: each for key, each in value.items() if _is_taken(bare, name, {key: each}, now)}
                if kept and len(kept) < len(value):
                    left[name] = kept
                left_out = [each for key, each in value.items() if key not in kept]
                found.unknown_words += (UnknownWord(name, shape_of(each)) for each in left_out)
            else:
                found.unknown_words.append(UnknownWord(name, shape_of(value)))


_OBJECTS: Final = ("metadata", "external_ids", "input", "output")


def _field_of(fault: RejectedEvent, event: dict[str, Any]) -> str | None:
    """The field at fault, if the event can do without it."""
    said = _NAME.match(fault.field)
    name = said[0] if said else ""
    needed = name in NEEDED or (name == "task_id" and event["type"] == "task")
    needed = needed or (name == "group_id" and "call_id" not in event)
    return None if needed or name not in event else name


def _is_taken(bare: dict[str, Any], name: str, value: dict[str, Any], now: Micros) -> bool:
    try:
        event_from_mapping(bare | {name: value}, now=now, source="hook")
    except RejectedEvent:
        return False
    return True

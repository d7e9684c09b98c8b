"""Whether two events about one call or task, of imports that read its rows, say different things of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from msgspec import UNSET

from callboard.model.event import CallEvent, Event, GroupEnd, TaskEvent

_ONCE: Final[Mapping[type, tuple[str, ...]]] = {
    CallEvent: ("creation_time", "start_time", "end_time"),
    TaskEvent: ("created",),
    GroupEnd: ("end_time",),
}
"""What is so once for all, at whatever time it is said."""
_NOT_SAID: Final = frozenset({"event_id", "sequence", "standing", "rough", "occurred_at", "left"})
"""Fields that place an event among others."""


def contradict(one: Event, other: Event, *, alike: bool) -> bool:
    """`alike`: both were read by the same options. Then only what the order of events cannot decide is a
    contradiction: one moment, one status, and another value. Otherwise each value at one moment, and at
    different ones those that cannot change.
    """
    is_same_time = one.occurred_at == other.occurred_at
    if isinstance(one, TaskEvent) and isinstance(other, TaskEvent) and one.attempt != other.attempt:
        return not alike and _differ(one, other, _ONCE[TaskEvent])
    if alike:
        return is_same_time and one.occurred_at is not UNSET and _tie(one, other) and _differ(one, other)
    if is_same_time:
        return _differ(one, other)
    once = _ONCE[type(one)]
    if any(getattr(event, name) is not UNSET for event in (one, other) for name in once):
        return _differ(one, other, once)
    # Nothing but the moment says when it was.
    return _status(one) == _status(other)


def _tie(one: Event, other: Event) -> bool:
    return (one.standing, one.sequence, _status(one)) == (other.standing, other.sequence, _status(other))


def _status(event: Event) -> str:
    return event.status if isinstance(event, TaskEvent) else event.call_status


def _differ(one: Event, other: Event, fields: tuple[str, ...] | None = None) -> bool:
    names = one.__struct_fields__ if fields is None else fields
    return any(
        _contradictory(getattr(one, name), getattr(other, name)) for name in names if name not in _NOT_SAID
    )


def _contradictory(one: Any, other: Any) -> bool:
    """Documents are joined key by key: only a value that both have under one key counts."""
    if one is UNSET or other is UNSET:
        return False
    if isinstance(one, dict) and isinstance(other, dict):
        return any(one[key] != other[key] for key in one.keys() & other.keys())
    return bool(one != other)

"""Call events without a status, and ends that are said of a whole group: their own rules."""

from __future__ import annotations

from typing import Any, Final

from msgspec import UNSET

from callboard.clock import Micros
from callboard.ingest.instants import AHEAD_MAX, checked_instant
from callboard.ingest.rejected import RejectedEvent, shown
from callboard.ingest.wire import CallIn
from callboard.model.event import GroupEnd
from callboard.model.words import END_REASON_SET, FINAL_CALL

_NEED_A_STATUS: Final = ("creation_time", "start_time", "end_time", "call_duration", "end_reason")
"""What a fact may not say: it would be about a call whose status it does not know."""
_OF_A_GROUP: Final = frozenset(
    {"group_id", "call_status", "end_reason", "source_end_reason", "occurred_at", "end_time", "standing"}
)
_GROUP_STANDING_MAX: Final = 1


def check_fact(sent: CallIn) -> None:
    """Raise `RejectedEvent` for an event without a status that says more than facts."""
    for field in _NEED_A_STATUS:
        if getattr(sent, field) is not UNSET:
            raise RejectedEvent(
                "missing_field", "call_status", f"is missing; an event that has {field} needs it"
            )


def several_ids(field: str, sent: str | list[str]) -> tuple[str, ...]:
    """One id or several, in one order, each once."""
    del field
    return (sent,) if isinstance(sent, str) else tuple(sorted(set(sent)))


def group_end(sent: CallIn, now: Micros, earliest: Micros) -> GroupEnd:
    """The end that is said of a group. Raises `RejectedEvent`."""
    if sent.group_id is UNSET or sent.group_id is None:
        raise RejectedEvent("missing_field", "call_id", "is missing; a call event needs it")
    for field in CallIn.__struct_fields__:
        if field not in _OF_A_GROUP and getattr(sent, field) is not UNSET:
            raise RejectedEvent(
                "unknown_field", field, "the end of a group, without call_id, has no such field"
            )
    ids = several_ids("group_id", sent.group_id)
    if len(ids) > 1:
        raise RejectedEvent("invalid_value", "group_id", "an end is said of one group")
    if sent.call_status is UNSET:
        raise RejectedEvent("missing_field", "call_status", "is missing; the end of a group needs it")
    if sent.call_status not in FINAL_CALL:
        raise RejectedEvent(
            "invalid_status",
            "call_status",
            f"{shown(sent.call_status)} is no end: only ends are said of a group",
        )
    standing = _GROUP_STANDING_MAX if sent.standing is UNSET or sent.standing is None else sent.standing
    if standing > _GROUP_STANDING_MAX:
        raise RejectedEvent(
            "invalid_value", "standing", f"{standing} is not 0 or 1, as the end of a group has"
        )
    end_time, occurred_at = (_instant(sent, field, now, earliest) for field in ("end_time", "occurred_at"))
    end_reason, source_end_reason = sent.end_reason, sent.source_end_reason
    if end_reason and end_reason not in END_REASON_SET:
        source_end_reason = source_end_reason or end_reason
        end_reason = "unknown"
    return GroupEnd(
        ids[0],
        sent.call_status,
        standing,
        occurred_at or end_time or UNSET,
        end_time,
        end_reason,
        source_end_reason,
    )


def _instant(sent: CallIn, field: str, now: Micros, earliest: Micros) -> Any:
    value = getattr(sent, field)
    return checked_instant(field, value, now + AHEAD_MAX, earliest) if isinstance(value, str) else value

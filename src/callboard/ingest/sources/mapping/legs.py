"""Rows that are legs of one call: stated so that the fold makes one call of them, whatever their order."""

from __future__ import annotations

from typing import Any, Final

from callboard.clock import Micros
from callboard.ingest.instants import instant
from callboard.model.call import MAX_CALL_SPAN

_STANDING: Final = {"completed": 2, "failed": 1}
"""Of answered legs by their status; of others 0. Legs of different standing lend each other no length: what
the winner does not say, the fold takes from final events of its standing alone."""
_TALK: Final = ("start_time", "end_time", "call_duration")


def as_leg(event: dict[str, Any]) -> dict[str, Any]:
    """The event of a leg.

    A completed leg outweighs one that was cut after talk, and that one all others, by standing; of several
    alike the latest does. What an answered leg says of its talk it says whole, `null` for what is unknown:
    otherwise the fold could measure from the start of one leg to the end of another. When a leg was made is
    when the event occurred, and no creation that would hide the earlier one of another leg: the fold takes
    the earliest of them.
    """
    if "call_status" not in event:
        return event  # it only adds facts, or is rejected
    answered = _is_answered(event)
    event.setdefault("standing", _STANDING[event["call_status"]] if answered else 0)
    created = event.pop("creation_time", None)
    if created is not None:
        event["occurred_at"] = created
    return event


def _is_answered(event: dict[str, Any]) -> bool:
    """Whether the parties of a leg were connected; then its talk is completed in the event."""
    if event["call_status"] not in ("completed", "failed"):
        return False
    length = event.get("call_duration")
    if length is None:
        length = _span(event.get("start_time"), event.get("end_time"))
    if event["call_status"] == "failed" and not length:
        return False  # it was cut while it rang, or could not be offered
    if length is not None:
        event["call_duration"] = length
    if any(event.get(each) is not None for each in _TALK):
        for each in _TALK:
            event.setdefault(each, None)
    return True


def _span(start: str | None, end: str | None) -> float | None:
    """The seconds between two times; None where one is unknown or they contradict each other."""
    if start is None or end is None:
        return None
    span: Micros = instant(end) - instant(start)
    return span // 1000 / 1000 if 0 <= span <= MAX_CALL_SPAN else None

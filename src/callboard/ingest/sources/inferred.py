"""Rows that say which of their times were inferred: they become events from which the same is inferred again.

A row of an export tells an end that nobody stated. Taken for a stated one, it would give a call of unknown
length a talk time, from its answer until somebody last spoke of it.
"""

from __future__ import annotations

from typing import Any, Final

from callboard.clock import Micros
from callboard.ingest.instants import instant
from callboard.ingest.sources.records import RowError
from callboard.model.call import LOOK_BACK
from callboard.model.words import FINAL_CALL

FIELD: Final = "inferred"
"""No field of an event: which of `creation_time` and `end_time` the row inferred, with spaces between."""
_NAMES: Final = frozenset({"creation_time", "end_time"})
UNTOLD: Final = "untold"
"""In place of names: the file does not say which, as exports of earlier versions do not."""
_MAY_BE_UNKNOWN: Final = ("creation_time", "start_time", "end_time", "call_duration")


def restated(event: dict[str, Any]) -> dict[str, Any]:
    """The event of a call's row, whose inferred times it does not state. Raises `RowError`.

    An inferred end is when the event occurred. An inferred creation is left out where the other times of the
    row give it again; where they do not, it can only be stated.
    """
    told = event.pop(FIELD, None)
    for name in _MAY_BE_UNKNOWN:
        if event.get(name) is None:  # an object's null is what is unknown, not a word that there is none
            event.pop(name, None)
    created, start, end = (_instant(event, name) for name in ("creation_time", "start_time", "end_time"))
    inferred = _judged(event, start, end) if told == UNTOLD else _names(told)
    occurred: Micros | None = None
    if "end_time" in inferred and end is not None:
        event["occurred_at"], event["end_time"], occurred = event["end_time"], None, end
    elif "creation_time" in inferred and created is not None and (end is not None or _is_live(event)):
        event["occurred_at"], occurred = event["creation_time"], created
    if "creation_time" in inferred:
        stated_end = end if event.get("end_time") is not None else None
        if created == min(_begins(start, stated_end, occurred), default=None):
            event.pop("creation_time", None)
    _without_what_follows(event, start, end)
    return event


def _judged(event: dict[str, Any], start: Micros | None, end: Micros | None) -> frozenset[str]:
    """Which times a row of an earlier version's export inferred. That version told a length wherever it knew
    a start and a stated end: where both are there without a length, the end was only when it last heard of
    the call. And where the end came before the start it told a length of 0, which nobody stated.
    """
    if _is_live(event) or start is None or end is None:
        return frozenset()
    if end < start and event.get("call_duration") == 0:
        event.pop("call_duration")
        return frozenset()
    return frozenset() if event.get("call_duration") is not None else frozenset({"end_time"})


def _begins(start: Micros | None, stated_end: Micros | None, occurred: Micros | None) -> list[Micros]:
    """Of which the fold takes the earliest for the creation."""
    contradicts = start is not None and stated_end is not None and not 0 <= stated_end - start <= LOOK_BACK
    return [at for at in (None if contradicts else start, occurred) if at is not None]


def _without_what_follows(event: dict[str, Any], start: Micros | None, end: Micros | None) -> None:
    """Leave out what the fold concludes from the rest, where stating it would say more than the row does."""
    if _is_live(event):
        return
    length = event.get("call_duration")
    if start is not None and length is not None and end == start + round(length * 1000) * 1000:
        # A length from its answer on: its end may lie further ahead than an event's own times may.
        event.pop("end_time", None)
    if start is None and end is None and event["call_status"] in ("missed", "failed") and not length:
        # Of a call that was never answered the fold concludes it, and stated it would say when it was over.
        event.pop("call_duration", None)
    if event.get("call_status") == "failed" and start is None and length is None:
        # Without a word on its start it would count as never begun, with a length of 0.
        event["start_time"] = None


def _names(said: Any) -> frozenset[str]:
    names = frozenset(said.split() if isinstance(said, str) else said or ())
    if not names <= _NAMES:
        raise RowError(
            "invalid_value", f"{FIELD}: {said!r} names another field than creation_time and end_time"
        )
    return names


def _is_live(event: dict[str, Any]) -> bool:
    return event.get("call_status") not in FINAL_CALL


def _instant(event: dict[str, Any], name: str) -> Micros | None:
    text = event.get(name)
    return None if text is None else instant(text)

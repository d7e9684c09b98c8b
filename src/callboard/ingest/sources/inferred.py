"""Import rows of an export whose times are partly inferred, so that the fold infers the same times again.

An export contains ends that no event stated. Imported as stated, such an end would give a call of unknown
duration a talk time: from its answer to whenever the last event about it occurred.
"""

from __future__ import annotations

from typing import Any, Final

from callboard.clock import Micros
from callboard.ingest.instants import instant
from callboard.ingest.sources.files.records import RowError
from callboard.model.call import MAX_CALL_SPAN
from callboard.model.words import FINAL_CALL

FIELD: Final = "inferred"
"""A column of exports that is no field of an event: which of `creation_time` and `end_time` of the row are
inferred, separated by spaces."""
_NAMES: Final = frozenset({"creation_time", "end_time"})
NOT_STATED: Final = "untold"
"""The value of `inferred` for exports of earlier versions, which do not have that column."""
_MAY_BE_UNKNOWN: Final = ("creation_time", "start_time", "end_time", "call_duration")


def without_inferred(event: dict[str, Any]) -> dict[str, Any]:
    """The event of a call's row, changed so that it does not state inferred times. Raises `RowError`.

    An inferred end becomes `occurred_at`. An inferred creation is left out if the fold infers it again from
    the other times; if not, it is stated, because it would be lost otherwise.
    """
    flags = event.pop(FIELD, None)
    for name in _MAY_BE_UNKNOWN:
        # In a row of an export null means "unknown"; in an event it would mean "there is none".
        if event.get(name) is None:
            event.pop(name, None)
    created, start, end = (_instant(event, name) for name in ("creation_time", "start_time", "end_time"))
    inferred = _inferred_by_old_export(event, start, end) if flags == NOT_STATED else _names(flags)
    occurred: Micros | None = None
    if "end_time" in inferred and end is not None:
        event["occurred_at"], event["end_time"], occurred = event["end_time"], None, end
    elif "creation_time" in inferred and created is not None and (end is not None or _is_live(event)):
        event["occurred_at"], occurred = event["creation_time"], created
    if "creation_time" in inferred:
        stated_end = end if event.get("end_time") is not None else None
        if created == min(_begins(start, stated_end, occurred), default=None):
            event.pop("creation_time", None)
    _drop_derived_values(event, start, end)
    return event


def _inferred_by_old_export(
    event: dict[str, Any], start: Micros | None, end: Micros | None
) -> frozenset[str]:
    """Which times are inferred in a row of an export of an earlier version, which does not say so.

    That version wrote a duration wherever it had a start and a stated end. So a row with start and end but no
    duration has an inferred end. It also wrote a duration of 0 for an end before the start, which no event
    stated: it is removed.
    """
    if _is_live(event) or start is None or end is None:
        return frozenset()
    if end < start and event.get("call_duration") == 0:
        event.pop("call_duration")
        return frozenset()
    return frozenset() if event.get("call_duration") is not None else frozenset({"end_time"})


def _begins(start: Micros | None, stated_end: Micros | None, occurred: Micros | None) -> list[Micros]:
    """The times of which the fold takes the earliest as the creation."""
    # The same rule as in `fold/call_times.py`.
    contradicts = (
        start is not None and stated_end is not None and not 0 <= stated_end - start <= MAX_CALL_SPAN
    )
    return [at for at in (None if contradicts else start, occurred) if at is not None]


def _drop_derived_values(event: dict[str, Any], start: Micros | None, end: Micros | None) -> None:
    """Remove what the fold derives from the rest of the row, where stating it would add something."""
    if _is_live(event):
        return
    length = event.get("call_duration")
    if start is not None and length is not None and end == start + round(length * 1000) * 1000:
        # The end is start + duration. Stated, it could be rejected: a derived end may lie further in the
        # future than the times of an event may.
        event.pop("end_time", None)
    if start is None and end is None and event["call_status"] in ("missed", "failed") and not length:
        # The fold gives a call that never began a duration of 0. A stated duration would make the event say
        # when the call ended (`ends_nothing`), and the unknown end would become a known one.
        event.pop("call_duration", None)
    if event.get("call_status") == "failed" and start is None and length is None:
        # The duration is unknown. Without any start, the fold would give a failed call a duration of 0; a
        # null start says that the call did begin.
        event["start_time"] = None


def _names(flags: Any) -> frozenset[str]:
    names = frozenset(flags.split() if isinstance(flags, str) else flags or ())
    if not names <= _NAMES:
        raise RowError(
            "invalid_value", f"{FIELD}: {flags!r} names another field than creation_time and end_time"
        )
    return names


def _is_live(event: dict[str, Any]) -> bool:
    return event.get("call_status") not in FINAL_CALL


def _instant(event: dict[str, Any], name: str) -> Micros | None:
    text = event.get(name)
    return None if text is None else instant(text)

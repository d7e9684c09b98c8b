"""What an event of a call knows only roughly, and what it weighs. `docs/reference/events.md` lists it."""

from __future__ import annotations

from typing import Any

from msgspec import structs

from callboard.fold.stamp import Stamp, yielding, yielding_to_earlier
from callboard.model.event import CallEvent, Entry, GroupEnd


def doubts_its_status(event: CallEvent | GroupEnd) -> bool:
    """Whether an end says `missed` only because it does not know of an answer."""
    return event.call_status == "missed" and "call_status" in (event.rough or ())


def as_completed(entry: Entry) -> Entry:
    """Such an end, of a call that was in progress. That nobody answered is then no reason why; its place in
    the order, and so its stamp, stays.
    """
    event = entry.event
    assert isinstance(event, CallEvent)
    reason = "hangup" if event.end_reason == "no_answer" else event.end_reason
    return structs.replace(entry, event=structs.replace(event, call_status="completed", end_reason=reason))


def rough_weight(name: str, at: Stamp, value: Any) -> Stamp:
    """The stamp of a value that an event knows only roughly."""
    return yielding_to_earlier(at, value) if name == "creation_time" else yielding(at)


def first_known(*values: int | None) -> int | None:
    """The first of some values that is known."""
    return next((each for each in values if each is not None), None)

"""A call's events → the call. The rules are `design.md`'s, "The fold"; nothing here knows a platform."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import UNSET

from callboard.clock import Micros
from callboard.fold.facts import latest, merged
from callboard.fold.stamp import by_stamp, call_event
from callboard.model.call import Call
from callboard.model.event import CallEvent, Entry
from callboard.model.words import FINAL_CALL


def fold_call(entries: Sequence[Entry]) -> Call:
    """The call that a set of events makes: the same for any order of `entries`. At least one is needed."""
    if len(entries) == 1:
        return _of_one(entries[0])
    ordered = by_stamp(entries)
    rising = [call_event(entry) for entry in ordered]
    falling = rising[::-1]
    status = falling[0].call_status
    winners = [event for event in falling if event.call_status == status]

    start = None if status == "missed" else latest(falling, "start_time")
    end = latest(winners, "end_time")
    created = latest(falling, "creation_time")
    return Call(
        call_id=falling[0].call_id,
        call_status=status,
        creation_time=min(entry.occurred_at for entry in ordered) if created is None else created,
        start_time=start,
        end_time=ordered[-1].occurred_at if end is None and status in FINAL_CALL else end,
        duration_ms=_duration(status, latest(winners, "duration_ms"), start, end),
        call_type=latest(falling, "call_type"),
        source_number=latest(falling, "source_number"),
        destination_number=latest(falling, "destination_number"),
        end_reason=latest(winners, "end_reason"),
        source_end_reason=latest(falling, "source_end_reason"),
        answered_by=latest(falling, "answered_by"),
        agent=latest(falling, "agent"),
        task_id=latest(falling, "task_id"),
        external_ids=merged(rising, "external_ids"),
        metadata=merged(rising, "metadata"),
        source=ordered[-1].source,
        void=bool(latest(falling, "void")),
    )


def _of_one(entry: Entry) -> Call:
    """What `fold_call` makes of a single event, without looking for greater ones: most calls of an import
    and many of a live feed are this, and it is a third of the work. A property test holds the two equal.
    """
    event = entry.event
    assert isinstance(event, CallEvent)
    status = event.call_status
    start = None if status == "missed" or event.start_time is UNSET else event.start_time
    end = None if event.end_time is UNSET else event.end_time
    created = event.creation_time
    return Call(
        call_id=event.call_id,
        call_status=status,
        creation_time=created if isinstance(created, int) else entry.occurred_at,
        start_time=start,
        end_time=entry.occurred_at if end is None and status in FINAL_CALL else end,
        duration_ms=_duration(status, None if event.duration_ms is UNSET else event.duration_ms, start, end),
        call_type=None if event.call_type is UNSET else event.call_type,
        source_number=None if event.source_number is UNSET else event.source_number,
        destination_number=None if event.destination_number is UNSET else event.destination_number,
        end_reason=None if event.end_reason is UNSET else event.end_reason,
        source_end_reason=None if event.source_end_reason is UNSET else event.source_end_reason,
        answered_by=None if event.answered_by is UNSET else event.answered_by,
        agent=None if event.agent is UNSET else event.agent,
        task_id=None if event.task_id is UNSET else event.task_id,
        external_ids=merged((event,), "external_ids") if event.external_ids else None,
        metadata=merged((event,), "metadata") if event.metadata else None,
        source=entry.source,
        void=event.void is True,
    )


def _duration(status: str, stated: int | None, start: Micros | None, end: Micros | None) -> int | None:
    """Talk time in ms. `end` is a stated end, never the moment of the event: a final event that came
    without its times would otherwise measure a delay, or a zero, as talk.
    """
    if status == "missed":
        return 0
    if stated is not None:
        return stated
    if start is not None and end is not None:
        return max(0, (end - start) // 1000)
    return 0 if status == "failed" and start is None else None

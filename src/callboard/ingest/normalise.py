"""What was sent → what is kept: the one meaning of each event.

Whatever can be said in two ways is said in one here (defaults, offsets, seconds, synonyms), so that events
that say the same have the same canonical form.
"""

from __future__ import annotations

from typing import Any

from msgspec import UNSET, UnsetType, msgpack

from callboard.clock import Micros
from callboard.ingest.documents import DOCUMENTS, payload
from callboard.ingest.instants import AHEAD_MAX, EARLIEST, YEAR_9999, duration_ms, instant, placed_instant
from callboard.ingest.rejected import RejectedEvent, shown
from callboard.ingest.wire import CallIn, EventIn, TaskIn
from callboard.model.event import CallEvent, Entry, Event, TaskEvent, canonical
from callboard.model.words import CANCELLED, END_REASON_SET, FINAL_CALL, FINAL_TASK, TASK_WORDS

_CALL_TIMES = ("occurred_at", "creation_time", "start_time", "end_time")
_TASK_TIMES = ("occurred_at", "created")


def normalised(sent: EventIn, now: Micros, earliest: Micros = EARLIEST) -> Event:
    """The event that was sent, received at `now`, in its one form; raises `RejectedEvent`.

    Its texts are those of plain ASCII, or `texts.tidy` has seen them.
    """
    return _call(sent, now, earliest) if sent.__class__ is CallIn else _task(sent, now, earliest)  # type: ignore[arg-type]


def log_entry(event: Event, now: Micros, source: str) -> Entry:
    """The entry of an event received at `now`; raises `RejectedEvent` for what the log cannot hold."""
    try:
        return Entry(event, canonical(event), now, source)
    except OverflowError:
        raise _too_wide(event) from None


def _call(wire: CallIn, now: Micros, earliest: Micros) -> CallEvent:  # noqa: C901 - one field after another
    status = wire.call_status
    standing = wire.standing
    if standing is UNSET or standing is None:
        standing = 2 if status in FINAL_CALL else 0
    occurred: Any = wire.occurred_at
    creation: Any = wire.creation_time
    start: Any = wire.start_time
    end: Any = wire.end_time
    latest = now + AHEAD_MAX
    try:
        # An empty text is no time; null and left out pass by as they are.
        if creation.__class__ is str and not earliest <= (creation := instant(creation)) <= latest:
            raise ValueError
        if start.__class__ is str and not earliest <= (start := instant(start)) <= latest:
            raise ValueError
        if end.__class__ is str and not earliest <= (end := instant(end)) <= latest:
            raise ValueError
        if occurred.__class__ is str:
            if occurred == wire.end_time:  # as it mostly is
                occurred = end
            elif not earliest <= (occurred := instant(occurred)) <= latest:
                raise ValueError
        else:
            occurred = max((at for at in (end, start, creation) if at), default=UNSET)
    except (ValueError, TypeError):
        raise _bad_time(wire, _CALL_TIMES, latest, earliest) from None
    duration: Any = wire.call_duration
    if duration is not UNSET and duration is not None:
        duration = duration_ms("call_duration", duration)
    end_reason = wire.end_reason
    source_end_reason = wire.source_end_reason
    if end_reason and end_reason not in END_REASON_SET:
        source_end_reason = source_end_reason or end_reason
        end_reason = "unknown"
    event_id = wire.event_id
    sequence = wire.sequence
    return CallEvent(
        call_id=wire.call_id,
        call_status=status,
        standing=standing,
        occurred_at=occurred,
        event_id=UNSET if event_id is None else event_id,
        sequence=UNSET if sequence is None else sequence,
        creation_time=creation,
        start_time=start,
        end_time=end,
        duration_ms=duration,
        end_reason=end_reason,
        source_end_reason=source_end_reason,
        # fields: event as it is kept of a call
        call_type=wire.call_type,
        source_number=wire.source_number,
        destination_number=wire.destination_number,
        answered_by=wire.answered_by,
        agent=wire.agent,
        task_id=wire.task_id,
        external_ids=UNSET if wire.external_ids is UNSET else payload("external_ids", wire.external_ids),
        metadata=UNSET if wire.metadata is UNSET else payload("metadata", wire.metadata),
        void=UNSET if wire.void is None else wire.void,
        # end of fields
    )


def _task(wire: TaskIn, now: Micros, earliest: Micros) -> TaskEvent:
    word = wire.status
    status = TASK_WORDS.get(word)
    if status is None:
        raise RejectedEvent("invalid_status", "status", f"{shown(word)} is none of {', '.join(TASK_WORDS)}")
    occurred: Any = wire.occurred_at
    created: Any = wire.created
    scheduled: Any = wire.scheduled_at
    latest = now + AHEAD_MAX
    try:
        if created.__class__ is str and not earliest <= (created := instant(created)) <= latest:
            raise ValueError
        if occurred.__class__ is str:
            if not earliest <= (occurred := instant(occurred)) <= latest:
                raise ValueError
        else:
            occurred = created or UNSET
    except (ValueError, TypeError):
        raise _bad_time(wire, _TASK_TIMES, latest, earliest) from None
    if scheduled.__class__ is str:
        scheduled = placed_instant("scheduled_at", scheduled, YEAR_9999)
    attempt = wire.attempt
    failure_reason = wire.failure_reason
    if word in CANCELLED and not failure_reason:
        failure_reason = "cancelled"
    event_id = wire.event_id
    sequence = wire.sequence
    return TaskEvent(
        task_id=wire.task_id,
        status=status,
        source_status=word,
        attempt=attempt or 1,
        standing=2 if status in FINAL_TASK else 0,
        occurred_at=occurred,
        event_id=UNSET if event_id is None else event_id,
        sequence=UNSET if sequence is None else sequence,
        created=created,
        scheduled_at=scheduled,
        failure_reason=failure_reason,
        left=UNSET,
        # fields: event as it is kept of a task
        run_id=wire.run_id,
        assignee=wire.assignee,
        execution_type=wire.execution_type,
        input=UNSET if wire.input is UNSET else payload("input", wire.input),
        output=UNSET if wire.output is UNSET else payload("output", wire.output),
        void=UNSET if wire.void is None else wire.void,
        # end of fields
    )


def _bad_time(wire: EventIn, fields: tuple[str, ...], latest: Micros, earliest: Micros) -> RejectedEvent:
    """Which time it was, and why: asked only when one of them is known to be wrong."""
    for field in fields:
        text: str | UnsetType | None = getattr(wire, field)
        if isinstance(text, str):
            try:
                placed_instant(field, text, latest, earliest)
            except RejectedEvent as fault:
                return fault
    raise AssertionError("no time of the event is wrong")


def _too_wide(event: Event) -> RejectedEvent:
    """Which document holds a whole number that the event log cannot."""
    for field in DOCUMENTS:
        try:
            msgpack.encode(getattr(event, field, None) or None)
        except OverflowError:
            return RejectedEvent("invalid_value", field, "holds a whole number of more than 64 bits")
    raise AssertionError("every document of the event can be kept")

"""Events as sent → events as stored, in one normal form.

What can be expressed in several ways (defaults, UTC offsets, seconds, synonyms) is reduced to one, so that
events with the same content have the same canonical form.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from msgspec import UNSET, UnsetType, msgpack

from callboard.clock import Micros
from callboard.ingest.documents import DOCUMENTS, payload
from callboard.ingest.group_ends import check_fact, group_end, several_ids
from callboard.ingest.instants import AHEAD_MAX, EARLIEST, YEAR_9999, checked_instant, duration_ms, instant
from callboard.ingest.money import micros_of
from callboard.ingest.rejected import RejectedEvent, shown
from callboard.ingest.wire import CallIn, CostIn, EventIn, TaskIn
from callboard.model.event import CallEvent, Entry, Event, GroupEnd, TaskEvent, canonical
from callboard.model.words import CANCELLED, END_REASON_SET, FINAL_TASK, LIVE_CALL, TASK_WORDS

_CALL_TIMES = ("occurred_at", "creation_time", "start_time", "end_time")
_TASK_TIMES = ("occurred_at", "created")


def normalised(sent: EventIn, now: Micros, earliest: Micros = EARLIEST) -> Event:
    """The normal form of an event received at `now`; raises `RejectedEvent`.

    Its texts must be plain ASCII, or already checked by `texts.tidy`.
    """
    return _call(sent, now, earliest) if sent.__class__ is CallIn else _task(sent, now, earliest)  # type: ignore[arg-type]


def log_entry(event: Event, now: Micros, source: str) -> Entry:
    """The entry of an event received at `now`; raises `RejectedEvent` for a number that the log cannot
    store.
    """
    try:
        return Entry(event, canonical(event), now, source)
    except OverflowError:
        raise _too_wide(event) from None


def _call(wire: CallIn, now: Micros, earliest: Micros) -> CallEvent | GroupEnd:  # noqa: C901, PLR0912 - one field after another
    if wire.call_id is UNSET:
        return group_end(wire, now, earliest)
    call_status: str = "" if wire.call_status is UNSET else wire.call_status
    if not call_status:
        check_fact(wire)
    standing = wire.standing
    if standing is UNSET or standing is None:
        standing = 0 if call_status in LIVE_CALL else 2
    occurred_at: Any = wire.occurred_at
    creation_time: Any = wire.creation_time
    start_time: Any = wire.start_time
    end_time: Any = wire.end_time
    latest = now + AHEAD_MAX
    try:
        # An empty text is an invalid time; null and UNSET are no `str` and pass unchanged.
        if (
            creation_time.__class__ is str
            and not earliest <= (creation_time := instant(creation_time)) <= latest
        ):
            raise ValueError
        if start_time.__class__ is str and not earliest <= (start_time := instant(start_time)) <= latest:
            raise ValueError
        if end_time.__class__ is str and not earliest <= (end_time := instant(end_time)) <= latest:
            raise ValueError
        if occurred_at.__class__ is str:
            if occurred_at == wire.end_time:  # the usual case: saves parsing the same time again
                occurred_at = end_time
            elif not earliest <= (occurred_at := instant(occurred_at)) <= latest:
                raise ValueError
        else:
            occurred_at = max((at for at in (end_time, start_time, creation_time) if at), default=UNSET)
    except (ValueError, TypeError):
        raise _bad_time(wire, _CALL_TIMES, latest, earliest) from None
    end_reason = wire.end_reason
    source_end_reason = wire.source_end_reason
    if end_reason and end_reason not in END_REASON_SET:
        source_end_reason = source_end_reason or end_reason
        end_reason = "unknown"
    rough: Any = _rough(wire, wire.rough) if wire.rough else UNSET
    cost_micros: Any = UNSET
    cost_currency: Any = UNSET
    if wire.cost is not UNSET:
        cost_micros, cost_currency = _cost(wire.cost)
    event_id = wire.event_id
    if event_id is None:
        event_id = UNSET
    sequence = wire.sequence
    if sequence is None:
        sequence = UNSET
    # Positional: keyword arguments would cost a microsecond for each event.
    return CallEvent(
        # fields: stored event of a call
        wire.call_id,
        call_status,
        standing,
        occurred_at,
        event_id,
        sequence,
        wire.call_type,
        wire.source_number,
        wire.destination_number,
        creation_time,
        start_time,
        end_time,
        wire.call_duration
        if wire.call_duration is UNSET or wire.call_duration is None
        else duration_ms("call_duration", wire.call_duration),
        end_reason,
        source_end_reason,
        wire.answered_by,
        wire.agent,
        wire.task_id,
        UNSET if wire.external_ids is UNSET else payload("external_ids", wire.external_ids),
        UNSET if wire.metadata is UNSET else payload("metadata", wire.metadata),
        UNSET if wire.void is None else wire.void,
        wire.outcome,
        cost_micros,
        cost_currency,
        wire.billed_seconds
        if wire.billed_seconds is UNSET or wire.billed_seconds is None
        else duration_ms("billed_seconds", wire.billed_seconds),
        wire.group_id
        if wire.group_id is UNSET or wire.group_id is None
        else several_ids("group_id", wire.group_id),
        wire.group_rank,
        rough,
        # end of fields
    )


def _rough(wire: CallIn, sent: Sequence[str]) -> Any:
    """The names in one order, each once; what the event does not say it does not know roughly, either."""
    said = {name for name in sent if name == "occurred_at" or getattr(wire, name) is not UNSET}
    return tuple(sorted(said)) or UNSET


def _cost(sent: CostIn | None) -> tuple[int | None, str | None]:
    """Millionths and currency."""
    return (None, None) if sent is None else (micros_of("cost", sent.amount), sent.currency.upper())


def _task(wire: TaskIn, now: Micros, earliest: Micros) -> TaskEvent:
    source_status = wire.status
    status = TASK_WORDS.get(source_status)
    if status is None:
        raise RejectedEvent(
            "invalid_status", "status", f"{shown(source_status)} is none of {', '.join(TASK_WORDS)}"
        )
    standing = 2 if status in FINAL_TASK else 0
    occurred_at: Any = wire.occurred_at
    created: Any = wire.created
    scheduled_at: Any = wire.scheduled_at
    latest = now + AHEAD_MAX
    try:
        if created.__class__ is str and not earliest <= (created := instant(created)) <= latest:
            raise ValueError
        if occurred_at.__class__ is str:
            if not earliest <= (occurred_at := instant(occurred_at)) <= latest:
                raise ValueError
        else:
            occurred_at = created or UNSET
    except (ValueError, TypeError):
        raise _bad_time(wire, _TASK_TIMES, latest, earliest) from None
    if scheduled_at.__class__ is str:
        scheduled_at = checked_instant("scheduled_at", scheduled_at, YEAR_9999)
    attempt = wire.attempt or 1
    failure_reason = wire.failure_reason
    if source_status in CANCELLED and not failure_reason:
        failure_reason = "cancelled"
    event_id = wire.event_id
    if event_id is None:
        event_id = UNSET
    sequence = wire.sequence
    if sequence is None:
        sequence = UNSET
    return TaskEvent(
        # fields: stored event of a task
        wire.task_id,
        status,
        source_status,
        attempt,
        standing,
        occurred_at,
        event_id,
        sequence,
        wire.run_id,
        wire.assignee,
        wire.execution_type,
        created,
        scheduled_at,
        failure_reason,
        UNSET if wire.input is UNSET else payload("input", wire.input),
        UNSET if wire.output is UNSET else payload("output", wire.output),
        UNSET if wire.void is None else wire.void,
        UNSET,
        # end of fields
    )


def _bad_time(wire: EventIn, fields: tuple[str, ...], latest: Micros, earliest: Micros) -> RejectedEvent:
    """The rejection for the time that is wrong. Called only when one of them is, to keep the common case
    fast.
    """
    for field in fields:
        text: str | UnsetType | None = getattr(wire, field)
        if isinstance(text, str):
            try:
                checked_instant(field, text, latest, earliest)
            except RejectedEvent as fault:
                return fault
    raise AssertionError("no time of the event is wrong")


def _too_wide(event: Event) -> RejectedEvent:
    """The rejection for the document that holds a number of more than 64 bits, which MessagePack cannot
    encode.
    """
    for field in DOCUMENTS:
        try:
            msgpack.encode(getattr(event, field, None) or None)
        except OverflowError:
            return RejectedEvent("invalid_value", field, "holds a whole number of more than 64 bits")
    raise AssertionError("every document of the event can be kept")

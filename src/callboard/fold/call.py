"""A call's events → the call. The rules are `design.md`'s, "The fold"; nothing here knows a platform."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import UNSET

from callboard.clock import Micros
from callboard.fold.facts import Facts, MappingFacts, own_facts
from callboard.fold.stamp import Stamp, stamp
from callboard.model.call import Call
from callboard.model.event import CallEvent, Entry
from callboard.model.words import FINAL_CALL

_FACTS = (
    "creation_time",
    "start_time",
    "call_type",
    "source_number",
    "destination_number",
    "source_end_reason",
    "answered_by",
    "agent",
    "task_id",
    "void",
)
"""Decided by the greatest event that carries them."""
_ENDS = ("end_reason", "end_time", "duration_ms")
"""Decided among the events that carry the winning status."""


def fold_call(entries: Sequence[Entry]) -> Call:
    """The call that a set of events makes: the same for any order of `entries`. At least one is needed."""
    if len(entries) == 1:
        return _of_one(entries[0])
    fold = CallFold()
    for entry in entries:
        fold.add(entry)
    return fold.row()


class CallFold:
    """Takes a call's events in any order, each once; tells the call they make at any time."""

    __slots__ = ("_earliest", "_ends", "_external_ids", "_facts", "_greatest", "_metadata", "_stamp")

    def __init__(self) -> None:
        self._facts = Facts()
        self._ends = Facts()
        self._external_ids = MappingFacts()
        self._metadata = MappingFacts()
        self._greatest: Entry | None = None
        self._stamp: Stamp | None = None
        self._earliest: Micros | None = None

    def add(self, entry: Entry) -> None:
        """One event more."""
        event, at = entry.event, stamp(entry)
        assert isinstance(event, CallEvent)
        for name in _FACTS:
            self._facts.take(name, at, getattr(event, name))
        for name in _ENDS:
            self._ends.take((event.call_status, name), at, getattr(event, name))
        self._external_ids.take(at, event.external_ids)
        self._metadata.take(at, event.metadata)
        if self._stamp is None or at > self._stamp:
            self._greatest, self._stamp = entry, at
        occurred = entry.occurred_at
        if self._earliest is None or occurred < self._earliest:
            self._earliest = occurred

    def row(self) -> Call:
        """The call; at least one event is needed."""
        greatest, earliest = self._greatest, self._earliest
        assert greatest is not None
        assert earliest is not None
        event = greatest.event
        assert isinstance(event, CallEvent)
        status, known, ends = event.call_status, self._facts.known, self._ends.known
        start = None if status == "missed" else known("start_time")
        end = ends((status, "end_time"))
        created = known("creation_time")
        return Call(
            call_id=event.call_id,
            call_status=status,
            creation_time=earliest if created is None else created,
            start_time=start,
            end_time=greatest.occurred_at if end is None and status in FINAL_CALL else end,
            duration_ms=_duration(status, ends((status, "duration_ms")), start, end),
            call_type=known("call_type"),
            source_number=known("source_number"),
            destination_number=known("destination_number"),
            end_reason=ends((status, "end_reason")),
            source_end_reason=known("source_end_reason"),
            answered_by=known("answered_by"),
            agent=known("agent"),
            task_id=known("task_id"),
            external_ids=self._external_ids.known(),
            metadata=self._metadata.known(),
            source=greatest.source,
            void=bool(known("void")),
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
        external_ids=own_facts(event.external_ids),
        metadata=own_facts(event.metadata),
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

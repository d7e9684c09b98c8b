"""A call's events → the call. The rules are `design.md`'s, "The fold"; nothing here knows a platform."""

from __future__ import annotations

from bisect import bisect_right, insort
from collections.abc import Sequence
from itertools import islice
from operator import itemgetter
from typing import Any

from msgspec import UNSET

from callboard.clock import Micros
from callboard.fold.call_times import Times, call_times, ends_nothing
from callboard.fold.facts import MappingFacts, own_facts
from callboard.fold.stamp import Stamp, stamp
from callboard.model.call import Call
from callboard.model.event import CallEvent, Entry
from callboard.model.fields import folded
from callboard.model.words import FINAL_CALL

_FACTS = folded("call", "greatest")
"""Decided by the greatest event that carries them."""
_MAPPINGS = folded("call", "keys")
"""Decided key by key."""
_END_FACTS = ("end_time", "duration_ms")
"""Asked of the winning status first, then of the other final events of the winner's standing."""
_OTHERS = {status: tuple(sorted(FINAL_CALL - {status})) for status in FINAL_CALL}

Said = tuple[Stamp, Any]
"""What an event says of a field, with its place in the order."""
_STAMP = itemgetter(0)


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

    __slots__ = (
        "_earliest",
        "_ends",
        "_facts",
        "_final",
        "_greatest",
        "_has_duration",
        "_latest_live",
        "_mappings",
        "_stamp",
    )

    def __init__(self) -> None:
        self._facts: dict[str, Said] = {}
        self._ends: dict[tuple[Any, ...], Said] = {}
        """(field, status), and (field, status, standing) of final events → what the greatest of these events
        that carries the field says."""
        self._mappings: dict[str, MappingFacts] = {}
        """Those that some event says something of: most calls have none."""
        self._greatest: Entry | None = None
        self._stamp: Stamp | None = None
        self._earliest: Micros | None = None
        self._final: list[tuple[Stamp, Micros, bool]] = []
        """The final events in their order: when each occurred, and whether it ends nothing then."""
        self._latest_live: Stamp | None = None
        """The greatest event that is not final."""
        self._has_duration = False
        """Whether a final event says how long the call was."""

    def add(self, entry: Entry) -> None:
        """One event more."""
        event, at = entry.event, entry.stamp or stamp(entry)
        assert isinstance(event, CallEvent)
        facts = self._facts
        for name in _FACTS:
            value = getattr(event, name)
            # Most events leave out most fields: looked at here, these cost no call.
            if value is not UNSET:
                _take(facts, name, at, value)
        for name in _MAPPINGS:
            value = getattr(event, name)
            if value is not UNSET:
                self._mappings.setdefault(name, MappingFacts()).take(at, value)
        if self._stamp is None or at > self._stamp:
            self._greatest, self._stamp = entry, at
        occurred = entry.occurred_at
        if self._earliest is None or occurred < self._earliest:
            self._earliest = occurred
        self._add_end(event, at, occurred)

    def _add_end(self, event: CallEvent, at: Stamp, occurred: Micros) -> None:
        """What the event says of the call's end."""
        status, ends = event.call_status, self._ends
        final = status in FINAL_CALL
        if event.end_reason is not UNSET:
            _take(ends, ("end_reason", status), at, event.end_reason)
        for name in _END_FACTS:
            value = getattr(event, name)
            if value is not UNSET:
                _take(ends, (name, status), at, value)
                if final:
                    _take(ends, (name, status, event.standing), at, value)
        if final:
            insort(self._final, (at, occurred, ends_nothing(event, occurred)))
            self._has_duration = self._has_duration or isinstance(event.duration_ms, int)
        elif self._latest_live is None or at > self._latest_live:
            self._latest_live = at

    def row(self) -> Call:
        """The call; at least one event is needed."""
        greatest = self._greatest
        assert greatest is not None
        event = greatest.event
        assert isinstance(event, CallEvent)
        creation, start, end, duration_ms, marks = self._times(event)
        known = self._known
        return Call(
            call_id=event.call_id,
            call_status=event.call_status,
            creation_time=creation,
            start_time=start,
            end_time=end,
            duration_ms=duration_ms,
            end_reason=self._ended(("end_reason", event.call_status)),
            # fields: fold of the facts of a call
            call_type=known("call_type"),
            source_number=known("source_number"),
            destination_number=known("destination_number"),
            source_end_reason=known("source_end_reason"),
            answered_by=known("answered_by"),
            agent=known("agent"),
            task_id=known("task_id"),
            external_ids=self._joined("external_ids"),
            metadata=self._joined("metadata"),
            # end of fields
            source=greatest.source,
            void=bool(known("void")),
            time_marks=marks,
        )

    def _known(self, name: str) -> Any:
        said = self._facts.get(name)
        return None if said is None else said[1]

    def _joined(self, name: str) -> dict[str, Any] | None:
        mapping = self._mappings.get(name)
        return None if mapping is None else mapping.known()

    def _ended(self, key: tuple[Any, ...]) -> Any:
        said = self._ends.get(key)
        return None if said is None else said[1]

    def _times(self, winner: CallEvent) -> Times:
        status, earliest = winner.call_status, self._earliest
        assert earliest is not None
        end, length_ms = self._ended(("end_time", status)), self._ended(("duration_ms", status))
        end_from_other_status = inferred_end = None
        if status in FINAL_CALL:
            if length_ms is None:
                length_ms, of = self._from_other_final_events("duration_ms", winner, but="missed")
                if end is None and length_ms is not None:
                    # The end that goes with that length: a silent correction of the status moves neither.
                    end = self._ended(("end_time", of))
            if end is None:
                end_from_other_status, _ = self._from_other_final_events("end_time", winner)
                inferred_end = self._inferred_end(winner.standing)
        return call_times(
            status,
            self._known("creation_time"),
            self._known("start_time"),
            end,
            end_from_other_status,
            length_ms,
            inferred_end,
            earliest,
            self._has_duration or "start_time" in self._facts,
        )

    def _from_other_final_events(self, name: str, winner: CallEvent, but: str = "") -> tuple[Any, str]:
        """What the greatest final event of the winner's standing and of another status says of a field, and
        that status.
        """
        greatest: Said | None = None
        of = ""
        for status in _OTHERS[winner.call_status]:
            said = self._ends.get((name, status, winner.standing))
            if said is not None and status != but and (greatest is None or said[0] > greatest[0]):
                greatest, of = said, status
        return (None if greatest is None else greatest[1]), of

    def _inferred_end(self, standing: int) -> Micros | None:
        """When the last unbroken row of final events of the winner's standing began; none where what
        occurred first in it ends nothing.
        """
        broken_by: Any = (0, standing)  # less than every stamp of that standing
        if self._latest_live is not None and self._latest_live > broken_by:
            broken_by = self._latest_live
        first = bisect_right(self._final, broken_by, key=_STAMP)
        began = self._final[first][1]
        for _, occurred, nothing in islice(self._final, first, None):
            if occurred != began:
                break
            if not nothing:
                return began
        return None


def _take(held: dict[Any, Said], key: Any, at: Stamp, value: Any) -> None:
    said = held.get(key)
    if said is None or at > said[0]:
        held[key] = (at, value)


def _of_one(entry: Entry) -> Call:
    """What `fold_call` makes of a single event, without looking for greater ones: most calls of an import
    and many of a live feed are this, and it is a third of the work. A property test holds the two equal.
    """
    event = entry.event
    assert isinstance(event, CallEvent)
    status, occurred = event.call_status, entry.occurred_at
    created, start, end, length_ms = event.creation_time, event.start_time, event.end_time, event.duration_ms
    creation, start_time, end_time, duration_ms, marks = call_times(
        status,
        None if created is UNSET else created,
        None if start is UNSET else start,
        None if end is UNSET else end,
        None,
        None if length_ms is UNSET else length_ms,
        None if end is UNSET and length_ms is UNSET and occurred in (start, created) else occurred,
        occurred,
        start is not UNSET,
    )
    return Call(
        call_id=event.call_id,
        call_status=status,
        creation_time=creation,
        start_time=start_time,
        end_time=end_time,
        duration_ms=duration_ms,
        # fields: fold of a single event of a call
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
        # end of fields
        source=entry.source,
        void=event.void is True,
        time_marks=marks,
    )

"""A call's events → the call. `docs/explain/the-fold.md` explains the rules; none depends on a platform."""

from __future__ import annotations

from bisect import bisect_right, insort
from collections.abc import Callable, Sequence
from itertools import islice
from operator import attrgetter, itemgetter
from typing import Any

from msgspec import UNSET

from callboard.clock import Micros
from callboard.fold.call_times import Times, call_times, ends_nothing
from callboard.fold.facts import MappingFacts, own_facts
from callboard.fold.stamp import Stamp, stamp, yielding, yielding_to_earlier
from callboard.model.call import COUNTED, NO_STATUS, WITHDRAWN, Call
from callboard.model.event import CallEvent, Entry, GroupEnd, TaskEvent
from callboard.model.fields import folded
from callboard.model.words import FINAL_CALL

_FACTS = folded("call", "greatest")
"""Fields that the greatest event (by stamp) that carries them decides."""
_facts_of: Callable[[CallEvent], tuple[Any, ...]] = attrgetter(*_FACTS)
_MAPPINGS = folded("call", "keys")
"""Objects whose keys are decided one by one."""
_END_FACTS = (("end_time", "end_time"), ("duration_ms", "call_duration"))
"""Taken from events of the winning status first, then from other final events of the winner's standing; with
the names that `rough` has for them."""
_OTHER_FINAL_STATUSES = {status: tuple(sorted(FINAL_CALL - {status})) for status in FINAL_CALL}

_NO_TIMES: Times = (0, None, None, None, 0)
LatestValue = tuple[Stamp, Any]
"""The value that an event states for a field, with the stamp of the event."""
_STAMP = itemgetter(0)


def fold_call(entries: Sequence[Entry]) -> Call:
    """The call that a set of events makes: the same for any order of `entries`. At least one of them must be
    of the call itself; others may be ends that were said of its group.
    """
    if len(entries) == 1 and entries[0].event.call_status:  # type: ignore[union-attr]
        return _fold_single(entries[0])
    fold = CallFold()
    for entry in entries:
        fold.add(entry)
    return fold.row()


class CallFold:
    """Takes a call's events in any order, each once; `row` gives the call that they make so far."""

    __slots__ = (
        "_call_id",
        "_earliest",
        "_ends",
        "_facts",
        "_final",
        "_greatest",
        "_has_duration",
        "_latest_live",
        "_mappings",
        "_source_reason",
        "_source_reason_status",
        "_stamp",
        "_stamps",
    )

    def __init__(self) -> None:
        self._call_id = ""
        self._facts: dict[str, Any] = {}
        """Field → its value in the greatest event that carries it."""
        self._stamps: dict[str, Stamp] = {}
        """Field → the stamp of that event."""
        self._ends: dict[tuple[Any, ...], LatestValue] = {}
        """(field, status), and for final events also (field, status, standing) → the value in the greatest of
        these events that carries the field."""
        self._mappings: dict[str, MappingFacts] = {}
        """Only objects that some event carries: most calls have none."""
        self._source_reason: Stamp | None = None
        """The stamp of the greatest event that carries a word of its source for the end."""
        self._source_reason_status = ""
        self._greatest: Entry | None = None
        self._stamp: Stamp | None = None
        self._earliest: Micros | None = None
        self._final: list[tuple[Stamp, Micros, bool]] = []
        """The final events in stamp order: when each occurred, and whether it says nothing about the end."""
        self._latest_live: Stamp | None = None
        """The stamp of the greatest event that is not final."""
        self._has_duration = False
        """Whether a final event states a duration."""

    def add(self, entry: Entry) -> None:
        """Fold one more event in."""
        event, at = entry.event, entry.stamp or stamp(entry)
        assert not isinstance(event, TaskEvent)
        rough = event.rough or ()
        if event.source_end_reason is not UNSET:
            self._add_source_reason(event, at)
        if event.__class__ is not GroupEnd:
            assert isinstance(event, CallEvent)
            self._call_id = event.call_id
            for name, value in zip(_FACTS, _facts_of(event), strict=True):
                # Most events leave out most fields: the test here saves a function call for each of them.
                if value is not UNSET:
                    self._fact(name, _rough_weight(name, at, value) if name in rough else at, value)
            for name in _MAPPINGS:
                value = getattr(event, name)
                if value is not UNSET:
                    self._mappings.setdefault(name, MappingFacts()).record(at, value)
            if not event.call_status:
                return  # facts decide neither the status nor when anything was
        if self._stamp is None or at > self._stamp:
            self._greatest, self._stamp = entry, at
        occurred = entry.occurred_at
        if self._earliest is None or occurred < self._earliest:
            self._earliest = occurred
        self._add_end(event, at, occurred)

    def _fact(self, name: str, at: Stamp, value: Any) -> None:
        current = self._stamps.get(name)
        if current is None or at > current:
            self._stamps[name] = at
            self._facts[name] = value

    def _add_source_reason(self, event: CallEvent | GroupEnd, at: Stamp) -> None:
        """The word is that of events with the status of the greatest that carries one, as a finer word for
        another end than that says nothing of it.
        """
        status = event.call_status
        if self._source_reason is None or at > self._source_reason:
            self._source_reason, self._source_reason_status = at, status
        weight = yielding(at) if "source_end_reason" in (event.rough or ()) else at
        _record(self._ends, ("source_end_reason", status), weight, event.source_end_reason)

    @property
    def greatest(self) -> Entry | None:
        """The greatest event with a status so far."""
        return self._greatest

    def _add_end(self, event: CallEvent | GroupEnd, at: Stamp, occurred: Micros) -> None:
        """Record what the event states about the end of the call."""
        status, ends = event.call_status, self._ends
        final = status in FINAL_CALL
        if event.end_reason is not UNSET:
            weight = yielding(at) if "end_reason" in (event.rough or ()) else at
            _record(ends, ("end_reason", status), weight, event.end_reason)
        for name, rough_name in _END_FACTS:
            value = getattr(event, name)
            if value is not UNSET:
                weight = yielding(at) if rough_name in (event.rough or ()) else at
                _record(ends, (name, status), weight, value)
                if final:
                    _record(ends, (name, status, event.standing), weight, value)
        if final:
            insort(self._final, (at, occurred, ends_nothing(event, occurred)))
            self._has_duration = self._has_duration or isinstance(event.duration_ms, int)
        elif self._latest_live is None or at > self._latest_live:
            self._latest_live = at

    def row(self) -> Call:
        """The call; at least one event is needed."""
        greatest, known = self._greatest, self._facts.get
        if greatest is None:
            # Only facts. The columns of a status and a creation have to hold something.
            status, source, place = "queued", "", NO_STATUS
            creation, start, end, duration_ms, marks = _NO_TIMES
        else:
            event = greatest.event
            assert isinstance(event, CallEvent | GroupEnd)
            status, source = event.call_status, greatest.least_source or greatest.source
            place = WITHDRAWN if known("void") else COUNTED
            creation, start, end, duration_ms, marks = self._times(event)
        return Call(
            self._call_id,
            status,
            creation,
            start,
            end,
            duration_ms,
            # fields: fold of the facts of a call
            known("call_type"),
            known("source_number"),
            known("destination_number"),
            self._ended(("end_reason", status)),
            self._ended(("source_end_reason", self._source_reason_status)),
            known("answered_by"),
            known("agent"),
            known("task_id"),
            self._joined("external_ids"),
            self._joined("metadata"),
            known("outcome"),
            known("cost_micros"),
            known("cost_currency"),
            known("billed_ms"),
            known("group_ids"),
            known("group_rank"),
            # end of fields
            source,
            place,
            None,
            marks,
        )

    def _joined(self, name: str) -> dict[str, Any] | None:
        mapping = self._mappings.get(name)
        return None if mapping is None else mapping.known()

    def _ended(self, key: tuple[Any, ...]) -> Any:
        current = self._ends.get(key)
        return None if current is None else current[1]

    def _times(self, winner: CallEvent | GroupEnd) -> Times:
        status, earliest = winner.call_status, self._earliest
        assert earliest is not None
        end, length_ms = self._ended(("end_time", status)), self._ended(("duration_ms", status))
        less_certain_end = inferred_end = rough_length_ms = None
        if status in FINAL_CALL:
            rough_end = None
            if self._is_rough(("end_time", status)):
                end, rough_end = None, end
            if self._is_rough(("duration_ms", status)):
                length_ms, rough_length_ms = None, length_ms
            if length_ms is None:
                length_ms, other_status = self._from_other_final_events(
                    "duration_ms", winner, excluded="missed"
                )
                is_rough = self._is_rough(("duration_ms", other_status, winner.standing))
                counts = length_ms is not None and not (is_rough and rough_length_ms is not None)
                if end is None and counts and not self._is_rough(("end_time", other_status)):
                    # The end that belongs to that duration: an event that only corrects the status changes
                    # neither.
                    end = self._ended(("end_time", other_status))
                if is_rough:
                    length_ms, rough_length_ms = None, _first_known(rough_length_ms, length_ms)
            if end is None:
                less_certain_end = self._less_certain_end(winner, rough_end)
                inferred_end = self._inferred_end(winner)
        return call_times(
            status,
            self._facts.get("creation_time"),
            self._facts.get("start_time"),
            end,
            less_certain_end,
            length_ms,
            rough_length_ms,
            inferred_end,
            earliest,
            self._has_duration or "start_time" in self._facts,
        )

    def _less_certain_end(self, winner: CallEvent | GroupEnd, rough_end: Micros | None) -> Micros | None:
        """The end that another final event of the winner's standing states; else one that is known only
        roughly, first that of the winning status.
        """
        end, other_status = self._from_other_final_events("end_time", winner)
        if self._is_rough(("end_time", other_status, winner.standing)) and rough_end is not None:
            return rough_end
        found: Micros | None = rough_end if end is None else end
        return found

    def _is_rough(self, key: tuple[Any, ...]) -> bool:
        """Whether all that events state of it is known only roughly."""
        current = self._ends.get(key)
        return current is not None and current[0][0] < 0  # see `yielding`

    def _from_other_final_events(
        self, name: str, winner: CallEvent | GroupEnd, excluded: str = ""
    ) -> tuple[Any, str]:
        """The value of a field in the greatest final event of the winner's standing and another status, and
        that status.
        """
        greatest: LatestValue | None = None
        other_status = ""
        for status in _OTHER_FINAL_STATUSES[winner.call_status]:
            current = self._ends.get((name, status, winner.standing))
            if current is not None and status != excluded and (greatest is None or current[0] > greatest[0]):
                greatest, other_status = current, status
        return (None if greatest is None else greatest[1]), other_status

    def _inferred_end(self, winner: CallEvent | GroupEnd) -> Micros | None:
        """When the last uninterrupted run of final events of the winner's standing began. None when all
        events that occurred at that moment say nothing about the end. Where the call's own end won, ends of
        its group that gave way to it are none of the run.
        """
        # Less than every stamp of that standing; with a time, than those of the call's own events.
        broken_by: Any = (0, winner.standing) if winner.__class__ is GroupEnd else (0, winner.standing, 0)
        if self._latest_live is not None and self._latest_live > broken_by:
            broken_by = self._latest_live
        first = bisect_right(self._final, broken_by, key=_STAMP)
        began = self._final[first][1]
        for _, occurred, ends_nothing_then in islice(self._final, first, None):
            if occurred != began:
                break
            if not ends_nothing_then:
                return began
        return None


def _rough_weight(name: str, at: Stamp, value: Any) -> Stamp:
    return yielding_to_earlier(at, value) if name == "creation_time" else yielding(at)


def _first_known(*values: int | None) -> int | None:
    return next((each for each in values if each is not None), None)


def _record(latest: dict[Any, LatestValue], key: Any, at: Stamp, value: Any) -> None:
    current = latest.get(key)
    if current is None or at > current[0]:
        latest[key] = (at, value)


def _fold_single(entry: Entry) -> Call:
    """`fold_call` for a single event, which is all that most calls of an import and many of a live feed have.
    It compares no stamps, and takes a third of the time. A property test holds the two equal.
    """
    event = entry.event
    assert isinstance(event, CallEvent)
    status, occurred = event.call_status, entry.occurred_at
    created, start, end, length_ms = event.creation_time, event.start_time, event.end_time, event.duration_ms
    stated_end = None if end is UNSET else end
    rough = (event.rough or ()) if status in FINAL_CALL else ()
    is_rough, is_rough_length = "end_time" in rough, "call_duration" in rough
    stated_length = None if length_ms is UNSET else length_ms
    creation, start_time, end_time, duration_ms, marks = call_times(
        status,
        None if created is UNSET else created,
        None if start is UNSET else start,
        None if is_rough else stated_end,
        stated_end if is_rough else None,
        None if is_rough_length else stated_length,
        stated_length if is_rough_length else None,
        None
        if end is UNSET
        and length_ms is UNSET
        and (occurred in (start, created) or "occurred_at" in (event.rough or ()))
        else occurred,
        occurred,
        start is not UNSET,
    )
    # Positional, in the order of the struct: arguments by name would cost as much as all of the rest.
    return Call(
        event.call_id,
        status,
        creation,
        start_time,
        end_time,
        duration_ms,
        # fields: fold of a single event of a call
        None if event.call_type is UNSET else event.call_type,
        None if event.source_number is UNSET else event.source_number,
        None if event.destination_number is UNSET else event.destination_number,
        None if event.end_reason is UNSET else event.end_reason,
        None if event.source_end_reason is UNSET else event.source_end_reason,
        None if event.answered_by is UNSET else event.answered_by,
        None if event.agent is UNSET else event.agent,
        None if event.task_id is UNSET else event.task_id,
        own_facts(event.external_ids),
        own_facts(event.metadata),
        None if event.outcome is UNSET else event.outcome,
        None if event.cost_micros is UNSET else event.cost_micros,
        None if event.cost_currency is UNSET else event.cost_currency,
        None if event.billed_ms is UNSET else event.billed_ms,
        None if event.group_ids is UNSET else event.group_ids,
        None if event.group_rank is UNSET else event.group_rank,
        # end of fields
        entry.least_source or entry.source,
        WITHDRAWN if event.void is True else COUNTED,
        None,
        marks,
    )

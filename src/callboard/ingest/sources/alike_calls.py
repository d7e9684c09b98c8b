"""Finds calls of an organization that rows of a file say, whatever brought them: an import, events or hooks.

A row is compared with the calls that were made, or answered, in the second that it says, by the index of
calls by time.
"""

from __future__ import annotations

from typing import Final

from msgspec import Struct

from callboard.clock import MINUTE, SECOND, Clock, Micros
from callboard.ingest.sources.known_ids import digits_of, sample_events
from callboard.ingest.sources.plan import ImportPlan
from callboard.ingest.sources.targets import Target
from callboard.model.call import Call
from callboard.model.event import CallEvent
from callboard.store.interface import CallAt, Store
from callboard.store.questions import CallFilter, Scope, Window

CALLS_OF_A_MOMENT: Final = 200
"""Calls that a row is compared with, the latest first."""
_RINGING: Final = MINUTE
"""A call may be kept as made this long before its answer, which a row says alone."""
_FEW: Final = 0.1
"""The share of new rows that say calls which stand, by their id or a number as well."""
_MOST: Final = 0.5
"""The same by less."""


class Alike(Struct, frozen=True):
    """A row, and a call that stands and of which it says the same."""

    line: int
    event: CallEvent
    space_id: int
    call: Call
    is_told: bool
    """By the numbers, or a number and the talk time: not by a moment and a talk time alone."""

    @property
    def has_its_id(self) -> bool:
        return self.event.call_id == self.call.call_id

    @property
    def words(self) -> tuple[str, str, int]:
        """What tells it from other calls of its moment."""
        call = self.call
        return (
            digits_of(call.source_number or ""),
            digits_of(call.destination_number or ""),
            call.duration_ms or 0,
        )


class Compared(Struct, frozen=True):
    """Some rows of a file beside the calls that stand."""

    rows: int = 0
    here: tuple[Alike, ...] = ()
    """Calls under other ids in the space of their row, where they are too many for chance."""
    elsewhere: tuple[Alike, ...] = ()
    """Calls of other spaces, likewise."""


def compare(store: Store, org_id: int, plan: ImportPlan, target: Target, clock: Clock) -> Compared:
    """Look some of the file's rows up, those whose ids their space does not know. `target` must create no
    space. Raises `ImportOptionError`.
    """
    some = list(sample_events(plan, target, clock))
    own = {event.call_id for _, _, event in some}
    new = 0
    here: dict[str, Alike] = {}
    elsewhere: dict[str, Alike] = {}
    for record, space_id, event in some:
        if space_id is not None and store.call(org_id, space_id, event.call_id) is not None:
            continue
        new += 1
        for at in _around(store, org_id, event):
            found = _alike(record.line, event, at)
            if found is None:
                continue
            if at.space_id != space_id:
                if found.has_its_id or found.is_told:
                    elsewhere.setdefault(event.call_id, found)
            elif found.call.call_id not in own:
                here.setdefault(event.call_id, found)
    known = sum(each.has_its_id for each in elsewhere.values())
    return Compared(
        len(some),
        tuple(here.values()) if _are_many(list(here.values()), new) else (),
        tuple(elsewhere.values()) if known >= new * _FEW or _are_most(list(elsewhere.values()), new) else (),
    )


def _are_many(found: list[Alike], new: int) -> bool:
    told = sum(each.is_told for each in found)
    return (bool(told) and told >= new * _FEW) or _are_most(found, new)


def _are_most(found: list[Alike], new: int) -> bool:
    return len({each.words for each in found}) > 1 and len(found) >= new * _MOST


def _around(store: Store, org_id: int, event: CallEvent) -> list[CallAt]:
    """Calls of all spaces that may be the event's."""
    said = _moments(event.creation_time, event.start_time)
    if not said:
        return []
    during = CallFilter(start=min(said) - _RINGING, end=max(said) + SECOND)
    return store.calls(Scope(org_id, all_content=True), during, Window(limit=CALLS_OF_A_MOMENT))


def _alike(line: int, event: CallEvent, at: CallAt) -> Alike | None:
    """The pair, if the row says nothing else than the call, and something that not every call says."""
    call = at.call
    said, kept = (
        _moments(event.creation_time, event.start_time),
        _moments(call.creation_time, call.start_time),
    )
    if not any(abs(one - other) < SECOND for one in said for other in kept):
        return None
    length = _same_length(event.duration_ms, call.duration_ms)
    numbers = [
        _same_number(event.source_number, call.source_number),
        _same_number(event.destination_number, call.destination_number),
    ]
    if length is False or False in numbers:
        return None
    same = sum(each is True for each in numbers)
    if not same and not length and event.call_id != call.call_id:
        return None
    return Alike(line, event, at.space_id, call, is_told=same == len(numbers) or bool(same and length))


def _moments(*times: object) -> list[Micros]:
    return [each for each in times if isinstance(each, int)]


def _same_length(said: object, kept: int | None) -> bool | None:
    """None where one of them is not known, or 0: calls that nobody answered are alike."""
    if not isinstance(said, int) or not said or not kept:
        return None
    return abs(said - kept) < SECOND // 1000


def _same_number(said: object, kept: str | None) -> bool | None:
    if not isinstance(said, str) or not said or not kept:
        return None
    return digits_of(said) == digits_of(kept)

"""Finds calls of an organization that rows of a file say, whatever brought them: an import, events or hooks.

A row is compared with the calls that were made, or answered, in the second that it says, by the index of
calls by time.
"""

from __future__ import annotations

from typing import Final

from msgspec import Struct

from callboard.clock import MINUTE, SECOND, Micros
from callboard.ingest.sources.compared_rows import ComparedRow, ComparedRows
from callboard.ingest.sources.known_ids import digits_of
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
    """Some rows of a part of a file beside the calls that stand."""

    rows: int = 0
    here: tuple[Alike, ...] = ()
    """Calls under other ids in the space of their row, where they are too many for chance."""
    elsewhere: tuple[Alike, ...] = ()
    """Calls of other spaces, likewise."""


def compare(rows: ComparedRows) -> list[Compared]:
    """Look some of the file's rows up, those whose ids their space does not know: of each part of the file.

    Raises `ImportOptionError`.
    """
    own = {row.event.call_id for part in rows.parts for row in part}
    return [_compared(rows, part, own) for part in rows.parts]


def _compared(rows: ComparedRows, part: list[ComparedRow], own: set[str]) -> Compared:
    new = 0
    here: dict[str, Alike] = {}
    elsewhere: dict[str, Alike] = {}
    for row in part:
        event, space_id = row.event, row.space_id
        if (known := rows.known(row)) is not None:
            # Those that the import has brought itself were new when it was begun.
            new += space_id is not None and rows.is_own(space_id, known.call_id)
            continue
        new += 1
        for at in _around(rows.store, rows.org_id, event):
            found = _alike(row.line, event, at)
            if found is None or rows.is_own(at.space_id, at.call.call_id):
                continue
            if at.space_id != space_id:
                if found.has_its_id or found.is_told:
                    elsewhere.setdefault(event.call_id, found)
            elif found.call.call_id not in own:
                here.setdefault(event.call_id, found)
    by_id = sum(each.has_its_id for each in elsewhere.values())
    return Compared(
        len(part),
        tuple(here.values()) if _are_many(list(here.values()), new) else (),
        tuple(elsewhere.values()) if by_id >= new * _FEW or _are_most(list(elsewhere.values()), new) else (),
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

"""How many events one call or task may have: so many of any kind, and beside them a few of the kinds that a
call or task must still be able to get when it is full of others.
"""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import UNSET

from callboard.model.event import CallEvent, Event
from callboard.model.words import FINAL_CALL, FINAL_TASK

EVENTS_PER_ITEM = 1_000
"""Distinct events of one call or task, of whatever kind."""
ENDS_BESIDE = 100
"""Beside them: events that end it, with a final status."""
RETRIES_BESIDE = 100
"""Beside them: events of a task's attempts from the second on."""
VOIDS_BESIDE = 10
"""Beside them: events that withdraw it or bring it back, with `void`."""
MOST_EVENTS = EVENTS_PER_ITEM + ENDS_BESIDE + RETRIES_BESIDE + VOIDS_BESIDE

_KINDS = 8
"""Three kinds, a bit each: every event is of some, of none or of all of them."""


def places_of(ends: int, retries: int, voids: int) -> list[int]:
    """For each choice of kinds, how many places they have together."""
    return [
        ends * (choice >> 2 & 1) + retries * (choice >> 1 & 1) + voids * (choice & 1)
        for choice in range(_KINDS)
    ]


_PLACES = places_of(ENDS_BESIDE, RETRIES_BESIDE, VOIDS_BESIDE)


class Room:
    """Counts the events of one call or task by what kinds they are of."""

    __slots__ = ("_of_kinds", "_total")

    def __init__(self, events: Iterable[Event]) -> None:
        self._of_kinds = [0] * _KINDS
        self._total = 0
        for event in events:
            self.take(event)

    def take(self, event: Event) -> None:
        """One event more."""
        self._of_kinds[_kinds(event)] += 1
        self._total += 1

    def has_room(self, event: Event) -> bool:
        """Whether there is a place for one event more."""
        self._of_kinds[_kinds(event)] += 1
        fits = self._total + 1 - self._most_beside() <= EVENTS_PER_ITEM
        self._of_kinds[_kinds(event)] -= 1
        return fits

    def _most_beside(self) -> int:
        """How many of the events can be placed beside the thousand, when each that is of several kinds is
        counted to the kind that leaves the most room for the others. So what there is room for does not
        depend on the order in which events came.

        By Hall's theorem: choose some kinds whose places are all taken; every event that is of another kind
        as well has a place there. The choice with the fewest is how many find one.
        """
        return min(
            _PLACES[full] + sum(self._of_kinds[kinds] for kinds in range(_KINDS) if kinds & ~full)
            for full in range(_KINDS)
        )


def _kinds(event: Event) -> int:
    """The kinds that an event is of, a bit each: it ends, it is of a later attempt, it has `void`."""
    if isinstance(event, CallEvent):
        ends, retries = event.call_status in FINAL_CALL, False
    else:
        ends, retries = event.status in FINAL_TASK, event.attempt > 1
    return ends << 2 | retries << 1 | (event.void is not UNSET)

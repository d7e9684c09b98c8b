"""The bound on the number of events of one call or task.

There are `EVENTS_PER_ITEM` places for events of any kind, and extra places for three kinds that must still be
accepted when those are taken: events that end the item, retry it or withdraw it.
"""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import UNSET

from callboard.model.event import Event, TaskEvent
from callboard.model.words import FINAL_CALL, FINAL_TASK

EVENTS_PER_ITEM = 1_000
"""Places for distinct events of any kind."""
EXTRA_END_EVENTS = 100
"""Extra places for events with a final status."""
EXTRA_RETRY_EVENTS = 100
"""Extra places for events of a task's second and later attempts."""
EXTRA_VOID_EVENTS = 10
"""Extra places for events that carry `void`: they withdraw the item or bring it back."""
ENDS_PER_GROUP = 100
"""Places for ends that are said of one group. They are not counted with the events of its calls."""
MAX_EVENTS_PER_ITEM = EVENTS_PER_ITEM + EXTRA_END_EVENTS + EXTRA_RETRY_EVENTS + EXTRA_VOID_EVENTS

_KINDS = 8
"""The sets of the three kinds, as 3-bit numbers. An event may be of several kinds, or of none."""


def extra_quota(ends: int, retries: int, voids: int) -> list[int]:
    """For each set of kinds, how many extra places these kinds have together."""
    return [
        ends * (choice >> 2 & 1) + retries * (choice >> 1 & 1) + voids * (choice & 1)
        for choice in range(_KINDS)
    ]


# Computed once: `has_room` looks these up for every event of a full item.
_EXTRA_QUOTA = extra_quota(EXTRA_END_EVENTS, EXTRA_RETRY_EVENTS, EXTRA_VOID_EVENTS)


class EventQuota:
    """The events of one call or task, counted by their set of kinds."""

    __slots__ = ("_by_kinds", "_total")

    def __init__(self, events: Iterable[Event]) -> None:
        self._by_kinds = [0] * _KINDS
        self._total = 0
        for event in events:
            self.add(event)

    def add(self, event: Event) -> None:
        """Count one more event."""
        self._by_kinds[_kinds(event)] += 1
        self._total += 1

    def has_room(self, event: Event) -> bool:
        """Whether one more event has a place."""
        # The event itself can take an extra place: count it in for the test, then take it out again.
        self._by_kinds[_kinds(event)] += 1
        fits = self._total + 1 - self._extra_placed() <= EVENTS_PER_ITEM
        self._by_kinds[_kinds(event)] -= 1
        return fits

    def _extra_placed(self) -> int:
        """How many of the events fit into the extra places, with each event of several kinds put where it
        leaves the most room for the others. So acceptance does not depend on the order of arrival.

        This is a maximum matching of events to places. By Hall's theorem (max-flow min-cut) its size is the
        minimum, over all sets `full` of kinds, of the places of these kinds plus the events that are also of
        some other kind. With three kinds there are only eight sets to try.
        """
        return min(
            _EXTRA_QUOTA[full] + sum(self._by_kinds[kinds] for kinds in range(_KINDS) if kinds & ~full)
            for full in range(_KINDS)
        )


def _kinds(event: Event) -> int:
    """The set of kinds of an event as bits: 4 final status, 2 later attempt, 1 carries `void`."""
    if isinstance(event, TaskEvent):
        ends, retries = event.status in FINAL_TASK, event.attempt > 1
    else:
        ends, retries = event.call_status in FINAL_CALL, False
    return ends << 2 | retries << 1 | (event.void is not UNSET)

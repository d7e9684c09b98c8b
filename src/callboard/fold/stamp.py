"""The stamp of an event: its place in the total order of the events of a call or task.

A stamp is (attempt for tasks, standing, occurred_at, sequence or -1, rank of the status, status by alphabet,
digest of the canonical event), compared from left to right. It depends on the event alone, never on when it
arrived. The digest orders events that agree in everything else; events with equal digests are one event.

An end that was said of a group, with a standing above 0, comes before all of the call's own events of that
standing, whenever either happened: it ends calls that are still live, and overrides no end of their own.
`docs/explain/the-fold.md` gives the reason for each part.
"""

from __future__ import annotations

from hashlib import blake2b

from callboard.clock import Micros
from callboard.model.event import Entry, GroupEnd, TaskEvent
from callboard.model.words import CALL_RANK, TASK_RANK

_RANK = {**CALL_RANK, "": -1}
"""Facts without a status rank below every status."""

_BEFORE_OWN = 1 << 60
"""Microseconds, more than any event states: taken off the time of an end that was said of a group."""

Stamp = tuple[int, int, int, int, int, str, bytes]


def stamp(entry: Entry) -> Stamp:
    """The stamp of an entry's event."""
    # Kept on the entry: an entry may be folded more than once, and the digest is the costly part.
    if entry.stamp is None:
        entry.stamp = _stamp(entry)
    return entry.stamp


def yielding(at: Stamp) -> Stamp:
    """The stamp of what a call's event knows only roughly: less than all others of the call, and among its
    like in their order.
    """
    return (-1, *at[1:])


def yielding_to_earlier(at: Stamp, told: Micros | None) -> Stamp:
    """The stamp of a time that a call's event knows only roughly, where the earliest of such times counts."""
    return (-1, -_BEFORE_OWN if told is None else -told, *at[2:])


def _stamp(entry: Entry) -> Stamp:
    event = entry.event
    sequence = event.sequence
    attempt, rank = (
        (event.attempt, TASK_RANK[event.status])
        if isinstance(event, TaskEvent)
        else (0, _RANK[event.call_status])
    )
    occurred = entry.occurred_at
    if event.__class__ is GroupEnd and event.standing > 0:
        occurred -= _BEFORE_OWN
    return (
        attempt,
        event.standing,
        occurred,
        sequence if isinstance(sequence, int) else -1,
        rank,
        event.status if isinstance(event, TaskEvent) else event.call_status,
        # Of the canonical form, which has no receipt: the same event sent twice has the same digest.
        blake2b(entry.body, digest_size=16).digest(),
    )

"""The order of events that the fold rests on: total, and a function of the events alone.

(attempt for tasks, standing, occurred_at, sequence or -1, rank of the status, status by alphabet, digest of
the canonical event). The digest separates events that agree in all the rest; equal digests are one event.
"""

from __future__ import annotations

from hashlib import blake2b

from callboard.model.event import CallEvent, Entry
from callboard.model.words import CALL_RANK, TASK_RANK

Stamp = tuple[int, int, int, int, int, str, bytes]


def stamp(entry: Entry) -> Stamp:
    """The entry's place in the order of its call's or task's events."""
    if entry.stamp is None:
        entry.stamp = _stamp(entry)
    return entry.stamp


def _stamp(entry: Entry) -> Stamp:
    event = entry.event
    sequence = event.sequence
    attempt, rank = (
        (0, CALL_RANK[event.call_status])
        if isinstance(event, CallEvent)
        else (event.attempt, TASK_RANK[event.status])
    )
    return (
        attempt,
        event.standing,
        entry.occurred_at,
        sequence if isinstance(sequence, int) else -1,
        rank,
        event.call_status if isinstance(event, CallEvent) else event.status,
        blake2b(entry.body, digest_size=16).digest(),
    )

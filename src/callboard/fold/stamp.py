"""The stamp of an event: its place in the total order of the events of a call or task.

A stamp is (attempt for tasks, standing, occurred_at, sequence or -1, rank of the status, status by alphabet,
digest of the canonical event), compared from left to right. It depends on the event alone, never on when it
arrived. The digest orders events that agree in everything else; events with equal digests are one event.
`docs/explain/the-fold.md` gives the reason for each part.
"""

from __future__ import annotations

from hashlib import blake2b

from callboard.model.event import CallEvent, Entry
from callboard.model.words import CALL_RANK, TASK_RANK

Stamp = tuple[int, int, int, int, int, str, bytes]


def stamp(entry: Entry) -> Stamp:
    """The stamp of an entry's event."""
    # Kept on the entry: an entry may be folded more than once, and the digest is the costly part.
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
        # Of the canonical form, which has no receipt: the same event sent twice has the same digest.
        blake2b(entry.body, digest_size=16).digest(),
    )

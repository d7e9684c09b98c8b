"""Updates of one task (`PATCH`), which may leave out its attempt, status and time.

What is left out is filled in under the space's lock from the task as it is then, and the result is stored as
a normal event whose `left` says which fields were filled in. So a retry is recognised as a duplicate even if
the task has changed in between.
"""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import UNSET, structs

from callboard.model.event import (
    CURRENT_ATTEMPT,
    CURRENT_STATUS,
    LEFT_ATTEMPT,
    LEFT_OCCURRED_AT,
    LEFT_STATUS,
    Entry,
    Event,
    TaskEvent,
    canonical,
)
from callboard.model.task import Task
from callboard.model.words import FINAL_TASK


def needs_resolving(event: Event) -> bool:
    """Whether the event means "the current attempt" or "the current status", and must be resolved."""
    return isinstance(event, TaskEvent) and (
        event.attempt == CURRENT_ATTEMPT or event.status == CURRENT_STATUS
    )


def resolved(event: TaskEvent, task: Task) -> TaskEvent:
    """The event with its attempt and status filled in from `task`, the task as it is now.

    An event that names another attempt and no status begins that attempt: pending.
    """
    attempt = task.attempt if event.attempt == CURRENT_ATTEMPT else event.attempt
    status, word = event.status, event.source_status
    if status == CURRENT_STATUS:
        is_current = attempt == task.attempt
        status, word = (task.status, task.source_status) if is_current else ("pending", "pending")
    return structs.replace(
        event, attempt=attempt, status=status, source_status=word, standing=_standing(status)
    )


def is_same_update(received: Event, stored: Event) -> bool:
    """Whether the stored event `stored` came from an event or update with the same content as `received`.

    Two updates are the same only if they left out the same fields. An update and an event of `events/`, which
    cannot leave these fields out, are the same if the update agrees with the event in all it states.
    """
    # Calls have no updates; for them only equal bytes are the same.
    if not isinstance(received, TaskEvent) or not isinstance(stored, TaskEvent):
        return False
    if received.left is not UNSET and stored.left is not UNSET and received.left != stored.left:
        return False
    return canonical(_filled(received, stored)) == canonical(stored)


def find_earlier(received: Entry, entries: Iterable[Entry]) -> Entry | None:
    """The entry that an earlier sending of the same update was stored as; None when there is none.

    Only for updates without an `event_id`. An update that states no time is never a repeat: it happened when
    it was received, so each sending is an update of its own.
    """
    event = received.event
    # `left` is unset when nothing was left out; the caller has then compared the bytes already.
    if not isinstance(event, TaskEvent) or event.left is UNSET or event.left & LEFT_OCCURRED_AT:
        return None
    return next((entry for entry in entries if is_same_update(event, entry.event)), None)


def is_stored(received: Entry, entries: Iterable[Entry]) -> bool:
    """Whether `entries`, the events of its task, hold an earlier sending of it, or any event with its
    `event_id`. With other content under the same id the answer is yes too: the commit rejects the conflict.
    """
    every = list(entries)
    event_id = received.event.event_id
    if isinstance(event_id, str):
        return any(entry.event.event_id == event_id for entry in every)
    return find_earlier(received, every) is not None or any(entry.body == received.body for entry in every)


def _filled(received: TaskEvent, stored: TaskEvent) -> TaskEvent:
    """`received`, with the fields that it left out taken from `stored`."""
    left = 0 if received.left is UNSET else received.left
    if received.occurred_at is UNSET and stored.left is not UNSET:
        # An event of `events/` without a time and an update without one both happened when received.
        left |= stored.left & LEFT_OCCURRED_AT
    status = stored.status if left & LEFT_STATUS else received.status
    return structs.replace(
        received,
        attempt=stored.attempt if left & LEFT_ATTEMPT else received.attempt,
        status=status,
        source_status=stored.source_status if left & LEFT_STATUS else received.source_status,
        standing=stored.standing if left & LEFT_STATUS else received.standing,
        occurred_at=stored.occurred_at if left & LEFT_OCCURRED_AT else received.occurred_at,
        left=stored.left,
    )


def _standing(status: str) -> int:
    # The same as `ingest/normalise.py` gives a task event: nothing that is sent can set a task's standing.
    return 2 if status in FINAL_TASK else 0

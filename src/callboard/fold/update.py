"""An update of one task, which may leave out what a task event has to say: it is resolved under the space's
lock, against the task as it then stands, and kept as what it meant, with a mark of what it had left out.

So what was sent can be told again from what is kept: an update that is sent a second time is known, whatever
became of the task in between.
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


def is_open(event: Event) -> bool:
    """Whether it says "the current attempt" or "the status as it is"."""
    return isinstance(event, TaskEvent) and (
        event.attempt == CURRENT_ATTEMPT or event.status == CURRENT_STATUS
    )


def resolved(event: TaskEvent, task: Task) -> TaskEvent:
    """A "current attempt" or "status as it is", as the task stands now. Another attempt named without a
    status is one that begins: pending.
    """
    attempt = task.attempt if event.attempt == CURRENT_ATTEMPT else event.attempt
    status, word = event.status, event.source_status
    if status == CURRENT_STATUS:
        is_current = attempt == task.attempt
        status, word = (task.status, task.source_status) if is_current else ("pending", "pending")
    return structs.replace(
        event, attempt=attempt, status=status, source_status=word, standing=_standing(status)
    )


def says_the_same(sent: Event, kept: Event) -> bool:
    """Whether `kept` is what was made of something that was sent exactly like `sent`.

    Two updates say the same only when they left out the same. One that is compared with an event of the
    other way in (`events/`, which knows no "current") says the same when what it states is the same.
    """
    if not isinstance(sent, TaskEvent) or not isinstance(kept, TaskEvent):
        return False
    if sent.left is not UNSET and kept.left is not UNSET and sent.left != kept.left:
        return False
    return canonical(_filled(sent, kept)) == canonical(kept)


def kept_of(sent: Entry, entries: Iterable[Entry]) -> Entry | None:
    """The entry among these that an earlier sending of an update became; for one without an `event_id`. One
    that left out when it happened is a new one each time: it happened now.
    """
    event = sent.event
    if not isinstance(event, TaskEvent) or event.left is UNSET or event.left & LEFT_OCCURRED_AT:
        return None
    return next((entry for entry in entries if says_the_same(event, entry.event)), None)


def is_kept(sent: Entry, entries: Iterable[Entry]) -> bool:
    """Whether an earlier sending of it is among the events of its task, or another one under its `event_id`
    (then it is for the commit to refuse it).
    """
    every = list(entries)
    event_id = sent.event.event_id
    if isinstance(event_id, str):
        return any(entry.event.event_id == event_id for entry in every)
    return kept_of(sent, every) is not None or any(entry.body == sent.body for entry in every)


def _filled(sent: TaskEvent, kept: TaskEvent) -> TaskEvent:
    """What was sent, with what it left out taken from what is kept."""
    left = 0 if sent.left is UNSET else sent.left
    if sent.occurred_at is UNSET and kept.left is not UNSET:
        left |= kept.left & LEFT_OCCURRED_AT  # both mean: when it is received
    status = kept.status if left & LEFT_STATUS else sent.status
    return structs.replace(
        sent,
        attempt=kept.attempt if left & LEFT_ATTEMPT else sent.attempt,
        status=status,
        source_status=kept.source_status if left & LEFT_STATUS else sent.source_status,
        standing=kept.standing if left & LEFT_STATUS else sent.standing,
        occurred_at=kept.occurred_at if left & LEFT_OCCURRED_AT else sent.occurred_at,
        left=kept.left,
    )


def _standing(status: str) -> int:
    return 2 if status in FINAL_TASK else 0

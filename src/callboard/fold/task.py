"""A task's events → the task. A higher attempt is the only way out of a final status."""

from __future__ import annotations

from collections.abc import Sequence

from callboard.clock import Micros
from callboard.fold.facts import latest
from callboard.fold.stamp import by_stamp, task_event
from callboard.model.event import Entry
from callboard.model.task import Task


def fold_task(entries: Sequence[Entry]) -> Task:
    """The task that a set of events makes: the same for any order of `entries`. At least one is needed."""
    ordered = by_stamp(entries)
    falling = [task_event(entry) for entry in reversed(ordered)]
    greatest = falling[0]
    this_attempt = [event for event in falling if event.attempt == greatest.attempt]
    created = latest(falling, "created")
    if created is None:
        created = min(entry.occurred_at for entry in ordered)
    scheduled = latest(this_attempt, "scheduled_at")
    return Task(
        task_id=greatest.task_id,
        status=greatest.status,
        source_status=greatest.source_status,
        attempt=greatest.attempt,
        created=created,
        modified=max(entry.occurred_at for entry in ordered),
        run_id=latest(falling, "run_id"),
        assignee=latest(falling, "assignee"),
        execution_type=latest(falling, "execution_type"),
        scheduled_at=scheduled,
        failure_reason=latest(this_attempt, "failure_reason"),
        input=latest(falling, "input"),
        output=latest(this_attempt, "output"),
        waiting_since=_waiting_since(ordered, greatest.status, created, scheduled),
        void=bool(latest(falling, "void")),
    )


def _waiting_since(
    ordered: Sequence[Entry], status: str, created: Micros, scheduled: Micros | None
) -> Micros | None:
    if status == "pending":
        return created if scheduled is None else scheduled
    if status != "running":
        return None
    attempt = task_event(ordered[-1]).attempt
    return min(
        entry.occurred_at
        for entry in ordered
        if task_event(entry).attempt == attempt and task_event(entry).status == "running"
    )

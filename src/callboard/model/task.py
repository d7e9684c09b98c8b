"""A task: the row that the fold makes of its events, and when it is stuck."""

from __future__ import annotations

from typing import Any, ClassVar

from msgspec import Struct

from callboard.clock import MINUTE, Micros


class Task(Struct, frozen=True):
    """One task. `None` means unknown."""

    group_ids: ClassVar[None] = None
    external_ids: ClassVar[None] = None

    task_id: str
    status: str
    source_status: str
    attempt: int
    created: Micros
    """The time at which the task is counted."""
    modified: Micros
    # fields: row of a task
    run_id: str | None = None
    assignee: str | None = None
    execution_type: str | None = None
    scheduled_at: Micros | None = None
    failure_reason: str | None = None
    input: dict[str, Any] | None = None
    output: dict[str, Any] | None = None
    # end of fields
    status_since: Micros | None = None
    """When its current attempt took its current status; None for a final status."""
    waiting_since: Micros | None = None
    """When its space's limit began to run: `status_since`, or for a pending task `scheduled_at` if that is
    later. None for a final status."""
    void: bool = False


CALL_ENDED_FOR: Micros = MINUTE
"""How long a task may stay open after its call ended: its runner still has to report the result."""


class Stuck(Struct, frozen=True):
    """Why a task counts as stuck."""

    reason: str
    """`running_too_long` or `pending_too_long`."""
    since: Micros
    """When its current attempt took its current status. The limit may run from later: `waiting_since`."""
    age_s: int
    """Whole seconds since then."""


def stuck(task: Task, now: Micros, running_after_s: int, pending_after_s: int) -> Stuck | None:
    """Whether the task is stuck at `now`, by its space's limits (seconds): longer than them, not as long."""
    if task.waiting_since is None or task.status_since is None:
        return None
    limit_s = running_after_s if task.status == "running" else pending_after_s
    if now - task.waiting_since <= limit_s * 1_000_000:
        return None
    return Stuck(f"{task.status}_too_long", task.status_since, max(0, now - task.status_since) // 1_000_000)

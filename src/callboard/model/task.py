"""A task as it stands: what the fold makes of its events; and what makes it stuck."""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from callboard.clock import MINUTE, Micros


class Task(Struct, frozen=True):
    """One task. `None` is "not known"."""

    task_id: str
    status: str
    source_status: str
    attempt: int
    created: Micros
    """Places the task in time."""
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
    """When its present attempt took its present status; none once that is final."""
    waiting_since: Micros | None = None
    """Since when its space's limit runs: `status_since`; for a pending task its `scheduled_at` when that is
    later. Final: none."""
    void: bool = False


CALL_ENDED_FOR: Micros = MINUTE
"""How long a task may stay open after its call ended: its runner has a word to say on that."""


class Stuck(Struct, frozen=True):
    """Why a task counts as stuck."""

    reason: str
    """`running_too_long` or `pending_too_long`."""
    since: Micros
    """When its present attempt took its present status. The limit may run from later: `waiting_since`."""
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

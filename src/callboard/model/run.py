"""A run: tasks created together. Its status is derived from theirs."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from callboard.clock import Micros


class Run(Struct, frozen=True, kw_only=True):
    """One run, with the number of its tasks in each status."""

    run_id: str
    space_id: int
    created: Micros
    modified: Micros
    collection_ref: str | None = None
    run_mode: str | None = None
    batch_count: int = 0
    """How many requests registered tasks under this run; 0 when it is known only from task events."""
    pending: int = 0
    running: int = 0
    completed: int = 0
    failed: int = 0

    @property
    def total_tasks(self) -> int:
        return self.pending + self.running + self.completed + self.failed

    @property
    def task_status_breakdown(self) -> dict[str, int]:
        return {
            "pending": self.pending,
            "running": self.running,
            "completed": self.completed,
            "failed": self.failed,
        }

    @property
    def status(self) -> str:
        return run_status(self.task_status_breakdown)


def run_status(breakdown: Mapping[str, int]) -> str:
    """All tasks pending, or no task yet → pending; else any pending or running → running; all failed →
    failed; else completed.
    """
    total = sum(breakdown.values())
    if breakdown["pending"] == total:
        return "pending"
    if breakdown["pending"] or breakdown["running"]:
        return "running"
    return "failed" if breakdown["failed"] == total else "completed"

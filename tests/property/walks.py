"""Lists walked whole, by pages and by positions."""

from __future__ import annotations

from typing import Any

from callboard.store.interface import CallAt, Store, TaskAt
from callboard.store.questions import CallFilter, Position, Scope, TaskFilter, Window

PAGE = 3


def calls(store: Store, scope: Scope, where: CallFilter) -> list[CallAt]:
    """All calls a filter takes; both walks, and the count, say the same."""
    paged: list[CallAt] = []
    while page := store.calls(scope, where, Window(limit=PAGE, offset=len(paged))):
        paged += page
    walked: list[CallAt] = []
    after: Position | None = None
    while page := store.calls(scope, where, Window(limit=PAGE, after=after)):
        walked += page
        last = page[-1]
        after = Position(last.call.creation_time, last.call.call_id, last.space_id)
    assert walked == paged
    assert store.count_calls(scope, where) == len(walked)
    return walked


def tasks(store: Store, scope: Scope, where: TaskFilter) -> list[TaskAt]:
    """All tasks a filter takes."""
    paged: list[TaskAt] = []
    while page := store.tasks(scope, where, Window(limit=PAGE, offset=len(paged))):
        paged += page
    walked: list[TaskAt] = []
    after: Position | None = None
    while page := store.tasks(scope, where, Window(limit=PAGE, after=after)):
        walked += page
        last = page[-1]
        after = Position(last.task.created, last.task.task_id, last.space_id)
    assert walked == paged
    assert store.count_tasks(scope, where) == len(walked)
    return walked


def runs(store: Store, org_id: int, space_id: int) -> list[Any]:
    """All runs of a space."""
    paged: list[Any] = []
    while page := store.runs(org_id, space_id, Window(limit=PAGE, offset=len(paged))):
        paged += page
    walked: list[Any] = []
    after: Position | None = None
    while page := store.runs(org_id, space_id, Window(limit=PAGE, after=after)):
        walked += page
        after = Position(page[-1].created, page[-1].run_id, space_id)
    assert walked == paged
    assert store.count_runs(org_id, space_id) == len(walked)
    return walked

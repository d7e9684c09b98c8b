"""Lists and their counts, by keyset pagination. Newest first, ties by id, then by space: a total order, so
that pages neither repeat nor miss a row.

SQLite gets the index of each list as a hint: without statistics its planner takes the primary key, and sorts
all of an organization's rows to show twenty of them.
"""

from __future__ import annotations

from typing import LiteralString

from callboard.store.interface import CallAt, TaskAt
from callboard.store.questions import CallFilter, Scope, TaskFilter, Window
from callboard.store.sql.counting import count_calls_in_cells, count_tasks_in_cells
from callboard.store.sql.database import Database
from callboard.store.sql.filters import after_position, calls_where, tasks_where
from callboard.store.sql.rows import CALL_COLUMNS, TASK_COLUMNS, call_of, task_of


def list_calls(db: Database, scope: Scope, where: CallFilter, window: Window) -> list[CallAt]:
    """One page of the calls in scope."""
    conditions = calls_where(db.dialect, scope, where)
    after_position(conditions, "creation_time", "call_id", window.after)
    sql = (
        f"SELECT space_id, {CALL_COLUMNS} FROM call{db.dialect.indexed(_call_index(scope, where))} "
        f"WHERE {conditions.where} ORDER BY creation_time DESC, call_id, space_id LIMIT :limit OFFSET :offset"
    )
    found = db.select(sql, {**conditions.values, "limit": window.limit, "offset": window.offset})
    return [CallAt(row[0], call_of(row[1:])) for row in found]


def count_calls(db: Database, scope: Scope, where: CallFilter) -> int:
    """How many calls are in scope: from counters where these can answer, else by counting rows."""
    counted = count_calls_in_cells(db, scope, where)
    if counted is not None:
        return counted
    conditions = calls_where(db.dialect, scope, where)
    sql = f"SELECT count(*) FROM call{db.dialect.indexed(_call_index(scope, where))} WHERE {conditions.where}"
    return int(db.select_value(sql, conditions.values))


def list_tasks(db: Database, scope: Scope, where: TaskFilter, window: Window) -> list[TaskAt]:
    """One page of the tasks in scope."""
    conditions = tasks_where(db.dialect, scope, where)
    after_position(conditions, "created", "task_id", window.after)
    sql = (
        f"SELECT space_id, {TASK_COLUMNS} FROM task{db.dialect.indexed(_task_index(scope, where))} "
        f"WHERE {conditions.where} ORDER BY created DESC, task_id, space_id LIMIT :limit OFFSET :offset"
    )
    found = db.select(sql, {**conditions.values, "limit": window.limit, "offset": window.offset})
    return [TaskAt(row[0], task_of(row[1:])) for row in found]


def count_tasks(db: Database, scope: Scope, where: TaskFilter) -> int:
    """How many tasks are in scope: from counters where these can answer, else by counting rows."""
    counted = count_tasks_in_cells(db, scope, where)
    if counted is not None:
        return counted
    conditions = tasks_where(db.dialect, scope, where)
    sql = f"SELECT count(*) FROM task{db.dialect.indexed(_task_index(scope, where))} WHERE {conditions.where}"
    return int(db.select_value(sql, conditions.values))


def _call_index(scope: Scope, where: CallFilter) -> LiteralString:
    """The index that narrows a list most. Partial indexes only under the filter that implies their WHERE."""
    if where.external_id is not None:
        return "call_by_id"
    if isinstance(where.task_id, str):
        return "call_by_task"
    if where.contradicting:
        return "call_contradicting"
    return "call_by_time" if scope.space_id is None else "call_by_space_time"


def _task_index(scope: Scope, where: TaskFilter) -> LiteralString:
    if where.stuck:
        return "task_waiting"
    if scope.space_id is None:
        return "task_by_time"
    if isinstance(where.run_id, str):
        return "task_by_run"
    return "task_by_space_time" if where.status is None else "task_by_status"

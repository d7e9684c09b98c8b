"""Agents: the handles that tasks are assigned to, with counts of their tasks, from rows."""

from __future__ import annotations

from callboard.store.questions import Scope, TaskFilter, Window
from callboard.store.reporting import AgentTasks
from callboard.store.sql.database import Database
from callboard.store.sql.filters import Conditions, tasks_where


def list_agents(db: Database, scope: Scope, window: Window, max_pairs: int) -> list[AgentTasks] | None:
    """See `Reporting.agents`. None when the page's agents have more than `max_pairs` pairs of agent and
    space.

    Three statements in one snapshot: the agents of the page, their counts, their spaces. One statement for
    counts and spaces would return a row for each combination of agent, space and status.
    """
    page = _page(db, scope, window)
    if not page:
        return []
    conditions = _of_page(db, scope, page)
    counts: dict[str | None, dict[str, int]] = {handle: {} for handle in page}
    sql = f"SELECT assignee, status, count(*) FROM task WHERE {conditions.where} GROUP BY assignee, status"
    for handle, status, tasks in db.select(sql, conditions.values):
        counts[handle][status] = tasks
    spaces: dict[str | None, list[int]] = {handle: [] for handle in page}
    sql = f"SELECT DISTINCT assignee, space_id FROM task WHERE {conditions.where} LIMIT :most"
    # One more than allowed tells a full answer from one that was cut off.
    pairs = db.select(sql, {**conditions.values, "most": max_pairs + 1})
    if len(pairs) > max_pairs:
        return None
    for handle, space_id in pairs:
        spaces[handle].append(space_id)
    return [AgentTasks(handle, counts[handle], sorted(spaces[handle], reverse=True)) for handle in page]


def count_agents(db: Database, scope: Scope) -> int:
    """How many handles there are; all tasks without one count as one more."""
    # count(DISTINCT …) skips NULL.
    conditions = tasks_where(db.dialect, scope, TaskFilter())
    sql = f"SELECT count(DISTINCT assignee), count(*) - count(assignee) FROM task WHERE {conditions.where}"
    [(handles, without)] = db.select(sql, conditions.values)
    return int(handles) + (1 if without else 0)


def _page(db: Database, scope: Scope, window: Window) -> list[str | None]:
    conditions = tasks_where(db.dialect, scope, TaskFilter())
    if window.after is not None:
        conditions.add("(assignee > :after OR assignee IS NULL)", after=window.after.item_id)
    # The first column puts NULL last: SQLite sorts NULL first by default, PostgreSQL last. Keyset pagination
    # needs the same total order on both.
    sql = (
        "SELECT assignee IS NULL AS is_without, assignee FROM task "
        f"WHERE {conditions.where} GROUP BY 1, 2 ORDER BY 1, 2 LIMIT :limit OFFSET :offset"
    )
    found = db.select(sql, {**conditions.values, "limit": window.limit, "offset": window.offset})
    return [row[1] for row in found]


def _of_page(db: Database, scope: Scope, page: list[str | None]) -> Conditions:
    """The tasks of a page's agents. A page is a contiguous range of handles, so two bounds select them."""
    conditions = tasks_where(db.dialect, scope, TaskFilter())
    named = [handle for handle in page if handle is not None]
    if not named:
        conditions.add("assignee IS NULL")
        return conditions
    within = "assignee >= :first AND assignee <= :last"
    conditions.add(
        within if page[-1] is not None else f"({within} OR assignee IS NULL)", first=named[0], last=named[-1]
    )
    return conditions

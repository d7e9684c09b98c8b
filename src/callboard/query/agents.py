"""Agents: the people and programs that tasks are assigned to."""

from __future__ import annotations

from callboard.errors import InvalidInputError
from callboard.store.interface import Store
from callboard.store.questions import Scope, TaskFilter, Window
from callboard.store.reporting import AgentTasks

MAX_TASKS = 1_000_000
"""Most tasks in scope. Agents are counted from the rows of tasks: an index for them would make every write of
a task slower."""
MAX_PAIRS = 100_000
"""Most pairs of agent and space on one page, including the first agent of the next page."""


def agents_page(store: Store, scope: Scope, window: Window) -> list[AgentTasks]:
    """One page of agents. Raises `InvalidInputError` at a bound; its message says what to narrow."""
    tasks = store.count_tasks(scope, TaskFilter())
    if tasks > MAX_TASKS:
        why = f"{tasks:,} tasks would have to be read, more than {MAX_TASKS:,}: ask about one space"
        raise InvalidInputError(f"space_token: {why}", [("space_token", why)])
    found = store.agents(scope, window, MAX_PAIRS)
    if found is None:
        why = f"the page has more than {MAX_PAIRS:,} pairs of agent and space: ask for fewer at once"
        raise InvalidInputError(f"page_size: {why}", [("page_size", why)])
    return found


def is_agent(store: Store, org_id: int, handle: str) -> bool:
    """Whether any task is assigned to `handle`, or any space names it as its agent."""
    everywhere = Scope(org_id, all_content=True)
    if any(space.agent_handle == handle for space in store.spaces(org_id)):
        return True
    return bool(store.tasks(everywhere, TaskFilter(assignee=handle), Window(limit=1)))

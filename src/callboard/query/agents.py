"""Agents: whom tasks are assigned to."""

from __future__ import annotations

from callboard.errors import InvalidInputError
from callboard.store.interface import Store
from callboard.store.questions import Scope, TaskFilter, Window
from callboard.store.reporting import AgentTasks

MOST_TASKS = 1_000_000
"""Agents are counted from rows: of at most so many tasks in scope."""
MOST_PAIRS = 100_000
"""Pairs of agent and space on one page, the agent after it included."""


def agents_page(store: Store, scope: Scope, window: Window) -> list[AgentTasks]:
    """One page of agents. Raises `InvalidInputError`, with what to narrow, beyond one of the bounds."""
    tasks = store.count_tasks(scope, TaskFilter())
    if tasks > MOST_TASKS:
        why = f"{tasks:,} tasks would have to be read, more than {MOST_TASKS:,}: ask about one space"
        raise InvalidInputError(f"space_token: {why}", [("space_token", why)])
    found = store.agents(scope, window, MOST_PAIRS)
    if found is None:
        why = f"the page has more than {MOST_PAIRS:,} pairs of agent and space: ask for fewer at once"
        raise InvalidInputError(f"page_size: {why}", [("page_size", why)])
    return found


def is_agent(store: Store, org_id: int, handle: str) -> bool:
    """Whether any task is assigned to the handle, or any space names it as its agent."""
    everywhere = Scope(org_id, all_content=True)
    if any(space.agent_handle == handle for space in store.spaces(org_id)):
        return True
    return bool(store.tasks(everywhere, TaskFilter(assignee=handle), Window(limit=1)))

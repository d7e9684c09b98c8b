"""Agents: the people or voice agents that tasks are assigned to, and the tasks of each."""

from __future__ import annotations

from functools import partial

from callboard.errors import NotFoundError
from callboard.http.answers import Page, page_of
from callboard.http.endpoint import BASE, Endpoint
from callboard.http.request import Request
from callboard.http.response import Response, json_response
from callboard.http.routes.scopes import find_scope, spaces_now
from callboard.http.routes.tasks import list_in_scope
from callboard.query.agents import agents_page, is_agent
from callboard.query.items import AgentItem, TaskItem, agent_item
from callboard.query.parameters import (
    ASSIGNEE,
    FORMAT,
    PAGING,
    SCOPE,
    TASK_FILTERS,
    WHOLE_PAGING,
    table,
)
from callboard.store.questions import Position, Scope
from callboard.store.reporting import AgentTasks

AGENTS = f"{BASE}/agents/"


async def list_agents(request: Request) -> Response:
    store, scope = request.services.store, request.item
    rows = await request.store_threads.run(agents_page, store, scope, request.paging.window)
    spaces = await spaces_now(request)

    def position(row: AgentTasks) -> Position:
        # Called only for the last row shown of a full page.
        assert row.handle is not None, "tasks without an assignee come last: nothing follows them"
        return Position(0, row.handle, 0)

    def item(row: AgentTasks) -> AgentItem:
        return agent_item(row, spaces)

    count = partial(request.store_threads.run, store.count_agents, scope)
    return json_response(await page_of(request, "Agents", rows, count=count, position=position, item=item))


async def find_agent(request: Request) -> Scope:
    """The scope of the question. Raises 404 for a handle that no task is assigned to and no space names."""
    scope = await find_scope(request)
    assignee = _assignee_filter(request)
    if isinstance(assignee, str):
        known = await request.store_threads.run(is_agent, request.services.store, request.org_id, assignee)
        if not known:
            raise NotFoundError("Agent not found.")
    return scope


async def list_agent_tasks(request: Request) -> Response:
    values = {**request.values, "assignee": _assignee_filter(request)}
    return await list_in_scope(request, request.item, values)


def _assignee_filter(request: Request) -> object:
    """The handle in the path as a value of the filter `assignee`; `unknown` means null, as in filters."""
    try:
        return ASSIGNEE.read(request.path["handle"])
    except ValueError:
        raise NotFoundError("Agent not found.") from None


ENDPOINTS = (
    Endpoint(
        method="GET",
        path=AGENTS,
        operation="list_agents",
        tag="Agents",
        summary="Get all agents that tasks are assigned to",
        text="With their tasks counted; those without an assignee stand under `handle: null`, so that agents "
        "add up to the analytics' `total_tasks`. In the order of handles, `null` last.",
        needs_handle=True,
        parameters={**SCOPE, **WHOLE_PAGING},
        find=find_scope,
        handle=list_agents,
        answers_whole=True,
        answer=Page[AgentItem],
        extra_statuses=(422,),
    ),
    Endpoint(
        method="GET",
        path=f"{AGENTS}{{handle}}/tasks/",
        operation="list_agent_tasks",
        tag="Agents",
        summary="Get all tasks of an agent",
        text="Those assigned to it. The handle `unknown` means tasks without an assignee.",
        needs_handle=True,
        parameters={
            **SCOPE,
            **{name: each for name, each in TASK_FILTERS.items() if name != "assignee"},
            **PAGING,
            **table(FORMAT),
        },
        exports=True,
        find=find_agent,
        handle=list_agent_tasks,
        answer=Page[TaskItem],
    ),
)

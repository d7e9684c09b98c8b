"""Tasks: lists, one task, and word of how it went."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

from msgspec import Struct

from callboard.clock import Micros
from callboard.errors import CallerError, InvalidInputError, NotFoundError
from callboard.fold.task import fold_task
from callboard.fold.update import is_stored
from callboard.http.answers import ListPage, One, in_zone, page_of
from callboard.http.body_faults import BODY
from callboard.http.endpoint import BASE, Body, Endpoint
from callboard.http.export import export, is_whole, page_as, requested_format
from callboard.http.json_body import normalise_integers, read_json
from callboard.http.long_answers import is_long, long_response
from callboard.http.request import Request
from callboard.http.response import Response, json_response
from callboard.http.routes.runs import RUN, find_run
from callboard.http.routes.scopes import answer_zone, find_scope, home_zone, spaces_now
from callboard.http.task_schema import TASK_CHANGE
from callboard.ingest.parse import task_event
from callboard.ingest.shape import Bounds
from callboard.model.directory import allows
from callboard.model.event import CURRENT_ATTEMPT, CURRENT_STATUS, Entry, TaskEvent
from callboard.model.task import Task
from callboard.model.words import FINAL_TASK
from callboard.query.export.list_reader import all_tasks
from callboard.query.export.tables import SpaceNames, task_table
from callboard.query.items import TaskItem, task_item
from callboard.query.messages import fetched
from callboard.query.parameters import (
    FORMAT,
    PAGING,
    SCOPE,
    SPACE_TASK_FILTERS,
    TASK_FILTERS,
    table,
    task_filter,
)
from callboard.store.interface import Batch, Receipt, TaskAt
from callboard.store.questions import Position, Scope

TASKS = f"{BASE}/tasks/"
ONE_TASK_BYTES = 1024 * 1024
"""Bound of the body of a task update: its `input` and `output` are at most 64 KiB of JSON each."""
TASK_BODY_BOUNDS = Bounds(values=100_000, keys=25_000)
MAX_READ_ON_LOOP = 16 * 1024
"""Bodies up to this many bytes are parsed on the event loop, larger ones on a thread."""
SPACE_TASKS = f"{BASE}/spaces/{{space_token}}/tasks/"
SPACE_TASK = f"{SPACE_TASKS}{{task_id}}/"


class Updated(Struct, frozen=True):
    """The state of the task before its update is parsed."""

    withdrawn: Sequence[Entry]
    """The events of a task that was withdrawn; empty if the task exists."""


async def list_tasks(request: Request) -> Response:
    return await list_in_scope(request, request.item, request.values)


async def list_space_tasks(request: Request) -> Response:
    scope = Scope(request.org_id, request.space.id)
    return await list_in_scope(request, scope, request.values)


async def list_run_tasks(request: Request) -> Response:
    scope = Scope(request.org_id, request.space.id)
    values = {**request.values, "run_id": request.path["run_id"]}
    return await list_in_scope(request, scope, values)


async def list_in_scope(request: Request, scope: Scope, values: dict[str, Any]) -> Response:
    """A list of tasks, as a page or as an export."""
    home = home_zone(request, scope)
    where = task_filter(values, request.services.clock(), home)
    store = request.services.store
    wanted = requested_format(request)
    if wanted is not None and is_whole(request):
        shown = task_table(SpaceNames(store, request.org_id), where.now)
        return await export(request, wanted, shown, all_tasks(store, scope, where, where.now))
    rows = await request.store_threads.run(store.tasks, scope, where, request.paging.window)
    spaces = await spaces_now(request)

    def position(row: TaskAt) -> Position:
        return Position(row.task.created, row.task.task_id, row.space_id)

    def item(row: TaskAt) -> TaskItem:
        return task_item(row.task, spaces[row.space_id], where.now)

    if wanted is not None:
        return page_as(request, wanted, task_table(spaces, where.now), rows[: request.paging.size])
    count = partial(request.store_threads.run, store.count_tasks, scope, where)
    page = await page_of(request, "Tasks", rows, count=count, position=position, item=item)
    zoned = in_zone(page, answer_zone(values, home))
    return await long_response(request, zoned, "page_size") if is_long(len(rows)) else json_response(zoned)


async def find_task(request: Request) -> Task:
    store, space = request.services.store, request.space
    task = await request.store_threads.run(store.task, space.org_id, space.id, request.path["task_id"])
    if task is None:
        raise NotFoundError("Task not found.")
    return task


async def get_task(request: Request) -> Response:
    item = task_item(request.item, request.space, request.services.clock())
    return json_response(One(200, fetched("Task"), item))


async def find_updated(request: Request) -> Updated:
    """Find the task to update. A withdrawn task is not found, except by a repeat of an earlier update, which
    gets the same answer as the first time.
    """
    store, space, task_id = request.services.store, request.space, request.path["task_id"]
    if await request.store_threads.run(store.task, space.org_id, space.id, task_id) is not None:
        return Updated(())
    entries = await request.store_threads.run(store.task_entries, space.org_id, space.id, task_id)
    role = request.principal.role_in(space.org_id)
    if not entries or role is None or not allows(role, "member"):
        raise NotFoundError("Task not found.")
    return Updated(entries)


async def update_task(request: Request) -> Response:
    services, space, task_id = request.services, request.space, request.path["task_id"]
    now = services.clock()
    if len(request.body) <= MAX_READ_ON_LOOP:
        entry = _entry_of(request, task_id, now)
    else:
        entry = await request.parse_threads.run(_entry_of, request, task_id, now)
    batch = Batch(org_id=space.org_id, space_id=space.id, entries=[entry], received_at=now)
    receipt = await services.commits.commit_async(batch)
    _check_taken(receipt)
    entries = await request.store_threads.run(services.store.task_entries, space.org_id, space.id, task_id)
    if not entries:  # the import that created it was withdrawn meanwhile
        raise NotFoundError("Task not found.")
    # Folded from its events, not read from the row: an update that withdraws the task leaves no row.
    task = fold_task(entries)
    assert isinstance(entry.event, TaskEvent)
    message = _message(receipt, entry.event, task)
    return json_response(One(200, message, task_item(task, space, services.clock())))


def _entry_of(request: Request, task_id: str, now: Micros) -> Entry:
    updated: Updated = request.item
    try:
        fields = read_json(request.body, TASK_BODY_BOUNDS)
        if not isinstance(fields, dict):
            raise InvalidInputError("body: must be an object", [("body", "must be an object")])
        for name in ("attempt", "sequence"):
            if name in fields:
                fields[name] = normalise_integers(fields[name])
        entry = task_event(fields, task_id=task_id, now=now)
    except CallerError:
        if updated.withdrawn:
            raise NotFoundError("Task not found.") from None
        raise
    if updated.withdrawn and not is_stored(entry, updated.withdrawn):
        raise NotFoundError("Task not found.")
    return entry


def _check_taken(receipt: Receipt) -> None:
    for rejection in receipt.rejections:
        if rejection.reason == "unknown_task":
            raise NotFoundError("Task not found.")
        named, colon, _ = rejection.message.partition(":")
        field = named if colon and named.isidentifier() else BODY
        raise InvalidInputError(rejection.message, [(field, rejection.message)])


def _message(receipt: Receipt, update: TaskEvent, task: Task) -> str:
    if receipt.stale:
        return "Kept, but nothing changed: a later event says otherwise"
    if receipt.duplicate:
        return "Nothing changed: this was known"
    if update.status in (CURRENT_STATUS, task.status):
        return "Task updated"
    return f"Kept, but the task stays {task.status}: {_why_ignored(update, task)}"


def _why_ignored(update: TaskEvent, task: Task) -> str:
    if update.attempt != CURRENT_ATTEMPT and update.attempt < task.attempt:
        return f"its attempt is {task.attempt} by now"
    if task.status in FINAL_TASK and update.status not in FINAL_TASK:
        return "only a higher attempt leaves a final status"
    return "a later event says otherwise"


ENDPOINTS = (
    Endpoint(
        method="GET",
        path=TASKS,
        operation="list_tasks",
        tag="Tasks",
        summary="Get all tasks of an organization",
        text="Those of its contact spaces, as in the analytics. `stuck=true` finds those that run or "
        "wait for longer than their space allows, `status=failed` the failed ones.",
        needs_handle=True,
        parameters={**SCOPE, **TASK_FILTERS, **PAGING, **table(FORMAT)},
        exports=True,
        extra_statuses=(422,),
        find=find_scope,
        handle=list_tasks,
        answer=ListPage[TaskItem],
    ),
    Endpoint(
        method="GET",
        path=SPACE_TASKS,
        operation="list_space_tasks",
        tag="Tasks",
        summary="Get all tasks of a space",
        parameters={**TASK_FILTERS, **PAGING, **table(FORMAT)},
        exports=True,
        extra_statuses=(422,),
        handle=list_space_tasks,
        answer=ListPage[TaskItem],
    ),
    Endpoint(
        method="GET",
        path=f"{RUN}tasks/",
        operation="list_run_tasks",
        tag="Tasks",
        summary="Get all tasks of a run",
        parameters={**SPACE_TASK_FILTERS, **PAGING, **table(FORMAT)},
        exports=True,
        extra_statuses=(422,),
        find=find_run,
        handle=list_run_tasks,
        answer=ListPage[TaskItem],
    ),
    Endpoint(
        method="GET",
        path=SPACE_TASK,
        operation="get_task",
        tag="Tasks",
        summary="Get one task",
        find=find_task,
        handle=get_task,
        answer=One[TaskItem],
    ),
    Endpoint(
        method="PATCH",
        path=SPACE_TASK,
        operation="update_task",
        tag="Tasks",
        summary="Say how a task went",
        text="A task event's fields. Without `attempt`: the task's current one; without `status`: as it is; "
        "without `occurred_at`: now. Answers the task as it then stands. Sent again with the same `event_id` "
        "it changes nothing, and answers the task as it stands by then.",
        role="member",
        find=find_updated,
        body=Body(
            schema=TASK_CHANGE,
            example={"status": "completed", "output": {"outcome": "renewed"}},
            max_bytes=ONE_TASK_BYTES,
            bounds=TASK_BODY_BOUNDS,
        ),
        handle=update_task,
        answer=One[TaskItem],
    ),
)

"""Runs: batches of tasks that were created together."""

from __future__ import annotations

from functools import partial

from callboard.errors import NotFoundError
from callboard.http.answers import One, Page, page_of
from callboard.http.endpoint import BASE, Endpoint
from callboard.http.request import Request
from callboard.http.response import Response, json_response
from callboard.model.run import Run
from callboard.query.items import RunItem, run_item
from callboard.query.messages import fetched
from callboard.query.parameters import PAGING
from callboard.store.questions import Position

RUNS = f"{BASE}/spaces/{{space_token}}/runs/"
RUN = f"{RUNS}{{run_id}}/"


async def find_run(request: Request) -> Run:
    store = request.services.store
    run_id = request.path["run_id"]
    run = await request.store_threads.run(store.run, request.org_id, request.space.id, run_id)
    if run is None:
        raise NotFoundError("Run not found.")
    return run


async def list_runs(request: Request) -> Response:
    store, space = request.services.store, request.space
    rows = await request.store_threads.run(store.runs, space.org_id, space.id, request.paging.window)

    def position(run: Run) -> Position:
        return Position(run.created, run.run_id, run.space_id)

    def item(run: Run) -> RunItem:
        return run_item(run, space.token)

    count = partial(request.store_threads.run, store.count_runs, space.org_id, space.id)
    return json_response(await page_of(request, "Runs", rows, count=count, position=position, item=item))


async def get_run(request: Request) -> Response:
    item = run_item(request.item, request.space.token)
    return json_response(One(200, fetched("Run"), item))


ENDPOINTS = (
    Endpoint(
        method="GET",
        path=RUNS,
        operation="list_runs",
        tag="Runs",
        summary="Get all runs of a space",
        parameters=PAGING,
        handle=list_runs,
        answer=Page[RunItem],
    ),
    Endpoint(
        method="GET",
        path=RUN,
        operation="get_run",
        tag="Runs",
        summary="Get one run",
        text="Its status follows from its tasks: all pending: `pending`; any pending or running: `running`; "
        "all failed: `failed`; else `completed`.",
        find=find_run,
        handle=get_run,
        answer=One[RunItem],
    ),
)

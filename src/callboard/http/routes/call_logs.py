"""Call logs: the calls behind the numbers, and each call with the events it was folded from."""

from __future__ import annotations

from functools import partial

from callboard.errors import NotFoundError, ParameterError
from callboard.http.answers import ListPage, One, in_zone, page_of
from callboard.http.endpoint import BASE, Endpoint
from callboard.http.errors import NO_SPACE
from callboard.http.export import export, is_whole, page_as, requested_format
from callboard.http.long_answers import is_long, long_response
from callboard.http.request import Request
from callboard.http.response import Response, json_response
from callboard.http.routes.scopes import answer_zone, find_scope, home_zone, spaces_now
from callboard.model.call import Call
from callboard.model.directory import Space
from callboard.query.export.list_reader import all_calls
from callboard.query.export.tables import SpaceNames, call_table
from callboard.query.history import CallWithEvents, call_with_events
from callboard.query.items import CallItem, call_item
from callboard.query.messages import fetched
from callboard.query.parameters import CALL_FILTERS, FORMAT, PAGING, SCOPE, SPACE_TOKEN, call_filter, table
from callboard.store.interface import CallAt, Store
from callboard.store.questions import Position

CALL_LOGS = f"{BASE}/call-logs/"


async def list_calls(request: Request) -> Response:
    store, scope = request.services.store, request.item
    home = home_zone(request, scope)
    where = call_filter(request.values, home, request.services.clock())
    wanted = requested_format(request)
    if wanted is not None and is_whole(request):
        reader = all_calls(store, scope, where, request.services.clock())
        return await export(request, wanted, call_table(SpaceNames(store, request.org_id)), reader)
    rows = await request.store_threads.run(store.calls, scope, where, request.paging.window)
    spaces = await spaces_now(request)

    def position(row: CallAt) -> Position:
        return Position(row.call.creation_time, row.call.call_id, row.space_id)

    def item(row: CallAt) -> CallItem:
        return call_item(row.call, spaces[row.space_id].token)

    if wanted is not None:
        return page_as(request, wanted, call_table(spaces), rows[: request.paging.size])
    count = partial(request.store_threads.run, store.count_calls, scope, where)
    page = await page_of(request, "Call logs", rows, count=count, position=position, item=item)
    zoned = in_zone(page, answer_zone(request.values, home))
    return await long_response(request, zoned, "page_size") if is_long(len(rows)) else json_response(zoned)


async def find_call(request: Request) -> tuple[Space, Call]:
    token = request.values.get("space_token")
    if token is None:
        spaces = list(request.directory.spaces(request.org_id).values())
    else:
        space = request.directory.space(token)
        if space is None or space.org_id != request.org_id:
            raise NotFoundError(NO_SPACE)
        spaces = [space]
    found = await request.store_threads.run(
        _calls_named, request.services.store, spaces, request.path["call_id"]
    )
    if not found:
        raise NotFoundError("Call not found.")
    if len(found) > 1:
        raise ParameterError("space_token", "several spaces have a call with this id; say which")
    return found[0]


def _calls_named(store: Store, spaces: list[Space], call_id: str) -> list[tuple[Space, Call]]:
    """The calls with that id, at most two: with a second one the caller has to name the space."""
    found: list[tuple[Space, Call]] = []
    for space in spaces:
        call = store.call(space.org_id, space.id, call_id)
        if call is not None:
            found.append((space, call))
            if len(found) > 1:
                break
    return found


async def get_call(request: Request) -> Response:
    space, call = request.item
    item = await request.store_threads.run(_with_events, request.services.store, space, call)
    return json_response(One(200, fetched("Call log"), item))


def _with_events(store: Store, space: Space, call: Call) -> CallWithEvents:
    entries = store.call_entries(space.org_id, space.id, call.call_id)
    legs = store.legs(space.org_id, space.id, call.call_id)
    return call_with_events(entries, call, space.token, legs)


ENDPOINTS = (
    Endpoint(
        method="GET",
        path=CALL_LOGS,
        operation="list_calls",
        tag="Call logs",
        summary="Get all call logs of an organization",
        text="The calls of its contact spaces, as the analytics counts them; void calls are not among them. "
        "`count` with `made=true` is the analytics' `total_calls`.",
        needs_handle=True,
        parameters={**SCOPE, **CALL_FILTERS, **PAGING, **table(FORMAT)},
        exports=True,
        extra_statuses=(422,),
        find=find_scope,
        handle=list_calls,
        answer=ListPage[CallItem],
    ),
    Endpoint(
        method="GET",
        path=f"{CALL_LOGS}{{call_id}}/",
        operation="get_call",
        tag="Call logs",
        summary="Get one call, with its legs, and its events in the order they were received",
        text="`changed` of each event: the fields it changed, each with its value before and after. "
        "With its legs; a leg's id answers the leg, and `leg_of` names the call that counts. "
        "`space_token` may be left out where only one space has a call with this id.",
        needs_handle=True,
        parameters=table(SPACE_TOKEN),
        find=find_call,
        handle=get_call,
        answer=One[CallWithEvents],
    ),
)

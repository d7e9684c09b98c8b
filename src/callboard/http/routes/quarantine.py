"""Deliveries that could not be read or mapped: list, show, replay and drop them."""

from __future__ import annotations

from functools import partial

from callboard.errors import InvalidInputError, NotFoundError
from callboard.http.answers import One, Page, page_of_known
from callboard.http.endpoint import BASE, Body, Endpoint
from callboard.http.hook_items import QuarantineItem, ReplayBody, Replayed, quarantine_item
from callboard.http.json_body import read_object
from callboard.http.request import Request
from callboard.http.response import Response, json_response
from callboard.ingest.sources.platforms.registry import PLATFORMS
from callboard.ingest.sources.platforms.taking import batch_of, batch_of_rejected, hook_that_reads, take_again
from callboard.query.messages import fetched
from callboard.query.parameter import numbers
from callboard.query.parameters import MAX_NUMBER, PAGING, table
from callboard.store.hooks import QuarantinedDelivery
from callboard.store.questions import Position

QUARANTINE = f"{BASE}/quarantine/"
DELIVERY = f"{QUARANTINE}{{quarantine_id}}/"
NOT_THERE = "Quarantined delivery not found."
IS_CUT = "Its end was cut off, so that it cannot be replayed: send it again from the platform."


async def find_quarantined(request: Request) -> QuarantinedDelivery:
    """The delivery that the path names."""
    wanted = request.path["quarantine_id"]
    found = None
    if wanted.isascii() and wanted.isalnum() and len(wanted) <= 32:
        store = request.services.store
        found = await request.store_threads.run(store.find_quarantined, request.org_id, wanted)
    if found is None:
        raise NotFoundError(NOT_THERE)
    return found


async def list_quarantine(request: Request) -> Response:
    store = request.services.store
    rows = await request.store_threads.run(store.quarantine, request.org_id, request.values.get("hook_id"))
    page = await page_of_known(
        request,
        "Quarantined deliveries",
        rows,
        position=lambda each: Position(each.received_at, "", int(each.quarantine_id[1:], 16)),
        item=quarantine_item,
    )
    return json_response(page)


async def get_quarantined(request: Request) -> Response:
    found = quarantine_item(request.item, whole=True)
    return json_response(One(200, fetched("Quarantined delivery"), found))


async def replay(request: Request) -> Response:
    kept: QuarantinedDelivery = request.item
    services = request.services
    other = read_object(request, ReplayBody).hook_id
    find = partial(services.store.find_hook, request.org_id)
    hook = await request.store_threads.run(hook_that_reads, find, kept, other)
    if kept.is_cut:
        raise InvalidInputError(IS_CUT)
    most = services.settings.max_events
    taken = await request.parse_threads.run(
        take_again, PLATFORMS[hook.platform], kept, hook, services.clock(), most
    )
    batch = batch_of(hook, taken, kept.received_at, replays=kept.quarantine_id)
    receipt = await services.commits.commit_async(batch)
    rejected = batch_of_rejected(
        PLATFORMS[hook.platform], hook, taken, receipt, replayed=kept, now=services.clock()
    )
    if rejected is not None:
        await services.commits.commit_async(rejected)
    said = Replayed(
        id=kept.quarantine_id,
        released=taken.quarantined is None and rejected is None,
        applied=receipt.applied,
        duplicate=receipt.duplicate,
        stale=receipt.stale,
        rejected=receipt.rejected,
    )
    message = "Delivery read, and out of quarantine" if said.released else "Delivery stays in quarantine"
    return json_response(One(200, message, said))


async def drop_quarantined(request: Request) -> Response:
    kept: QuarantinedDelivery = request.item
    store = request.services.store
    await request.store_threads.run(store.drop_quarantined, request.org_id, kept.quarantine_id)
    return json_response(One(200, "Delivery dropped, unread", quarantine_item(kept)))


ENDPOINTS: tuple[Endpoint[Request], ...] = (
    Endpoint(
        method="GET",
        path=QUARANTINE,
        operation="list_quarantine",
        tag="Hooks",
        summary="Get the deliveries that could not be read",
        text="Each with the reason of each record at fault.",
        needs_handle=True,
        role="admin",
        parameters={**table(numbers("hook_id", "Only those of this hook.", 1, MAX_NUMBER)), **PAGING},
        handle=list_quarantine,
        answer=Page[QuarantineItem],
    ),
    Endpoint(
        method="GET",
        path=DELIVERY,
        operation="get_quarantined",
        tag="Hooks",
        summary="Get one of them, with its body",
        needs_handle=True,
        role="admin",
        find=find_quarantined,
        handle=get_quarantined,
        answer=One[QuarantineItem],
    ),
    Endpoint(
        method="POST",
        path=f"{DELIVERY}replay/",
        operation="replay_quarantined",
        tag="Hooks",
        summary="Read a delivery again",
        text="By the tables of this version, as if it had been read when it came. What it says that is known "
        "already is a duplicate.",
        needs_handle=True,
        role="admin",
        find=find_quarantined,
        body=Body(schema=ReplayBody, required=False, example={}),
        handle=replay,
        answer=One[Replayed],
        extra_statuses=(422,),
    ),
    Endpoint(
        method="DELETE",
        path=DELIVERY,
        operation="drop_quarantined",
        tag="Hooks",
        summary="Drop a delivery, unread",
        needs_handle=True,
        role="admin",
        find=find_quarantined,
        handle=drop_quarantined,
        answer=One[QuarantineItem],
    ),
)

"""Calls at once."""

from __future__ import annotations

from callboard.http.answers import One
from callboard.http.endpoint import Endpoint
from callboard.http.request import Request
from callboard.http.response import Response
from callboard.http.routes.analytics import PATH
from callboard.http.routes.reports.scope import find_report_scope
from callboard.http.routes.reports.trust import report_response
from callboard.query.messages import fetched
from callboard.query.reports.concurrency import ConcurrencyData, concurrency
from callboard.query.reports.parameters import CONCURRENCY, concurrency_query


async def get_concurrency(request: Request) -> Response:
    query = concurrency_query(request.values, request.item, request.services.clock())
    data = await request.store_threads.run(concurrency, request.services.store, query)
    return await report_response(request, fetched("Concurrency"), data)


ENDPOINTS = (
    Endpoint(
        method="GET",
        path=f"{PATH}concurrency/",
        operation="get_concurrency",
        tag="Reports",
        summary="Calls at once, and the moment of the most",
        text="By bucket the most and the mean; what has no end counts until now or its limit and is told "
        "apart; what cannot be placed is counted as `unplaced`.",
        needs_handle=True,
        parameters=CONCURRENCY,
        find=find_report_scope,
        handle=get_concurrency,
        answer=One[ConcurrencyData],
        extra_statuses=(422, 503),
    ),
)

"""How long calls last, and how soon they are answered."""

from __future__ import annotations

from callboard.http.answers import One
from callboard.http.endpoint import Endpoint
from callboard.http.request import Request
from callboard.http.response import Response
from callboard.http.routes.analytics import PATH
from callboard.http.routes.reports.scope import find_report_scope
from callboard.http.routes.reports.trust import report_response
from callboard.query.messages import fetched
from callboard.query.reports.durations import DurationsData, durations
from callboard.query.reports.parameters import DURATIONS, durations_query


async def get_durations(request: Request) -> Response:
    query = durations_query(request.values, request.item, request.services.clock())
    data = await request.store_threads.run(durations, request.services.store, query)
    return await report_response(request, fetched("Durations"), data)


ENDPOINTS = (
    Endpoint(
        method="GET",
        path=f"{PATH}durations/",
        operation="get_durations",
        tag="Reports",
        summary="How long calls last and how soon they are answered",
        text="Percentiles (nearest rank, within 1 %), exact means, least and greatest, and a histogram of "
        "talk time and of time to answer, for any period, filter and group.",
        needs_handle=True,
        parameters=DURATIONS,
        find=find_report_scope,
        handle=get_durations,
        answer=One[DurationsData],
        extra_statuses=(422, 503),
    ),
)

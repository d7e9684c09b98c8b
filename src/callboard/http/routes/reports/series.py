"""Metrics over time."""

from __future__ import annotations

from callboard.http.answers import One
from callboard.http.endpoint import Endpoint
from callboard.http.request import Request
from callboard.http.response import Response
from callboard.http.routes.analytics import PATH
from callboard.http.routes.reports.scope import find_report_scope
from callboard.http.routes.reports.trust import report_response
from callboard.query.messages import fetched
from callboard.query.reports.parameters import SERIES, series_query
from callboard.query.reports.series import SeriesData, series


async def get_series(request: Request) -> Response:
    query = series_query(request.values, request.item, request.services.clock())
    services = request.services
    data = await request.store_threads.run(series, services.store, query, services.views)
    return await report_response(request, fetched("Series"), data)


ENDPOINTS = (
    Endpoint(
        method="GET",
        path=f"{PATH}series/",
        operation="get_series",
        tag="Reports",
        summary="Metrics over time, by up to two dimensions",
        text="Every bucket carries its bounds, empty ones are there; counts of nothing are 0, ratios over "
        "nothing null. Exact for any instants. Any combination is answered, or refused with 422 and what to "
        "narrow: never a part that looks like the whole.",
        needs_handle=True,
        parameters=SERIES,
        find=find_report_scope,
        handle=get_series,
        answer=One[SeriesData],
        extra_statuses=(422, 503),
    ),
)

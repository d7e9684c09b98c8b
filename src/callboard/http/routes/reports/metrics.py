"""The definition of every metric."""

from __future__ import annotations

from callboard.http.answers import One
from callboard.http.endpoint import Endpoint
from callboard.http.request import Request
from callboard.http.response import Response, json_response
from callboard.http.routes.analytics import PATH
from callboard.query.messages import fetched
from callboard.query.metrics import MetricsData, metrics_data


async def get_metrics(_: Request) -> Response:
    return json_response(One(200, fetched("Metrics"), metrics_data()))


ENDPOINTS = (
    Endpoint(
        method="GET",
        path=f"{PATH}metrics/",
        operation="get_metrics",
        tag="Reports",
        summary="Every metric: its definition, unit, denominator, and the time that places it",
        needs_handle=True,
        handle=get_metrics,
        answer=One[MetricsData],
    ),
)

"""How long calls last, and how soon they are answered."""

from __future__ import annotations

from callboard.http.answers import One
from callboard.http.endpoint import Endpoint
from callboard.http.request import Request
from callboard.http.response import Response, json_response
from callboard.http.routes.analytics import PATH
from callboard.http.routes.reports.scope import find_report_scope
from callboard.query.reports.durations import DurationsData, DurationsQuestion, durations
from callboard.query.reports.parameters import DURATIONS, durations_question


async def get_durations(request: Request) -> Response:
    asked = durations_question(request.values, request.item, request.services.clock())
    return await request.store_threads.run(_answer, request, asked)


def _answer(request: Request, asked: DurationsQuestion) -> Response:
    return json_response(One(200, "Durations fetched successfully", durations(request.services.store, asked)))


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

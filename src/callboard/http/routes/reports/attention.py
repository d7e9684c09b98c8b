"""The report of what needs a person's attention."""

from __future__ import annotations

from callboard.http.answers import One
from callboard.http.endpoint import Endpoint
from callboard.http.request import Request
from callboard.http.response import Response
from callboard.http.routes.analytics import PATH
from callboard.http.routes.reports.scope import find_report_scope
from callboard.http.routes.reports.trust import report_response
from callboard.query.messages import fetched
from callboard.query.reports.attention import AttentionData, attention
from callboard.query.reports.parameters import ATTENTION


async def get_attention(request: Request) -> Response:
    services = request.services
    organization = services.analytics.refresh(request.org_id)
    totals = {space.id: organization.totals_of(space.id).totals for space in request.item.spaces}
    data = await request.store_threads.run(attention, services.store, request.item, totals, services.clock())
    return await report_response(request, fetched("Attention"), data)


ENDPOINTS = (
    Endpoint(
        method="GET",
        path=f"{PATH}attention/",
        operation="get_attention",
        tag="Reports",
        summary="What needs a human, the worst first",
        text="Success rates that fell, stuck tasks, tasks open although their call has ended, calls live for "
        "too long, failed tasks by reason; each with since when, which, and what to do. Nothing is reset.",
        needs_handle=True,
        parameters=ATTENTION,
        find=find_report_scope,
        handle=get_attention,
        answer=One[AttentionData],
        extra_statuses=(422, 503),
    ),
)

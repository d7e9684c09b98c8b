"""The report of all spaces side by side."""

from __future__ import annotations

from callboard.http.answers import One
from callboard.http.endpoint import Endpoint
from callboard.http.request import Request
from callboard.http.response import Response
from callboard.http.routes.analytics import PATH
from callboard.http.routes.reports.scope import find_report_scope
from callboard.http.routes.reports.trust import report_response
from callboard.query.reports.parameters import SPACES, sort_of
from callboard.query.reports.spaces import MAX_SPACES, SpacesData, spaces_message, spaces_report


async def get_spaces_report(request: Request) -> Response:
    services, values = request.services, request.values
    stuck = await request.store_threads.run(services.store.stuck_tasks, request.org_id, services.clock())
    organization = services.analytics.refresh(request.org_id)
    data = spaces_report(
        request.item,
        lambda space_id: organization.totals_of(space_id).totals,
        stuck,
        sort=sort_of(values),
        after=values.get("cursor"),
        page=values.get("page", 1),
        page_size=values.get("page_size", MAX_SPACES),
    )
    return await report_response(request, spaces_message(data, values), data)


ENDPOINTS = (
    Endpoint(
        method="GET",
        path=f"{PATH}spaces/",
        operation="get_spaces_report",
        tag="Reports",
        summary="The numbers of every space side by side",
        text="The six numbers, success rate, answer rate and stuck tasks of each, and of all together. Up to "
        f"{MAX_SPACES:,} spaces a page, and a `next_cursor`; `count` and `all` are of every space in scope.",
        needs_handle=True,
        parameters=SPACES,
        find=find_report_scope,
        handle=get_spaces_report,
        answer=One[SpacesData],
        extra_statuses=(422, 503),
    ),
)

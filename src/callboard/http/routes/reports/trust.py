"""The report of how far the numbers can be trusted; `include=trust` adds it to any other report."""

from __future__ import annotations

from typing import Any

from msgspec import UNSET, Struct, UnsetType

from callboard.http.answers import One
from callboard.http.endpoint import Endpoint
from callboard.http.long_answers import long_response
from callboard.http.request import Request
from callboard.http.response import Response, json_response
from callboard.http.routes.analytics import PATH
from callboard.http.routes.reports.scope import find_report_scope
from callboard.query.messages import fetched
from callboard.query.parameters import SCOPE
from callboard.query.reports.scope import ReportScope
from callboard.query.reports.trust import Trust, trust

NARROWING = ("group_by", "page_size", "interval")
"""Parameters that shorten an answer. The error for a too long one names the first that its report takes."""


class Report(Struct, frozen=True):
    """A report's answer: its numbers, and what trust in them rests on where asked."""

    status_code: int
    message: str
    data: Any
    trust: Trust | UnsetType = UNSET


async def report_response(request: Request, message: str, data: Any) -> Response:
    """The response of a report, with `trust` where `include=trust` asks for it. Encoded on a thread."""
    included: Trust | UnsetType = UNSET
    if request.values.get("include") == "trust":
        included = await trust_of(request, request.item)
    takes = request.endpoint.parameters
    narrow = next((name for name in NARROWING if name in takes), "space_token")
    return await long_response(request, Report(200, message, data, included), narrow)


async def trust_of(request: Request, scope: ReportScope) -> Trust:
    services = request.services
    organization = services.analytics.refresh(request.org_id)
    totals = [organization.totals_of(space.id).totals for space in scope.spaces]
    return await request.store_threads.run(trust, services.store, scope, totals, services.clock())


async def get_trust(request: Request) -> Response:
    data = await trust_of(request, request.item)
    return json_response(One(200, fetched("Trust"), data))


ENDPOINTS = (
    Endpoint(
        method="GET",
        path=f"{PATH}trust/",
        operation="get_trust",
        tag="Reports",
        summary="Whether to trust the numbers: fresh, complete, proven",
        text="As of when, what came last and how late, what was rejected and why, what is not known, and the "
        "latest verification. `include=trust` puts the same beside any report.",
        needs_handle=True,
        parameters=SCOPE,
        find=find_report_scope,
        handle=get_trust,
        answer=One[Trust],
        extra_statuses=(503,),
    ),
)

"""The analytics endpoint. Most of its requests are answered by the short path and never get here."""

from __future__ import annotations

from callboard.clock import Micros
from callboard.errors import NotFoundError
from callboard.http.endpoint import BASE, Endpoint
from callboard.http.errors import NO_SPACE
from callboard.http.request import Request
from callboard.http.response import Response
from callboard.http.short_path import Grant, render
from callboard.query.analytics import AnalyticsAnswer
from callboard.query.messages import fetched
from callboard.query.parameters import SPACE_TOKEN, table

PATH = f"{BASE}/organisation/analytics/"
PATHS = frozenset({PATH.encode(), PATH.removesuffix("/").encode()})


async def find_scope(request: Request) -> int | None:
    """The id of the space in `space_token`; None for all contact spaces. Raises 404 for an unknown token."""
    token = request.values.get("space_token")
    if token is None:
        return None
    space = request.directory.space(token)
    if space is None or space.org_id != request.org_id:
        raise NotFoundError(NO_SPACE)
    return space.id


async def get_analytics(request: Request) -> Response:
    organization = request.services.analytics.refresh(request.org_id)
    return Response(body=render(organization.totals_of(request.item)).body)


def granted(request: Request, until: Micros) -> tuple[Grant, int | None]:
    """What the short path may remember of a request that was answered: the grant, and the space asked about.

    `until` is when the token's use is to be recorded again: the pipeline does that, so it must see a request.
    """
    token = request.principal.token
    ends = [end for end in (request.principal.ends_at, token.revoked_at, until) if end is not None]
    return Grant(request.org_id, request.directory.version, min(ends)), request.item


GET_ANALYTICS = Endpoint(
    method="GET",
    path=PATH,
    operation="get_analytics",
    tag="Analytics",
    summary="Retrieve call analytics and task status for your organization",
    text="Exact at the moment of the answer: every event acknowledged before the request is counted. "
    "The body has exactly these keys, in this order. Success rate: `completed_calls / total_calls * 100`.",
    needs_handle=True,
    parameters=table(SPACE_TOKEN),
    find=find_scope,
    handle=get_analytics,
    answer=AnalyticsAnswer,
    example={
        "status_code": 200,
        "message": fetched("Analytics"),
        "data": {
            "total_calls": 1250,
            "completed_calls": 987,
            "failed_calls": 143,
            "avg_duration_seconds": 145.3,
            "total_tasks": 1350,
            "task_status_breakdown": {"pending": 45, "running": 12, "completed": 1180, "failed": 113},
        },
    },
)
ENDPOINTS = (GET_ANALYTICS,)

"""The spaces that a report covers."""

from __future__ import annotations

from callboard.http.request import Request
from callboard.http.routes.scopes import find_scope
from callboard.query.reports.scope import ReportScope, report_scope


async def find_report_scope(request: Request) -> ReportScope:
    """As `find_scope`, with the spaces themselves, as of the beginning of this request."""
    scope = await find_scope(request)
    spaces = request.directory.spaces(request.org_id)
    if scope.space_id is not None and scope.space_id not in spaces:
        # Created by another worker since this request began: the lookup by token reads the store, while the
        # list of spaces is cached in the request's directory snapshot.
        space = request.directory.space(request.values["space_token"])
        assert space is not None, "the scope was found by it"
        spaces = {space.id: space}
    assert request.organization is not None
    return report_scope(
        request.org_id,
        spaces.values(),
        scope.space_id,
        all_content=scope.all_content,
        timezone=request.organization.timezone,
    )

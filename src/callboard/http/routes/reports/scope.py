"""Which spaces a report is about."""

from __future__ import annotations

from callboard.http.request import Request
from callboard.http.routes.scopes import find_scope
from callboard.query.reports.scope import ReportScope, report_scope


async def find_report_scope(request: Request) -> ReportScope:
    """As `find_scope`, with the spaces themselves as of this request."""
    scope = await find_scope(request)
    spaces = request.view.spaces(request.org_id).values()
    return report_scope(request.org_id, spaces, scope.space_id, all_content=scope.all_content)

"""The organizations that a token may use."""

from __future__ import annotations

from callboard.http.answers import Page, page_of_known
from callboard.http.endpoint import BASE, Endpoint
from callboard.http.request import Request
from callboard.http.response import Response, json_response
from callboard.model.directory import Organization
from callboard.query.items import OrganizationItem, organization_item
from callboard.query.parameters import WHOLE_PAGING
from callboard.store.questions import Position


async def list_organizations(request: Request) -> Response:
    principal = request.principal

    def item(organization: Organization) -> OrganizationItem:
        return organization_item(organization, principal.role_in(organization.id))

    rows = request.directory.organizations_of(principal)
    return json_response(await page_of_known(request, "Organizations", rows, position=_position, item=item))


def _position(organization: Organization) -> Position:
    return Position(organization.created_at, "", organization.id)


ENDPOINTS = (
    Endpoint(
        method="GET",
        path=f"{BASE}/organizations/",
        operation="list_organizations",
        tag="Organizations",
        summary="Get all organizations that this token may use",
        text="`domain_handle` is what the `Org-Handle` header names.",
        parameters=WHOLE_PAGING,
        handle=list_organizations,
        answers_whole=True,
        answer=Page[OrganizationItem],
    ),
)

"""The spaces that a list across an organization covers, and the time zone of its filters."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo

from callboard.errors import NotFoundError
from callboard.http.errors import NO_SPACE
from callboard.http.request import Request
from callboard.model.directory import Space
from callboard.query.parameters import TIMES, zone_of
from callboard.store.questions import Scope


async def find_scope(request: Request) -> Scope:
    """The space of `space_token`; else all contact spaces, or with `content_type=all` every space. Raises 404
    for a token that is not of this organization.
    """
    token = request.values.get("space_token")
    if token is None:
        return Scope(request.org_id, all_content=request.values.get("content_type") == "all")
    space = request.directory.space(token)
    if space is None or space.org_id != request.org_id:
        raise NotFoundError(NO_SPACE)
    return Scope(request.org_id, space.id)


def home_zone(request: Request, scope: Scope) -> ZoneInfo:
    """The time zone of a question that names none: the home zone of its space, else of the organization."""
    if request.endpoint.in_space:
        return ZoneInfo(request.space.home_zone)
    if scope.space_id is not None:
        space = request.directory.space(request.values["space_token"])
        assert space is not None, "the scope was found by it"
        return ZoneInfo(space.home_zone)
    assert request.organization is not None
    return ZoneInfo(request.organization.timezone)


def answer_zone(values: Mapping[str, Any], home: ZoneInfo) -> str | None:
    """The name of the zone that a list's times were read in; None where it was asked without a time."""
    return zone_of(values, home).key if values.keys() & TIMES else None


async def spaces_now(request: Request) -> dict[int, Space]:
    """The organization's spaces by id. Called after rows were read, and brought up to date then: a space that
    was created since the request began may own one of the rows.
    """
    await request.services.catch_up()
    return request.services.directory.snapshot().spaces(request.org_id)

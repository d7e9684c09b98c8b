"""Which spaces a list across an organization is about."""

from __future__ import annotations

from callboard.errors import NotFoundError
from callboard.http.errors import NO_SPACE
from callboard.http.request import Request
from callboard.model.directory import Space
from callboard.store.questions import Scope


async def find_scope(request: Request) -> Scope:
    """The space that `space_token` names; else the contact spaces, or with `content_type=all` every one."""
    token = request.values.get("space_token")
    if token is None:
        return Scope(request.org_id, all_content=request.values.get("content_type") == "all")
    space = request.view.space(token)
    if space is None or space.org_id != request.org_id:
        raise NotFoundError(NO_SPACE)
    return Scope(request.org_id, space.id)


async def spaces_now(request: Request) -> dict[int, Space]:
    """The organization's spaces by id, as of after the rows were read: no row's space is missing."""
    await request.services.catch_up()
    return request.services.directory.now().spaces(request.org_id)

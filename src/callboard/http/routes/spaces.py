"""Spaces (campaigns): list, create and change them."""

from __future__ import annotations

from typing import Any

import msgspec
from msgspec import UNSET, Struct, UnsetType

from callboard.errors import InvalidInputError
from callboard.http.answers import One, Page, page_of_known
from callboard.http.endpoint import BASE, Body, Endpoint
from callboard.http.fields import CallSeconds, LongText, Name, Seconds, ShortText, SpaceToken, TimeZone
from callboard.http.json_body import read_object
from callboard.http.request import Request
from callboard.http.response import Response, json_response
from callboard.model.directory import Organization, Space, SpaceSettings
from callboard.model.words import ContentType
from callboard.query.civil import read_zone
from callboard.query.items import SpaceItem, space_item
from callboard.query.messages import fetched
from callboard.query.parameters import SPACE_FILTERS, WHOLE_PAGING
from callboard.store.questions import Position

SPACES = f"{BASE}/spaces/"
SPACE = f"{SPACES}{{space_token}}/"


class SettingsIn(Struct, frozen=True, forbid_unknown_fields=True):
    """Settings of a space. What is left out stays as it is."""

    timezone: TimeZone | UnsetType | None = UNSET
    stuck_running_after: Seconds | UnsetType = UNSET
    stuck_pending_after: Seconds | UnsetType = UNSET
    live_call_limit: CallSeconds | UnsetType = UNSET


class NewSpace(Struct, frozen=True, forbid_unknown_fields=True):
    """A space to be."""

    name: Name
    token: SpaceToken | None = None
    """The public id that clients are configured with already; one is generated if it is left out."""
    description: LongText | None = None
    content_type: ContentType = "contact"
    agent_handle: ShortText | None = None
    settings: SettingsIn = SettingsIn()
    archived: bool = False


class SpaceChange(Struct, frozen=True, forbid_unknown_fields=True):
    """What is to change of a space. What is left out stays as it is."""

    name: Name | UnsetType = UNSET
    description: LongText | UnsetType | None = UNSET
    content_type: ContentType | UnsetType = UNSET
    agent_handle: ShortText | UnsetType | None = UNSET
    settings: SettingsIn | UnsetType = UNSET
    archived: bool | UnsetType = UNSET


def _organization(request: Request) -> Organization:
    assert request.organization is not None
    return request.organization


def _position(space: Space) -> Position:
    return Position(space.created_at, "", space.id)


async def list_spaces(request: Request) -> Response:
    organization, filters = _organization(request), request.values
    rows = [
        space
        for space in request.directory.spaces(organization.id).values()
        if filters.get("content_type", space.content_type) == space.content_type
        and filters.get("archived", space.archived) == space.archived
    ]

    def item(space: Space) -> SpaceItem:
        return space_item(space, organization)

    return json_response(await page_of_known(request, "Spaces", rows, position=_position, item=item))


async def get_space(request: Request) -> Response:
    item = space_item(request.space, _organization(request))
    return json_response(One(200, fetched("Space"), item))


async def create_space(request: Request) -> Response:
    new = read_object(request, NewSpace)
    organization = _organization(request)
    space = await request.store_threads.run(
        request.services.store.create_space,
        org_id=organization.id,
        token=new.token,
        name=new.name,
        description=new.description,
        content_type=new.content_type,
        agent_handle=new.agent_handle,
        settings=msgspec.structs.replace(SpaceSettings(), **_settings(new.settings)),
        now=request.services.clock(),
    )
    if new.archived:
        space = await _update(request, space, {"archived": True})
    return json_response(One(201, "Space created", space_item(space, organization)), 201)


async def update_space(request: Request) -> Response:
    change = read_object(request, SpaceChange)
    stated = {name: value for name, value in msgspec.structs.asdict(change).items() if value is not UNSET}
    if isinstance(change.settings, SettingsIn):
        # Only the stated settings, not the whole object: the store merges them under its lock, so two
        # changes of different settings at the same time both take effect.
        stated["settings"] = _settings(change.settings)
    space = await _update(request, request.space, stated) if stated else request.space
    message = _updated(stated.get("archived"))
    return json_response(One(200, message, space_item(space, _organization(request))))


def _updated(archived: bool | None) -> str:
    """The message of an update. `archived` is not a field of the item, so only the message can report it."""
    if archived is None:
        return "Space updated"
    return (
        "Space archived: its numbers stay, and it still takes events"
        if archived
        else "Space no longer archived"
    )


async def _update(request: Request, space: Space, changes: dict[str, Any]) -> Space:
    update = request.services.store.update_space
    return await request.store_threads.run(update, space.org_id, space.id, changes)


def _settings(change: SettingsIn) -> dict[str, Any]:
    """The settings that are stated. Raises `InvalidInputError` for an unknown time zone."""
    stated = {name: value for name, value in msgspec.structs.asdict(change).items() if value is not UNSET}
    if stated.get("timezone") is not None:
        try:
            read_zone(stated["timezone"])
        except ValueError as error:
            raise InvalidInputError(
                f"settings.timezone: {error}", [("settings.timezone", str(error))]
            ) from None
    return stated


_EXAMPLE = {
    "name": "Spring",
    "description": "Renewals, March to May",
    "content_type": "contact",
    "agent_handle": "renewals",
    "settings": {
        "timezone": "Asia/Kolkata",
        "stuck_running_after": 900,
        "stuck_pending_after": 3600,
        "live_call_limit": 14_400,
    },
}

ENDPOINTS = (
    Endpoint(
        method="GET",
        path=SPACES,
        operation="list_spaces",
        tag="Spaces",
        summary="Get all spaces of an organization",
        needs_handle=True,
        parameters={**SPACE_FILTERS, **WHOLE_PAGING},
        handle=list_spaces,
        answers_whole=True,
        answer=Page[SpaceItem],
    ),
    Endpoint(
        method="POST",
        path=SPACES,
        operation="create_space",
        tag="Spaces",
        summary="Create a space",
        needs_handle=True,
        role="admin",
        body=Body(schema=NewSpace, example=_EXAMPLE),
        handle=create_space,
        answer=One[SpaceItem],
        status=201,
        extra_statuses=(409,),
    ),
    Endpoint(
        method="GET",
        path=SPACE,
        operation="get_space",
        tag="Spaces",
        summary="Get one space",
        needs_handle=True,
        handle=get_space,
        answer=One[SpaceItem],
    ),
    Endpoint(
        method="PATCH",
        path=SPACE,
        operation="update_space",
        tag="Spaces",
        summary="Change a space",
        text="What is left out stays as it is. A changed `content_type` moves the space's numbers in or out "
        "of the organization's at once.",
        needs_handle=True,
        role="admin",
        body=Body(schema=SpaceChange, example={"archived": True, "settings": {"stuck_running_after": 1800}}),
        handle=update_space,
        answer=One[SpaceItem],
    ),
)

"""API tokens: list, create, rotate and revoke them."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct

from callboard.clock import HOUR, Micros
from callboard.errors import InvalidInputError, NotFoundError
from callboard.http.answers import One, Page, page_of_known
from callboard.http.endpoint import BASE, Body, Endpoint
from callboard.http.errors import HttpError
from callboard.http.fields import Name, Time
from callboard.http.json_body import read_object
from callboard.http.pipeline import organization_named
from callboard.http.request import Request
from callboard.http.response import Response, json_response
from callboard.ingest.instants import YEAR_9999
from callboard.model.directory import Member, Token
from callboard.model.words import Role
from callboard.query.civil import read_moment
from callboard.query.items import TokenItem, token_item
from callboard.query.parameters import PAGING
from callboard.query.secret import new_secret
from callboard.store.questions import Position

TOKENS = f"{BASE}/tokens/"
TOKEN = f"{TOKENS}{{id}}/"
MAX_ORGANIZATIONS = 100
YEAR_2: Micros = -62_104_060_800_000_000
"""0002-01-01T00:00:00Z"""


class NewToken(Struct, frozen=True, forbid_unknown_fields=True):
    """A token to be."""

    name: Name
    role: Role
    organizations: (
        Annotated[
            list[Name],
            Meta(min_length=1, max_length=MAX_ORGANIZATIONS, description="Domain handles; left out: yours."),
        ]
        | None
    ) = None
    expires_at: Time | None = None


class Rotation(Struct, frozen=True, forbid_unknown_fields=True):
    """How long the old secret goes on working."""

    old_valid_hours: Annotated[int, Meta(ge=0, le=168)] = 0


def _position(token: Token) -> Position:
    return Position(token.created_at, "", token.id)


def _item(request: Request, token: Token, secret: str | None = None) -> TokenItem:
    assert request.organization is not None
    return token_item(
        token, request.organization, request.directory.organizations_of(request.principal), secret
    )


async def find_token(request: Request) -> Token:
    text = request.path["id"]
    # At most 18 digits always fit the 64-bit column. `isdecimal` alone also accepts the digits of other
    # scripts.
    if text.isascii() and text.isdecimal() and len(text) < 19:
        token = await request.store_threads.run(request.services.store.find_token, int(text))
        if token is not None and token.role_in(request.org_id) is not None:
            return token
    raise NotFoundError("Token not found.")


async def list_tokens(request: Request) -> Response:
    rows = await request.store_threads.run(request.services.store.tokens, request.org_id)
    page = await page_of_known(
        request, "Tokens", rows, position=_position, item=lambda token: _item(request, token)
    )
    return json_response(page)


async def create_token(request: Request) -> Response:
    new = read_object(request, NewToken)
    assert request.organization is not None
    handles = new.organizations or [request.organization.domain_handle]
    org_ids = dict.fromkeys(organization_named(request, handle).id for handle in handles)
    _check_admin_in(request, org_ids)
    expires_at = None
    if new.expires_at is not None:
        expires_at = _expiry(new.expires_at)
    secret = new_secret()
    token = await request.store_threads.run(
        request.services.store.create_token,
        name=new.name,
        prefix=secret.prefix,
        secret_digest=secret.digest,
        members=[Member(org_id, new.role) for org_id in org_ids],
        expires_at=expires_at,
        now=request.services.clock(),
    )
    return json_response(
        One(201, "Token created; it is shown this once", _item(request, token, secret.text)), 201
    )


async def rotate_token(request: Request) -> Response:
    rotation = read_object(request, Rotation)
    token: Token = request.item
    # The caller learns a secret that works in all organizations of the token, so it must be an admin of each.
    _check_admin_in(request, [member.org_id for member in token.members])
    secret = new_secret()
    token = await request.store_threads.run(
        request.services.store.rotate_token,
        token.id,
        prefix=secret.prefix,
        secret_digest=secret.digest,
        old_until=request.services.clock() + rotation.old_valid_hours * HOUR,
    )
    return json_response(
        One(200, "Token rotated; the new one is shown this once", _item(request, token, secret.text))
    )


async def revoke_token(request: Request) -> Response:
    token: Token = request.item
    _check_admin_in(request, [member.org_id for member in token.members])
    if token.revoked_at is None:
        now = request.services.clock()
        token = await request.store_threads.run(request.services.store.revoke_token, token.id, now)
    return json_response(One(200, "Token revoked", _item(request, token)))


def _check_admin_in(request: Request, org_ids: object) -> None:
    assert isinstance(org_ids, list | dict)
    if any(request.principal.role_in(org_id) != "admin" for org_id in org_ids):
        raise HttpError(403, "This needs the role admin in every organization that the token is for.")


def _expiry(text: str) -> int:
    try:
        instant = read_moment(text).instant
    except ValueError as error:
        raise InvalidInputError(f"expires_at: {error}", [("expires_at", str(error))]) from None
    if instant is None:
        why = "needs an offset from UTC, as in 2026-12-31T18:00:00Z"
        raise InvalidInputError(f"expires_at: {why}", [("expires_at", why)])
    if not YEAR_2 <= instant < YEAR_9999:
        why = "is not in the years 2 to 9998"
        raise InvalidInputError(f"expires_at: {why}", [("expires_at", why)])
    return instant


_ROTATED = "The secret is shown once. The token's old secrets end at once, or after `old_valid_hours`."
ENDPOINTS = (
    Endpoint(
        method="GET",
        path=TOKENS,
        operation="list_tokens",
        tag="Tokens",
        summary="Get all tokens of an organization",
        text="Without their secrets. Of the organizations that a token is for, those you may use are named.",
        needs_handle=True,
        role="admin",
        parameters=PAGING,
        handle=list_tokens,
        answer=Page[TokenItem],
    ),
    Endpoint(
        method="POST",
        path=TOKENS,
        operation="create_token",
        tag="Tokens",
        summary="Create a token",
        text="For organizations in which you are admin. `token`, the secret, is shown once.",
        needs_handle=True,
        role="admin",
        body=Body(schema=NewToken, example={"name": "Dialler", "role": "member"}),
        handle=create_token,
        answer=One[TokenItem],
        status=201,
    ),
    Endpoint(
        method="POST",
        path=f"{TOKEN}rotate/",
        operation="rotate_token",
        tag="Tokens",
        summary="Give a token a new secret",
        text=_ROTATED,
        needs_handle=True,
        role="admin",
        find=find_token,
        body=Body(schema=Rotation, required=False, example={"old_valid_hours": 24}),
        handle=rotate_token,
        answer=One[TokenItem],
        extra_statuses=(409,),
    ),
    Endpoint(
        method="DELETE",
        path=TOKEN,
        operation="revoke_token",
        tag="Tokens",
        summary="Revoke a token",
        text="At once, on every worker. Revoking it again changes nothing.",
        needs_handle=True,
        role="admin",
        find=find_token,
        handle=revoke_token,
        answer=One[TokenItem],
    ),
)

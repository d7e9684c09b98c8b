"""Browser sessions: sign in with a token, ask who is signed in, sign out."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct

from callboard.clock import iso
from callboard.http.answers import One
from callboard.http.endpoint import Body, Endpoint
from callboard.http.json_body import read_object
from callboard.http.pipeline import find_principal
from callboard.http.request import Request
from callboard.http.response import Response, json_response
from callboard.http.session import check_own_page, ended_cookie, is_https, session_cookie
from callboard.query.items import OrganizationItem, organization_item
from callboard.query.messages import fetched

SESSION = "/session"
MAX_CHARACTERS = 256


class NewSession(Struct, frozen=True, forbid_unknown_fields=True):
    """Who wants in."""

    token: Annotated[str, Meta(min_length=1, max_length=MAX_CHARACTERS)]


class SessionToken(Struct, frozen=True):
    """The token of a session, without its secret."""

    name: str
    prefix: str
    expires_at: str | None


class Session(Struct, frozen=True):
    """Who is signed in, and what they may use, with their role in each."""

    token: SessionToken
    organizations: list[OrganizationItem]


async def create_session(request: Request) -> Response:
    # Login CSRF: another page could sign its visitor in with a token of the attacker.
    check_own_page(request.headers, must_state_origin=False)
    secret = read_object(request, NewSession).token.strip()
    find_principal(request, secret or None)
    return Response(
        status=204, headers=[session_cookie(secret, prefix=_prefix(request), secure=_secure(request))]
    )


async def get_session(request: Request) -> Response:
    principal = request.principal
    token = principal.token
    ends_at = None if principal.ends_at is None else iso(principal.ends_at)
    organizations = [
        organization_item(each, principal.role_in(each.id))
        for each in request.directory.organizations_of(principal)
    ]
    session = Session(SessionToken(token.name, token.prefix, ends_at), organizations)
    return json_response(One(200, fetched("Session"), session))


async def delete_session(request: Request) -> Response:
    check_own_page(request.headers, must_state_origin=False)
    return Response(status=204, headers=[ended_cookie(prefix=_prefix(request), secure=_secure(request))])


def _prefix(request: Request) -> str:
    return request.services.settings.path_prefix


def _secure(request: Request) -> bool:
    return is_https(request.scheme, request.headers)


# Not in the OpenAPI document: programs send their token with each request, and need no session.
ENDPOINTS = (
    Endpoint(
        method="POST",
        path=SESSION,
        operation="create_session",
        tag="Session",
        summary="Sign in",
        needs_token=False,
        body=Body(schema=NewSession),
        handle=create_session,
        answer={},
        status=204,
        extra_statuses=(401, 403, 429),
        documented=False,
    ),
    Endpoint(
        method="GET",
        path=SESSION,
        operation="get_session",
        tag="Session",
        summary="Who is signed in",
        handle=get_session,
        answer=One[Session],
        documented=False,
    ),
    Endpoint(
        method="DELETE",
        path=SESSION,
        operation="delete_session",
        tag="Session",
        summary="Sign out",
        needs_token=False,
        handle=delete_session,
        answer={},
        status=204,
        extra_statuses=(403,),
        documented=False,
    ),
)

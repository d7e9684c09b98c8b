"""The checks of every request, in the order of the reference; then the endpoint.

route (404, 405) · 429 · 401 · 400 missing header · 404 organization · 403 no access · 400 parameters ·
404 space or item · 403 role · 406, 415, 413, 408 · 400 unreadable · 422 invalid · 503
"""

from __future__ import annotations

from collections.abc import Hashable
from contextlib import suppress

from callboard.errors import (
    BodyTooLargeError,
    NotFoundError,
    ParameterError,
    StoreUnavailableError,
    UnsupportedBodyError,
    nothing_kept,
)
from callboard.http.endpoint import Header
from callboard.http.errors import (
    EMPTY_HANDLE,
    MISSING_HANDLE,
    NO_ACCESS,
    NO_ORGANIZATION,
    NO_SPACE,
    REPEATED_HANDLE,
    HttpError,
    too_many_failures,
    unauthenticated,
)
from callboard.http.limits import FailureLimit, network_of
from callboard.http.negotiation import chosen_media, media_type
from callboard.http.request import Request
from callboard.http.response import Response
from callboard.http.room import Hold
from callboard.http.session import SAFE, check_own_page, secret_of_cookie
from callboard.ingest.compression import decompress
from callboard.model.directory import Organization, allows
from callboard.query.directory import Principal
from callboard.query.export.formats import FORMATS
from callboard.query.parameter import read_query
from callboard.query.parameters import paging

MOST_SMALL_BODY = 4 * 1024
"""Compressed bodies up to this many bytes are decompressed on the event loop, larger on a thread."""
MOST_UNFOLDED = 64 * 1024
"""And to so many bytes at most: what unfolds to more than an ordinary body does so on a thread as well."""


async def answer(request: Request, limit: FailureLimit) -> Response:
    """Check a request that has its route, and answer it. Raises what `errors` has an answer for."""
    try:
        await _prepare(request, limit)
    except StoreUnavailableError as error:
        if request.method in SAFE:
            raise
        # Senders have to know that nothing arrived, also where only a token was looked for.
        raise nothing_kept(error) from error.__cause__
    return await request.endpoint.handle(request)


async def _prepare(request: Request, limit: FailureLimit) -> None:
    endpoint = request.endpoint
    request.limit = limit
    if endpoint.needs_token:
        await request.services.catch_up()
        authenticate(request)
        enter(request)
        read_parameters(request)
        if endpoint.in_space:
            _check_space(request)
        if endpoint.find is not None:
            request.item = await endpoint.find(request)
        _check_role(request)
    request.answer_media = _answer_media(request)
    if endpoint.body is not None:
        await _read_body(request)


def authenticate(request: Request) -> None:
    """403, 429 and 401: who is asking, by `Authorization` or else by the session's cookie."""
    authorization = request.headers.get(b"authorization")
    if authorization is not None:
        secret = secret_of(authorization)
    elif (secret := secret_of_cookie(request.headers)) is not None and request.method not in SAFE:
        # A browser adds its cookies to whatever any page asks of us.
        check_own_page(request.headers, said=True)
    request.principal = identified(request, secret)


def identified(request: Request, secret: str | None) -> Principal:
    """Whom a secret speaks for. Raises 429 and 401; one that is unknown counts against its sender."""
    limit, network = request.limit, network_of(request.address)
    request.view = request.services.directory.now()
    principal = None if secret is None else request.view.principal(secret)
    if principal is None:
        if wait_s := limit.wait_s(network):
            raise too_many_failures(wait_s)
        if secret is not None:
            limit.failed(network)
        raise unauthenticated()
    assert secret is not None, "nobody is found by no secret"
    request.secret = secret
    return principal


def secret_of(authorization: bytes) -> str | None:
    """The secret of `Token …` or `Bearer …`, the scheme in any case; none when it is neither."""
    scheme, _, secret = authorization.decode("latin-1").strip().partition(" ")
    return secret.strip() or None if scheme.lower() in ("token", "bearer") else None


def enter(request: Request) -> None:
    """400, 404 and 403: which organization is meant, and whether the token may enter it."""
    endpoint = request.endpoint
    handle = request.header(b"org-handle")
    if b"org-handle" in request.repeated and (endpoint.needs_handle or endpoint.in_space):
        raise HttpError(400, REPEATED_HANDLE)
    if endpoint.needs_handle and not handle:
        raise HttpError(400, MISSING_HANDLE)
    if endpoint.in_space and not handle and b"org-handle" in request.headers:
        # A script with an unset variable meant some organization, and must not get whichever fits.
        raise HttpError(400, EMPTY_HANDLE)
    if not (handle and (endpoint.needs_handle or endpoint.in_space)):
        return
    organization = organization_named(request, handle)
    if endpoint.in_space:
        space = request.view.space(request.path["space_token"])
        reachable = space is not None and request.principal.role_in(space.org_id) is not None
        if space is not None and reachable and space.org_id != organization.id:
            raise HttpError(403, NO_ACCESS)
    request.organization = organization


def organization_named(request: Request, handle: str) -> Organization:
    """The organization of that handle. Raises 404 when there is none, 403 when the token has no access, and
    429 for any handle that is not the token's own once there were too many such: the answers, which tell the
    handles that exist, then cannot be told apart.
    """
    organization = request.view.organization(handle)
    if organization is not None and request.principal.role_in(organization.id) is not None:
        return organization
    caller = (network_of(request.address), request.principal.token.id)
    if wait_s := request.limit.wait_s(caller):
        raise too_many_failures(wait_s)
    request.limit.failed(caller)
    if organization is None and not request.services.settings.conceal_organizations:
        raise HttpError(404, NO_ORGANIZATION)
    raise HttpError(403, NO_ACCESS)


def read_parameters(request: Request) -> None:
    """400: the query, each parameter known, given once and valid, and headers with a form."""
    endpoint = request.endpoint
    request.values = read_query(request.query, endpoint.parameters)
    for header in endpoint.headers:
        _read_header(request, header)
    if endpoint.is_paged:
        request.paging = paging(request.values, whole=endpoint.answers_whole)


def _read_header(request: Request, header: Header) -> None:
    sent = request.headers.get(header.name.lower().encode())
    if sent is not None:
        try:
            request.values[header.name] = header.read(sent.decode("latin-1").strip())
        except ValueError as error:
            raise ParameterError(header.name, str(error)) from None


def _check_space(request: Request) -> None:
    space = request.view.space(request.path["space_token"])
    if space is None or request.principal.role_in(space.org_id) is None:
        raise NotFoundError(NO_SPACE)
    request.space = space


def _check_role(request: Request) -> None:
    needed = request.endpoint.role
    if needed == "viewer":
        return
    role = request.principal.role_in(request.org_id)
    assert role is not None, "entering checked it"
    if not allows(role, needed):
        raise HttpError(403, f"This needs the role {needed}; the token's role here is {role}.")


def _answer_media(request: Request) -> str:
    """406: what is answered with. `format` says it outright; else `Accept` chooses."""
    wanted = request.values.get("format") if request.endpoint.exports else None
    if wanted is not None:
        found = FORMATS.get(wanted)
        return request.endpoint.answer_media if found is None else found.media
    return chosen_media(request.headers.get(b"accept", b""), request.endpoint.medias)


async def _read_body(request: Request) -> None:
    """415, 413, 408, 400: the body, of a type that is taken, within its bounds and its time, decompressed."""
    body, settings = request.endpoint.body, request.services.settings
    assert body is not None
    request.media = media_type(request.headers.get(b"content-type", b""), body.media)
    encoding = request.header(b"content-encoding").lower()
    if encoding not in ("", "identity"):
        if not body.compressed:
            raise UnsupportedBodyError("This endpoint takes bodies as they are, not compressed.")
        if encoding not in ("gzip", "zstd"):
            raise UnsupportedBodyError(
                "This endpoint takes bodies as they are, or compressed with gzip or zstd."
            )
    hold = request.hold = request.room.hold(_sender(request))
    sent = await request.read_body(
        hold, min(body.most_bytes or settings.max_body_bytes, settings.max_body_bytes)
    )
    if encoding in ("gzip", "zstd"):
        sent = await _unfolded(request, sent, encoding, hold)
    request.body = sent


def _sender(request: Request) -> Hashable:
    """Whose room a body takes: the organization's, or where nobody said which that is the address's."""
    if request.endpoint.in_space:
        return request.space.org_id
    if request.organization is not None:
        return request.organization.id
    return network_of(request.address)


async def _unfolded(request: Request, sent: bytes, encoding: str, hold: Hold) -> bytes:
    most = request.services.settings.max_decoded_bytes
    whole = None
    if len(sent) <= MOST_SMALL_BODY:
        with suppress(BodyTooLargeError):
            whole = decompress(sent, encoding, min(MOST_UNFOLDED, most), hold.grow)
    if whole is None:
        hold.shrink_to(len(sent))
        whole = await request.parse_threads.run(decompress, sent, encoding, most, hold.grow)
    hold.shrink_to(len(whole))
    return whole

"""The checks of every request, in the order of the reference; then the endpoint.

route (404, 405) · 429 · 401 · 400 missing header · 404 organization · 403 no access · 400 parameters ·
404 space or item · 403 role · 406, 415, 413, 408 · 400 unreadable · 422 invalid · 503

The order is part of the API: of two faults the earlier one is reported (tests/http/test_check_order.py).
"""

from __future__ import annotations

from collections.abc import Hashable
from contextlib import suppress

from callboard.errors import (
    BodyTooLargeError,
    NotFoundError,
    ParameterError,
    ParquetMissingError,
    StoreUnavailableError,
    UnsupportedBodyError,
    nothing_kept,
)
from callboard.http.body_memory import Reservation
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
from callboard.http.session import SAFE, check_own_page, secret_of_cookie
from callboard.ingest.compression import decompress
from callboard.model.directory import Organization, allows
from callboard.query.directory import Principal
from callboard.query.export.formats import BY_MEDIA, FORMATS, is_installed
from callboard.query.parameter import read_query
from callboard.query.parameters import paging

MAX_SMALL_BODY = 4 * 1024
"""Compressed bodies of up to so many bytes are decompressed on the event loop, larger ones on a thread."""
MAX_DECOMPRESSED = 64 * 1024
"""Most bytes that the event loop decompresses a body to; one that unfolds to more is done on a thread."""


async def answer(request: Request, limit: FailureLimit) -> Response:
    """Check a request whose endpoint is known, and answer it. Raises `HttpError` and `CallboardError`."""
    try:
        await _prepare(request, limit)
    except StoreUnavailableError as error:
        if request.method in SAFE:
            raise
        # The store failed during a check, before the handler ran. The answer must say that nothing was
        # kept, so that it sends again without fear of counting twice.
        raise nothing_kept(error) from error.__cause__
    return await request.endpoint.handle(request)


async def _prepare(request: Request, limit: FailureLimit) -> None:
    endpoint = request.endpoint
    request.limit = limit
    if endpoint.needs_token:
        # First, so that a token that was revoked before this request is refused, whichever worker did it.
        await request.services.catch_up()
        authenticate(request)
        find_organization(request)
        read_parameters(request)
        if endpoint.in_space:
            _check_space(request)
        if endpoint.find is not None:
            request.item = await endpoint.find(request)
        _check_role(request)
    request.answer_media = endpoint.answer_media if endpoint.takes_anything else _answer_media(request)
    if endpoint.body is not None:
        await _read_body(request)


def authenticate(request: Request) -> None:
    """Find the principal by `Authorization`, else by the session cookie. Raises 403, 429 and 401."""
    authorization = request.headers.get(b"authorization")
    if authorization is not None:
        secret = secret_of(authorization)
    elif (secret := secret_of_cookie(request.headers)) is not None and request.method not in SAFE:
        # Against cross-site request forgery: a browser sends our cookie with requests of any page.
        check_own_page(request.headers, must_state_origin=True)
    request.principal = find_principal(request, secret)


def find_principal(request: Request, secret: str | None) -> Principal:
    """The principal of a secret. Raises 401, and 429 once too many unknown secrets came from this network."""
    limit, network = request.limit, network_of(request.address)
    request.directory = request.services.directory.snapshot()
    principal = None if secret is None else request.directory.principal(secret)
    # The limit applies only after the lookup failed, so a valid token is never refused because others at the
    # same address failed.
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
    """The secret of `Token …` or `Bearer …` (scheme case-insensitive, RFC 9110, 11.1); None for any other."""
    scheme, _, secret = authorization.decode("latin-1").strip().partition(" ")
    return secret.strip() or None if scheme.lower() in ("token", "bearer") else None


def find_organization(request: Request) -> None:
    """Find the organization of `Org-Handle`; check that the token may enter it. Raises 400, 404 and 403."""
    endpoint = request.endpoint
    handle = request.header(b"org-handle")
    if b"org-handle" in request.repeated and (endpoint.needs_handle or endpoint.in_space):
        raise HttpError(400, REPEATED_HANDLE)
    if endpoint.needs_handle and not handle:
        raise HttpError(400, MISSING_HANDLE)
    if endpoint.in_space and not handle and b"org-handle" in request.headers:
        # An empty header is a script with an unset variable: it meant one organization, and must not get the
        # space of another one because the header may be left out here.
        raise HttpError(400, EMPTY_HANDLE)
    if not (handle and (endpoint.needs_handle or endpoint.in_space)):
        return
    organization = organization_named(request, handle)
    if endpoint.in_space:
        space = request.directory.space(request.path["space_token"])
        reachable = space is not None and request.principal.role_in(space.org_id) is not None
        # Only where the token may see the space; otherwise `_check_space` answers 404, as for no such space.
        if space is not None and reachable and space.org_id != organization.id:
            raise HttpError(403, NO_ACCESS)
    request.organization = organization


def organization_named(request: Request, handle: str) -> Organization:
    """The organization of that handle. Raises 404 if there is none, and 403 if the token has no access.

    The difference between the two tells which handles exist. So it raises 429 for every handle that is not
    the token's own, once there were too many of them: guessing handles is rate limited.
    """
    organization = request.directory.organization(handle)
    if organization is not None and request.principal.role_in(organization.id) is not None:
        return organization
    # Counted by address and token: a script with a wrong handle does not shut out others at its address.
    caller = (network_of(request.address), request.principal.token.id)
    if wait_s := request.limit.wait_s(caller):
        raise too_many_failures(wait_s)
    request.limit.failed(caller)
    if organization is None and not request.services.settings.conceal_organizations:
        raise HttpError(404, NO_ORGANIZATION)
    raise HttpError(403, NO_ACCESS)


def read_parameters(request: Request) -> None:
    """Read the query and the endpoint's own headers. Raises 400 for what is unknown, repeated or invalid."""
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
    space = request.directory.space(request.path["space_token"])
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
    """The media type of the answer: that of `format`, else what `Accept` prefers of what is installed.
    Raises 406.
    """
    endpoint, accept = request.endpoint, request.headers.get(b"accept", b"")
    media_format = request.values.get("format") if endpoint.exports else None
    if media_format is not None:
        wanted = FORMATS.get(media_format)
        if wanted is not None and not is_installed(wanted):
            raise ParquetMissingError
        return endpoint.answer_media if wanted is None else wanted.media
    found = chosen_media(accept, endpoint.medias)
    if found not in BY_MEDIA or is_installed(BY_MEDIA[found]):
        return found
    try:
        return chosen_media(accept, [each for each in endpoint.medias if each != found])
    except HttpError as error:
        raise ParquetMissingError from error


async def _read_body(request: Request) -> None:
    """Receive the body and decompress it. Raises 415, 413, 408, 400, and 503 without room for its bytes."""
    body, settings = request.endpoint.body, request.services.settings
    assert body is not None
    if not body.required and not _announces_body(request):
        return  # of what type and coding nothing would be is not asked: clients name one anyway
    request.media = media_type(request.headers.get(b"content-type", b""), body.media)
    max_bytes = min(body.max_bytes or settings.max_body_bytes, settings.max_body_bytes)
    await receive_body(request, _sender(request), max_bytes, compressed=body.compressed)


async def receive_body(request: Request, sender: Hashable, max_bytes: int, *, compressed: bool) -> None:
    """Receive the body of a request and decompress it. Raises 415, 413, 408, 400, and 503 without room."""
    encoding = request.header(b"content-encoding").lower()
    if encoding not in ("", "identity"):
        if not compressed:
            raise UnsupportedBodyError("This endpoint takes bodies as they are, not compressed.")
        if encoding not in ("gzip", "zstd"):
            raise UnsupportedBodyError(
                "This endpoint takes bodies as they are, or compressed with gzip or zstd."
            )
    # Kept on the request: the application releases it once the answer is sent, whatever fails in between.
    reservation = request.reservation = request.body_memory.reserve_for(sender)
    sent = await request.read_body(reservation, max_bytes)
    if encoding in ("gzip", "zstd"):
        sent = await _decompressed(request, sent, encoding, reservation)
    request.body = sent


def _announces_body(request: Request) -> bool:
    """Whether the headers say that a body follows (RFC 9112, 6.3)."""
    length = request.headers.get(b"content-length", b"0").strip()
    return b"transfer-encoding" in request.headers or length.strip(b"0") != b""


def _sender(request: Request) -> Hashable:
    """Who a body's memory is charged to: the organization, or the sender's network if none was named."""
    if request.endpoint.in_space:
        return request.space.org_id
    if request.organization is not None:
        return request.organization.id
    return network_of(request.address)


async def _decompressed(request: Request, sent: bytes, encoding: str, reservation: Reservation) -> bytes:
    most = request.services.settings.max_decoded_bytes
    whole = None
    if len(sent) <= MAX_SMALL_BODY:
        # Too large here only means too large for the event loop: it is tried again on a thread, with the
        # full bound, after the room for the first attempt is released.
        with suppress(BodyTooLargeError):
            whole = decompress(sent, encoding, min(MAX_DECOMPRESSED, most), reservation.grow)
    if whole is None:
        reservation.shrink_to(len(sent))
        whole = await request.parse_threads.run(decompress, sent, encoding, most, reservation.grow)
    # Until here the compressed and the decompressed bytes were both held.
    reservation.shrink_to(len(whole))
    return whole

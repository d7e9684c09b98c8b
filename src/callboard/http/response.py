"""An answer, and how it goes out: request id, entity tag, conditional requests."""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from typing import Any

import msgspec
from msgspec import Struct

from callboard.http.errors import Headers
from callboard.http.stream import Stream

Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

JSON = b"application/json"
HTML = b"text/html; charset=utf-8"
NOSNIFF = (b"x-content-type-options", b"nosniff")
PRIVATE_CACHE = b"private, no-cache"
NO_STORE = (b"cache-control", b"private, no-store")
VARY = (b"vary", b"Authorization, Cookie, Org-Handle")

_encoder = msgspec.json.Encoder()


class Response(Struct, kw_only=True):
    """Status, headers and body of an answer."""

    status: int = 200
    body: bytes = b""
    media: bytes = JSON
    headers: Headers = []
    cache: bytes = PRIVATE_CACHE
    """`Cache-Control` of a 200 to a GET."""
    tag: bytes | None = None
    """The entity tag, if it is known already. None: computed from the body."""
    untagged: bool = False
    """The answer differs each time: no entity tag, and not to be stored."""
    stream: Stream | None = None
    """Instead of a body: sent in pieces (`http/stream.py`)."""


def json_response(answer: Any, status: int = 200) -> Response:
    return Response(status=status, body=_encoder.encode(answer))


def entity_tag(body: bytes) -> bytes:
    """A strong entity tag (RFC 9110, 8.8.3): a hash of the body, so equal only for equal bytes."""
    return b'"' + hashlib.blake2b(body, digest_size=16).hexdigest().encode() + b'"'


def matches(if_none_match: bytes, tag: bytes) -> bool:
    """Whether `If-None-Match` (one tag, a list, or `*`) contains this tag. By weak comparison, which ignores
    the `W/` prefix (RFC 9110, 13.1.2).
    """
    if if_none_match.strip() == b"*":
        return True
    return any(each.strip().removeprefix(b"W/") == tag for each in if_none_match.split(b","))


def get_headers(body: bytes, media: bytes, tag: bytes, cache: bytes = PRIVATE_CACHE) -> Headers:
    """The headers of a 200 to a GET, without request id and `Vary`."""
    return [
        (b"content-type", media),
        (b"content-length", str(len(body)).encode()),
        (b"etag", tag),
        (b"cache-control", cache),
        NOSNIFF,
    ]


def finished(response: Response, request: Mapping[bytes, bytes], method: str, *, varies: bool) -> Response:
    """The response with its standard headers; 304 if the caller has this version; no body for HEAD."""
    if response.stream is not None:
        # Without the whole body there is neither a length nor a tag, and a cache could store a part of it.
        headers = [(b"content-type", response.media), NO_STORE, NOSNIFF]
    elif method in ("GET", "HEAD") and response.status == 200 and not response.untagged:
        tag = response.tag or entity_tag(response.body)
        headers = get_headers(response.body, response.media, tag, response.cache)
        if matches(request.get(b"if-none-match", b""), tag):
            headers = [(b"etag", tag), (b"cache-control", response.cache), NOSNIFF]
            response = Response(status=304, headers=response.headers)
    else:
        headers = [NOSNIFF]
        if method in ("GET", "HEAD") and (response.status >= 400 or response.untagged):
            headers.append(NO_STORE)
        if response.body:
            headers.append((b"content-type", response.media))
        if response.status != 204:
            headers.append((b"content-length", str(len(response.body)).encode()))
    if varies:
        headers.append(VARY)
    body = b"" if method == "HEAD" else response.body
    return Response(
        status=response.status,
        body=body,
        media=response.media,
        headers=headers + response.headers,
        stream=None if method == "HEAD" else response.stream,
    )


def with_id(response: Response, request_id: bytes) -> Headers:
    """All headers, as sent."""
    return [*response.headers, (b"x-request-id", request_id)]


async def send_response(send: Send, response: Response, request_id: bytes) -> None:
    headers = with_id(response, request_id)
    await send({"type": "http.response.start", "status": response.status, "headers": headers})
    await send({"type": "http.response.body", "body": response.body})

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
    """Status, body and what stands in the head."""

    status: int = 200
    body: bytes = b""
    media: bytes = JSON
    headers: Headers = []
    cache: bytes = PRIVATE_CACHE
    """Of a good answer to a GET: who may keep it."""
    tag: bytes | None = None
    """The entity tag, where it was made already."""
    untagged: bool = False
    """Never the same twice: no entity tag, and nothing to keep."""
    stream: Stream | None = None
    """In place of a body: sent piece by piece (`http/stream.py`)."""


def json_response(answer: Any, status: int = 200) -> Response:
    return Response(status=status, body=_encoder.encode(answer))


def entity_tag(body: bytes) -> bytes:
    """A strong one: equal for equal bytes, and practically only for those."""
    return b'"' + hashlib.blake2b(body, digest_size=16).hexdigest().encode() + b'"'


def matches(if_none_match: bytes, tag: bytes) -> bool:
    """Whether an If-None-Match (one tag, a list, or `*`) names this tag; weakness is no matter here."""
    if if_none_match.strip() == b"*":
        return True
    return any(each.strip().removeprefix(b"W/") == tag for each in if_none_match.split(b","))


def get_headers(body: bytes, media: bytes, tag: bytes, cache: bytes = PRIVATE_CACHE) -> Headers:
    """The head of a 200 to a GET, but for the request id and what varies."""
    return [
        (b"content-type", media),
        (b"content-length", str(len(body)).encode()),
        (b"etag", tag),
        (b"cache-control", cache),
        NOSNIFF,
    ]


def finished(response: Response, request: Mapping[bytes, bytes], method: str, *, varies: bool) -> Response:
    """The response with its standard head; a 304 where the caller has it already; no body for HEAD."""
    if response.stream is not None:
        # What is not known whole has neither a length nor a tag, and is no answer to keep.
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
    """The whole head, as it goes out."""
    return [*response.headers, (b"x-request-id", request_id)]


async def send_response(send: Send, response: Response, request_id: bytes) -> None:
    headers = with_id(response, request_id)
    await send({"type": "http.response.start", "status": response.status, "headers": headers})
    await send({"type": "http.response.body", "body": response.body})

"""A request on its way down the pipeline: each step fills in what the next ones rely on."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from typing import TYPE_CHECKING, Any, Protocol

from callboard.errors import BodyTooLargeError, BodyTooSlowError, UnreadableBodyError
from callboard.http.body_deadline import BodyDeadlines
from callboard.http.body_memory import BodyMemory, Reservation
from callboard.http.endpoint import Endpoint
from callboard.http.fair_threads import FairThreadPool, RequestThreads
from callboard.http.services import Services
from callboard.http.threads import Threads
from callboard.model.directory import Organization, Space
from callboard.query.directory import Principal, View
from callboard.query.parameters import Paging
from callboard.query.places import Places
from callboard.store.budget import Budget

if TYPE_CHECKING:
    from callboard.http.limits import FailureLimit
    from callboard.http.readiness import ReadyCheck

Message = MutableMapping[str, Any]
"""ASGI's."""
Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]


FIRST_READ_BYTES = 4 * 1024
"""Of larger bodies their stated length is looked at before anything is read; of these when they are there."""


class Descriptions(Protocol):
    """What the API says of itself. It is made from the table of endpoints, which know nothing of it."""

    def document(self) -> bytes: ...
    def page(self) -> tuple[bytes, bytes]: ...


class Request:
    """One request. Fields without a default are there once the step that fills them has passed."""

    __slots__ = (
        "_receive",
        "_request_threads",
        "_thread_pool",
        "address",
        "answer_media",
        "body",
        "body_deadlines",
        "body_memory",
        "descriptions",
        "directory",
        "endpoint",
        "exports",
        "headers",
        "item",
        "limit",
        "media",
        "method",
        "note_gauges",
        "organization",
        "paging",
        "parse_threads",
        "path",
        "principal",
        "query",
        "raw_path",
        "readiness",
        "repeated",
        "request_id",
        "reservation",
        "scheme",
        "secret",
        "services",
        "space",
        "values",
    )

    endpoint: Endpoint[Request]
    path: dict[str, str]
    """What stands in the path, by the endpoint's names."""
    limit: FailureLimit
    """Where failures of this caller are counted."""
    principal: Principal
    secret: str
    """By which the principal was found."""
    directory: View
    """The directory as of the beginning of this request."""
    organization: Organization | None
    """Named by `Org-Handle`; none when the path does not need it and nobody sent it."""
    space: Space
    values: dict[str, Any]
    """Query parameters, read."""
    paging: Paging
    item: Any
    """What the endpoint's finder found."""
    answer_media: str
    """The media type of the answer, of those that the endpoint has."""
    media: str
    """The media type of the body."""
    body: bytes
    """Decompressed."""

    def __init__(
        self,
        scope: Scope,
        receive: Receive,
        services: Services,
        *,
        store_threads: FairThreadPool,
        parse_threads: Threads,
        exports: Places,
        readiness: ReadyCheck,
        descriptions: Descriptions,
        body_deadlines: BodyDeadlines,
        body_memory: BodyMemory,
        note_gauges: Callable[[], None],
        request_id: str,
    ) -> None:
        self._receive = receive
        self.services = services
        self._thread_pool = store_threads
        self._request_threads: RequestThreads | None = None
        self.parse_threads = parse_threads
        self.exports = exports
        self.readiness = readiness
        self.descriptions = descriptions
        self.body_deadlines = body_deadlines
        self.body_memory = body_memory
        self.reservation: Reservation | None = None
        """What its body holds of the room."""
        self.note_gauges = note_gauges
        self.request_id = request_id
        self.method: str = scope["method"]
        self.raw_path: bytes = scope.get("raw_path") or scope["path"].encode()
        """Percent-encoded, without the path prefix."""
        self.query: bytes = scope["query_string"]
        self.scheme: str = scope.get("scheme", "http")
        self.headers, self.repeated = _headers(scope["headers"])
        self.address = self._address(scope)
        self.organization = None
        self.body = b""

    def _address(self, scope: Scope) -> str:
        """Whose request it is. Of a list of proxies only the last entry is our own proxy's word."""
        forwarded = (
            self.headers.get(b"x-forwarded-for") if self.services.settings.trust_forwarded_for else None
        )
        if forwarded is not None:
            return forwarded.rpartition(b",")[2].decode("latin-1").strip()
        client = scope.get("client")
        return client[0] if client else ""

    def header(self, name: bytes) -> str:
        """A header's text without blanks around it; empty when it was not sent."""
        return self.headers.get(name, b"").decode("latin-1").strip()

    @property
    def share_key(self) -> int | None:
        """The organization whose share of the threads this request takes; none while there is none yet."""
        space: Space | None = getattr(self, "space", None)
        if space is not None:
            return space.org_id
        return None if self.organization is None else self.organization.id

    @property
    def store_threads(self) -> RequestThreads:
        """Threads that ask the store, all that they are asked within one budget. It begins when the request
        first asks: what came before, such as receiving a body, is no question's time.

        They know nothing of the request: it is gone, with its body, when it was answered, and not only when
        the garbage collector comes by.
        """
        threads = self._request_threads
        if threads is None:
            threads = self._request_threads = RequestThreads(self._thread_pool, self._new_budget())
        threads.share_key = self.share_key
        return threads

    def _new_budget(self) -> Budget | None:
        """Of a question. A request that changes something has none: it must not be told that it failed
        because what it looked up afterwards took long.
        """
        if self.method not in ("GET", "HEAD"):
            return None
        return Budget(self.services.settings.query_timeout_ms / 1000)

    @property
    def operation(self) -> str:
        """Of its endpoint; `none` when it was not routed."""
        endpoint = getattr(self, "endpoint", None)
        return "none" if endpoint is None else endpoint.operation

    @property
    def org_id(self) -> int:
        """The organization that the request is about: the space's, else the one that was named."""
        if self.endpoint.in_space:
            return self.space.org_id
        assert self.organization is not None
        return self.organization.id

    async def read_body(self, reservation: Reservation, limit: int) -> bytes:
        """The body as sent, held as it comes. Raises `BodyTooLargeError` as soon as it is longer than `limit`
        bytes, `BodyTooSlowError`, `BodiesFullError`, and `UnreadableBodyError` when it does not come whole.
        """
        stated = self.headers.get(b"content-length", b"")
        if len(stated) < 20 and stated.isdigit() and (length := int(stated)) > FIRST_READ_BYTES:
            if length > limit:
                raise _too_large(limit)
            reservation.check(length)
        body_deadlines = self.body_deadlines
        deadline = body_deadlines.begin()
        parts: list[bytes] = []
        try:
            while True:
                message = await self._receive()
                if message["type"] == "http.disconnect":
                    # Hung up, or sent no proper chunk: only in the second case is there anybody to tell.
                    raise UnreadableBodyError("The body breaks off before its end.")
                if part := message.get("body", b""):
                    deadline.received += len(part)
                    if deadline.received > limit:
                        raise _too_large(limit)
                    reservation.grow(len(part))
                    parts.append(part)
                if not message.get("more_body", False):
                    return parts[0] if len(parts) == 1 else b"".join(parts)
        except asyncio.CancelledError:
            if deadline.timed_out():
                raise BodyTooSlowError from None
            raise
        finally:
            body_deadlines.end(deadline)


def _too_large(limit: int) -> BodyTooLargeError:
    return BodyTooLargeError(f"The body is larger than {limit:,} bytes.")


def _headers(sent: Any) -> tuple[dict[bytes, bytes], frozenset[bytes]]:
    """The headers, and the names of those sent more than once."""
    headers: dict[bytes, bytes] = {}
    repeated: frozenset[bytes] = frozenset()
    for name, value in sent:
        # A header sent twice is one list, by the rules of HTTP; where no list is meant it fits nothing.
        if name in headers:
            repeated |= {name}
            # Cookies are the one list that is not written with commas.
            value = headers[name] + (b"; " if name == b"cookie" else b", ") + value  # noqa: PLW2901
        headers[name] = value
    return headers, repeated

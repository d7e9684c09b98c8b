"""A request in the pipeline: each step sets the attributes that later steps use."""

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
from callboard.query.directory import DirectorySnapshot, Principal
from callboard.query.parameters import Paging
from callboard.query.slots import StreamSlots
from callboard.store.budget import Budget

if TYPE_CHECKING:
    from callboard.http.limits import FailureLimit
    from callboard.http.readiness import ReadyCheck

Message = MutableMapping[str, Any]
"""A message of ASGI."""
Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]


FIRST_READ_BYTES = 4 * 1024
"""Larger bodies are checked by `Content-Length` before anything is read; others as they arrive."""


class Descriptions(Protocol):
    """The API's own documents. A protocol: they are made from the endpoints, and importing them would be
    a cycle.
    """

    def document(self) -> bytes: ...
    def page(self) -> tuple[bytes, bytes]: ...


class Request:
    """One request. Attributes without a default exist once the step that sets them has run."""

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
    """Variables of the path, by the endpoint's names."""
    limit: FailureLimit
    """Counts failed authentication of this caller."""
    principal: Principal
    secret: str
    """The secret by which the principal was found."""
    directory: DirectorySnapshot
    """The directory at one version for the whole request, so that its checks agree with each other."""
    organization: Organization | None
    """Named by `Org-Handle`. None if the path does not require it and it was not sent."""
    space: Space
    values: dict[str, Any]
    """Query parameters, parsed."""
    paging: Paging
    item: Any
    """The result of `endpoint.find`."""
    answer_media: str
    """The media type of the answer, one of `endpoint.medias`."""
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
        exports: StreamSlots,
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
        """The memory reserved for its body."""
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
        """The client's address. Of a forwarded list only the last entry counts: our proxy added it, the
        others may come from the client.
        """
        forwarded = (
            self.headers.get(b"x-forwarded-for") if self.services.settings.trust_forwarded_for else None
        )
        if forwarded is not None:
            return forwarded.rpartition(b",")[2].decode("latin-1").strip()
        client = scope.get("client")
        return client[0] if client else ""

    def header(self, name: bytes) -> str:
        """A header as stripped text; empty if it was not sent."""
        return self.headers.get(name, b"").decode("latin-1").strip()

    @property
    def share_key(self) -> int | None:
        """The organization whose share of the threads is used. None until the pipeline has found one."""
        space: Space | None = getattr(self, "space", None)
        if space is not None:
            return space.org_id
        return None if self.organization is None else self.organization.id

    @property
    def store_threads(self) -> RequestThreads:
        """Threads for store queries, all of them within one time budget. It starts with the first query:
        receiving a body does not count.

        The object holds no reference to the request. With one, the two would be a reference cycle, and the
        request's body would stay in memory until the garbage collector runs.
        """
        threads = self._request_threads
        if threads is None:
            threads = self._request_threads = RequestThreads(self._thread_pool, self._new_budget())
        threads.share_key = self.share_key
        return threads

    def _new_budget(self) -> Budget | None:
        """The budget of a query. A request that writes has none: after its commit, a slow read for the answer
        must not make it look failed.
        """
        if self.method not in ("GET", "HEAD"):
            return None
        return Budget(self.services.settings.query_timeout_ms / 1000)

    @property
    def operation(self) -> str:
        """The operation of its endpoint; `none` if it matched none."""
        endpoint = getattr(self, "endpoint", None)
        return "none" if endpoint is None else endpoint.operation

    @property
    def org_id(self) -> int:
        """The organization that the request is about: the space's, else the one of `Org-Handle`."""
        if self.endpoint.in_space:
            return self.space.org_id
        assert self.organization is not None
        return self.organization.id

    async def read_body(self, reservation: Reservation, limit: int) -> bytes:
        """The body as sent; memory is reserved as it arrives. Raises `BodyTooLargeError` as soon as it is
        longer than `limit` bytes, `BodyTooSlowError`, `BodiesFullError`, and `UnreadableBodyError` if it
        ends early.
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
                    # The client hung up, or sent an invalid chunk. Only the second one reads the answer.
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
    """The headers, and the names of headers sent more than once."""
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

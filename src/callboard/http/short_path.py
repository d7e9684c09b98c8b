"""The short path: answers of the analytics endpoint, cached as bytes and never stale.

It answers only what the pipeline would answer with 200 to the same request, byte for byte; a test draws
requests and compares the two. Everything else (another header that matters, a failed check, a store that
cannot answer) it leaves to the pipeline. What the pipeline found for a request, `remember` remembers for the
next one.

Invalidation: every request refreshes the organization (`Analytics.refresh`), which costs one read of the
change counter while nothing was committed. The directory version must still be the one the request was
checked under; otherwise the token may be revoked or the space moved, and the pipeline has to check again.
The bytes belong to a `ScopeTotals` and are encoded again when its totals change. The expiry of a token is no
commit, so it is compared with the clock each time.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from callboard.clock import Clock, Micros
from callboard.errors import StoreError
from callboard.http.errors import Headers
from callboard.http.response import JSON, VARY, entity_tag, get_headers
from callboard.model.totals import Totals
from callboard.query.analytics import Analytics, ScopeTotals, analytics_body
from callboard.query.bounded_cache import BoundedCache
from callboard.store.interface import Store

GRANTS = 10_000
"""Pairs of token and handle that are remembered."""
SCOPES = 20_000
"""Query strings that are remembered, of all organizations together."""
MAX_KEY_BYTES = 512
"""Longest headers or query that are remembered, in bytes: tokens, handles and ids are shorter in any
spelling. Without this bound, padded ones would fill the memory.
"""

_PLAIN = frozenset({b"*/*", b"application/json"})
_KEY_HEADERS = frozenset({b"authorization", b"org-handle", b"accept", b"if-none-match", b"x-request-id"})
Head = Sequence[tuple[bytes, bytes]]


class Grant:
    """What the pipeline found for one pair of `Authorization` and `Org-Handle`."""

    __slots__ = ("directory_version", "org_id", "until")

    def __init__(self, org_id: int, directory_version: int, until: Micros) -> None:
        self.org_id = org_id
        self.directory_version = directory_version
        """The version it was found under. Under any other one the pipeline has to find it again."""
        self.until = until
        """When the token expires or the pipeline has to record its use again, whichever is earlier."""


class Rendered:
    """A cached answer: the body and the head of a 200, without the request id."""

    __slots__ = ("body", "headers")

    def __init__(self, totals: Totals) -> None:
        self.body = analytics_body(totals)
        self.headers: Headers = [*get_headers(self.body, JSON, entity_tag(self.body)), VARY]


class ShortPath:
    """The cache. Owned by the event loop's thread, which is why it takes no lock."""

    def __init__(self, store: Store, analytics: Analytics, clock: Clock) -> None:
        self._store = store
        self._analytics = analytics
        self._clock = clock
        self._grants: BoundedCache[tuple[bytes, bytes], Grant] = BoundedCache(GRANTS)
        self._scopes: BoundedCache[tuple[int, bytes], tuple[int, int | None]] = BoundedCache(SCOPES)

    def answer(self, headers: Head, query: bytes) -> Rendered | None:
        """The cached answer, or None when the pipeline has to answer. Raises nothing of the store's."""
        key = _key(headers)
        grant = None if key is None else self._grants.get(key)
        if grant is None or self._clock() >= grant.until:
            return None
        return self._of(grant, query)

    def _of(self, grant: Grant, query: bytes) -> Rendered | None:
        try:
            totals = self._analytics.refresh(grant.org_id)
        except StoreError:
            return None  # the pipeline meets the same error, and turns it into an answer and a log line
        if totals.directory_version != grant.directory_version:
            return None
        if not query:
            return render(totals.contact)
        # Keyed by the query as sent: a query that was not checked by the pipeline, or was spelled otherwise,
        # is not found.
        found = self._scopes.get((grant.org_id, query))
        if found is None or found[0] != totals.directory_version:
            return None
        return render(totals.totals_of(found[1]))

    def remember(self, headers: dict[bytes, bytes], query: bytes, grant: Grant, space_id: int | None) -> None:
        """Remember what the pipeline found for a request that it answered with 200. `space_id`: None for all
        contact spaces.
        """
        authorization, handle = headers[b"authorization"], headers[b"org-handle"]
        if len(authorization) + len(handle) > MAX_KEY_BYTES:
            return
        self._grants[authorization, handle] = grant
        if 0 < len(query) <= MAX_KEY_BYTES:
            self._scopes[grant.org_id, query] = (grant.directory_version, space_id)


def _key(headers: Head) -> tuple[bytes, bytes] | None:
    """`Authorization` and `Org-Handle` as sent. None if one of them is missing, if one is sent twice, or if
    another header could change the answer.
    """
    authorization = handle = None
    for name, value in headers:
        if name == b"authorization" and authorization is None:
            authorization = value
        elif name == b"org-handle" and handle is None:
            handle = value
        elif name in _KEY_HEADERS and not (name == b"accept" and value in _PLAIN):
            return None
    return None if authorization is None or handle is None else (authorization, handle)


def render(scope_totals: ScopeTotals) -> Rendered:
    """The answer for these totals, encoded once for each change of them."""
    # `ScopeTotals` clears `rendered` when its totals change. `Any`: `query` must not import from `http`.
    rendered: Any = scope_totals.rendered
    if rendered is None:
        rendered = scope_totals.rendered = Rendered(scope_totals.totals)
    assert isinstance(rendered, Rendered)
    return rendered

"""The short path: the analytics endpoint's answer, kept as bytes for as long as it is true.

It answers only what the pipeline would answer with 200 to the same request, byte for byte; a test draws
requests and compares the two. Whatever is not plain (another header that matters, a failed check, a store
that cannot answer) it leaves to the pipeline, which also tells it whom to answer from then on.

An answer is true while the store's marker stands still. When that moved, the organization is looked at
(`Analytics.look`): its directory version must still be the one the request was checked under, and the
scope's numbers must be unchanged, else the answer is made anew. Expiry of tokens is compared with the clock
each time.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from callboard.clock import Clock, Micros
from callboard.errors import StoreError
from callboard.http.errors import Headers
from callboard.http.response import JSON, VARY, entity_tag, get_headers
from callboard.model.totals import Totals
from callboard.query.analytics import Analytics, Cell, analytics_body
from callboard.query.bounded import Bounded
from callboard.store.interface import Store

GRANTS = 10_000
"""How many pairs of token and handle are remembered."""
SCOPES = 20_000
"""How many query strings are remembered, of all organizations together."""
LONGEST_KEY = 512
"""Bytes of headers or of a query that are remembered: tokens, handles and ids are shorter, however they are
sent."""

_PLAIN = frozenset({b"*/*", b"application/json"})
_MATTERS = frozenset({b"authorization", b"org-handle", b"accept", b"if-none-match", b"x-request-id"})
Head = Sequence[tuple[bytes, bytes]]


class Grant:
    """What the pipeline found for a pair of `Authorization` and `Org-Handle`."""

    __slots__ = ("directory_version", "org_id", "until")

    def __init__(self, org_id: int, directory_version: int, until: Micros) -> None:
        self.org_id = org_id
        self.directory_version = directory_version
        """Under which it was found; under another it must be found again."""
        self.until = until
        """When the token ends, or its use is to be recorded again."""


class Rendered:
    """A scope's answer as it goes out."""

    __slots__ = ("body", "headers")

    def __init__(self, totals: Totals) -> None:
        self.body = analytics_body(totals)
        self.headers: Headers = [*get_headers(self.body, JSON, entity_tag(self.body)), VARY]


class ShortPath:
    """Owned by the event loop's thread."""

    def __init__(self, store: Store, analytics: Analytics, clock: Clock) -> None:
        self._store = store
        self._analytics = analytics
        self._clock = clock
        self._grants: Bounded[tuple[bytes, bytes], Grant] = Bounded(GRANTS)
        self._scopes: Bounded[tuple[int, bytes], tuple[int, int | None]] = Bounded(SCOPES)

    def answer(self, headers: Head, query: bytes) -> Rendered | None:
        """The answer; none when the pipeline has to give it."""
        key = _key(headers)
        grant = None if key is None else self._grants.get(key)
        if grant is None or self._clock() >= grant.until:
            return None
        return self._of(grant, query)

    def _of(self, grant: Grant, query: bytes) -> Rendered | None:
        try:
            totals = self._analytics.look(grant.org_id)
        except StoreError:
            return None
        if totals.directory_version != grant.directory_version:
            return None
        if not query:
            return render(totals.whole)
        found = self._scopes.get((grant.org_id, query))
        if found is None or found[0] != totals.directory_version:
            return None
        return render(totals.cell(found[1]))

    def learn(self, headers: dict[bytes, bytes], query: bytes, grant: Grant, space_id: int | None) -> None:
        """Remember what the pipeline found for a request that it answered with 200."""
        authorization, handle = headers[b"authorization"], headers[b"org-handle"]
        if len(authorization) + len(handle) > LONGEST_KEY:
            return
        self._grants[authorization, handle] = grant
        if 0 < len(query) <= LONGEST_KEY:
            self._scopes[grant.org_id, query] = (grant.directory_version, space_id)


def _key(headers: Head) -> tuple[bytes, bytes] | None:
    """`Authorization` and `Org-Handle` as sent; none when one is missing or anything else matters."""
    authorization = handle = None
    for name, value in headers:
        if name == b"authorization" and authorization is None:
            authorization = value
        elif name == b"org-handle" and handle is None:
            handle = value
        elif name in _MATTERS and not (name == b"accept" and value in _PLAIN):
            return None
    return None if authorization is None or handle is None else (authorization, handle)


def render(cell: Cell) -> Rendered:
    """The cell's answer, made once for each change of its totals."""
    rendered: Any = cell.rendered
    if rendered is None:
        rendered = cell.rendered = Rendered(cell.totals)
    assert isinstance(rendered, Rendered)
    return rendered

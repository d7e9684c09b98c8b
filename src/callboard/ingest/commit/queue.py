"""Requests that wait to be written: bounded, and in turn between organizations."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from typing import Generic, Protocol, TypeVar

from callboard.errors import QueueFullError
from callboard.ingest.commit.protocol import Result
from callboard.store.interface import Batch, Receipt


class PendingBatch:
    """A batch, and the request that waits for its receipt."""

    __slots__ = ("batch", "events", "org_id", "receipt", "since", "size")

    def __init__(self, batch: Batch, receipt: asyncio.Future[Receipt]) -> None:
        self.batch = batch
        self.org_id = batch.org_id
        self.events = max(1, batch.received)
        self.size = sum([len(entry.body) for entry in batch.entries])
        self.receipt = receipt
        self.since = time.monotonic()

    def settle(self, result: Result) -> None:
        """Give the one who waits its result; nobody waits for a request that was cancelled."""
        if self.receipt.done():
            return
        if isinstance(result, Exception):
            self.receipt.set_exception(result)
        else:
            self.receipt.set_result(result)


class Request(Protocol):
    """What waits: whole, never cut."""

    @property
    def org_id(self) -> int: ...
    @property
    def events(self) -> int:
        """How many it brings; at least 1."""

    @property
    def size(self) -> int:
        """Bytes of them."""


R = TypeVar("R", bound=Request)


class _OrganizationQueue(Generic[R]):
    """The requests of one organization, and what of it is waiting or being written."""

    __slots__ = ("events", "requests", "size")

    def __init__(self) -> None:
        self.requests: deque[R] = deque()
        self.events = 0
        self.size = 0


class FairQueue(Generic[R]):
    """A bounded queue for each organization, drawn from in turn. Owned by one thread.

    The bounds are shared so that nobody can take the whole queue: an organization may hold as much as it
    leaves free. Alone it fills half of it; the more fill it, the less each has; a newcomer finds room.
    """

    def __init__(self, *, max_events: int, max_bytes: int, batch_events: int) -> None:
        self._most_events = max_events
        self._most_bytes = max_bytes
        self._batch_events = batch_events
        self._lines: dict[int, _OrganizationQueue[R]] = {}
        self._turns: deque[int] = deque()
        self.events = 0
        """Waiting or being written."""
        self.size = 0

    def add(self, request: R) -> None:
        """Take a request in; raises `QueueFullError` and keeps nothing of it when there is no room."""
        line = self._lines.get(request.org_id)
        held_events, held_size = (line.events, line.size) if line is not None else (0, 0)
        fits = (
            held_events + request.events <= self._most_events - self.events
            and held_size + request.size <= self._most_bytes - self.size
        )
        if not fits and self.events:  # a request larger than the whole queue waits alone
            raise QueueFullError
        if line is None:
            line = self._lines[request.org_id] = _OrganizationQueue[R]()
        if not line.requests:
            self._turns.append(request.org_id)
        line.requests.append(request)
        self._count(line, request.events, request.size)

    def draw(self) -> list[R]:
        """What is written next, in order. Empty when nothing waits.

        Each organization that waits gets its share of `batch_events`, in whole requests; what others leave is
        shared out after that. The one whose turn it is brings its first request in whatever its size.
        """
        if not self._turns:
            return []
        drawn: list[R] = []
        room = self._batch_events
        share = max(1, room // len(self._turns))
        for place, org_id in enumerate(self._turns):
            room -= self._take(drawn, self._lines[org_id].requests, share, allow_oversized_first=place == 0)
        for org_id in self._turns:
            room -= self._take(drawn, self._lines[org_id].requests, room, allow_oversized_first=False)
        self._turns.rotate(-1)
        self._turns = deque(org_id for org_id in self._turns if self._lines[org_id].requests)
        return drawn

    def done(self, drawn: list[R]) -> None:
        """What was drawn has been written, or failed: its room is free."""
        for request in drawn:
            line = self._lines[request.org_id]
            self._count(line, -request.events, -request.size)
            if not line.events:
                del self._lines[request.org_id]

    def _take(self, drawn: list[R], requests: deque[R], most: int, *, allow_oversized_first: bool) -> int:
        taken = 0
        while requests and (taken + requests[0].events <= most or (allow_oversized_first and not taken)):
            request = requests.popleft()
            taken += request.events
            drawn.append(request)
        return taken

    def _count(self, line: _OrganizationQueue[R], events: int, size: int) -> None:
        line.events += events
        line.size += size
        self.events += events
        self.size += size

"""The queue of requests that wait to be written: bounded, and fair between organizations."""

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
        if batch.delivery is not None and batch.delivery.quarantined is not None:
            self.size += batch.delivery.quarantined.room
        self.receipt = receipt
        self.since = time.monotonic()

    def resolve(self, result: Result) -> None:
        """Set the result of the request's future; a cancelled request has no waiter."""
        if self.receipt.done():
            return
        if isinstance(result, Exception):
            self.receipt.set_exception(result)
        else:
            self.receipt.set_result(result)


class Request(Protocol):
    """An entry of the queue. It is never split."""

    @property
    def org_id(self) -> int: ...
    @property
    def events(self) -> int:
        """Its number of events; at least 1."""

    @property
    def size(self) -> int:
        """Their bytes."""


R = TypeVar("R", bound=Request)


class _OrganizationQueue(Generic[R]):
    """The waiting requests of one organization; `events` and `size` also count those being written."""

    __slots__ = ("events", "requests", "size")

    def __init__(self) -> None:
        self.requests: deque[R] = deque()
        self.events = 0
        self.size = 0


class FairQueue(Generic[R]):
    """One bounded queue for each organization, served round robin. Owned by one thread: no locks.

    The bounds are shared, and an organization may hold at most as much as is left free. A single one can
    fill half of the queue; with more of them each gets less, so a new one always finds space.
    """

    def __init__(self, *, max_events: int, max_bytes: int, batch_events: int) -> None:
        self._max_events = max_events
        self._max_bytes = max_bytes
        self._batch_events = batch_events
        self._queues: dict[int, _OrganizationQueue[R]] = {}
        self._round_robin: deque[int] = deque()
        self.events = 0
        """Waiting or being written."""
        self.size = 0

    def add(self, request: R) -> None:
        """Add a request; raises `QueueFullError`, and adds nothing, when there is no space for it."""
        queue = self._queues.get(request.org_id)
        queued_events, queued_size = (queue.events, queue.size) if queue is not None else (0, 0)
        fits = (
            queued_events + request.events <= self._max_events - self.events
            and queued_size + request.size <= self._max_bytes - self.size
        )
        # An empty queue accepts a request larger than itself: that one could never be written otherwise.
        if not fits and self.events:
            raise QueueFullError
        if queue is None:
            queue = self._queues[request.org_id] = _OrganizationQueue[R]()
        if not queue.requests:
            self._round_robin.append(request.org_id)
        queue.requests.append(request)
        self._count(queue, request.events, request.size)

    def take_batch(self) -> list[R]:
        """The requests of the next commit, in order. Empty when none wait.

        Each organization with waiting requests gets its share of `batch_events`, in whole requests; then the
        unused rest is filled in the same order. The organization whose turn it is gets its first request in
        whatever its size: otherwise a request larger than a share would never be written.
        """
        if not self._round_robin:
            return []
        taken: list[R] = []
        capacity = self._batch_events
        share = max(1, capacity // len(self._round_robin))
        for place, org_id in enumerate(self._round_robin):
            capacity -= self._take(
                taken, self._queues[org_id].requests, share, allow_oversized_first=place == 0
            )
        for org_id in self._round_robin:
            capacity -= self._take(
                taken, self._queues[org_id].requests, capacity, allow_oversized_first=False
            )
        self._round_robin.rotate(-1)
        self._round_robin = deque(org_id for org_id in self._round_robin if self._queues[org_id].requests)
        return taken

    def done(self, taken: list[R]) -> None:
        """These requests have been written, or failed: free their space."""
        for request in taken:
            queue = self._queues[request.org_id]
            self._count(queue, -request.events, -request.size)
            if not queue.events:
                del self._queues[request.org_id]

    def _take(self, taken: list[R], requests: deque[R], limit: int, *, allow_oversized_first: bool) -> int:
        events = 0
        while requests and (events + requests[0].events <= limit or (allow_oversized_first and not events)):
            request = requests.popleft()
            events += request.events
            taken.append(request)
        return events

    def _count(self, queue: _OrganizationQueue[R], events: int, size: int) -> None:
        queue.events += events
        queue.size += size
        self.events += events
        self.size += size

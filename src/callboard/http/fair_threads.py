"""Threads for store questions, shared between organizations so that none can take them all.

An organization may use at most as many threads as it leaves free, and may queue at most as many requests as
it leaves room for; queued requests are started round-robin between organizations. An organization that is
alone therefore gets half of the threads; the other half stays free for the first request of another one.
"""

from __future__ import annotations

import asyncio
from collections import Counter, deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import ParamSpec, TypeVar

from callboard.errors import StoreUnavailableError
from callboard.store.budget import Budget, check, use_budget

P = ParamSpec("P")
T = TypeVar("T")
ShareKey = int | None
"""An organization's id. None: requests that belong to no organization, which share one quota."""

WAITING_PER_THREAD = 64
"""Requests that may be queued for each thread; one more is answered 503."""
RETRY_INTERVAL_S = 0.1
_STOPPING = "The server is stopping; try again shortly."


class FairThreadPool:
    """A thread pool with a quota for each organization.

    Owned by one event loop: all bookkeeping runs on it, so there is no lock. Work that runs on a thread keeps
    its slot until it has ended, even if the caller was cancelled.
    """

    def __init__(self, threads: int, name: str) -> None:
        # The executor's own queue stays empty: a request is handed over only when a thread is free for it,
        # because that queue is first in, first out and knows no organizations.
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix=f"callboard-{name}")
        self._threads = threads
        self._max_waiting = threads * WAITING_PER_THREAD
        self._running: Counter[ShareKey] = Counter()
        self._busy = 0
        self._queues: dict[ShareKey, deque[asyncio.Future[None]]] = {}
        """The requests that wait, by organization; the organization whose turn is next comes first."""
        self._waiting = 0
        self._closed = False

    async def run(self, share_key: ShareKey, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """The result of `work`, run on a thread. Raises `StoreUnavailableError` when the queue is full."""
        # Behind the organization's own requests that wait already: they keep their order.
        if self._queues.get(share_key) or not self._has_free_slot(share_key):
            await self._wait_for_slot(share_key)
        else:
            self._acquire(share_key)
        # The slot is ours now. A thread cannot be interrupted: without the shield, cancelling this call would
        # cancel the future, release the slot at once and let callers that hang up occupy every thread.
        try:
            ended = asyncio.get_running_loop().run_in_executor(self._pool, lambda: work(*args, **kwargs))
        except RuntimeError:  # the pool was shut down while this request waited
            self._release(share_key)
            raise StoreUnavailableError(_STOPPING) from None
        ended.add_done_callback(lambda _: self._release(share_key))
        return await asyncio.shield(ended)

    @property
    def waiting(self) -> int:
        """Number of requests that wait for a thread."""
        return self._waiting

    def can_wait(self, share_key: ShareKey) -> bool:
        """Whether one more request of this organization may wait."""
        queued = len(self._queues.get(share_key, ()))
        free = self._max_waiting - self._waiting
        return free > 0 and queued < max(1, free)

    def close(self) -> None:
        """Wait for the work that is running; fail the requests that wait with `StoreUnavailableError`."""
        self._closed = True
        for queue in self._queues.values():
            for slot in queue:
                if not slot.done():
                    slot.set_exception(StoreUnavailableError(_STOPPING))
        self._pool.shutdown(wait=True, cancel_futures=True)

    async def _wait_for_slot(self, share_key: ShareKey) -> None:
        if self._closed or not self.can_wait(share_key):
            raise StoreUnavailableError("Too many requests are waiting already; try again shortly.")
        slot: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._queues.setdefault(share_key, deque()).append(slot)
        self._waiting += 1
        try:
            await slot
        except BaseException:
            # A cancellation can arrive after the slot was granted and before this task ran again. The slot is
            # ours then and must be released, or it is lost for good. Otherwise we are still in the queue.
            if slot.done() and not slot.cancelled() and slot.exception() is None:
                self._release(share_key)
            else:
                self._leave_queue(share_key, slot)
            raise

    def _leave_queue(self, share_key: ShareKey, slot: asyncio.Future[None]) -> None:
        queue = self._queues.get(share_key)
        # `_grant` may have taken a cancelled request out of the queue already, and counted it.
        if queue is not None and slot in queue:
            queue.remove(slot)
            self._waiting -= 1
            if not queue:
                del self._queues[share_key]

    def _has_free_slot(self, share_key: ShareKey) -> bool:
        free = self._threads - self._busy
        return free > 0 and self._running[share_key] < max(1, free)

    def _acquire(self, share_key: ShareKey) -> None:
        self._running[share_key] += 1
        self._busy += 1

    def _release(self, share_key: ShareKey) -> None:
        self._busy -= 1
        self._running[share_key] -= 1
        if not self._running[share_key]:
            del self._running[share_key]  # the counter holds only organizations at work: it cannot grow
        self._start_waiting()

    def _start_waiting(self) -> None:
        """Start queued requests while threads are free, one of each organization per round."""
        started = True
        while started:
            started = False
            for share_key in list(self._queues):  # a copy: `_grant` reorders the dict
                if self._has_free_slot(share_key):
                    self._grant(share_key)
                    started = True

    def _grant(self, share_key: ShareKey) -> None:
        """Give a slot to the request of this organization that waits longest."""
        queue = self._queues.pop(share_key)
        slot = queue.popleft()
        self._waiting -= 1
        if queue:
            self._queues[share_key] = queue  # inserted again, it is the last in the order of the dict
        # Done without a slot: cancelled, but its task has not run yet to leave the queue.
        if not slot.done():
            self._acquire(share_key)
            slot.set_result(None)


class RequestThreads:
    """The threads for one request: under its organization's quota, all its questions within one budget."""

    __slots__ = ("_budget", "_threads", "share_key")

    def __init__(self, threads: FairThreadPool, budget: Budget | None) -> None:
        self._threads = threads
        self._budget = budget
        self.share_key: ShareKey = None
        """The organization whose quota is used, as far as the pipeline has found it by now."""

    async def run(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """The result of `work`, run on a thread. The wait for a thread counts against the budget.

        Raises `StoreUnavailableError` when the queue is full, `StoreTooSlowError` when the budget is used up.
        """
        return await self._threads.run(self.share_key, _within, self._budget, lambda: work(*args, **kwargs))

    async def run_slice(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """As `run`, for the next slice of an export.

        An export may last, so each of its reads has the whole query time; and it waits for a place in the
        queue instead of being refused, because a 503 in the middle of a file would break the file off.
        """
        while not self._threads.can_wait(self.share_key):  # noqa: ASYNC110 - rare, and there is no event for it
            await asyncio.sleep(RETRY_INTERVAL_S)
        return await self._threads.run(self.share_key, work, *args, **kwargs)


def _within(budget: Budget | None, work: Callable[[], T]) -> T:
    """Runs on the thread. A budget that was used up in the queue fails here, before the store is asked."""
    with use_budget(budget):
        check()
        return work()

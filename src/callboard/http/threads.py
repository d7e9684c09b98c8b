"""A bounded thread pool for work that would block the event loop, such as parsing a large body."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import ParamSpec, TypeVar

from callboard.errors import StoreUnavailableError

P = ParamSpec("P")
T = TypeVar("T")

WAITING_PER_THREAD = 64
"""Requests that may be queued for each thread; one more is answered 503."""


class Threads:
    """A thread pool with a bounded queue. Owned by one event loop, so its counter needs no lock."""

    def __init__(self, threads: int, name: str) -> None:
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix=f"callboard-{name}")
        self._max_calls = threads * (WAITING_PER_THREAD + 1)
        self._under_way = 0

    async def run(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """The result of `work`, run on a thread. Raises `StoreUnavailableError` when the queue is full."""
        if self._under_way >= self._max_calls:
            raise StoreUnavailableError("Too many requests are waiting already; try again shortly.")
        self._under_way += 1
        try:
            loop = asyncio.get_running_loop()
            return await loop.run_in_executor(self._pool, lambda: work(*args, **kwargs))
        finally:
            # A cancelled caller is counted out while its work may still run: at most one call per thread, as
            # a call that is still queued is cancelled in the executor with its future.
            self._under_way -= 1

    def close(self) -> None:
        """Wait for the work that is running; cancel what is queued."""
        self._pool.shutdown(wait=True, cancel_futures=True)

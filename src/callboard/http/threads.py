"""Work that would hold up the event loop: a bounded number at once, a bounded number waiting."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import ParamSpec, TypeVar

from callboard.errors import StoreUnavailableError

P = ParamSpec("P")
T = TypeVar("T")

WAITING_PER_THREAD = 64


class Threads:
    """A pool of threads. More than `WAITING_PER_THREAD` waiting for each: 503."""

    def __init__(self, threads: int, name: str) -> None:
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix=f"callboard-{name}")
        self._most = threads * (WAITING_PER_THREAD + 1)
        self._under_way = 0

    async def run(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """What `work` answers, done on a thread."""
        if self._under_way >= self._most:
            raise StoreUnavailableError("Too many requests are waiting already; try again shortly.")
        self._under_way += 1
        try:
            loop = asyncio.get_running_loop()
            return await loop.run_in_executor(self._pool, lambda: work(*args, **kwargs))
        finally:
            self._under_way -= 1

    def close(self) -> None:
        """Let those under way finish; those waiting are given up."""
        self._pool.shutdown(wait=True, cancel_futures=True)

"""Readiness: whether this worker can read and write, checked so that a check never hangs.

The store is checked on a separate thread, the writer from the event loop, both within one time limit.
Concurrent requests share one check (single flight), and a check that exceeds its limit means "not ready".
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

from callboard.errors import CallboardError, StoreUnavailableError
from callboard.ingest.commit.metered import MeteredCommits
from callboard.store.interface import Store, StoreFacts

CHECK_LIMIT_S = 1.0
"""Time limit in seconds for a check of store and writer, which run at the same time. Half of the 2 s that
`/readyz` promises: the event loop may be delayed by another request, and the machine may be busy.
"""


class Ready(NamedTuple):
    """What a worker that is ready says."""

    facts: StoreFacts
    """Engine, version and durability of the store."""
    shut_hooks: int | None
    """Hooks whose secrets the key of this server does not open; None where that is not known in time."""


class ReadyCheck:
    """The readiness check of one worker. Owned by the event loop's thread."""

    def __init__(self, store: Store, commits: MeteredCommits, count_shut: Callable[[], int]) -> None:
        """`count_shut`: how many hooks have secrets that no key opens. It is not a fault of the worker, so
        that it decides nothing.
        """
        self._store = store
        self._commits = commits
        self._count_shut = count_shut
        self._thread = ThreadPoolExecutor(2, thread_name_prefix="callboard-ready")
        self._hooks_check: asyncio.Future[int] | None = None
        """The last count of hooks, done or running. While one hangs, no other is started."""
        self._store_check: asyncio.Future[StoreFacts] | None = None
        """The running check of the store. While one hangs, no other is started."""
        self._checked_at = 0.0
        self._checking: asyncio.Task[Ready] | None = None

    async def check(self) -> Ready:
        """Raises `StoreError` with the reason when not ready."""
        if self._checking is None or self._checking.done():
            self._checking = asyncio.create_task(self._check())
        return await asyncio.shield(self._checking)

    def close(self) -> None:
        """Release the thread, without waiting for a store that does not answer."""
        self._thread.shutdown(wait=False, cancel_futures=True)

    async def _check(self) -> Ready:
        loop = asyncio.get_running_loop()
        until = loop.time() + CHECK_LIMIT_S
        if self._store_check is None:
            self._store_check = loop.run_in_executor(self._thread, self._store.ready)
            self._checked_at = time.monotonic()
            self._store_check.add_done_callback(self._answered)
        store_check = self._store_check
        async with asyncio.TaskGroup() as group:
            writes = group.create_task(_error_of(self._commits.check(CHECK_LIMIT_S)))
            await asyncio.wait([store_check], timeout=until - loop.time())
        if not store_check.done():
            silent_s = time.monotonic() - self._checked_at
            raise StoreUnavailableError(f"The store has not answered for {silent_s:.1f} s.", 5)
        facts = store_check.result()
        if (write_error := writes.result()) is not None:
            raise write_error
        return Ready(facts, await self._shut_hooks(until - loop.time()))

    async def _shut_hooks(self, seconds: float) -> int | None:
        if self._hooks_check is None or self._hooks_check.done():
            self._hooks_check = asyncio.get_running_loop().run_in_executor(self._thread, self._count_shut)
        running = self._hooks_check
        await asyncio.wait([running], timeout=max(seconds, 0))
        if not running.done() or running.cancelled() or running.exception() is not None:
            return None
        return running.result()

    def _answered(self, store_check: asyncio.Future[StoreFacts]) -> None:
        self._store_check = None
        if not store_check.cancelled():
            store_check.exception()  # retrieved: asyncio logs one that nothing reads


async def _error_of(check: Awaitable[None]) -> CallboardError | None:
    """The error of a check, as a value: raised inside the task group, it would cancel the group."""
    try:
        await check
    except CallboardError as error:
        return error
    return None

"""Whether this worker can answer and write, found out so that asking never hangs.

The store is asked on a thread of its own, the writer by its loop; who asks meanwhile shares the answer. A
check that does not end within its time is an answer too.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable
from concurrent.futures import ThreadPoolExecutor
from typing import Literal

from callboard.errors import CallboardError, StoreUnavailableError
from callboard.ingest.commit.metered import MeteredCommits
from callboard.store.interface import Store

CHECK_LIMIT_S = 1.0
"""Longest until an answer is given, the store and the writer asked at the same time. Half of the 2 s that are
promised: the event loop may be held up by a question of its own, and the machine be busy."""

StoreFacts = dict[Literal["engine", "version", "durable"], str]


class ReadyCheck:
    """Owned by the event loop's thread."""

    def __init__(self, store: Store, commits: MeteredCommits) -> None:
        self._store = store
        self._commits = commits
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="callboard-ready")
        self._store_check: asyncio.Future[StoreFacts] | None = None
        """The store's answer, on its way."""
        self._checked_at = 0.0
        self._checking: asyncio.Task[StoreFacts] | None = None

    async def check(self) -> StoreFacts:
        """What the store says of itself. Raises `StoreError` with the reason when it is not ready."""
        if self._checking is None or self._checking.done():
            self._checking = asyncio.create_task(self._check())
        return await asyncio.shield(self._checking)

    def close(self) -> None:
        """Let go of the thread; a store that does not answer is not waited for."""
        self._thread.shutdown(wait=False, cancel_futures=True)

    async def _check(self) -> StoreFacts:
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
        return facts

    def _answered(self, store_check: asyncio.Future[StoreFacts]) -> None:
        self._store_check = None
        if not store_check.cancelled():
            store_check.exception()  # it may have come when nobody waited for it any more


async def _error_of(check: Awaitable[None]) -> CallboardError | None:
    """Why events cannot be written, if so."""
    try:
        await check
    except CallboardError as error:
        return error
    return None

"""Recording when tokens were last used: rarely, and never while a request waits for it."""

from __future__ import annotations

import asyncio
import logging
from concurrent.futures import ThreadPoolExecutor

from callboard.clock import Micros
from callboard.query.directory import Directory, Principal

_log = logging.getLogger("callboard.http")


class Touches:
    """Writes the time of last use of tokens, on one thread."""

    def __init__(self, directory: Directory) -> None:
        self._directory = directory
        # One thread is enough: each token is written once in ten minutes at most.
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="callboard-touch")
        self._under_way: set[asyncio.Future[None]] = set()

    def used(self, principal: Principal, now: Micros) -> Micros:
        """Note a use of a token. Returns from when on the next use is to be noted, in microseconds."""
        due_at = self._directory.touch_due_at(principal)
        if now < due_at:
            return due_at
        # Before the write, not after it: otherwise each request until its commit would write as well.
        self._directory.touching(principal, now)
        loop = asyncio.get_running_loop()
        task = loop.run_in_executor(self._pool, self._directory.touch, principal.token.id, now)
        self._under_way.add(task)
        task.add_done_callback(self._done)
        return self._directory.touch_due_at(principal)

    def _done(self, task: asyncio.Future[None]) -> None:
        self._under_way.discard(task)
        # Logged and forgotten: no request may fail because of it, and the next use that is due writes again.
        if not task.cancelled() and (fault := task.exception()) is not None:
            _log.error("recording a token's last use failed: %s", type(fault).__name__)

    async def flush(self) -> None:
        """Wait until every noted use is written."""
        # A loop: a request that is still under way can add another one meanwhile.
        while self._under_way:
            await asyncio.wait(self._under_way)

    def close(self) -> None:
        self._pool.shutdown(wait=True)

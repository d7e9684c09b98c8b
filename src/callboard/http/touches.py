"""Recording the last use of tokens: now and then, and never on a request's way."""

from __future__ import annotations

import asyncio
import logging
from concurrent.futures import ThreadPoolExecutor

from callboard.clock import Micros
from callboard.query.directory import Directory, Principal

_log = logging.getLogger("callboard.http")


class Touches:
    """One thread that records last uses, one after the other."""

    def __init__(self, directory: Directory) -> None:
        self._directory = directory
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="callboard-touch")
        self._under_way: set[asyncio.Future[None]] = set()

    def used(self, principal: Principal, now: Micros) -> Micros:
        """Note that a token was used; answers when its next use is worth noting."""
        due_at = self._directory.touch_due_at(principal)
        if now < due_at:
            return due_at
        self._directory.touching(principal, now)
        loop = asyncio.get_running_loop()
        task = loop.run_in_executor(self._pool, self._directory.touch, principal.token.id, now)
        self._under_way.add(task)
        task.add_done_callback(self._done)
        return self._directory.touch_due_at(principal)

    def _done(self, task: asyncio.Future[None]) -> None:
        self._under_way.discard(task)
        if not task.cancelled() and (fault := task.exception()) is not None:
            _log.error("recording a token's last use failed: %s", type(fault).__name__)

    async def settle(self) -> None:
        """Wait until all that was noted is recorded."""
        while self._under_way:
            await asyncio.wait(self._under_way)

    def close(self) -> None:
        self._pool.shutdown(wait=True)

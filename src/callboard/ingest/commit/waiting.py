"""A batch, and the request that waits for its receipt."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable
from concurrent.futures import Future
from typing import Protocol

from callboard.ingest.commit.protocol import Result
from callboard.store.interface import Batch, Receipt


class Waiting:
    """Waits in a queue, and is told what became of the batch."""

    __slots__ = ("batch", "events", "future", "loop", "org_id", "since", "size")

    def __init__(
        self,
        batch: Batch,
        future: asyncio.Future[Receipt] | Future[Receipt],
        loop: asyncio.AbstractEventLoop | None,
    ) -> None:
        self.batch = batch
        self.org_id = batch.org_id
        self.events = max(1, batch.received)
        self.size = sum([len(entry.body) for entry in batch.entries])
        self.future = future
        self.loop = loop
        self.since = time.monotonic()

    def settle(self, result: Result) -> None:
        """Give the one who waits its result; nobody waits for a request that was cancelled."""
        future = self.future
        if future.done():
            return
        if isinstance(result, Exception):
            future.set_exception(result)
        else:
            future.set_result(result)


def settle_all(settled: Iterable[tuple[Waiting, Result]]) -> None:
    """Give everybody their result."""
    for waiting, result in settled:
        waiting.settle(result)


class Commits(Protocol):
    """What takes batches and commits them, many to a commit: on a thread, or in a process of its own."""

    @property
    def commits(self) -> int:
        """How many were made, or failed in the store."""

    @property
    def events(self) -> int:
        """How many they brought."""

    @property
    def waiting(self) -> int:
        """Events that wait to be written or are being written."""

    def start(self) -> None:
        """Begin to write; once."""

    async def commit_async(self, batch: Batch) -> Receipt:
        """Write a batch; returns when it is on disk. Cancelled, it stops waiting; it is written all the same.

        Raises `QueueFullError` (nothing was kept), `StoreError`, and what the store says of this batch.
        """

    async def check(self) -> None:
        """Raises `StoreUnavailableError`, with the reason, when what comes now would not be written soon."""

    async def finish(self) -> None:
        """Refuse what comes from now on, write all that waits. Again: nothing."""

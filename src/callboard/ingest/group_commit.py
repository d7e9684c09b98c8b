"""Many requests, one commit: a single thread writes whatever waits, together.

While one commit is on its way to disk the next requests gather, so that the busier it gets, the more share
one sync. Nothing waits for company: a lone request is written at once.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from concurrent.futures import Future

from callboard.errors import StoreUnavailableError
from callboard.ingest.commit.protocol import Result
from callboard.ingest.commit.queue import InTurn
from callboard.ingest.commit.together import ingest_all
from callboard.ingest.commit.waiting import Waiting, settle_all
from callboard.settings import Settings
from callboard.store.interface import Batch, Receipt, Store

log = logging.getLogger(__name__)


class GroupCommit:
    """Writes batches, many to a commit; a receipt is given only after that commit is on disk.

    `commits` and `events` count what was written, or failed in the store; `waiting` what was not yet.
    """

    def __init__(self, store: Store, settings: Settings) -> None:
        self._store = store
        self._queue = InTurn[Waiting](
            most_events=settings.queue_events,
            most_bytes=settings.queue_bytes,
            draw_events=settings.commit_events,
        )
        self._changed = threading.Condition(threading.Lock())
        self._idle = False
        self._stopping = False
        self._thread: threading.Thread | None = None
        self.commits = 0
        self.events = 0

    @property
    def waiting(self) -> int:
        """Events that wait to be written or are being written."""
        return self._queue.events

    def start(self) -> None:
        """Start the writer; once."""
        assert self._thread is None, "the writer runs already"
        self._thread = threading.Thread(target=self._write, name="callboard-writer", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Refuse what comes from now on, write all that waits, end the writer. Again: nothing."""
        with self._changed:
            self._stopping = True
            self._changed.notify()
        if self._thread is not None:
            self._thread.join()

    async def finish(self) -> None:
        """`stop`, for an event loop."""
        await asyncio.to_thread(self.stop)

    async def check(self) -> None:
        """See `Commits.check`: the store that writes here is the one that is asked whether it is ready."""
        if self._stopping or self._thread is None:
            raise StoreUnavailableError("The server is stopping.")

    def commit(self, batch: Batch) -> Receipt:
        """Write a batch, from any thread but an event loop's. Returns when it is on disk.

        Raises `QueueFullError` (nothing was kept), `StoreError`, and what the store says of this batch.
        """
        future: Future[Receipt] = Future()
        self._enter(Waiting(batch, future, None))
        self._wake()
        return future.result()

    async def commit_async(self, batch: Batch) -> Receipt:
        """`commit` for an event loop. Cancelled, it stops waiting; the batch is written all the same."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Receipt] = loop.create_future()
        self._enter(Waiting(batch, future, loop))
        if self._idle:
            # Requests that came in at the same turn of the loop are entered before the writer wakes.
            loop.call_soon(self._wake)
        return await future

    def _enter(self, waiting: Waiting) -> None:
        with self._changed:
            if self._stopping or self._thread is None:
                raise StoreUnavailableError("The server is stopping; nothing of this request was kept.")
            self._queue.add(waiting)

    def _wake(self) -> None:
        with self._changed:
            if self._idle:
                self._idle = False
                self._changed.notify()

    def _write(self) -> None:
        while drawn := self._next():
            results = ingest_all(self._store, [waiting.batch for waiting in drawn])
            self.commits += 1
            self.events += sum(waiting.batch.received for waiting in drawn)
            with self._changed:
                self._queue.done(drawn)
            _answer(drawn, results)

    def _next(self) -> list[Waiting]:
        """What to write now; waits for it. Empty when stopping and all is written."""
        with self._changed:
            while not (drawn := self._queue.draw()) and not self._stopping:
                self._idle = True
                self._changed.wait()
            return drawn


def _answer(drawn: list[Waiting], results: list[Result]) -> None:
    """Give everybody their result: one call into each event loop, however many wait there."""
    of_loop: dict[asyncio.AbstractEventLoop, list[tuple[Waiting, Result]]] = {}
    for waiting, result in zip(drawn, results, strict=True):
        if waiting.loop is None:
            waiting.settle(result)
        else:
            of_loop.setdefault(waiting.loop, []).append((waiting, result))
    for loop, settled in of_loop.items():
        try:
            loop.call_soon_threadsafe(settle_all, settled)
        except RuntimeError:  # the loop is closed: nobody waits there any more
            log.info("%d requests ended before their events were written", len(settled))

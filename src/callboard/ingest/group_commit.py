"""Many requests, one commit: a single thread writes whatever waits, together.

While one commit is on its way to disk the next requests gather, so that the busier it gets, the more share
one sync. Nothing waits for company: a lone request is written at once.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from concurrent.futures import Future

from callboard.errors import StoreError, StoreUnavailableError
from callboard.ingest.in_turn import InTurn
from callboard.settings import Settings
from callboard.store.interface import Batch, Receipt, Store

log = logging.getLogger(__name__)

Result = Receipt | Exception


class _Waiting:
    """A batch, and who waits for its receipt."""

    __slots__ = ("batch", "events", "future", "loop", "org_id", "size")

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


class GroupCommit:
    """Writes batches, many to a commit; a receipt is given only after that commit is on disk.

    `commits` and `events` count what was written, or failed in the store; `waiting` what was not yet.
    """

    def __init__(self, store: Store, settings: Settings) -> None:
        self._store = store
        self._queue = InTurn[_Waiting](
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

    def commit(self, batch: Batch) -> Receipt:
        """Write a batch, from any thread but an event loop's. Returns when it is on disk.

        Raises `QueueFullError` (nothing was kept), `StoreError`, and what the store says of this batch.
        """
        future: Future[Receipt] = Future()
        self._enter(_Waiting(batch, future, None))
        self._wake()
        return future.result()

    async def commit_async(self, batch: Batch) -> Receipt:
        """`commit` for an event loop. Cancelled, it stops waiting; the batch is written all the same."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Receipt] = loop.create_future()
        self._enter(_Waiting(batch, future, loop))
        if self._idle:
            # Requests that came in at the same turn of the loop are entered before the writer wakes.
            loop.call_soon(self._wake)
        return await future

    def _enter(self, waiting: _Waiting) -> None:
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
            results = self._ingest([waiting.batch for waiting in drawn])
            self.commits += 1
            self.events += sum(waiting.batch.received for waiting in drawn)
            with self._changed:
                self._queue.done(drawn)
            _answer(drawn, results)

    def _next(self) -> list[_Waiting]:
        """What to write now; waits for it. Empty when stopping and all is written."""
        with self._changed:
            while not (drawn := self._queue.draw()) and not self._stopping:
                self._idle = True
                self._changed.wait()
            return drawn

    def _ingest(self, batches: list[Batch]) -> list[Result]:
        try:
            results: list[Result] = list(self._store.ingest(batches))
        except StoreError as error:
            return [error] * len(batches)
        except Exception as error:
            # Our own fault, in one of the batches: nothing was committed. The writer must outlive it, and
            # the others' requests too, so each is tried alone; the one that fails gets to know.
            if len(batches) > 1:
                return [result for batch in batches for result in self._ingest([batch])]
            log.exception("a batch of %d events could not be written", len(batches[0].entries))
            return [error]
        assert len(results) == len(batches), "a result for each batch"
        return results


def _answer(drawn: list[_Waiting], results: list[Result]) -> None:
    """Give everybody their result: one call into each event loop, however many wait there."""
    of_loop: dict[asyncio.AbstractEventLoop, list[tuple[_Waiting, Result]]] = {}
    for waiting, result in zip(drawn, results, strict=True):
        if waiting.loop is None:
            _settle(waiting, result)
        else:
            of_loop.setdefault(waiting.loop, []).append((waiting, result))
    for loop, settled in of_loop.items():
        try:
            loop.call_soon_threadsafe(_settle_all, settled)
        except RuntimeError:  # the loop is closed: nobody waits there any more
            log.info("%d requests ended before their events were written", len(settled))


def _settle_all(settled: list[tuple[_Waiting, Result]]) -> None:
    for waiting, result in settled:
        _settle(waiting, result)


def _settle(waiting: _Waiting, result: Result) -> None:
    future = waiting.future
    if future.done():  # its request was cancelled
        return
    if isinstance(result, Exception):
        future.set_exception(result)
    else:
        future.set_result(result)

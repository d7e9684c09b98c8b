"""Group commit by a process of its own: taking requests in and writing them down share no interpreter.

A worker's event loop hands each turn's batches to its writer and goes on; receipts come back by a socket.
Owned by that event loop: nothing is locked. What waits is bounded and taken in turn here, before it goes
over; about two commits' worth may be on its way, so that the writer never waits for the loop.

When the writer is killed or ends, all requests that wait are answered: what was on its way may be on disk or
not, what was not is not. The supervisor decides when that is.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Sequence

from callboard.errors import StoreError, StoreUnavailableError
from callboard.ingest.commit.checks import check_pace
from callboard.ingest.commit.process import Begin, WriterProcess
from callboard.ingest.commit.protocol import batches_frame, results_of
from callboard.ingest.commit.queue import FairQueue, PendingBatch
from callboard.ingest.commit.supervisor import Supervisor
from callboard.settings import Settings
from callboard.store.interface import Batch, Receipt


class CommitClient:
    """Writes batches through a writer process."""

    def __init__(self, settings: Settings, begin: Begin) -> None:
        self._supervisor = Supervisor(settings, begin, self)
        self._queue = FairQueue[PendingBatch](
            max_events=settings.queue_events,
            max_bytes=settings.queue_bytes,
            batch_events=settings.commit_events,
        )
        self._most_sent = 2 * settings.commit_events
        self._sent: deque[list[PendingBatch]] = deque()
        """Frames that are on their way, oldest first: answers come in this order. An empty one tries whether
        the writer can write."""
        self._sent_events = 0
        self._tried: asyncio.Future[None] | None = None
        """For those who wait for the outcome of trying to write."""
        self._pump_is_due = False
        self._started = False
        self._stopping = False
        self._idle: asyncio.Event | None = None
        self.commits = 0
        """How many were made, or failed in the store."""

    @property
    def waiting(self) -> int:
        """Events that wait to be written or are being written."""
        return self._queue.events

    def start(self) -> None:
        """Start the writer; once."""
        assert not self._started, "the writer runs already"
        self._started = True
        self._supervisor.start()

    async def commit_async(self, batch: Batch) -> Receipt:
        """Write a batch; returns when it is on disk. Cancelled, it stops waiting; it is written all the same.

        Raises `QueueFullError` (nothing was kept), `StoreError`, and what the store says of this batch.
        """
        if self._stopping or not self._started:
            raise StoreUnavailableError("The server is stopping; nothing of this request was kept.")
        loop = asyncio.get_running_loop()
        self._supervisor.reach(loop)
        future: asyncio.Future[Receipt] = loop.create_future()
        self._queue.add(PendingBatch(batch, future))
        if not self._pump_is_due:
            # Requests that came in at the same turn of the loop go over together.
            self._pump_is_due = True
            loop.call_soon(self._pump)
        return await future

    async def check(self, within_s: float) -> None:
        """Raises `StoreUnavailableError`, with the reason, when what comes now would not be written soon, or
        when that is not known within this time.
        """
        try:
            async with asyncio.timeout(within_s):
                await self._check()
        except TimeoutError:
            raise StoreUnavailableError("Events cannot be written: a commit takes very long.", 5) from None

    async def _check(self) -> None:
        if self._stopping or not self._started:
            raise StoreUnavailableError("The server is stopping.")
        await check_pace(self._supervisor, asyncio.get_running_loop())
        if self._supervisor.failed is not None:
            await self._try_writing()

    async def _try_writing(self) -> None:
        """After a commit that failed: whether one would succeed now. Raises why not."""
        loop = asyncio.get_running_loop()
        if self._tried is None:
            self._tried = loop.create_future()
            self._transmit([], time.monotonic())
        await asyncio.shield(self._tried)
        if self._supervisor.failed is not None:
            raise self._supervisor.failed

    async def finish(self) -> None:
        """Refuse what comes from now on, write all that waits, end the writer. Again: nothing."""
        self._stopping = True
        self._supervisor.stop()
        while self._queue.events:
            self._idle = asyncio.Event()
            await self._idle.wait()
        await self._supervisor.end()

    # --- for the supervisor

    @property
    def sent_events(self) -> int | None:
        return self._sent_events if self._sent else None

    def refuse_unsent(self, error: StoreError) -> None:
        waiting: list[PendingBatch] = []
        while drawn := self._queue.draw():
            waiting += drawn
        self._settle(waiting, error)

    def refuse_all(self, in_doubt: StoreError, not_kept: StoreError) -> None:
        sent = [waiting for frame in self._sent for waiting in frame]
        self._sent.clear()
        self._sent_events = 0
        self._settle(sent, in_doubt)
        self.refuse_unsent(not_kept)
        self._finish_write_check()

    def ended(self, writer: WriterProcess) -> None:
        if writer is self._supervisor.writer:  # else it was killed, and its requests are answered
            self._supervisor.ended()

    def _settle(self, gone: Sequence[PendingBatch], error: StoreError) -> None:
        self._queue.done(list(gone))
        for waiting in gone:
            waiting.settle(error)
        self._mark_idle()

    # --- to and fro

    def _pump(self) -> None:
        """Send what waits, for as long as not too much is on its way."""
        self._pump_is_due = False
        self._supervisor.watch()
        while (writer := self._supervisor.writer) is not None and writer.is_open and writer.reads:
            if self._sent_events >= self._most_sent or not (drawn := self._queue.draw()):
                return
            self._sent_events += sum([waiting.events for waiting in drawn])
            self._transmit(drawn, min([waiting.since for waiting in drawn]))

    def _transmit(self, drawn: list[PendingBatch], since: float) -> None:
        if not self._sent:
            self._supervisor.progressed()
        self._sent.append(drawn)
        assert self._supervisor.writer is not None
        self._supervisor.writer.send(batches_frame([waiting.batch for waiting in drawn], since))
        self._supervisor.watch()

    def reads_again(self, writer: WriterProcess) -> None:
        """The writer has taken what it was sent."""
        if writer is self._supervisor.writer:
            self._pump()

    def answered(self, writer: WriterProcess, frames: list[bytes]) -> None:
        """Results have come, in the order in which frames were sent."""
        if writer is not self._supervisor.writer:
            return  # who waited was answered when it was let go of
        self._supervisor.progressed()
        # The writer sends the answers of a commit together.
        self.commits += writer.is_open
        for frame in frames:
            if not writer.is_open:
                self._opened(writer, frame)
            else:
                self._answer(self._sent.popleft(), frame)
        self._pump()
        self._mark_idle()

    def _opened(self, writer: WriterProcess, frame: bytes) -> None:
        """The writer has opened the store, or says why it cannot: it ends then."""
        [*failed] = results_of(frame)
        writer.is_open = not failed
        if failed:
            assert isinstance(failed[0], StoreError), failed[0]
            self._supervisor.failed = failed[0]

    def _answer(self, drawn: list[PendingBatch], frame: bytes) -> None:
        results = results_of(frame)
        if not drawn:
            self._note(results[0] if results else None)
            self._finish_write_check()
            return
        events = sum([waiting.events for waiting in drawn])
        self._sent_events -= events
        self._queue.done(drawn)
        for waiting, result in zip(drawn, results, strict=True):
            waiting.settle(result)
        self._note(results[-1])

    def _note(self, result: Receipt | Exception | None) -> None:
        """Whether the store takes commits."""
        self._supervisor.failed = result if isinstance(result, StoreError) else None

    def _finish_write_check(self) -> None:
        tried, self._tried = self._tried, None
        if tried is not None and not tried.done():
            tried.set_result(None)

    def _mark_idle(self) -> None:
        if self._idle is not None and not self._queue.events:
            self._idle.set()

"""Group commit by a separate process, so that receiving requests and writing them do not share one
interpreter.

A worker's event loop sends the batches of each iteration to the writer and goes on; receipts arrive over a
socket. Owned by that event loop: no locks. Batches wait here, bounded and fair between organizations. About
two commits' worth is sent ahead, so that the writer never waits for the loop.

When the writer ends or is killed, all waiting requests get an error: those that were sent may be on disk or
not, the others are not. The supervisor decides when.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from itertools import count

from callboard.errors import NodeUnavailableError, StoreError, StoreUnavailableError
from callboard.ingest.commit.checks import check_progress
from callboard.ingest.commit.process import StartWriter, WriterProcess
from callboard.ingest.commit.protocol import Result, batches_frame, results_of
from callboard.ingest.commit.queue import FairQueue, PendingBatch
from callboard.ingest.commit.supervisor import Supervisor
from callboard.settings import Settings
from callboard.store.interface import Batch, Receipt


class CommitClient:
    """Writes batches through a writer process."""

    def __init__(self, settings: Settings, start_writer: StartWriter, identity: str | None = None) -> None:
        """`identity`: of the worker's store. A writer of another one is refused: ids of spaces that the
        worker looked up would belong to another store.
        """
        self._supervisor = Supervisor(settings, start_writer, self, identity)
        self._queue = FairQueue[PendingBatch](
            max_events=settings.queue_events,
            max_bytes=settings.queue_bytes,
            batch_events=settings.commit_events,
        )
        self._max_sent_events = 2 * settings.commit_events
        self._sent: dict[int, PendingBatch | None] = {}
        """Number → batch without an answer yet, in the order in which they were sent; None: a write check."""
        self._numbers = count()
        self._sent_events = 0
        self._write_check: asyncio.Future[StoreError | None] | None = None
        """Resolved when the current write check has its answer; shared by all that wait for it (single
        flight)."""
        self._send_is_due = False
        self._started = False
        self._stopping = False
        self._idle: asyncio.Event | None = None
        self.commits = 0
        """Number of commits, including those that failed in the store."""

    @property
    def waiting(self) -> int:
        """Events that wait to be written or are being written."""
        return self._queue.events

    def start(self) -> None:
        """Start the writer. Call it once."""
        assert not self._started, "the writer runs already"
        self._started = True
        self._supervisor.start()

    async def commit_async(self, batch: Batch) -> Receipt:
        """Write a batch; returns when it is on disk. If cancelled, it stops waiting, but the batch is still
        written.

        Raises `QueueFullError` (nothing was kept), `StoreError`, and the store's error for this batch.
        """
        if self._stopping or not self._started:
            raise StoreUnavailableError("The server is stopping; nothing of this request was kept.")
        loop = asyncio.get_running_loop()
        self._supervisor.reach(loop)
        future: asyncio.Future[Receipt] = loop.create_future()
        self._queue.add(PendingBatch(batch, future))
        if not self._send_is_due:
            # Requests that arrive in the same iteration of the loop are sent in one frame.
            self._send_is_due = True
            loop.call_soon(self._send_waiting)
        return await future

    async def check(self, within_s: float) -> None:
        """Raises `StoreUnavailableError`, with the reason, when a batch would not be written soon now, or
        when that is not known within this time.
        """
        try:
            async with asyncio.timeout(within_s):
                await self._check()
        except TimeoutError:
            # After a failed commit `_check` waits for another one. When that does not end in time, what made
            # the last one fail, for example a lock, is most likely still there.
            slow = StoreUnavailableError("Events cannot be written: a commit takes very long.", 5)
            raise self._supervisor.failed or slow from None

    async def _check(self) -> None:
        if self._stopping or not self._started:
            raise StoreUnavailableError("The server is stopping.")
        await check_progress(self._supervisor, asyncio.get_running_loop())
        if self._supervisor.failed is not None:
            await self._check_write()

    async def _check_write(self) -> None:
        """After a commit that failed: check whether one would succeed now. Raises the reason if not."""
        loop = asyncio.get_running_loop()
        if self._write_check is None:
            self._write_check = loop.create_future()
            self._transmit([], time.monotonic())
        # What it found, not what commits of others have met meanwhile.
        if (failed := await asyncio.shield(self._write_check)) is not None:
            raise failed

    async def finish(self) -> None:
        """Refuse new batches, write all that wait, stop the writer. May be called again."""
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
        while batches := self._queue.take_batch():
            waiting += batches
        self._resolve(waiting, error)

    def refuse_all(self, in_doubt: StoreError, not_kept: StoreError) -> None:
        sent = [waiting for waiting in self._sent.values() if waiting is not None]
        self._sent.clear()
        self._numbers = count()  # of the next writer
        self._sent_events = 0
        self._resolve(sent, in_doubt)
        self.refuse_unsent(not_kept)
        self._finish_write_check(self._supervisor.failed or not_kept)

    def ended(self, writer: WriterProcess) -> None:
        if writer is self._supervisor.writer:  # else it was killed, and its requests have been answered
            self._supervisor.ended()

    def _resolve(self, batches: Sequence[PendingBatch], error: StoreError) -> None:
        self._queue.done(list(batches))
        for waiting in batches:
            waiting.resolve(error)
        self._mark_idle()

    # --- frames and answers

    def _send_waiting(self) -> None:
        """Send waiting batches while less than two commits' worth is unanswered (backpressure)."""
        self._send_is_due = False
        self._supervisor.watch()
        while (writer := self._supervisor.writer) is not None and writer.is_open and writer.is_writable:
            if self._sent_events >= self._max_sent_events or not (batches := self._queue.take_batch()):
                return
            self._sent_events += sum([waiting.events for waiting in batches])
            self._transmit(batches, min([waiting.since for waiting in batches]))

    def _transmit(self, batches: Sequence[PendingBatch], since: float) -> None:
        if not self._sent:
            self._supervisor.progressed()
        for waiting in batches or (None,):
            self._sent[next(self._numbers)] = waiting
        assert self._supervisor.writer is not None
        self._supervisor.writer.send(batches_frame([waiting.batch for waiting in batches], since))
        self._supervisor.watch()

    def writable_again(self, writer: WriterProcess) -> None:
        """The writer has read enough of what was sent to be sent more."""
        if writer is self._supervisor.writer:
            self._send_waiting()

    def results_received(self, writer: WriterProcess, frames: list[bytes]) -> None:
        """Results arrived."""
        if writer is not self._supervisor.writer:
            return  # its requests were answered when it was killed
        self._supervisor.progressed()
        for frame in frames:
            if not writer.is_open:
                self._opened(writer, frame)
            else:
                # Counts commits: the writer sends a worker all answers of one commit in one frame.
                self.commits += 1
                self._answer(frame)
        self._send_waiting()
        self._mark_idle()

    def _opened(self, writer: WriterProcess, frame: bytes) -> None:
        """The writer has opened the store, or reports why it cannot and ends."""
        [*failed] = results_of(frame)
        writer.is_open = not failed
        if failed:
            error = failed[0][1]
            assert isinstance(error, StoreError), error
            self._supervisor.failed = error

    def _answer(self, frame: bytes) -> None:
        answered: list[PendingBatch] = []
        result: Result | None = None
        for number, result in results_of(frame):
            waiting = self._sent.pop(number)
            if waiting is None:
                self._finish_write_check(result if isinstance(result, StoreError) else None)
            else:
                answered.append(waiting)
                waiting.resolve(result)
        self._sent_events -= sum([waiting.events for waiting in answered])
        self._queue.done(answered)
        self._note(result)

    def _note(self, result: Result | None) -> None:
        """Remember whether the latest commit failed, and why. One whose own node is away tells nothing of
        others.
        """
        if not isinstance(result, NodeUnavailableError):
            self._supervisor.failed = result if isinstance(result, StoreError) else None

    def _finish_write_check(self, failed: StoreError | None) -> None:
        check, self._write_check = self._write_check, None
        if check is not None and not check.done():
            check.set_result(failed)

    def _mark_idle(self) -> None:
        if self._idle is not None and not self._queue.events:
            self._idle.set()

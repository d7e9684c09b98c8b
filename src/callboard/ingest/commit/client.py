"""Group commit by a process of its own: taking requests in and writing them down share no interpreter.

A worker's event loop hands each turn's batches to its writer and goes on; receipts come back by a socket.
Owned by that event loop: nothing is locked. What waits is bounded and taken in turn here, before it goes
over; about two commits' worth may be on its way, so that the writer never waits for the loop.

A writer that brings no commit to its end within its time is killed, and those who wait are answered: what
was on its way may be on disk or not, what was not is not. Another writer is begun when the first is gone,
never beside it: one that waits for a disk is gone only when the disk answers, and holds the store's lock till
then.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections import deque
from collections.abc import Sequence

from callboard.errors import MAY_BE_KEPT, StoreError, StoreUnavailableError
from callboard.ingest.commit.process import Begin, WriterProcess
from callboard.ingest.commit.protocol import batches_frame, results_of
from callboard.ingest.commit.queue import InTurn, Waiting
from callboard.settings import Settings
from callboard.store.interface import Batch, Receipt

log = logging.getLogger(__name__)

AGAIN_AFTER_S = 1.0
"""A writer that ended is replaced at once, but not oftener than this."""
BEGINS_WITHIN_S = 10
"""How much longer than a commit the start of a writer may take."""
END_WITHIN_S = 5
"""How long a writer that was hung up on may take to end: nothing waits to be written then."""
WATCH_EVERY_S = 0.1
"""How often a writer is looked after while somebody waits for it."""
EVENTS_A_S = 1_000
"""A commit may take a second more for so many events of it."""
STUCK_S = 0.8
"""A commit that waits so long for a lock or for the disk is told by `/readyz`."""
LOOK_EVERY_S = 0.05


class CommitClient:
    """Writes batches through a writer process, and replaces it should it end or hang."""

    def __init__(self, settings: Settings, begin: Begin) -> None:
        self._settings = settings
        self._begin = begin
        # A commit that waits for a lock is not hung, and ends by itself.
        self._timeout_s = max(settings.commit_timeout_ms, settings.lock_timeout_ms + 1_000) / 1000
        self._queue = InTurn[Waiting](
            most_events=settings.queue_events,
            most_bytes=settings.queue_bytes,
            draw_events=settings.commit_events,
        )
        self._most_sent = 2 * settings.commit_events
        self._sent: deque[list[Waiting]] = deque()
        """Frames that are on their way, oldest first: answers come in this order. One of nobody tries whether
        the writer can write."""
        self._sent_events = 0
        self._moved_at = 0.0
        """When the writer last answered, or was sent something while it had nothing to do."""
        self._writer: WriterProcess | None = None
        self._leaving: WriterProcess | None = None
        """One that was killed, until it is gone."""
        self._failed: StoreError | None = None
        """Why the latest commit failed; none when it succeeded."""
        self._tried: asyncio.Future[None] | None = None
        """For those who wait for the outcome of trying to write."""
        self._loop: asyncio.AbstractEventLoop | None = None
        self._pump_is_due = False
        self._suspected = False
        """It seemed to hang when it was last looked after."""
        self._watch: asyncio.TimerHandle | None = None
        self._watched_at = 0.0
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
        self._connect()

    async def commit_async(self, batch: Batch) -> Receipt:
        """Write a batch; returns when it is on disk. Cancelled, it stops waiting; it is written all the same.

        Raises `QueueFullError` (nothing was kept), `StoreError`, and what the store says of this batch.
        """
        if self._stopping or not self._started:
            raise StoreUnavailableError("The server is stopping; nothing of this request was kept.")
        loop = asyncio.get_running_loop()
        self._reach(loop)
        future: asyncio.Future[Receipt] = loop.create_future()
        self._queue.add(Waiting(batch, future))
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
        writer = self._reach(asyncio.get_running_loop())
        if writer.silent_since is not None and time.monotonic() - writer.silent_since > self._timeout_s:
            self._give_up("has not answered", time.monotonic() - writer.silent_since)
        await self._check_pace(writer)
        if self._failed is not None:
            await self._try_writing()

    async def finish(self) -> None:
        """Refuse what comes from now on, write all that waits, end the writer. Again: nothing."""
        self._stopping = True
        while self._queue.events:
            self._idle = asyncio.Event()
            await self._idle.wait()
        if self._watch is not None:
            self._watch.cancel()
        writer, self._writer = self._writer, None
        if writer is not None:
            writer.hang_up()
            await asyncio.to_thread(writer.end, END_WITHIN_S)

    # --- how the writer is

    async def _check_pace(self, writer: WriterProcess) -> None:
        """Raises when the writer does not answer, or waits for long for what is not in its hands."""
        while writer is self._writer:
            try:
                word, age_s = await writer.doing()
            except EOFError:
                break
            if word not in _WAITS:
                return
            if self._failed is not None:
                raise self._failed  # it waits again for what the one before waited for in vain
            if age_s >= STUCK_S:
                raise StoreUnavailableError(_WAITS[word].format(age_s), 5)
            # It may have begun to wait just now: what it waits for tells in a moment.
            await asyncio.sleep(LOOK_EVERY_S)
        raise self._failed or StoreUnavailableError(_NOT_BACK)

    async def _try_writing(self) -> None:
        """After a commit that failed: whether one would succeed now. Raises why not."""
        loop = asyncio.get_running_loop()
        if self._tried is None:
            self._tried = loop.create_future()
            self._transmit([], time.monotonic())
        await asyncio.shield(self._tried)
        if self._failed is not None:
            raise self._failed

    def _tick(self) -> None:
        """Look after a writer that somebody waits for."""
        self._watch = None
        now = time.monotonic()
        if (late_s := now - self._watched_at) > 1:
            # We were held up ourselves, and perhaps the writer was with us.
            self._moved_at += late_s
        if self._leaving is not None and self._leaving.is_gone:
            self._leaving = None
        if self._writer is None:
            self._come_back()
        elif not self._writer.is_open:
            self._wait_for_opening(self._writer, now)
        elif not self._is_hung(now):
            self._suspected = False
        elif self._suspected:
            self._give_up("has not ended a commit", now - self._moved_at)
        else:
            # A loop that was held up may call this before it has read what came meanwhile.
            self._suspected = True
        self._look_after()

    def _wait_for_opening(self, writer: WriterProcess, now: float) -> None:
        """A process takes its time to begin; those who wait for it have no more than for a commit."""
        opening_s = now - writer.began_at
        if opening_s > self._timeout_s + BEGINS_WITHIN_S:
            self._give_up("has not opened the store", opening_s)
        elif now - self._moved_at > self._timeout_s:
            self._moved_at = now
            self._refuse_waiting(None, _NOT_OPEN)

    def _is_hung(self, now: float) -> bool:
        allowed_s = self._timeout_s + self._sent_events / EVENTS_A_S
        return bool(self._sent) and now - self._moved_at > allowed_s

    def _look_after(self) -> None:
        """Have `_tick` called for as long as somebody waits, or the writer is not there."""
        if self._watch is not None:
            return
        is_needed = self._queue.events or self._sent or self._writer is None or not self._writer.is_open
        if is_needed and self._loop is not None and not self._is_done:
            self._watched_at = time.monotonic() + WATCH_EVERY_S
            self._watch = self._loop.call_later(WATCH_EVERY_S, self._tick)

    @property
    def _is_done(self) -> bool:
        return self._stopping and not self._queue.events

    # --- the writer's life

    def _connect(self) -> None:
        self._writer = WriterProcess(self._settings, self._begin, self)
        self._suspected = False
        self._moved_at = time.monotonic()

    def _reach(self, loop: asyncio.AbstractEventLoop) -> WriterProcess:
        """The writer, whose answers are read on this loop from now on. Raises why there is none."""
        self._loop = loop
        if self._writer is None:
            self._come_back()
        if self._writer is None:
            self._look_after()
            raise self._failed or StoreUnavailableError(_NOT_BACK)
        self._writer.listen(loop)
        return self._writer

    def _come_back(self) -> None:
        """Begin another writer, unless the one before is not gone or was begun just now."""
        if self._leaving is not None and not self._leaving.is_gone:
            return
        began_at = self._moved_at if self._leaving is None else self._leaving.began_at
        self._leaving = None
        if self._stopping or time.monotonic() - began_at < AGAIN_AFTER_S:
            return
        self._connect()
        assert self._writer is not None
        assert self._loop is not None
        self._writer.listen(self._loop)

    def ended(self, writer: WriterProcess) -> None:
        """The writer ended: what was on its way may be on disk or not, and is told so."""
        if writer is not self._writer:
            return  # it was let go of
        log.error("the writer ended unexpectedly; it is replaced")
        self._drop(f"The process that writes ended before it answered. {MAY_BE_KEPT}", _NOT_BACK)

    def _give_up(self, what: str, silent_s: float) -> None:
        """The writer hangs: end it, whatever it is at, and answer those who wait."""
        log.error("the writer %s for %.0f s; it is killed", what, silent_s)
        self._drop(
            f"The commit of this request did not end within {silent_s:.0f} s. {MAY_BE_KEPT}",
            f"The store did not take a commit for {silent_s:.0f} s; nothing of this request was kept.",
        )

    def _drop(self, in_doubt: str, not_kept: str) -> None:
        """Let go of the writer, and answer everybody who waits for it."""
        writer, self._writer = self._writer, None
        assert writer is not None
        writer.kill()
        self._leaving = writer
        self._moved_at = writer.began_at
        sent = [waiting for frame in self._sent for waiting in frame]
        self._sent.clear()
        self._sent_events = 0
        self._settle(sent, StoreUnavailableError(in_doubt, 5))
        self._refuse_waiting(self._failed if not writer.is_open else None, not_kept)
        if self._failed is None:
            self._failed = StoreUnavailableError(_NOT_BACK, 5)
        self._tell_tried()
        if not self._stopping and writer.is_gone:
            self._come_back()
        self._look_after()

    def _refuse_waiting(self, error: StoreError | None, not_kept: str) -> None:
        """Answer those whose events never went over: nothing of them was kept."""
        waiting: list[Waiting] = []
        while drawn := self._queue.draw():
            waiting += drawn
        self._settle(waiting, error or StoreUnavailableError(not_kept, 5))

    def _settle(self, gone: Sequence[Waiting], error: StoreError) -> None:
        self._queue.done(list(gone))
        for waiting in gone:
            waiting.settle(error)
        self._look_idle()

    # --- to and fro

    def _pump(self) -> None:
        """Send what waits, for as long as not too much is on its way."""
        self._pump_is_due = False
        self._look_after()
        while (writer := self._writer) is not None and writer.is_open and writer.reads:
            if self._sent_events >= self._most_sent or not (drawn := self._queue.draw()):
                return
            self._sent_events += sum([waiting.events for waiting in drawn])
            self._transmit(drawn, min([waiting.since for waiting in drawn]))

    def _transmit(self, drawn: list[Waiting], since: float) -> None:
        if not self._sent:
            self._moved_at = time.monotonic()
        self._sent.append(drawn)
        assert self._writer is not None
        self._writer.send(batches_frame([waiting.batch for waiting in drawn], since))
        self._look_after()

    def reads_again(self, writer: WriterProcess) -> None:
        """The writer has taken what it was sent."""
        if writer is self._writer:
            self._pump()

    def answered(self, writer: WriterProcess, frames: list[bytes]) -> None:
        """Results have come, in the order in which frames were sent."""
        if writer is not self._writer:
            return  # who waited was answered when it was let go of
        self._moved_at = time.monotonic()
        # The writer sends the answers of a commit together.
        self.commits += writer.is_open
        for frame in frames:
            if not writer.is_open:
                self._opened(writer, frame)
            else:
                self._answer(self._sent.popleft(), frame)
        self._pump()
        self._look_idle()

    def _opened(self, writer: WriterProcess, frame: bytes) -> None:
        """The writer has opened the store, or says why it cannot: it ends then."""
        [*failed] = results_of(frame)
        writer.is_open = not failed
        if failed:
            assert isinstance(failed[0], StoreError), failed[0]
            self._failed = failed[0]

    def _answer(self, drawn: list[Waiting], frame: bytes) -> None:
        results = results_of(frame)
        if not drawn:
            self._note(results[0] if results else None)
            self._tell_tried()
            return
        events = sum([waiting.events for waiting in drawn])
        self._sent_events -= events
        self._queue.done(drawn)
        for waiting, result in zip(drawn, results, strict=True):
            waiting.settle(result)
        self._note(results[-1])

    def _note(self, result: Receipt | Exception | None) -> None:
        """Whether the store takes commits."""
        self._failed = result if isinstance(result, StoreError) else None

    def _tell_tried(self) -> None:
        tried, self._tried = self._tried, None
        if tried is not None and not tried.done():
            tried.set_result(None)

    def _look_idle(self) -> None:
        if self._idle is not None and not self._queue.events:
            self._idle.set()


_NOT_OPEN = "The process that writes has not opened the store yet; nothing of this request was kept."
_NOT_BACK = "The process that writes ended and is not back yet; nothing of this request was kept."
_WAITS = {
    "opening": "The store has not been opened for {:.0f} s.",
    "lock": "The store has been locked by another process for {:.0f} s.",
    "sync": "The disk of the store has not taken a commit for {:.0f} s.",
}

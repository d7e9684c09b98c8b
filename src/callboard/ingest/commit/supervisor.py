"""Keeps a worker's writer running: starts or reaches it, watches it while requests wait, has one that hangs
killed, replaces it.

A writer that does not finish a commit in time is killed. Another is started only when its process has ended:
one that waits for the disk ends when the disk answers, and holds the store's lock until then.
"""

from __future__ import annotations

import asyncio
import logging
import time
from typing import Protocol

from callboard.errors import MAY_BE_KEPT, CommitInDoubtError, StoreError, StoreUnavailableError
from callboard.ingest.commit.process import Owner, StartWriter, WriterProcess
from callboard.ingest.commit.protocol import Opening
from callboard.settings import Settings

log = logging.getLogger(__name__)

RESTART_INTERVAL_S = 1.0
"""A writer that ended is replaced at once, but at most once in this time."""
START_TIMEOUT_S = 10
"""How much longer the start of a writer may take than a commit."""
STOP_TIMEOUT_S = 5
"""How long a writer may take to end once its sockets are closed: it has nothing left to write then."""
WATCHDOG_EVERY_S = 0.1
"""How often the writer is checked while requests wait for it."""
EVENTS_PER_S = 1_000
"""A commit may take one more second for each so many of its events."""

NOT_BACK = "The process that writes ended and is not back yet; nothing of this request was kept."
_NOT_OPEN = "The process that writes has not opened the store yet; nothing of this request was kept."


class Client(Owner, Protocol):
    """The client whose requests the writer commits."""

    @property
    def waiting(self) -> int:
        """Events that wait to be written or are being written."""

    @property
    def sent_events(self) -> int | None:
        """Events that were sent and not answered; None when no frame is."""

    def refuse_unsent(self, error: StoreError) -> None:
        """Answer the requests that were not sent."""

    def refuse_all(self, in_doubt: StoreError, not_kept: StoreError) -> None:
        """Answer the requests that were sent with `in_doubt`, the others with `not_kept`."""


class Supervisor:
    """Starts, watches and replaces the writer. Owned by the client's event loop: no locks."""

    def __init__(
        self, settings: Settings, start_writer: StartWriter, client: Client, identity: str | None
    ) -> None:
        self._opening = Opening(settings, identity)
        self._start_writer = start_writer
        self._client = client
        # Longer than the lock timeout: a commit in a lock wait does not hang, and ends by itself.
        self.timeout_s = max(settings.commit_timeout_ms, settings.lock_timeout_ms + 1_000) / 1000
        self.writer: WriterProcess | None = None
        self.failed: StoreError | None = None
        """Why the latest commit failed; None when it succeeded."""
        self._exiting: WriterProcess | None = None
        """A writer that was killed, until its process has ended."""
        self._progress_at = 0.0
        """When the writer last answered, or was sent a frame while it was idle."""
        self._load: asyncio.Task[int] | None = None
        """The question how many events of all workers the writer has. It is asked when the events of this one
        alone are no reason for it to be so late."""
        self._loop: asyncio.AbstractEventLoop | None = None
        self._watchdog: asyncio.TimerHandle | None = None
        self._watchdog_due_at = 0.0
        self._is_stopping = False

    def start(self) -> None:
        """Start a writer. Raises `OSError`."""
        self.writer = WriterProcess(self._opening, self._start_writer, self._client)
        self._progress_at = time.monotonic()

    def reach(self, loop: asyncio.AbstractEventLoop) -> WriterProcess:
        """The writer, whose answers are read on this loop from now on. Raises the reason when there is
        none.
        """
        self._loop = loop
        if self.writer is None:
            self._replace()
        if self.writer is None:
            self.watch()
            raise self.failed or StoreUnavailableError(NOT_BACK)
        self.writer.listen(loop)
        return self.writer

    def stop(self) -> None:
        """Start no other writer from now on."""
        self._is_stopping = True

    async def end(self) -> None:
        """Stop the writer, which has nothing left to write. May be called again."""
        if self._watchdog is not None:
            self._watchdog.cancel()
        writer, self.writer = self.writer, None
        if writer is not None:
            writer.close_input()
            await asyncio.to_thread(writer.process.end, STOP_TIMEOUT_S)

    # --- what the client notices

    def progressed(self) -> None:
        """The writer answered, or was sent a frame while it was idle."""
        self._progress_at = time.monotonic()

    def ended(self) -> None:
        """The writer ended by itself: requests that were sent may be on disk or not, and are answered so."""
        log.error("the writer ended unexpectedly; it is replaced")
        writer = self._forget_writer()
        writer.release()
        self._refuse(writer, f"The process that writes ended before it answered. {MAY_BE_KEPT}", NOT_BACK)

    def kill_hung_writer(self, what: str, silent_s: float) -> None:
        """The writer hangs: kill it, whatever it is doing, and answer the waiting requests."""
        log.error("the writer %s for %.0f s; it is killed", what, silent_s)
        writer = self._forget_writer()
        writer.kill(time.monotonic() - silent_s)
        self._refuse(
            writer,
            f"The commit of this request did not end within {silent_s:.0f} s. {MAY_BE_KEPT}",
            f"The store did not take a commit for {silent_s:.0f} s; nothing of this request was kept.",
        )

    # --- while requests wait

    def watch(self) -> None:
        """Check the writer repeatedly while requests wait, or while there is no open writer."""
        if self._watchdog is not None:
            return
        is_ready = self.writer is not None and self.writer.is_open
        is_asked_for = self._client.sent_events is not None or not is_ready
        is_needed = self._client.waiting or (is_asked_for and not self._is_stopping)
        if is_needed and self._loop is not None:
            self._watchdog_due_at = time.monotonic() + WATCHDOG_EVERY_S
            self._watchdog = self._loop.call_later(WATCHDOG_EVERY_S, self._check)

    def _check(self) -> None:
        self._watchdog = None
        now = time.monotonic()
        if (late_s := now - self._watchdog_due_at) > 1:
            # This process got no CPU time, and perhaps neither did the writer: do not count that as silence.
            self._progress_at += late_s
        if self._exiting is not None and self._exiting.process.is_gone:
            self._exiting = None
        if self.writer is None:
            self._replace()
        elif not self.writer.is_open:
            self._wait_for_opening(self.writer, now)
        elif not self._is_hung(now, 0):
            self._load = None
        elif self._load is None:
            # A delayed loop may run this timer before it reads answers that have arrived: they come first.
            self._load = asyncio.ensure_future(_load_of(self.writer))
        elif self._load.done():
            load, self._load = self._load.result(), None
            if self._is_hung(now, load):
                self.kill_hung_writer("has not ended a commit", now - self._progress_at)
        self.watch()

    def _wait_for_opening(self, writer: WriterProcess, now: float) -> None:
        """The start of a process may take longer than a commit, but waiting requests get no more time for it:
        they are refused, and the writer goes on starting.
        """
        opening_s = now - writer.began_at
        if opening_s > self.timeout_s + START_TIMEOUT_S:
            self.kill_hung_writer("has not opened the store", opening_s)
        elif now - self._progress_at > self.timeout_s:
            self._progress_at = now
            self._client.refuse_unsent(StoreUnavailableError(_NOT_OPEN, 5))

    def _is_hung(self, now: float, load: int) -> bool:
        """Whether it has not answered for longer than the events of this worker, or of all, take."""
        sent_events = self._client.sent_events
        if sent_events is None:
            return False
        return now - self._progress_at > self.timeout_s + max(sent_events, load) / EVENTS_PER_S

    # --- replacement

    def _replace(self) -> None:
        """Start another writer, unless the previous one has not ended yet or was started just now."""
        if self._exiting is not None and not self._exiting.process.is_gone:
            return
        began_at = self._progress_at if self._exiting is None else self._exiting.began_at
        self._exiting = None
        if self._is_stopping or time.monotonic() - began_at < RESTART_INTERVAL_S:
            return
        try:
            self.start()
        except OSError as error:  # no more processes or files: tried again
            log.error("no writer can be started: %s", error)
            return
        assert self.writer is not None
        assert self._loop is not None
        self.writer.listen(self._loop)

    def _forget_writer(self) -> WriterProcess:
        writer, self.writer = self.writer, None
        assert writer is not None
        self._exiting = writer
        self._progress_at = writer.began_at
        return writer

    def _refuse(self, writer: WriterProcess, in_doubt: str, not_kept: str) -> None:
        """Answer every request that waits for this writer, and replace it."""
        # A writer that could not open the store has reported the reason: the requests get that.
        unopened = None if writer.is_open else self.failed
        if self.failed is None:
            self.failed = StoreUnavailableError(NOT_BACK, 5)
        self._client.refuse_all(
            CommitInDoubtError(in_doubt, 5), unopened or StoreUnavailableError(not_kept, 5)
        )
        if writer.process.is_gone:
            self._replace()
        self.watch()


async def _load_of(writer: WriterProcess) -> int:
    """How many events of all workers it has; 0 when it does not say."""
    try:
        return (await writer.doing()).events
    except (StoreUnavailableError, EOFError):
        return 0

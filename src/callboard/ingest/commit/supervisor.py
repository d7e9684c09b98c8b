"""Keeps a writer running: starts it, watches it while requests wait, kills one that hangs, replaces it.

A writer that does not finish a commit in time is killed. Another is started only when its process is gone:
one that waits for a disk is gone when the disk answers, and holds the store's lock until then.
"""

from __future__ import annotations

import asyncio
import logging
import time
from typing import Protocol

from callboard.errors import MAY_BE_KEPT, StoreError, StoreUnavailableError
from callboard.ingest.commit.process import Begin, Owner, WriterProcess
from callboard.settings import Settings

log = logging.getLogger(__name__)

RESTART_INTERVAL_S = 1.0
"""A writer that ended is replaced at once, but at most once in this time."""
START_TIMEOUT_S = 10
"""How much longer than a commit the start of a writer may take."""
STOP_TIMEOUT_S = 5
"""How long a writer may take to end once its sockets are closed: nothing waits to be written then."""
WATCH_EVERY_S = 0.1
"""How often the writer is checked while requests wait for it."""
EVENTS_PER_S = 1_000
"""A commit may take a second more for each so many of its events."""

NOT_BACK = "The process that writes ended and is not back yet; nothing of this request was kept."
_NOT_OPEN = "The process that writes has not opened the store yet; nothing of this request was kept."


class Client(Owner, Protocol):
    """Whose requests the writer commits."""

    @property
    def waiting(self) -> int:
        """Events that wait to be written or are being written."""

    @property
    def sent_events(self) -> int | None:
        """Events on their way to the writer or back; none when no frame is."""

    def refuse_unsent(self, error: StoreError) -> None:
        """Answer the requests that were not sent."""

    def refuse_all(self, in_doubt: StoreError, not_kept: StoreError) -> None:
        """Answer those that were sent, and those that were not."""


class Supervisor:
    """Owned by the client's event loop: nothing is locked."""

    def __init__(self, settings: Settings, begin: Begin, client: Client) -> None:
        self._settings = settings
        self._begin = begin
        self._client = client
        # A commit that waits for a lock is not hung, and ends by itself.
        self.timeout_s = max(settings.commit_timeout_ms, settings.lock_timeout_ms + 1_000) / 1000
        self.writer: WriterProcess | None = None
        self.failed: StoreError | None = None
        """Why the latest commit failed; none when it succeeded."""
        self._leaving: WriterProcess | None = None
        """One that was killed, until it is gone."""
        self._progress_at = 0.0
        """When the writer last answered, or was sent something while it had nothing to do."""
        self._is_suspected = False
        """It seemed to hang when it was last checked."""
        self._loop: asyncio.AbstractEventLoop | None = None
        self._watch: asyncio.TimerHandle | None = None
        self._watch_due_at = 0.0
        self._is_stopping = False

    def start(self) -> None:
        """Start a writer."""
        self.writer = WriterProcess(self._settings, self._begin, self._client)
        self._is_suspected = False
        self._progress_at = time.monotonic()

    def reach(self, loop: asyncio.AbstractEventLoop) -> WriterProcess:
        """The writer, whose answers are read on this loop from now on. Raises why there is none."""
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
        """End the writer, which has nothing left to write. Again: nothing."""
        if self._watch is not None:
            self._watch.cancel()
        writer, self.writer = self.writer, None
        if writer is not None:
            writer.hang_up()
            await asyncio.to_thread(writer.end, STOP_TIMEOUT_S)

    # --- what the client notices

    def progressed(self) -> None:
        """The writer answered, or was sent something while it had nothing to do."""
        self._progress_at = time.monotonic()

    def ended(self) -> None:
        """The writer ended by itself: what was on its way may be on disk or not, and is answered so."""
        log.error("the writer ended unexpectedly; it is replaced")
        self._drop(f"The process that writes ended before it answered. {MAY_BE_KEPT}", NOT_BACK)

    def give_up(self, what: str, silent_s: float) -> None:
        """The writer hangs: kill it, whatever it is doing, and answer the requests that wait."""
        log.error("the writer %s for %.0f s; it is killed", what, silent_s)
        self._drop(
            f"The commit of this request did not end within {silent_s:.0f} s. {MAY_BE_KEPT}",
            f"The store did not take a commit for {silent_s:.0f} s; nothing of this request was kept.",
        )

    # --- while requests wait

    def watch(self) -> None:
        """Check the writer for as long as requests wait, or as it is not there."""
        if self._watch is not None:
            return
        is_ready = self.writer is not None and self.writer.is_open
        is_asked_for = self._client.sent_events is not None or not is_ready
        is_needed = self._client.waiting or (is_asked_for and not self._is_stopping)
        if is_needed and self._loop is not None:
            self._watch_due_at = time.monotonic() + WATCH_EVERY_S
            self._watch = self._loop.call_later(WATCH_EVERY_S, self._check)

    def _check(self) -> None:
        self._watch = None
        now = time.monotonic()
        if (late_s := now - self._watch_due_at) > 1:
            # This process was held up, and perhaps the writer with it: that time does not count as silence.
            self._progress_at += late_s
        if self._leaving is not None and self._leaving.is_gone:
            self._leaving = None
        if self.writer is None:
            self._replace()
        elif not self.writer.is_open:
            self._wait_for_opening(self.writer, now)
        elif not self._is_hung(now):
            self._is_suspected = False
        elif self._is_suspected:
            self.give_up("has not ended a commit", now - self._progress_at)
        else:
            # A loop that was held up may call this before it has read the answers that came meanwhile.
            self._is_suspected = True
        self.watch()

    def _wait_for_opening(self, writer: WriterProcess, now: float) -> None:
        """A process takes its time to start; the requests that wait for it have no more than for a commit."""
        opening_s = now - writer.began_at
        if opening_s > self.timeout_s + START_TIMEOUT_S:
            self.give_up("has not opened the store", opening_s)
        elif now - self._progress_at > self.timeout_s:
            self._progress_at = now
            self._client.refuse_unsent(StoreUnavailableError(_NOT_OPEN, 5))

    def _is_hung(self, now: float) -> bool:
        sent_events = self._client.sent_events
        if sent_events is None:
            return False
        return now - self._progress_at > self.timeout_s + sent_events / EVENTS_PER_S

    # --- one writer after another

    def _replace(self) -> None:
        """Start another writer, unless the one before is not gone or was started just now."""
        if self._leaving is not None and not self._leaving.is_gone:
            return
        began_at = self._progress_at if self._leaving is None else self._leaving.began_at
        self._leaving = None
        if self._is_stopping or time.monotonic() - began_at < RESTART_INTERVAL_S:
            return
        self.start()
        assert self.writer is not None
        assert self._loop is not None
        self.writer.listen(self._loop)

    def _drop(self, in_doubt: str, not_kept: str) -> None:
        """Kill the writer, and answer every request that waits for it."""
        writer, self.writer = self.writer, None
        assert writer is not None
        writer.kill()
        self._leaving = writer
        self._progress_at = writer.began_at
        # A writer that could not open the store has said why: that is what the requests are answered.
        unopened = None if writer.is_open else self.failed
        if self.failed is None:
            self.failed = StoreUnavailableError(NOT_BACK, 5)
        self._client.refuse_all(
            StoreUnavailableError(in_doubt, 5), unopened or StoreUnavailableError(not_kept, 5)
        )
        if writer.is_gone:
            self._replace()
        self.watch()

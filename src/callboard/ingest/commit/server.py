"""The writer's side: batches from a socket, one commit for whatever waits, receipts back.

While one commit is on its way to disk the next batches gather in the socket, so that the busier it gets, the
more share one sync. How long a commit waits for more of them is decided by `pace`.
"""

from __future__ import annotations

import logging
import select
import socket
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, ExitStack, suppress

from callboard.errors import CallboardError, StoreError, StoreLockedError
from callboard.ingest.commit import pulse
from callboard.ingest.commit.pace import BatchingDelay
from callboard.ingest.commit.protocol import (
    HEAD,
    Frames,
    Result,
    Sent,
    batches_of,
    results_frame,
    settings_of,
)
from callboard.ingest.commit.together import ingest_all
from callboard.settings import Settings
from callboard.store.interface import Activity, Batch, Store

log = logging.getLogger("callboard.writer")

READ_BYTES = 1 << 20
LARGE = 200
"""Events that are worth a commit by themselves: one that has so many waits for no more."""

Opening = Callable[[Settings], AbstractContextManager[Store]]
"""Opens the store that the settings mean; raises `StoreError`. It is closed at the end."""


def serve(batches: socket.socket, questions: socket.socket, opening: Opening) -> None:
    """Serve one worker at the other end of these sockets until it hangs up.

    Its settings come first. It is then told that the store is open, by a frame of no results, or why not.
    """
    length = HEAD.unpack(batches.recv(HEAD.size, socket.MSG_WAITALL))[0]
    settings = settings_of(batches.recv(length, socket.MSG_WAITALL))
    health = _Health()
    # A thread of its own: it answers also while this one waits for a lock or for the disk.
    answering = threading.Thread(target=pulse.answer, args=(questions, health.doing), daemon=True)
    answering.name = "callboard-pulse"
    answering.start()
    with ExitStack() as until_the_end:
        try:
            store = health.store = until_the_end.enter_context(opening(settings))
        except CallboardError as error:
            log.error("the writer cannot open the store: %s", error.message)
            batches.sendall(results_frame([error]))
            return
        # A worker that has hung up waits for no answer.
        with suppress(ConnectionError):
            batches.sendall(results_frame([]))
            Server(store, batches, settings.commit_events, settings.lock_timeout_ms / 1000).run()


class _Health:
    """What the writer is doing, also before the store is there."""

    def __init__(self) -> None:
        self._began = time.monotonic()
        self.store: Store | None = None

    def doing(self) -> Activity:
        return ("opening", self._began) if self.store is None else self.store.doing


class Server:
    """Commits what comes from one worker; the results go back in the order of the frames."""

    def __init__(
        self, store: Store, worker: socket.socket, commit_events: int, lock_timeout_s: float
    ) -> None:
        self._store = store
        self._worker = worker
        self._commit_events = commit_events
        self._lock_timeout_s = lock_timeout_s
        self._frames = Frames()
        self._waiting: deque[Sent] = deque()
        self._pace = BatchingDelay(time.monotonic())

    def run(self) -> None:
        """Until the worker hangs up. What it sent before is written all the same."""
        while True:
            if not self._waiting:
                part = self._worker.recv(READ_BYTES)
                if not part:
                    return
                self._take_in(part)
            self._gather()
            self._wait_for_more()
            drawn = self._draw()
            if not drawn:
                continue
            if not drawn[0].batches:
                self._worker.sendall(results_frame(self._tried()))
                continue
            self._commit(drawn)
            self._gather()
            self._pace.had_waiting_requests = bool(self._waiting)

    def _commit(self, drawn: list[Sent]) -> None:
        """Write these frames together, and those that join them, and answer each."""
        began = time.monotonic()

        def arrived(org_id: int) -> list[Batch]:
            """Requests that came while others held the lock, as far as there is room. Where the writers of
            several workers or machines write for one organization, each waits for the others' commits:
            taking along what came meanwhile, it commits that much less often.
            """
            joined = self._arrived(org_id, self._commit_events - sum(sent.received for sent in drawn))
            drawn.extend(joined)
            return [batch for sent in joined for batch in sent.batches]

        results = ingest_all(
            self._store,
            [batch for sent in drawn for batch in sent.batches],
            arrived,
            waited_s=began - drawn[0].since,
        )
        self._pace.begun(sum(len(sent.batches) for sent in drawn), began)
        answered = _answers(drawn, results)
        # Put back in front, in their order: they came before everything that waits now.
        self._waiting.extendleft(_with_time_left(drawn, answered, time.monotonic() - self._lock_timeout_s))
        self._worker.sendall(b"".join(map(results_frame, answered)))

    def _tried(self) -> list[Result]:
        """No result when a commit would succeed, else why it would not."""
        try:
            self._store.try_writing()
        except StoreError as error:
            return [error]
        except Exception as fault:
            log.exception("trying to write failed")
            return [StoreError(f"The store failed: {type(fault).__name__}")]
        return []

    def _wait_for_more(self) -> None:
        until = self._pace.until()
        while sum(sent.received for sent in self._waiting) < LARGE:
            left = until - time.monotonic()
            if left <= 0:
                return
            if not select.select([self._worker], [], [], min(self._pace.quiet_s(), left))[0]:
                return
            if not self._gather():
                return

    def _gather(self) -> bool:
        """Take in whatever has arrived by now. False: the worker has hung up."""
        while True:
            try:
                part = self._worker.recv(READ_BYTES, socket.MSG_DONTWAIT)
            except BlockingIOError:
                return True
            if not part:
                return False  # what it sent before it hung up is written all the same
            self._take_in(part)

    def _take_in(self, part: bytes) -> None:
        self._waiting.extend(map(batches_of, self._frames.feed(part)))

    def _arrived(self, org_id: int, room: int) -> list[Sent]:
        """Whole frames of this organization alone, from the front of what waits."""
        self._gather()
        waiting = self._waiting
        joined: list[Sent] = []
        while waiting and waiting[0].batches and all(batch.org_id == org_id for batch in waiting[0].batches):
            room -= waiting[0].received
            if room < 0:
                break
            joined.append(waiting.popleft())
        return joined

    def _draw(self) -> list[Sent]:
        """Whole frames of about `commit_events` events, at least one; one without events by itself."""
        waiting = self._waiting
        drawn: list[Sent] = []
        room = self._commit_events
        while waiting and (not drawn or (waiting[0].batches and waiting[0].received <= room)):
            drawn.append(waiting.popleft())
            room -= drawn[-1].received
            if not drawn[-1].batches:
                break
        return drawn


def _answers(drawn: Sequence[Sent], results: Sequence[Result]) -> list[Sequence[Result]]:
    """The results of each frame."""
    answers: list[Sequence[Result]] = []
    at = 0
    for sent in drawn:
        answers.append(results[at : at + len(sent.batches)])
        at += len(sent.batches)
    return answers


def _with_time_left(drawn: list[Sent], answered: list[Sequence[Result]], before: float) -> list[Sent]:
    """Frames that came after `before` and found the store locked, the last first: they are tried again, as it
    was the time of the first of the commit that was over. They are taken out of the answers.
    """
    again: list[Sent] = []
    while answered and drawn[-1].since > before:
        if not all(isinstance(result, StoreLockedError) for result in answered[-1]):
            break
        answered.pop()
        again.append(drawn.pop())
    return again

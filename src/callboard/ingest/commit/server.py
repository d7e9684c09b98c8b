"""The writer's side: batches from a socket, group commit, receipts back.

While one commit is synced, the next batches collect in the socket: the higher the load, the more requests
share one sync. `batching` decides how long a commit waits for more requests.
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
from callboard.ingest.commit import health
from callboard.ingest.commit.batching import BatchingDelay
from callboard.ingest.commit.isolate import ingest_all
from callboard.ingest.commit.protocol import (
    HEAD,
    Frames,
    Result,
    SentFrame,
    batches_of,
    results_frame,
    settings_of,
)
from callboard.settings import Settings
from callboard.store.interface import Activity, Batch, Store

log = logging.getLogger("callboard.writer")

READ_BYTES = 1 << 20
FULL_COMMIT_EVENTS = 200
"""A commit of so many events does not wait for more: the cost of its sync is shared by enough of them."""

Opening = Callable[[Settings], AbstractContextManager[Store]]
"""Opens the store that the settings name; raises `StoreError`. The context manager closes it."""


def serve(batches: socket.socket, questions: socket.socket, opening: Opening) -> None:
    """Serve the worker at the other end of these sockets until it closes them.

    It sends its settings first. The reply is a frame without results when the store is open, else the error.
    """
    length = HEAD.unpack(batches.recv(HEAD.size, socket.MSG_WAITALL))[0]
    settings = settings_of(batches.recv(length, socket.MSG_WAITALL))
    state = _State()
    # A separate thread, so that it answers while this one waits for a lock or for the disk.
    answering = threading.Thread(target=health.answer, args=(questions, state.doing), daemon=True)
    answering.name = "callboard-pulse"
    answering.start()
    with ExitStack() as until_the_end:
        try:
            store = state.store = until_the_end.enter_context(opening(settings))
        except CallboardError as error:
            log.error("the writer cannot open the store: %s", error.message)
            batches.sendall(results_frame([error]))
            return
        # A worker that closed its socket waits for no answer.
        with suppress(ConnectionError):
            batches.sendall(results_frame([]))
            Server(store, batches, settings.commit_events, settings.lock_timeout_ms / 1000).run()


class _State:
    """What the writer is doing, also before the store is open."""

    def __init__(self) -> None:
        self._began = time.monotonic()
        self.store: Store | None = None

    def doing(self) -> Activity:
        return ("opening", self._began) if self.store is None else self.store.activity


class Server:
    """Commits the batches of one worker, and sends the results back in the order of the frames."""

    def __init__(
        self, store: Store, worker: socket.socket, commit_events: int, lock_timeout_s: float
    ) -> None:
        self._store = store
        self._worker = worker
        self._commit_events = commit_events
        self._lock_timeout_s = lock_timeout_s
        self._frames = Frames()
        self._waiting: deque[SentFrame] = deque()
        self._delay = BatchingDelay(time.monotonic())

    def run(self) -> None:
        """Serve until the worker closes its socket. Everything it sent before is still written."""
        while True:
            if not self._waiting:
                self._compact_while_idle()
                data = self._worker.recv(READ_BYTES)
                if not data:
                    return
                self._add(data)
            self._gather()
            self._wait_for_more()
            frames = self._take_frames()
            if not frames:
                continue
            if not frames[0].batches:
                self._worker.sendall(results_frame(self._check_write()))
                continue
            self._commit(frames)
            self._gather()
            self._delay.had_waiting_requests = bool(self._waiting)

    def _commit(self, frames: list[SentFrame]) -> None:
        """Commit these frames together with those that join them, and answer each."""
        began = time.monotonic()

        def arrived(org_id: int) -> list[Batch]:
            """Requests that arrived during the lock wait, as far as the commit has capacity. Writers of
            several workers or machines that write for one organization wait for each other's commits; adding
            what arrived meanwhile makes these commits larger and fewer.
            """
            joined = self._take_joining(org_id, self._commit_events - sum(sent.received for sent in frames))
            frames.extend(joined)
            return [batch for sent in joined for batch in sent.batches]

        results = ingest_all(
            self._store,
            [batch for sent in frames for batch in sent.batches],
            arrived,
            waited_s=began - frames[0].since,
        )
        self._delay.commit_started(sum(len(sent.batches) for sent in frames), began)
        answered = _answers(frames, results)
        # Back to the front in their order (`extendleft` reverses): they arrived before all that wait now.
        self._waiting.extendleft(_take_retriable(frames, answered, time.monotonic() - self._lock_timeout_s))
        self._worker.sendall(b"".join(map(results_frame, answered)))
        # After the answers: nobody waits for it but who comes next.
        self._compact()

    def _compact(self) -> bool:
        try:
            return self._store.compact()
        except StoreError as error:
            # Tried again after the next commit; reads and commits are right without it.
            log.warning("compaction failed: %s", error.message)
            return False

    def _compact_while_idle(self) -> None:
        while not select.select([self._worker], [], [], 0)[0] and self._compact():
            pass

    def _check_write(self) -> list[Result]:
        """Empty when a commit would succeed now, else the error."""
        try:
            self._store.try_writing()
        except StoreError as error:
            return [error]
        except Exception as fault:
            log.exception("trying to write failed")
            return [StoreError(f"The store failed: {type(fault).__name__}")]
        return []

    def _wait_for_more(self) -> None:
        deadline = self._delay.wait_until()
        while sum(sent.received for sent in self._waiting) < FULL_COMMIT_EVENTS:
            left = deadline - time.monotonic()
            if left <= 0:
                return
            if not select.select([self._worker], [], [], min(self._delay.quiet_s(), left))[0]:
                return
            if not self._gather():
                return

    def _gather(self) -> bool:
        """Read what has arrived by now. False: the worker closed its socket."""
        while True:
            try:
                data = self._worker.recv(READ_BYTES, socket.MSG_DONTWAIT)
            except BlockingIOError:
                return True
            if not data:
                return False  # everything it sent before is still written
            self._add(data)

    def _add(self, data: bytes) -> None:
        self._waiting.extend(map(batches_of, self._frames.feed(data)))

    def _take_joining(self, org_id: int, capacity: int) -> list[SentFrame]:
        """Whole frames that hold batches of this organization only, from the front of the queue. In order,
        since the worker expects answers in the order in which it sent the frames.
        """
        self._gather()
        waiting = self._waiting
        joined: list[SentFrame] = []
        while waiting and waiting[0].batches and all(batch.org_id == org_id for batch in waiting[0].batches):
            capacity -= waiting[0].received
            if capacity < 0:
                break
            joined.append(waiting.popleft())
        return joined

    def _take_frames(self) -> list[SentFrame]:
        """Whole frames with about `commit_events` events, at least one; a write check (no batches)
        separately.
        """
        waiting = self._waiting
        frames: list[SentFrame] = []
        capacity = self._commit_events
        while waiting and (not frames or (waiting[0].batches and waiting[0].received <= capacity)):
            frames.append(waiting.popleft())
            capacity -= frames[-1].received
            if not frames[-1].batches:
                break
        return frames


def _answers(frames: Sequence[SentFrame], results: Sequence[Result]) -> list[Sequence[Result]]:
    """The results of each frame."""
    answers: list[Sequence[Result]] = []
    at = 0
    for sent in frames:
        answers.append(results[at : at + len(sent.batches)])
        at += len(sent.batches)
    return answers


def _take_retriable(
    frames: list[SentFrame], answered: list[Sequence[Result]], before: float
) -> list[SentFrame]:
    """Remove and return the frames, last first, that arrived after `before` and whose commit failed by a lock
    timeout. The timeout runs from the oldest frame of a commit; these still have time left, and are retried.
    """
    retriable: list[SentFrame] = []
    while answered and frames[-1].since > before:
        if not all(isinstance(result, StoreLockedError) for result in answered[-1]):
            break
        answered.pop()
        retriable.append(frames.pop())
    return retriable

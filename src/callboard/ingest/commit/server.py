"""The writer's side: batches from the sockets of workers, group commit, receipts back.

While one commit is synced, the next batches collect in the sockets: the higher the load, the more requests
share one sync. `batching` decides how long a commit waits for more requests.
"""

from __future__ import annotations

import logging
import selectors
import socket
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager, ExitStack

from callboard.errors import CallboardError, StoreError, StoreLockedError, StoreReplacedError
from callboard.ingest.commit.batching import BatchingDelay
from callboard.ingest.commit.health import Pulse
from callboard.ingest.commit.isolate import ingest_all
from callboard.ingest.commit.protocol import Result, batches_of
from callboard.ingest.commit.workers import Arrivals, Waiting, Worker
from callboard.settings import Settings
from callboard.store.interface import Activity, Batch, Store

log = logging.getLogger("callboard.writer")

FULL_COMMIT_EVENTS = 200
"""A commit of so many events does not wait for more: the cost of its sync is shared by enough of them."""

OpenStore = Callable[[Settings], AbstractContextManager[Store]]
"""Opens the store that the settings name; raises `StoreError`. The context manager closes it."""


def serve(door: socket.socket, opening: OpenStore) -> None:
    """Serve the workers that come through this door until it is closed and the last of them is gone.

    The first one's settings say what to open. The reply to each is a frame without results when the store is
    open and the one that the worker knows, else the error.
    """
    state = _State()
    arrivals = Arrivals()
    # A separate thread, so that it answers while this one waits for a lock or for the disk.
    pulse = Pulse(door, state.doing, arrivals.add)
    threading.Thread(target=pulse.run, daemon=True, name="callboard-pulse").start()
    with arrivals, ExitStack() as until_the_end:
        first = arrivals.wait()
        if first is None:
            return
        settings = first.opening.settings
        try:
            store = state.store = until_the_end.enter_context(opening(settings))
        except CallboardError as error:
            log.error("the writer cannot open the store: %s", error.message)
            for worker in (first, *arrivals.take()):
                worker.refuse(error)
            return
        Server(store, arrivals, settings.commit_events, settings.lock_timeout_ms / 1000).run([first])


class _State:
    """What the writer is doing, also before the store is open."""

    def __init__(self) -> None:
        self._began = time.monotonic()
        self.store: Store | None = None

    def doing(self) -> Activity:
        return ("opening", self._began) if self.store is None else self.store.activity


class Server:
    """Commits the batches of workers, and sends each its results back in the order of its frames."""

    def __init__(self, store: Store, arrivals: Arrivals, commit_events: int, lock_timeout_s: float) -> None:
        self._store = store
        self._arrivals = arrivals
        self._commit_events = commit_events
        self._lock_timeout_s = lock_timeout_s
        self._waiting: deque[Waiting] = deque()
        """Of all workers, in the order in which they came."""
        self._workers: set[Worker] = set()
        self._is_foreign = False
        """Whether a worker knows another store: the file at the path was replaced."""
        self._selector = selectors.DefaultSelector()
        self._selector.register(arrivals, selectors.EVENT_READ)
        self._delay = BatchingDelay(time.monotonic())

    def run(self, workers: Iterable[Worker]) -> None:
        """Serve until the last worker closed its socket. What it sent before is still written. With no worker
        but those that know another store it ends, for the next writer to look again what is at the path.
        """
        for worker in workers:
            self._admit(worker)
        while self._waiting or self._workers or not (self._arrivals.is_over or self._is_foreign):
            if not self._waiting:
                if not self._compact_while_idle():
                    self._gather(None)
                continue
            self._gather()
            self._wait_for_more()
            frames = self._take_frames()
            if not frames[0].sent.batches:
                self._answer(frames, [self._check_write()])
                continue
            self._commit(frames)
            self._gather()
            self._delay.had_waiting_requests = bool(self._waiting)

    # --- workers

    def _admit(self, worker: Worker) -> None:
        identity = worker.opening.identity
        if identity is not None and identity != self._store.identity:
            self._is_foreign = True
            worker.refuse(StoreReplacedError())
            return
        worker.send([[]])
        self._workers.add(worker)
        self._watch(worker)

    def _watch(self, worker: Worker) -> None:
        """Be told of what the worker sends, and of room for what it has not read yet."""
        events = selectors.EVENT_READ | (selectors.EVENT_WRITE if worker.has_unsent else 0)
        key = self._selector.get_map().get(worker)
        if key is None:
            self._selector.register(worker, events)
        elif key.events != events:
            self._selector.modify(worker, events)

    def _gather(self, within_s: float | None = 0) -> bool:
        """Read what has arrived by now, or arrives within this time (None: wait for something). Whether
        anything did.
        """
        ready = self._selector.select(within_s)
        for key, events in ready:
            if key.fileobj is self._arrivals:
                for worker in self._arrivals.take():
                    self._admit(worker)
                if self._arrivals.is_over:
                    self._selector.unregister(self._arrivals)
            else:
                assert isinstance(key.fileobj, Worker)
                self._attend(key.fileobj, events)
        return bool(ready)

    def _attend(self, worker: Worker, events: int) -> None:
        if events & selectors.EVENT_WRITE:
            worker.send([])
            self._watch(worker)
        if not events & selectors.EVENT_READ:
            return
        frames = worker.read()
        if frames is None:  # what it sent before is still written
            self._workers.remove(worker)
            self._selector.unregister(worker)
            self._close_if_answered(worker)
        else:
            worker.unanswered += len(frames)
            self._waiting.extend(Waiting(sent, worker) for sent in map(batches_of, frames))

    def _answer(self, frames: Sequence[Waiting], results: Sequence[Sequence[Result]]) -> None:
        by_worker: dict[Worker, list[Sequence[Result]]] = {}
        for waiting, each in zip(frames, results, strict=True):
            by_worker.setdefault(waiting.worker, []).append(each)
        for worker, answers in by_worker.items():
            worker.send(answers)
            worker.unanswered -= len(answers)
            if worker in self._workers:
                self._watch(worker)
            else:
                self._close_if_answered(worker)

    @staticmethod
    def _close_if_answered(worker: Worker) -> None:
        """It sends no more: close the socket once none of its frames waits."""
        if not worker.unanswered:
            worker.close()

    # --- commits

    def _commit(self, frames: list[Waiting]) -> None:
        """Commit these frames together with those that join them, and answer each."""
        began = time.monotonic()

        def arrived(org_id: int) -> list[Batch]:
            """Requests that arrived during the lock wait, as far as the commit has capacity. Writers of
            several workers or machines that write for one organization wait for each other's commits; adding
            what arrived meanwhile makes these commits larger and fewer.
            """
            joined = self._take_joining(
                org_id, self._commit_events - sum(each.sent.received for each in frames)
            )
            frames.extend(joined)
            return [batch for each in joined for batch in each.sent.batches]

        results = ingest_all(
            self._store,
            [batch for each in frames for batch in each.sent.batches],
            arrived,
            waited_s=began - frames[0].sent.since,
        )
        self._delay.commit_started(sum(len(each.sent.batches) for each in frames), began)
        answered = _answers(frames, results)
        # Back to the front in their order (`extendleft` reverses): they arrived before all that wait now.
        self._waiting.extendleft(_take_retriable(frames, answered, time.monotonic() - self._lock_timeout_s))
        self._answer(frames, answered)
        # After the answers: nobody waits for it but who comes next.
        self._compact()

    def _compact(self) -> bool:
        try:
            return self._store.compact()
        except StoreError as error:
            # Tried again after the next commit; reads and commits are right without it.
            log.warning("compaction failed: %s", error.message)
            return False

    def _compact_while_idle(self) -> bool:
        """Merge deltas until something arrives or nothing is left to merge. Whether something arrived."""
        while not self._gather():
            if not self._compact():
                return False
        return True

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
        while sum(each.sent.received for each in self._waiting) < FULL_COMMIT_EVENTS:
            left = deadline - time.monotonic()
            if left <= 0:
                return
            if not self._gather(min(self._delay.quiet_s(), left)):
                return

    def _take_joining(self, org_id: int, capacity: int) -> list[Waiting]:
        """Whole frames that hold batches of this organization only, from the front of the queue. In order,
        since a worker expects answers in the order in which it sent its frames.
        """
        self._gather()
        waiting = self._waiting
        joined: list[Waiting] = []
        while (
            waiting
            and (sent := waiting[0].sent).batches
            and all(batch.org_id == org_id for batch in sent.batches)
        ):
            capacity -= sent.received
            if capacity < 0:
                break
            joined.append(waiting.popleft())
        return joined

    def _take_frames(self) -> list[Waiting]:
        """Whole frames with about `commit_events` events, at least one; a write check (no batches)
        separately.
        """
        waiting = self._waiting
        frames: list[Waiting] = []
        capacity = self._commit_events
        while waiting and (not frames or (waiting[0].sent.batches and waiting[0].sent.received <= capacity)):
            frames.append(waiting.popleft())
            capacity -= frames[-1].sent.received
            if not frames[-1].sent.batches:
                break
        return frames


def _answers(frames: Sequence[Waiting], results: Sequence[Result]) -> list[Sequence[Result]]:
    """The results of each frame."""
    answers: list[Sequence[Result]] = []
    at = 0
    for each in frames:
        answers.append(results[at : at + len(each.sent.batches)])
        at += len(each.sent.batches)
    return answers


def _take_retriable(frames: list[Waiting], answered: list[Sequence[Result]], before: float) -> list[Waiting]:
    """Remove and return the frames, last first, that arrived after `before` and whose commit failed by a lock
    timeout. The timeout runs from the oldest frame of a commit; these still have time left, and are retried.
    """
    retriable: list[Waiting] = []
    while answered and frames[-1].sent.since > before:
        if not all(isinstance(result, StoreLockedError) for result in answered[-1]):
            break
        answered.pop()
        retriable.append(frames.pop())
    return retriable

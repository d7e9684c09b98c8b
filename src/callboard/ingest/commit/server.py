"""The writer's side: batches from the sockets of workers, group commit, receipts back.

While one commit is synced, the next batches collect in the sockets: the higher the load, the more requests
share one sync. `batching` decides how long a commit waits for more requests. A store that carries out commits
of different organizations at the same time gets several (`Store.lanes`).
"""

from __future__ import annotations

import logging
import math
import selectors
import socket
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager, ExitStack

from callboard.errors import CallboardError, StoreError, StoreLockedError, StoreReplacedError
from callboard.ingest.commit.backlog import Backlog
from callboard.ingest.commit.batching import BatchingDelay
from callboard.ingest.commit.health import Pulse
from callboard.ingest.commit.isolate import ingest_all
from callboard.ingest.commit.lanes import Lanes
from callboard.ingest.commit.protocol import Numbered, Result
from callboard.ingest.commit.workers import Arrivals, Waiting, Worker
from callboard.settings import Settings
from callboard.store.interface import Activity, Batch, Receipt, Store

log = logging.getLogger("callboard.writer")

FULL_COMMIT_EVENTS = 200
"""A commit of so many events does not wait for more: the cost of its sync is shared by enough of them."""

ALONGSIDE_EVENTS = 8
"""Fewer events than these let a commit of others that is under way end first: they come with what arrives
meanwhile, and share its sync."""
ALONGSIDE_WAIT_S = 0.050
"""For so long at most: a commit may be waiting for a lock."""

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
        server = Server(store, arrivals, settings.commit_events, settings.lock_timeout_ms / 1000)
        state.server = server
        server.run([first])


class _State:
    """What the writer is doing, also before the store is open."""

    def __init__(self) -> None:
        self._began = time.monotonic()
        self.store: Store | None = None
        self.server: Server | None = None

    def doing(self) -> tuple[Activity, int]:
        opening: Activity = ("opening", self._began)
        activity = opening if self.store is None else self.store.activity
        return activity, 0 if self.server is None else self.server.events


class Server:
    """Commits the batches of workers, and sends each its results back."""

    def __init__(self, store: Store, arrivals: Arrivals, commit_events: int, lock_timeout_s: float) -> None:
        self._store = store
        self._arrivals = arrivals
        self._commit_events = commit_events
        self._lock_timeout_s = lock_timeout_s
        self._backlog = Backlog()
        """Of all workers."""
        self._lanes = Lanes(store.lanes)
        self._taken: list[list[Waiting]] = []
        """The batches of each commit under way."""
        self._workers: set[Worker] = set()
        self._is_foreign = False
        """Whether a worker knows another store: the file at the path was replaced."""
        self._selector = selectors.DefaultSelector()
        self._selector.register(arrivals, selectors.EVENT_READ)
        self._selector.register(self._lanes, selectors.EVENT_READ)
        self._delay = BatchingDelay(time.monotonic())

    def run(self, workers: Iterable[Worker]) -> None:
        """Serve until the last worker closed its socket. What it sent before is still written. With no worker
        but those that know another store it ends, for the next writer to look again what is at the path.
        """
        with self._lanes:
            for worker in workers:
                self._admit(worker)
            while self._is_needed():
                held_s = self._held_s() if self._backlog and self._lanes.is_free else 0.0
                if self._backlog and self._lanes.is_free and not held_s:
                    self._gather()
                    self._wait_for_more()
                    if self._begin():
                        continue
                elif not self._backlog and self._lanes.is_idle and self._compact_while_idle():
                    continue
                self._gather(held_s or None)

    @property
    def events(self) -> int:
        """How many wait for a commit, or are in one. From any thread."""
        return self._backlog.received + sum([each.received for taken in self._taken for each in [*taken]])

    def _is_needed(self) -> bool:
        if self._backlog or self._workers or not self._lanes.is_idle:
            return True
        return not (self._arrivals.is_over or self._is_foreign)

    # --- workers

    def _admit(self, worker: Worker) -> None:
        identity = worker.opening.identity
        if identity is not None and identity != self._store.identity:
            self._is_foreign = True
            worker.refuse(StoreReplacedError())
            return
        worker.admit()
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
        """Read what has arrived by now, or arrives within this time (None: wait for something), and finish
        the commits that have ended. Whether there was anything.
        """
        ready = self._selector.select(within_s)
        for key, events in ready:
            if key.fileobj is self._arrivals:
                for worker in self._arrivals.take():
                    self._admit(worker)
                if self._arrivals.is_over:
                    self._selector.unregister(self._arrivals)
            elif key.fileobj is self._lanes:
                self._lanes.end()
            else:
                assert isinstance(key.fileobj, Worker)
                self._attend(key.fileobj, events)
        return bool(ready)

    def _attend(self, worker: Worker, events: int) -> None:
        if events & selectors.EVENT_WRITE:
            worker.send_rest()
            self._watch(worker)
        if not events & selectors.EVENT_READ:
            return
        arrived = worker.read()
        if arrived is None:  # what it sent before is still written
            self._workers.remove(worker)
            self._selector.unregister(worker)
            self._close_if_answered(worker)
        else:
            self._backlog.add(arrived)

    def _answer(self, done: Iterable[tuple[Waiting, Result]]) -> None:
        by_worker: dict[Worker, list[Numbered]] = {}
        for waiting, result in done:
            by_worker.setdefault(waiting.worker, []).append((waiting.number, result))
        for worker, results in by_worker.items():
            worker.answer(results)
            if worker in self._workers:
                self._watch(worker)
            else:
                self._close_if_answered(worker)

    @staticmethod
    def _close_if_answered(worker: Worker) -> None:
        """It sends no more: close the socket once nothing of it waits."""
        if not worker.unanswered:
            worker.close()

    # --- commits

    def _held_s(self) -> float:
        """For how long what waits lets a commit under way end first. 0: there is none, enough waits, or
        all of it is of the organizations of that commit.
        """
        if self._lanes.is_idle:
            return 0.0
        events, since = self._backlog.ready(self._lanes.busy)
        if events >= ALONGSIDE_EVENTS or since == math.inf:
            return 0.0
        return max(0.0, since + ALONGSIDE_WAIT_S - time.monotonic())

    def _begin(self) -> bool:
        """Begin a commit of what waits, if there is anything that need not wait for a commit under way."""
        taken = self._backlog.take(self._commit_events, self._lanes.busy)
        if not taken:
            return False
        organizations = frozenset(each.batch.org_id for each in taken if each.batch is not None)
        results: list[Result] = []
        began = time.monotonic()
        if organizations:
            self._taken = [*self._taken, taken]
            if not self._lanes.is_single:
                self._delay.commit_started(len(taken), began)
            self._lanes.begin(
                organizations,
                lambda: results.extend(self._commit(taken, began)),
                lambda: self._finish(taken, results, began),
            )
        else:
            self._lanes.begin(
                organizations,
                lambda: results.append(self._check_write()),
                lambda: self._answer(zip(taken, results, strict=True)),
            )
        return True

    def _commit(self, taken: list[Waiting], began: float) -> Sequence[Result]:
        """Commit these batches together with those that join them, which are added."""

        def arrived(org_id: int) -> list[Batch]:
            """Requests that arrived during the lock wait, as far as the commit has capacity. Writers of
            several machines that write for one organization wait for each other's commits; adding what
            arrived meanwhile makes these commits larger and fewer.
            """
            if self._lanes.is_single:
                self._gather()
            capacity = self._commit_events - sum([each.received for each in taken])
            joined = self._backlog.take_joining(org_id, capacity)
            taken.extend(joined)
            return [each.batch for each in joined if each.batch is not None]

        return ingest_all(
            self._store,
            [each.batch for each in taken if each.batch is not None],
            arrived,
            waited_s=began - taken[0].since,
        )

    def _finish(self, taken: list[Waiting], results: list[Result], began: float) -> None:
        """Answer a commit that has ended, and put back what has time left to wait for its lock."""
        self._taken = [each for each in self._taken if each is not taken]
        if self._lanes.is_single:
            self._delay.commit_started(len(taken), began)
        before = time.monotonic() - self._lock_timeout_s
        done: list[tuple[Waiting, Result]] = []
        again: list[Waiting] = []
        for waiting, result in zip(taken, results, strict=True):
            # The timeout runs from the oldest batch of a commit.
            if isinstance(result, StoreLockedError) and waiting.since > before:
                again.append(waiting)
            else:
                done.append((waiting, result))
        self._backlog.put_back(again)
        self._answer(done)
        # After the answers: nobody waits for it but who comes next.
        self._compact()
        if self._lanes.is_single:
            self._gather()
        self._delay.had_waiting_requests = bool(self._backlog)

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

    def _check_write(self) -> Result:
        """A receipt when a commit would succeed now, else the error."""
        try:
            self._store.try_writing()
        except StoreError as error:
            return error
        except Exception as fault:
            log.exception("trying to write failed")
            return StoreError(f"The store failed: {type(fault).__name__}")
        return Receipt(batch_no=0, received=0)

    def _wait_for_more(self) -> None:
        deadline = self._delay.wait_until()
        while self._backlog.received < FULL_COMMIT_EVENTS:
            left = deadline - time.monotonic()
            if left <= 0:
                return
            if not self._gather(min(self._delay.quiet_s(), left)):
                return

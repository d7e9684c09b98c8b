"""A worker's queue of uploads: one process at a time reads or imports a file, the others wait."""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable
from typing import Final, Protocol

from callboard.clock import Clock
from callboard.errors import CallboardError
from callboard.ingest.uploads.claiming import is_left
from callboard.store.interface import Store

log = logging.getLogger("callboard.imports")

SWEEP_EVERY_S: Final = 3_600
"""How often a worker looks for uploads that are over, and for work that nobody does."""
FIRST_SWEEP_S: Final = 10
RETRY_AFTER_S: Final = 5
"""How long work waits after its process ended before its end."""
CLOSE_WITHIN_S: Final = 5
"""How long the end of a worker waits for the thread."""
JOBS_MAX: Final = 10_000
"""Uploads that wait in one worker. Beyond it the next sweep, or a question about one, finds it again."""


class Process(Protocol):
    """The methods used of a `subprocess.Popen`."""

    def wait(self, timeout: float | None = None) -> int: ...
    def kill(self) -> None: ...


Begin = Callable[[int, str], Process]
"""Starts a process that works on an upload, by the id of its organization and its own."""
Job = tuple[int, str]


class ImportQueue:
    """Uploads whose work this worker is to have done. Methods may be called from any thread."""

    def __init__(self, store: Store, begin: Begin, clock: Clock) -> None:
        self._store = store
        self._begin = begin
        self._clock = clock
        self._jobs: deque[Job] = deque()
        self._purges: set[int] = set()
        self._changed = threading.Condition()
        self._process: Process | None = None
        self._at_work: Job | None = None
        self._closing = False
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Work from now on."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="callboard-imports", daemon=True)
            self._thread.start()

    def add(self, org_id: int, upload_id: str) -> None:
        """Have the work of an upload done. Does nothing for one that waits already, or is being worked on."""
        job = (org_id, upload_id)
        with self._changed:
            if job not in self._jobs and job != self._at_work and len(self._jobs) < JOBS_MAX:
                self._jobs.append(job)
                self._changed.notify()

    def purge(self, org_id: int) -> None:
        """Have the uploads of an organization deleted that are over, without waiting for it."""
        with self._changed:
            if len(self._purges) < JOBS_MAX:
                self._purges.add(org_id)
                self._changed.notify()

    def close(self) -> None:
        """End. A process at work is killed: its work is in the store, and another worker carries it on."""
        with self._changed:
            self._closing = True
            process = self._process
            self._changed.notify()
        if process is not None:
            process.kill()
        if self._thread is not None:
            self._thread.join(CLOSE_WITHIN_S)

    def _run(self) -> None:
        sweep_at = time.monotonic() + FIRST_SWEEP_S
        while True:
            with self._changed:
                while not (self._jobs or self._purges or self._closing):
                    if (left := sweep_at - time.monotonic()) <= 0:
                        break
                    self._changed.wait(left)
                if self._closing:
                    return
                job = self._at_work = self._jobs.popleft() if self._jobs else None
                purge = self._purges.pop() if self._purges else None
            if purge is not None:
                self._purge(purge)
            if job is not None:
                self._carry_out(job)
            if time.monotonic() >= sweep_at:
                self._sweep()
                sweep_at = time.monotonic() + SWEEP_EVERY_S

    def _carry_out(self, job: Job) -> None:
        try:
            process = self._begin(*job)
        except OSError as error:
            log.error("no process could be started for an import: %s", error)
            ended = 1
        else:
            with self._changed:
                self._process = process
                if self._closing:
                    process.kill()
            ended = process.wait()
        with self._changed:
            self._process = self._at_work = None
            if ended != 0:
                self._changed.wait_for(lambda: self._closing, RETRY_AFTER_S)
        if ended != 0:
            self.add(*job)

    def _purge(self, org_id: int) -> None:
        try:
            self._store.purge_uploads(org_id, self._clock())
            self._store.purge_quarantine(org_id, self._clock())
        except CallboardError as error:
            log.warning("uploads were not deleted, the next sweep does it: %s", error.message)

    def _sweep(self) -> None:
        """Delete the uploads and the quarantined deliveries that are over; take up work that nobody does."""
        try:
            for organization in self._store.organizations():
                if self._closing:
                    return
                self._purge(organization.id)
                for upload in self._store.uploads(organization.id):
                    if is_left(upload):
                        self.add(organization.id, upload.upload_id)
        except CallboardError as error:
            log.warning("uploads were not looked through: %s", error.message)

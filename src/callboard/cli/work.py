"""One worker process of `callboard serve`: how it begins, how it is told to finish, how it ends."""

from __future__ import annotations

import asyncio
import signal
import sys
from pathlib import Path
from typing import Any

from granian.server import MPServer

from callboard.app import Worker, application  # imported before workers are forked: they find it there
from callboard.errors import CallboardError
from callboard.http.metering import layout
from callboard.ingest.orphans import die_with
from callboard.settings import Settings
from callboard.telemetry.meter import Meter

HEED_EVERY_S = 0.05
"""How often a worker looks whether it is to finish."""
NOTE_EVERY_S = 1.0
"""How often a worker writes down its gauges."""


class Work:
    """What a worker process does; made by the process that watches, carried out in the worker.

    The server beneath us forgets a SIGTERM that comes before it serves, and at a second one it drops the
    requests under way. So a worker keeps SIGTERM back from its first moment, and lets exactly one through
    once it serves.
    """

    def __init__(self, settings: Settings, watcher: int, counts: Path) -> None:
        """`counts` is the file of what all workers count."""
        self.slot = 0
        """Of this worker among all; said before it is called."""
        self._settings = settings
        self._watcher = watcher
        self._counts = counts
        self._noted_at = 0.0
        self._worker: Worker | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    def __call__(self) -> Worker:
        """The application to serve, on an event loop that is not running yet."""
        # Ctrl-C and a closing terminal reach every process; to finish is told by the one that watches.
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM, signal.SIGINT, signal.SIGHUP})
        die_with(self._watcher)
        try:
            meter = Meter.shared(layout(), self._counts, self.slot)
            meter.begin()
            self._worker = application(self._settings, meter)
        except CallboardError as error:
            print(f"Error: {error.message}", file=sys.stderr)
            sys.exit(1)
        self._worker.start()
        self._loop = asyncio.get_event_loop()
        self._loop.call_soon(self._heed)
        return self._worker

    def finish(self) -> None:
        """Write what was accepted and let go of the store: requests have all been answered."""
        assert self._loop is not None
        assert self._worker is not None
        self._loop.run_until_complete(self._worker.close())

    def _heed(self) -> None:
        if signal.SIGTERM in signal.sigpending():
            assert self._worker is not None
            self._worker.end_streams()
            signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM})
            signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
        else:
            assert self._loop is not None
            self._loop.call_later(HEED_EVERY_S, self._heed)
            self._note()

    def _note(self) -> None:
        """Let the others' scrapes see how this worker stands."""
        assert self._loop is not None
        assert self._worker is not None
        if self._loop.time() >= self._noted_at + NOTE_EVERY_S:
            self._noted_at = self._loop.time()
            self._worker.note_gauges()


def serve_requests(worker_id: int, process_name: str | None, work: Work, *rest: Any) -> None:
    """The life of a worker process."""
    work.slot = worker_id - 1
    MPServer._spawn_asgi_worker(worker_id, process_name, work, *rest)  # noqa: SLF001 - it has no other name
    work.finish()

"""One worker process of `callboard serve`: its start, its signals and its end."""

from __future__ import annotations

import asyncio
import signal
import sys
from pathlib import Path
from typing import Any

from granian.server import MPServer

from callboard.app import Worker, application  # before the fork: workers share the imported modules
from callboard.collector import tune_collector
from callboard.errors import CallboardError
from callboard.http.metering import layout
from callboard.ingest.commit.shared import SharedWriter
from callboard.ingest.parent_death import exit_with_parent
from callboard.settings import Settings
from callboard.telemetry.meter import Meter

CHECK_STOP_EVERY_S = 0.05
"""Seconds between two checks for a pending SIGTERM."""
NOTE_EVERY_S = 1.0
"""Seconds between two writes of a worker's gauges."""


class Work:
    """The work of a worker process; created in the main process, called in the worker after the fork.

    Granian loses a SIGTERM that arrives before it serves, and on a second one it drops the requests under
    way. So a worker blocks SIGTERM from its first moment, and lets exactly one through once it serves.
    """

    def __init__(self, settings: Settings, watcher: int, counts: Path, writer: SharedWriter) -> None:
        """`watcher` is the pid of the main process, `counts` the file with the counters of all workers,
        `writer` what writes for all of them.
        """
        self.slot = 0
        """This worker's place in that file; set before the call."""
        self._settings = settings
        self._watcher = watcher
        self._counts = counts
        self._writer = writer
        self._noted_at = 0.0
        self._worker: Worker | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    def __call__(self) -> Worker:
        """The application to serve. The event loop is set, but does not run yet."""
        # Ctrl-C and a closing terminal reach every process of the group. Only the main process acts on
        # them, and sends SIGTERM to its workers.
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM, signal.SIGINT, signal.SIGHUP})
        # If the main process is killed, nobody would stop this worker: it ends with it.
        exit_with_parent(self._watcher)
        try:
            meter = Meter.shared(layout(), self._counts, self.slot)
            meter.begin()
            self._worker = application(self._settings, meter, self._writer)
        except CallboardError as error:
            print(f"Error: {error.message}", file=sys.stderr)
            sys.exit(1)
        self._worker.start()
        tune_collector()
        self._loop = asyncio.get_event_loop()
        # First runs when the loop runs: Granian has installed its signal handlers by then.
        self._loop.call_soon(self._check_stop)
        return self._worker

    def finish(self) -> None:
        """Write what was accepted and close the store. Called after the server: no request is open."""
        assert self._loop is not None
        assert self._worker is not None
        self._loop.run_until_complete(self._worker.close())

    def _check_stop(self) -> None:
        """Check for a SIGTERM that is blocked and pending; let one through, and then no other."""
        if signal.SIGTERM in signal.sigpending():
            assert self._worker is not None
            # Streams first: Granian waits for open answers, and a stream would not end by itself.
            self._worker.end_streams()
            # The pending signal is delivered before the first call returns; further ones stay blocked, and
            # without `call_later` this check does not run again.
            signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM})
            signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
        else:
            assert self._loop is not None
            self._loop.call_later(CHECK_STOP_EVERY_S, self._check_stop)
            self._note()

    def _note(self) -> None:
        """Write this worker's gauges to the shared file, for scrapes that reach another worker."""
        assert self._loop is not None
        assert self._worker is not None
        if self._loop.time() >= self._noted_at + NOTE_EVERY_S:
            self._noted_at = self._loop.time()
            self._worker.note_gauges()


def serve_requests(worker_id: int, process_name: str | None, work: Work, *rest: Any) -> None:
    """Entry point of a worker process: serve, then finish."""
    work.slot = worker_id - 1  # Granian counts workers from 1
    MPServer._spawn_asgi_worker(worker_id, process_name, work, *rest)  # noqa: SLF001 - not public in Granian
    work.finish()

"""Beside the workers of `callboard serve`: the process that writes for all of them, kept running."""

from __future__ import annotations

import logging
import signal
import subprocess
import threading
import time
from typing import Final

from callboard.app import begin_writer
from callboard.cli.forking import starting
from callboard.ingest.commit.shared import SharedWriter

log = logging.getLogger(__name__)

RESTART_INTERVAL_S: Final = 1.0
"""A writer that ended is replaced at once, but at most once in this time."""
CHECK_EVERY_S: Final = 0.05
"""Seconds between two checks whether it has ended."""
STOP_S: Final = 5.0
"""How long it has to end once the last worker has: it has nothing left to write then."""


class Writing:
    """Starts one writer after the other, from a thread of the main process."""

    def __init__(self) -> None:
        self.shared = SharedWriter()
        self._stopping = threading.Event()
        # It outlives each writer: the system kills a writer when the thread that started it ends.
        self._thread = threading.Thread(target=self._run, name="callboard-writing", daemon=True)

    def start(self) -> None:
        """Start the first one. Call it once."""
        self._thread.start()

    def end(self) -> None:
        """Wait until it has ended. Called when the workers have."""
        self.shared.end()
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join(STOP_S + 1)
        if not self._thread.is_alive():
            self.shared.close()

    def _run(self) -> None:
        # Inherited by the writer, until it ignores them; the main thread gets them.
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM, signal.SIGINT, signal.SIGHUP})
        while not self._stopping.is_set():
            began_at = time.monotonic()
            try:
                with starting():
                    process = begin_writer(self.shared.door)
            except OSError as error:  # no more processes: tried again
                log.error("no writer can be started: %s", error)
            else:
                self._attend(process, began_at)
            self._stopping.wait(max(0.0, began_at + RESTART_INTERVAL_S - time.monotonic()))

    def _attend(self, process: subprocess.Popen[bytes], began_at: float) -> None:
        """Wait for its end, and bring it about when a worker says that it hangs."""
        while process.poll() is None and not self._stopping.is_set():
            since = self.shared.hung_since(CHECK_EVERY_S)
            # A worker that waited for one that was replaced meanwhile does not mean this one.
            if since is not None and began_at <= since:
                process.kill()
        if not self._stopping.is_set():
            log.error("the writer ended; it is replaced")
            return
        try:
            process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            process.kill()

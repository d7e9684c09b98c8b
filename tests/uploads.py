"""The work on an uploaded file, on a thread of this process."""

from __future__ import annotations

import subprocess
import threading
from collections.abc import Callable


class OnAThread:
    """Stands where a process of `callboard.importing` does."""

    def __init__(self, work: Callable[[], object]) -> None:
        self._work = work
        self._ended = 1
        self._thread = threading.Thread(target=self._run, name="callboard-import", daemon=True)
        self._thread.start()

    def _run(self) -> None:
        self._work()
        self._ended = 0

    def wait(self, timeout: float | None = None) -> int:
        self._thread.join(timeout)
        if self._thread.is_alive():
            raise subprocess.TimeoutExpired("the work on an upload", timeout or 0.0)
        return self._ended

    def kill(self) -> None:
        """A thread cannot be ended from outside."""

"""Beside the workers of `callboard serve`: a process of its own looks for lost ends, every so often."""

from __future__ import annotations

import os
import subprocess
import threading
from contextlib import suppress
from typing import Final

import msgspec

from callboard.cli.forking import starting
from callboard.isolation import child_command
from callboard.settings import Settings

FIRST_AFTER_S: Final = 60.0
"""The first time is this long after the start, if not sooner is due: a start has other work."""
STOP_S: Final = 5.0
"""How long the process has to end when the server does; then it is killed."""


class Periodic:
    """Starts one process after the other, from a thread of the main process."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="callboard-reconcile", daemon=True)

    def start(self) -> None:
        """Begin, if it is to be done at all."""
        if self._settings.reconcile_every:
            self._thread.start()

    def end(self) -> None:
        """Begin nothing more, and end what is under way, while the workers answer what they have."""
        self._stop.set()

    def wait(self) -> None:
        """Wait until nothing is under way."""
        if self._thread.is_alive():
            self._thread.join(STOP_S + 1)

    def _run(self) -> None:
        wait_s = min(FIRST_AFTER_S, self._settings.reconcile_every)
        while not self._stop.wait(wait_s):
            wait_s = self._settings.reconcile_every
            with suppress(OSError):  # no more processes: the next time, perhaps
                self._attend(_begin(self._settings))

    def _attend(self, process: subprocess.Popen[bytes]) -> None:
        """Wait for its end, or end it with the server."""
        while process.poll() is None:
            if not self._stop.wait(0.2):
                continue
            process.terminate()
            try:
                process.wait(STOP_S)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _begin(settings: Settings) -> subprocess.Popen[bytes]:
    """Start a process. What it needs is not loaded here: this one supervises, and stays small. Raises
    `OSError`.
    """
    with starting():
        process = subprocess.Popen(  # noqa: S603 - this very program
            child_command("callboard.reconciling", str(os.getpid())),
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
        )
    assert process.stdin is not None
    with process.stdin as stdin:
        stdin.write(msgspec.msgpack.encode(settings))
    return process

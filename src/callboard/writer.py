"""The process that writes: it commits the batches which the workers of a machine accept.

Started with two arguments, FD PID: the socket through which workers come (`ingest/commit/handover.py`), and
the pid of the process that started it. It ends when that socket and all workers have closed, and is killed
when that process dies. It ignores signals to the process group: the workers handle them, and may still have
accepted events to write.
"""

from __future__ import annotations

import logging.config
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from callboard.collector import tune_collector
from callboard.http.masking import logging_config
from callboard.ingest.commit.handover import hand_over, handover
from callboard.ingest.commit.process import OwnProcess
from callboard.ingest.commit.server import serve
from callboard.ingest.parent_death import exit_with_parent
from callboard.isolation import child_command
from callboard.settings import Settings
from callboard.store.interface import Store
from callboard.store.open import open_store


def begin(door: socket.socket) -> subprocess.Popen[bytes]:
    """Start a writer for the workers that come through this door. Raises `OSError`."""
    return subprocess.Popen(  # noqa: S603 - this very program
        child_command("callboard.writer", str(door.fileno()), str(os.getpid())),
        pass_fds=(door.fileno(),),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
    )


def begin_own(batches: socket.socket, questions: socket.socket) -> OwnProcess:
    """Start a writer for this worker alone, with its ends of two sockets. See `StartWriter`."""
    outside, inside = handover()
    with outside, inside:
        hand_over(outside, batches, questions)
        return OwnProcess(begin(inside))


@contextmanager
def opened(settings: Settings) -> Iterator[Store]:
    """The store, open while workers are served. Raises `StoreError`."""
    logging.config.dictConfig({"version": 1, **logging_config(settings.log_level)})
    store = open_store(settings)
    try:
        tune_collector()
        yield store
    finally:
        store.close()


def main() -> None:
    """Serve until the last worker is gone."""
    for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(each, signal.SIG_IGN)
    door, parent = sys.argv[1:3]
    exit_with_parent(int(parent))
    with socket.socket(fileno=int(door)) as workers:
        serve(workers, opened)


if __name__ == "__main__":
    main()

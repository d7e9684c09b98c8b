"""The writer of one worker: a process that commits the batches which the worker accepts.

Started with four arguments, FD FD PID IDENTITY: a socket that carries its settings first and batches after
them, a socket for questions about its current activity, the pid of the worker, and the identity of the
worker's store. It ends when the worker closes the sockets, and is killed when the worker dies. It ignores
signals to the process group: the worker handles them, and may still have accepted events to write.
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
from functools import partial

from callboard.collector import tune_collector
from callboard.errors import StoreReplacedError
from callboard.http.masking import logging_config
from callboard.ingest.commit.server import serve
from callboard.ingest.parent_death import exit_with_parent
from callboard.isolation import child_command
from callboard.settings import Settings
from callboard.store.interface import Store
from callboard.store.open import open_store


def begin(batches: socket.socket, questions: socket.socket, identity: str) -> subprocess.Popen[bytes]:
    """Start a writer with this end of two sockets, for the store with this identity."""
    ends = batches.fileno(), questions.fileno()
    return subprocess.Popen(  # noqa: S603 - this very program
        child_command("callboard.writer", *map(str, ends), str(os.getpid()), identity),
        pass_fds=ends,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
    )


@contextmanager
def opened(settings: Settings, identity: str) -> Iterator[Store]:
    """The store, open while the worker is served. Raises `StoreError`, also if its file or database is not
    the one that the worker has open: ids of spaces that the worker looked up would belong to another store.
    """
    logging.config.dictConfig({"version": 1, **logging_config(settings.log_level)})
    store = open_store(settings)
    try:
        if store.identity != identity:
            raise StoreReplacedError
        tune_collector()
        yield store
    finally:
        store.close()


def main() -> None:
    """Serve one worker until it hangs up."""
    for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(each, signal.SIG_IGN)
    batches, questions, parent, identity = sys.argv[1:5]
    exit_with_parent(int(parent))
    with socket.socket(fileno=int(batches)) as worker, socket.socket(fileno=int(questions)) as asking:
        serve(worker, asking, partial(opened, identity=identity))


if __name__ == "__main__":
    main()

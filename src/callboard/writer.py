"""The writer of one worker: a process that commits what the worker takes in, put together from settings.

Started with four arguments, FD FD PID IDENTITY: one end of a socket by which its settings come
first and batches after, one of a socket by which it is asked what it is at, the worker, and which store that
has open. It ends when the worker hangs up, and is killed when the worker dies: signals to a whole group are
the worker's to obey, and it may still have to write what was accepted.
"""

from __future__ import annotations

import gc
import logging.config
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

from callboard.errors import StoreReplacedError
from callboard.http.masking import logging_config
from callboard.ingest.commit.server import serve
from callboard.ingest.parent_death import exit_with_parent
from callboard.isolation import child_command
from callboard.settings import Settings
from callboard.store.interface import Store
from callboard.store.open import open_store


def begin(batches: socket.socket, questions: socket.socket, identity: str) -> subprocess.Popen[bytes]:
    """Start a writer at this end of two sockets, for the store of this identity."""
    ends = batches.fileno(), questions.fileno()
    return subprocess.Popen(  # noqa: S603 - this very program
        child_command("callboard.writer", *map(str, ends), str(os.getpid()), identity),
        pass_fds=ends,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
    )


@contextmanager
def opened(settings: Settings, identity: str) -> Iterator[Store]:
    """The store, for as long as the worker is served. Raises `StoreError`, also when it is not the store that
    the worker has open: what the worker found out of a token or a space would be said of another's.
    """
    logging.config.dictConfig({"version": 1, **logging_config(settings.log_level)})
    store = open_store(settings)
    try:
        if store.identity != identity:
            raise StoreReplacedError
        # What is there now lives to the end: the garbage collector need not look at it again and again.
        gc.freeze()
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

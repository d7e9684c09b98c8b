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
import threading
import time
from functools import partial

from callboard.errors import CallboardError, StoreReplacedError
from callboard.http.masking import logging_config
from callboard.ingest.commit import pulse
from callboard.ingest.commit.protocol import HEAD, results_frame, settings_of
from callboard.ingest.commit.server import write
from callboard.ingest.orphans import die_with
from callboard.isolation import child_command
from callboard.settings import Settings
from callboard.store.interface import Doing
from callboard.store.open import open_store
from callboard.store.sql.store import SqlStore


def begin(batches: socket.socket, questions: socket.socket, identity: str) -> subprocess.Popen[bytes]:
    """Start a writer at this end of two sockets, for the store of this identity."""
    ends = batches.fileno(), questions.fileno()
    return subprocess.Popen(  # noqa: S603 - this very program
        child_command("callboard.writer", *map(str, ends), str(os.getpid()), identity),
        pass_fds=ends,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
    )


class Opening:
    """A store that is being opened, and then is there."""

    def __init__(self) -> None:
        self._began = time.monotonic()
        self._store: SqlStore | None = None

    def open(self, settings: Settings, identity: str) -> SqlStore:
        """Raises `StoreError`, also when it is not the store that the worker has open: what the worker found
        out of a token or a space would be said of another's.
        """
        store = open_store(settings)
        if store.identity != identity:
            store.close()
            raise StoreReplacedError
        self._store = store
        return store

    def doing(self) -> Doing:
        return ("opening", self._began) if self._store is None else self._store.doing


def main() -> None:
    """Serve one worker until it hangs up."""
    for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(each, signal.SIG_IGN)
    batches, questions, parent, identity = sys.argv[1:5]
    die_with(int(parent))
    with socket.socket(fileno=int(batches)) as worker, socket.socket(fileno=int(questions)) as asking:
        length = HEAD.unpack(worker.recv(HEAD.size, socket.MSG_WAITALL))[0]
        settings = settings_of(worker.recv(length, socket.MSG_WAITALL))
        logging.config.dictConfig({"version": 1, **logging_config(settings.log_level)})
        opening = Opening()
        answer = partial(pulse.answer, asking, opening.doing)
        threading.Thread(target=answer, name="callboard-pulse", daemon=True).start()
        try:
            store = opening.open(settings, identity)
        except CallboardError as error:
            logging.getLogger("callboard.writer").error("the writer cannot open the store: %s", error.message)
            worker.sendall(results_frame([error]))
            return
        gc.freeze()
        try:
            worker.sendall(results_frame([]))
            write(store, worker, settings.commit_events, settings.lock_timeout_ms / 1000)
        except ConnectionError:
            pass  # the worker has hung up: nobody waits for an answer
        finally:
            store.close()


if __name__ == "__main__":
    main()

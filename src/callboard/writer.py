"""The writer of one worker: a process that commits what the worker takes in, put together from settings.

Started with one argument, the file number of one end of a socket, by which its settings come first. It ends
when the worker hangs up, and only then: signals to a whole group are the worker's to obey, and it may still
have to write what was accepted.
"""

from __future__ import annotations

import gc
import logging.config
import signal
import socket
import subprocess
import sys

from callboard.errors import CallboardError
from callboard.http.masking import logging_config
from callboard.ingest.frames import HEAD, settings_of
from callboard.ingest.writing import write
from callboard.isolation import child_command
from callboard.store.open import open_store


def begin(end: socket.socket) -> subprocess.Popen[bytes]:
    """Start a writer at this end of a socket."""
    return subprocess.Popen(  # noqa: S603 - this very program
        child_command("callboard.writer", str(end.fileno())),
        pass_fds=[end.fileno()],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
    )


def main() -> None:
    """Serve one worker until it hangs up."""
    for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(each, signal.SIG_IGN)
    with socket.socket(fileno=int(sys.argv[1])) as worker:
        length = HEAD.unpack(worker.recv(HEAD.size, socket.MSG_WAITALL))[0]
        settings = settings_of(worker.recv(length, socket.MSG_WAITALL))
        logging.config.dictConfig({"version": 1, **logging_config(settings.log_level)})
        try:
            store = open_store(settings)
        except CallboardError as error:
            logging.getLogger("callboard.writer").error("the writer cannot open the store: %s", error.message)
            return
        gc.freeze()
        try:
            write(store, worker, settings.commit_events)
        finally:
            store.close()


if __name__ == "__main__":
    main()

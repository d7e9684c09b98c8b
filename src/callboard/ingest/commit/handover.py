"""Hands sockets to a writer: a worker keeps one end of each pair, the writer gets the other.

The ends travel over a socket that the main process makes before its workers, as one byte with two file
descriptors (SCM_RIGHTS, unix(7)). Nothing in the file system names it, so that no other program can reach a
writer. What no writer has taken waits in that socket for the next one.
"""

from __future__ import annotations

import socket
from contextlib import ExitStack

_FILES = 2
"""Of a message: a socket for batches, and one for health requests."""


def handover() -> tuple[socket.socket, socket.socket]:
    """The workers' end and the writer's. When all copies of the workers' end are closed, the writer has had
    its last worker.
    """
    return socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)


def hand_over(door: socket.socket, batches: socket.socket, questions: socket.socket) -> None:
    """Send these two sockets; the caller then closes its copies. Raises `OSError` when too many wait."""
    socket.send_fds(door, [b"w"], [batches.fileno(), questions.fileno()], socket.MSG_DONTWAIT)


def take(door: socket.socket) -> tuple[socket.socket, socket.socket] | None:
    """The next two sockets, waiting for them; None when there will be no more."""
    message, files, _, _ = socket.recv_fds(door, 1, _FILES)
    if not message:
        return None
    with ExitStack() as taken:
        ends = [taken.enter_context(socket.socket(fileno=file)) for file in files]
        if len(ends) != _FILES:  # this process has too many files open
            raise OSError("a worker's sockets were cut off")
        taken.pop_all()
    return ends[0], ends[1]

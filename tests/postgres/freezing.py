"""Nodes of a cluster that are stopped in their tracks."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from tests import cluster


@contextmanager
def frozen() -> Iterator[str]:
    """One of the nodes is stopped in its tracks: it takes connections, and says nothing. Its name."""
    ask = "SELECT split_part(pg_read_file('postmaster.pid'), E'\\n', 1)"
    host, port, _, pid = cluster.asked(cluster.citus(), f"SELECT * FROM run_command_on_workers($${ask}$$)")[0]
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    pids = [int(pid), *map(int, children)]
    for each in pids:
        os.kill(each, signal.SIGSTOP)
    try:
        yield f"{host}:{port}"
    finally:
        for each in reversed(pids):
            with suppress(ProcessLookupError):
                os.kill(each, signal.SIGCONT)

"""What may happen to a node of a cluster: it is stopped in its tracks, stopped, killed, started again."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import psycopg

from tests import cluster

_ABOUT = (
    "SELECT split_part(pg_read_file('postmaster.pid'), E'\\n', 1) || ' ' || current_setting('data_directory')"
)


class Node:
    """One node with shards, of a cluster of this machine."""

    def __init__(self, host: str, port: int, pid: int, data: Path) -> None:
        self.name = f"{host}:{port}"
        self._host, self._port = host, port
        self._url = f"postgresql://callboard@{host}:{port}/"
        self._pid = pid
        self._data = data

    @contextmanager
    def frozen(self) -> Iterator[None]:
        """It takes connections, and says nothing."""
        children = Path(f"/proc/{self._pid}/task/{self._pid}/children").read_text().split()
        pids = [self._pid, *map(int, children)]
        for each in pids:
            os.kill(each, signal.SIGSTOP)
        try:
            yield
        finally:
            for each in reversed(pids):
                with suppress(ProcessLookupError):
                    os.kill(each, signal.SIGCONT)

    @contextmanager
    def stopped(self, how: str) -> Iterator[None]:
        """It refuses connections: stopped `fast` or `immediate`, or killed without a word."""
        if how == "kill":
            os.kill(self._pid, signal.SIGKILL)
        else:
            self._pg_ctl("stop", "-m", how)
        try:
            yield
        finally:
            self.start()

    def start(self) -> None:
        """Start it; returns when it answers."""
        deadline = time.monotonic() + 60
        while not self._pg_ctl("start", "-l", self._data.with_suffix(".log")):
            assert time.monotonic() < deadline  # what a kill left is not gone yet
            time.sleep(0.2)
        self._pid = int((self._data / "postmaster.pid").read_text().split()[0])

    def end_backends(self) -> None:
        """An administrator ends all connections to it."""
        self.ask(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()",
        )

    @contextmanager
    def weakened(self) -> Iterator[None]:
        """By its own settings a commit there does not wait for the disk; what it had not written is lost."""
        self.ask("ALTER SYSTEM SET synchronous_commit = 'off'")
        self.ask("ALTER SYSTEM SET wal_writer_delay = '10s'")
        self.ask("SELECT pg_reload_conf()")
        try:
            yield
            with self.stopped("kill"):
                pass
        finally:
            self.ask("ALTER SYSTEM RESET synchronous_commit")
            self.ask("ALTER SYSTEM RESET wal_writer_delay")
            self.ask("SELECT pg_reload_conf()")

    @contextmanager
    def drained(self) -> Iterator[None]:
        """All its shards go to other nodes, and some come back."""
        where = f"'{self._host}', {self._port}"
        drain = f"SELECT citus_drain_node({where})"
        cluster.asked(cluster.citus(), drain)
        try:
            yield
        finally:
            cluster.asked(
                cluster.citus(), f"SELECT citus_set_node_property({where}, 'shouldhaveshards', true)"
            )
            cluster.asked(cluster.citus(), "SELECT rebalance_table_shards()")

    def ask(self, sql: str) -> None:
        """Have it carry out a statement."""
        cluster.asked(self._url + "postgres", sql)

    def _pg_ctl(self, what: str, *options: str | Path) -> bool:
        binaries = cluster.binaries()
        assert binaries is not None
        owner = self._data.stat()
        user: dict[str, Any] = {"user": owner.st_uid, "group": owner.st_gid, "extra_groups": []}
        done = subprocess.run(
            [binaries / "pg_ctl", what, "-D", self._data, "-w", "-t", "60", *options],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            check=False,
            cwd="/",
            **(user if os.geteuid() == 0 else {}),
        )
        return done.returncode == 0


def nodes() -> Sequence[Node]:
    """All with shards, apart from the coordinator."""
    found = cluster.asked(cluster.citus(), f"SELECT * FROM run_command_on_workers($${_ABOUT}$$)")
    made = []
    for host, port, done, about in found:
        assert done, about
        pid, data = about.split(" ", 1)
        made.append(Node(host, port, int(pid), Path(data)))
    return made


@contextmanager
def frozen() -> Iterator[str]:
    """One of the nodes is stopped in its tracks. Its name."""
    node = nodes()[0]
    with node.frozen():
        yield node.name


def wait_until_all_answer() -> None:
    """Until the coordinator reaches every node."""
    deadline = time.monotonic() + 60
    while True:
        with suppress(psycopg.Error):
            found = cluster.asked(cluster.citus(), "SELECT success FROM run_command_on_workers('SELECT 1')")
            if all(row[0] for row in found):
                return
        assert time.monotonic() < deadline
        time.sleep(0.1)

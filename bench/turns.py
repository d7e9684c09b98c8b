"""One side's turn of single events into PostgreSQL: rate, latency, CPU time and syncs of the log, of what is
started for this turn alone.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import Any

from msgspec import Struct

from bench import files, wrk
from bench.figures import spread
from bench.machine import tree_cpu_s
from callboard.ingest.uploads.queue import FIRST_SWEEP_S
from tests.acceptance.server import Server
from tests.cluster import Cluster

Running = AbstractContextManager[tuple[str, int]]
"""Starts a server; its URL, and the pid of the process whose children all others are. Stops it at the end."""

WARM_S = 1
QUIET_S = 0.2
"""A turn ends when server and database used at most `QUIET_CORES` for so long, at most `SETTLED_S` later."""
QUIET_CORES = 0.1
SETTLED_S = 5.0
COUNTED_S = 11.0
"""An idle connection of PostgreSQL reports what it counted after ten seconds."""


class Turn(Struct, frozen=True):
    """The figures of one turn."""

    run: wrk.Run
    server_cpu_ms: float
    """Milliseconds of CPU time an event, of all processes of the server."""
    database_cpu_ms: float
    """The same of PostgreSQL's."""
    wal_syncs: float
    """Syncs of PostgreSQL's log for a thousand events."""

    @property
    def cpu_ms(self) -> float:
        """CPU time an event of both."""
        return self.server_cpu_ms + self.database_cpu_ms


@contextmanager
def callboard(url: str, workers: int = 1) -> Iterator[tuple[str, int]]:
    """`callboard serve` on a database."""
    with Server(url, workers=workers, log=files.folder() / "turns.log") as server:
        # Its first sweep commits for each organization, which is an hour's work: a turn begins after it.
        time.sleep(FIRST_SWEEP_S)
        _settle(server.pid)
        time.sleep(COUNTED_S)
        yield server.url, server.pid


def turn(databases: Sequence[Cluster], running: Running, plan: str, seconds: int) -> Turn:
    """Start the server, which uses these servers of PostgreSQL (several: a cluster), send single events by 32
    clients for so long, and stop it. Its CPU time is counted until it is quiet: what it puts off until after
    its answers is its work as well.
    """
    pids = [each.pid for each in databases]
    with running as (url, pid):
        syncs = sum(map(wal_syncs, databases))
        warm = _send(url, plan, WARM_S)
        _settle(pid, *pids)
        before = tree_cpu_s(pid), sum(map(tree_cpu_s, pids))
        run = _send(url, plan, seconds)
        _settle(pid, *pids)
        server, theirs = tree_cpu_s(pid) - before[0], sum(map(tree_cpu_s, pids)) - before[1]
    # A process of the database counts its syncs at the latest when its connection is closed.
    synced = sum(map(wal_syncs, databases)) - syncs
    return Turn(
        run,
        server_cpu_ms=1000 * server / run.requests,
        database_cpu_ms=1000 * theirs / run.requests,
        wal_syncs=1000 * synced / (warm.requests + run.requests),
    )


def wal_syncs(database: Cluster) -> int:
    """How often PostgreSQL synced its log so far."""
    # Version 18 counts them with all other input and output.
    counted = (
        "SELECT sum(fsyncs)::BIGINT FROM pg_stat_io WHERE object = 'wal'"
        if database.ask("SELECT current_setting('server_version_num')::INT >= 180000")[0][0]
        else "SELECT wal_sync FROM pg_stat_wal"
    )
    return int(database.ask(counted)[0][0])


def shown(turns: Sequence[Turn]) -> dict[str, Any]:
    """The spread of a side's figures, for the results."""
    return {
        "requests_per_s": spread([each.run.rate for each in turns]),
        "p50_ms": spread([each.run.p50_ms for each in turns]),
        "p99_ms": spread([each.run.p99_ms for each in turns]),
        "longest_ms": spread([each.run.max_ms for each in turns]),
        "cpu_ms_an_event": spread([each.cpu_ms for each in turns]),
        "server_cpu_ms_an_event": spread([each.server_cpu_ms for each in turns]),
        "database_cpu_ms_an_event": spread([each.database_cpu_ms for each in turns]),
        "wal_syncs_per_1000_events": spread([each.wal_syncs for each in turns]),
    }


def _send(url: str, plan: str, seconds: int) -> wrk.Run:
    return wrk.run(url, "events", plan, f"e-{time.time_ns():x}", seconds=seconds)


def _settle(*pids: int) -> None:
    deadline = time.monotonic() + SETTLED_S
    used = sum(map(tree_cpu_s, pids))
    while time.monotonic() < deadline:
        time.sleep(QUIET_S)
        before, used = used, sum(map(tree_cpu_s, pids))
        if used - before <= QUIET_CORES * QUIET_S:
            return

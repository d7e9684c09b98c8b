"""What benches make of their measurements. Whether they run is seen by `make bench ARGS=--short`."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

# A distributed source has no benches.
citus, machine, turns, workers, wrk = (
    pytest.importorskip(f"bench.{name}") for name in ("citus", "machine", "turns", "workers", "wrk")
)


def turn(rate: float, *, cpu_ms: float = 1, wal_syncs: float = 100, longest_ms: float = 20) -> Any:
    run = wrk.Run(requests=int(rate), seconds=1, p50_ms=10, p99_ms=15, max_ms=longest_ms, errors=0)
    return turns.Turn(run, server_cpu_ms=cpu_ms / 2, database_cpu_ms=cpu_ms / 2, wal_syncs=wal_syncs)


BURN = "sum(range(6_000_000)); import os; print(sum(os.times()[:2]), flush=True)"
"""Uses some CPU time, and says how much."""
STAYS = BURN + "; print(flush=True); input()"
START = "import subprocess, sys; subprocess.run([sys.executable, '-c', {0!r}])"
ENDED = START.format(BURN) + "; print(flush=True); input()"
RUNNING = START.format(STAYS)


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="reads Linux's /proc")
@pytest.mark.parametrize("program", [ENDED, RUNNING], ids=["ended", "running"])
def test_cpu_time_of_a_process_has_that_of_all_it_started(program: str) -> None:
    """A connection to PostgreSQL that is closed takes its process along, and not the time that it used."""
    with subprocess.Popen(
        [sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        used = float(process.stdout.readline())
        process.stdout.readline()
        of_tree, alone = machine.tree_cpu_s(process.pid), machine.cpu_s(process.pid)
        process.communicate("\n")
    assert of_tree - alone >= used - 2 / machine.TICKS


def test_targets_compare_rounds_and_name_what_is_missed() -> None:
    even = {count: [turn(1000), turn(500)] for count in workers.WORKERS}
    of = {load: dict(even) for load in workers.LOADS}
    assert all(each["met"] for each in workers.targets(of))
    # Slower, dearer, with a long wait, and with a sync for each event of other organizations.
    of[workers.MANY][4] = [
        turn(400, cpu_ms=2, wal_syncs=900, longest_ms=80),
        turn(400, cpu_ms=2, wal_syncs=900),
    ]
    missed = {each["what"]: each["figure"] for each in workers.targets(of) if not each["met"]}
    assert missed == {
        "200 organizations: rate, 4 workers / 1 worker": 0.6,
        "200 organizations: CPU time an event, 4 workers / 1 worker": 2,
        "200 organizations: longest wait with 4 workers / median": 8,
        "4 workers: log syncs for 1,000 events, 200 organizations / one": 9,
    }


def test_a_cluster_is_compared_within_the_rounds() -> None:
    """Not by the medians of its sides: a round that the machine slowed down slowed both."""
    batches = {
        citus.CITUS: [citus.Batches(800, 1, 1), citus.Batches(90, 1, 1)],
        citus.ALONE: [citus.Batches(1000, 1, 1), citus.Batches(100, 1, 1)],
    }
    singles = {"1 organization": {citus.CITUS: [turn(400)] * 2, citus.ALONE: [turn(1000)] * 2}}
    reads = {1: [turn(4000).run, turn(400).run], 1_000: [turn(2400).run, turn(240).run]}
    found = citus.targets(reads, singles, batches)
    assert [(each["figure"], each["met"]) for each in found] == [(0.6, True), (0.4, False), (0.85, True)]


def test_the_peer_is_compared_at_its_fastest() -> None:
    pytest.importorskip("asyncpg", reason="what benches compare with is not installed: make bench")
    singles = pytest.importorskip("bench.peers.singles")
    slow, fast, other = singles.Way("one", 1, 8), singles.Way("one", 2, 32), singles.Way("statements", 1, 8)
    tried = {slow: [900, 100, 110], fast: [400, 500, 300], other: [9_000]}
    assert singles.fastest(tried, "one") == fast


def test_each_side_comes_first_in_turn() -> None:
    pytest.importorskip("asyncpg", reason="what benches compare with is not installed: make bench")
    singles = pytest.importorskip("bench.peers.singles")
    sides = {"a": 1, "b": 2, "c": 3}
    orders = [[name for name, _ in singles.in_turn(sides, number)] for number in range(3)]
    assert sorted(zip(*orders, strict=True)) == [("a", "b", "c"), ("b", "c", "a"), ("c", "a", "b")]

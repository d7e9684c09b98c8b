"""Single events into PostgreSQL beside FastAPI with asyncpg (`fastapi_events.py`), on the same server.

Each side has a database of its own with the same organizations, and runs alone, by turns. The peer first
shows, for each of its two ways, with how many workers and connections it is fastest here: that one is
measured.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import product
from pathlib import Path
from typing import Any
from urllib.request import urlopen

from msgspec import Struct

from bench import tenants, wrk
from bench.figures import ratios, spread, target, write
from bench.machine import sync_ms
from bench.peers import fastapi_events
from bench.postgres_server import cluster
from bench.server import free_port
from bench.turns import Turn, callboard, shown, turn
from tests.cluster import Cluster

LOADS = {"1 organization": (1, 50), "200 organizations": (200, 1)}
"""Organizations, and spaces of each."""
WORKERS = (1, 2)
POOLS = (8, 16, 32)
OURS = "callboard"


class Way(Struct, frozen=True):
    """The peer in one of its ways."""

    way: str
    workers: int
    pool: int


class Load(Struct, frozen=True):
    """The databases of both sides with the same organizations."""

    ours: str
    theirs: str
    plan: str


def measure(*, short: bool) -> None:
    """Take the figures."""
    if wrk.missing():
        return
    tries, rounds, seconds = (1, 3, 3) if short else (3, 7, 5)
    figures: dict[str, Any] = {}
    targets: list[dict[str, Any]] = []
    syncs: list[float] = []
    with cluster() as made:
        for number, (name, (organizations, spaces)) in enumerate(LOADS.items()):
            of = _load(made, number, organizations, spaces)
            tried = {each: _tried(made, of, each, tries) for each in _ways()}
            best = {way: fastest(tried, way) for way in fastapi_events.WAYS}
            turns: dict[str, list[Turn]] = {}
            for _ in range(rounds):
                syncs.append(sync_ms())
                for side, running in in_turn(_sides(of, best), len(syncs)):
                    turns.setdefault(side, []).append(turn([made], running(), of.plan, seconds))
            _check(made, of, turns)
            figures[name] = {
                "fastest": best,
                "tried": [{"of": each, "requests_per_s": rates} for each, rates in tried.items()],
                **compared(turns),
                "all_rounds": turns,
            }
            targets += _targets(name, figures[name]["callboard_to"])
    write(
        "peers",
        "POST spaces/{space}/events/ with one event each on PostgreSQL, wrk -t1 -c32, one worker, beside "
        "FastAPI with asyncpg that keeps event, row and counter in one transaction, on the same server: into "
        "50 spaces of one organization, and into 200 organizations of one space",
        short=short,
        targets=targets,
        loads=figures,
        disk_sync_ms=spread(syncs),
    )


def fastest(tried: Mapping[Way, Sequence[float]], way: str) -> Way:
    """The number of workers and connections that takes most events a second, by the median of its tries."""
    return max((each for each in tried if each.way == way), key=lambda each: statistics.median(tried[each]))


def in_turn(sides: dict[str, Any], number: int) -> list[tuple[str, Any]]:
    """The sides in another order each round: each comes first, and last, equally often."""
    named = list(sides.items())
    at = number % len(named)
    return named[at:] + named[:at]


def compared(turns: Mapping[str, Sequence[Turn]]) -> dict[str, Any]:
    """The figures of each side, and the ratios of ours to each other side's within the rounds."""
    ours = turns[OURS]
    return {
        "callboard_to": {
            side: {
                "rate": ratios([each.run.rate for each in ours], [each.run.rate for each in theirs]),
                "p99": ratios([each.run.p99_ms for each in ours], [each.run.p99_ms for each in theirs]),
                "cpu_an_event": ratios([each.cpu_ms for each in ours], [each.cpu_ms for each in theirs]),
            }
            for side, theirs in turns.items()
            if side != OURS
        },
        "sides": {side: shown(of) for side, of in turns.items()},
    }


def _targets(load: str, to: Mapping[str, Any]) -> list[dict[str, Any]]:
    found = []
    for side, ratio in to.items():
        rate, p99 = ratio["rate"]["median"], ratio["p99"]["median"]
        found += [
            target(f"{load}: events a second, Callboard / FastAPI by {side}", rate, at_least=1.5),
            target(f"{load}: p99, Callboard / FastAPI by {side}", p99, at_most=1),
        ]
    return found


def _ways() -> list[Way]:
    return [Way(*each) for each in product(fastapi_events.WAYS, WORKERS, POOLS)]


def _load(made: Cluster, number: int, organizations: int, spaces: int) -> Load:
    ours, found = tenants.store(made, f"ours_{number}", organizations, spaces)
    name = f"theirs_{number}"
    made.ask(f"CREATE DATABASE {name}")
    made.ask(fastapi_events.SCHEMA, name)
    fastapi_events.fill(made.url + name, [(each.secret, each.spaces) for each in found])
    made.ask("VACUUM ANALYZE", name)
    made.ask("VACUUM ANALYZE", f"ours_{number}")
    return Load(ours, made.url + name, tenants.plan(f"peers-{number}", found))


def _tried(made: Cluster, of: Load, way: Way, tries: int) -> list[float]:
    return [turn([made], fastapi(of.theirs, way), of.plan, 2).run.rate for _ in range(tries)]


def _sides(of: Load, best: Mapping[str, Way]) -> dict[str, Any]:
    """What starts each side, by its name."""
    return {
        OURS: lambda: callboard(of.ours),
        **{way: lambda each=each: fastapi(of.theirs, each) for way, each in best.items()},
    }


@contextmanager
def fastapi(url: str, way: Way) -> Iterator[tuple[str, int]]:
    """The peer on a database."""
    port = free_port()
    module = [sys.executable, "-m", "bench.peers.fastapi_events"]
    command = [*module, str(port), url, str(way.workers), str(way.pool), way.way]
    process = subprocess.Popen(command, cwd=Path(__file__).parents[2])
    base = f"http://127.0.0.1:{port}"
    try:
        _wait(base, process)
        yield base, process.pid
    finally:
        process.terminate()
        process.wait(30)


def _wait(base: str, process: subprocess.Popen[bytes]) -> None:
    for _ in range(300):
        if process.poll() is not None:
            break
        try:
            urlopen(f"{base}/openapi.json").close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise SystemExit("peers: FastAPI did not start")


def _check(made: Cluster, of: Load, turns: Mapping[str, Sequence[Turn]]) -> None:
    """Check that the peer's counters are right, and that both sides kept what they acknowledged."""
    name = of.theirs.rsplit("/", 1)[1]
    counted, recounted = (
        made.ask(each, name)[0] for each in (fastapi_events.COUNTERS, fastapi_events.RECOUNT)
    )
    if counted != recounted:
        raise SystemExit(f"peers: the counters of FastAPI are {counted}, a count of its rows {recounted}")
    answered = {side: sum(each.run.requests for each in of_side) for side, of_side in turns.items()}
    ours = made.ask("SELECT count(*) FROM call", of.ours.rsplit("/", 1)[1])[0][0]
    theirs = sum(requests for side, requests in answered.items() if side != OURS)
    if ours < answered[OURS] or recounted[0] < theirs:
        raise SystemExit(f"peers: {ours} and {recounted[0]} calls of {answered[OURS]} and {theirs} answered")

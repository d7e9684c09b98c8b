"""A Citus cluster of a coordinator and two nodes: what watching many organizations costs readers, and what
taking in events costs beside one PostgreSQL with the same settings.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack, closing
from typing import Any

import msgspec
import psycopg
from msgspec import Struct

from bench import files, tenants, wrk
from bench.figures import ratios, spread, target, write
from bench.ingest import EVENTS_A_REQUEST, send
from bench.machine import sync_ms
from bench.postgres_server import SETTINGS, cluster
from bench.server import Server
from bench.stream import SPACES, requests
from bench.turns import Turn, callboard, shown, turn
from callboard.store.postgres.store import PostgresStore
from tests.citus_cluster import CitusCluster, is_installed
from tests.citus_cluster import spread as place
from tests.cluster import Cluster

WATCHED = (1, 1_000)
"""Organizations whose readers come by turns."""
LOADS = {"1 organization": (1, 50), "200 organizations": (200, 1)}
"""Organizations, and spaces of each, of single events."""
CITUS, ALONE = "citus", "postgresql"
SIDES = (CITUS, ALONE)
WATCH_S = 3
"""Every organization is read several times in this time, before rates are taken."""

Turns = dict[str, list[Turn]]
"""Of single events, by side."""


class Batches(Struct, frozen=True):
    """A round of batches of one side."""

    events_per_s: float
    events_per_cpu_s: float
    p99_ms: float


def measure(*, short: bool) -> None:
    """Take the figures."""
    if wrk.missing():
        return
    if not is_installed():
        print("  left out: PostgreSQL with Citus is not installed")
        return
    rounds, seconds = (1, 3) if short else (7, 5)
    syncs: list[float] = []
    with CitusCluster(*SETTINGS) as spread_out, cluster() as alone:
        reads = _reads(spread_out, rounds, seconds, syncs)
        singles = {
            load: _singles(spread_out, alone, f"load_{number}", of, rounds, seconds)
            for number, (load, of) in enumerate(LOADS.items())
        }
        batches = _batches(spread_out, alone, rounds, 1 if short else 3)
    write(
        "citus",
        "a coordinator and two nodes of Citus, beside one PostgreSQL with the same settings, one worker: "
        "analytics of 1 and of 1,000 organizations in turn, wrk -t1 -c32; POST spaces/{space}/events/ with "
        "one event each, wrk -t1 -c32; and NDJSON of 1,000 events a request, 20 spaces, 4 clients",
        short=short,
        targets=targets(reads, singles, batches),
        reads={
            f"{count} organizations": {
                "requests_per_s": spread([each.rate for each in of]),
                "p50_ms": spread([each.p50_ms for each in of]),
                "p99_ms": spread([each.p99_ms for each in of]),
            }
            for count, of in reads.items()
        },
        singles={load: {side: shown(of) for side, of in sides.items()} for load, sides in singles.items()},
        batches={
            side: {name: spread([getattr(each, name) for each in of]) for name in Batches.__struct_fields__}
            for side, of in batches.items()
        },
        disk_sync_ms=spread(syncs),
        all_rounds={"reads": reads, "singles": singles, "batches": batches},
    )


def targets(
    reads: Mapping[int, Sequence[wrk.Run]],
    singles: Mapping[str, Mapping[str, Sequence[Turn]]],
    batches: Mapping[str, Sequence[Batches]],
) -> list[dict[str, Any]]:
    """What has to hold; each ratio is within a round."""
    one, many = WATCHED
    found = [
        target(
            f"analytics a second, {many:,} organizations watched / {one}",
            _ratio(reads[many], reads[one], lambda each: each.rate),
            at_least=0.5,
        )
    ]
    for load, sides in singles.items():
        rate = _ratio(sides[CITUS], sides[ALONE], lambda each: each.run.rate)
        found.append(target(f"{load}: single events a second, Citus / PostgreSQL", rate, at_least=0.5))
    rate = _ratio(batches[CITUS], batches[ALONE], lambda each: each.events_per_s)
    found.append(target("events a second in batches, Citus / PostgreSQL", rate, at_least=0.8))
    return found


def _ratio(ours: Sequence[Any], theirs: Sequence[Any], figure: Callable[[Any], float]) -> float:
    """The median of the rounds' ratios of a figure."""
    return ratios([figure(each) for each in ours], [figure(each) for each in theirs])["median"]


def _in_turn(sides: Sequence[Any], number: int) -> Sequence[Any]:
    """Each side comes first in every other round."""
    return sides if number % 2 == 0 else sides[::-1]


def _reads(of: CitusCluster, rounds: int, seconds: int, syncs: list[float]) -> dict[int, list[wrk.Run]]:
    """Runs of readers by how many organizations they read. Each has a server of its own, which watches no
    others.
    """
    url = of.new_database("reads")
    found = tenants.fill(url, max(WATCHED), 1)
    place(url)
    plans = {count: tenants.readers_plan(f"citus-{count}", found[:count]) for count in WATCHED}
    runs: dict[int, list[wrk.Run]] = {count: [] for count in WATCHED}
    for number in range(rounds):
        syncs.append(sync_ms())
        for count in _in_turn(WATCHED, number):
            with callboard(url) as (base, _):
                wrk.run(base, "watched", plans[count], seconds=WATCH_S)
                runs[count].append(wrk.run(base, "watched", plans[count], seconds=seconds))
    return runs


def _singles(
    spread_out: CitusCluster, alone: Cluster, name: str, of: tuple[int, int], rounds: int, seconds: int
) -> Turns:
    servers = {CITUS: spread_out.servers, ALONE: [alone]}
    urls = {CITUS: spread_out.new_database(name), ALONE: alone.url + name}
    alone.ask(f"CREATE DATABASE {name}")
    plans = {side: tenants.plan(f"citus-{name}-{side}", tenants.fill(url, *of)) for side, url in urls.items()}
    place(urls[CITUS])
    alone.ask("VACUUM ANALYZE", name)
    turns: Turns = {side: [] for side in SIDES}
    for number in range(rounds):
        for side in _in_turn(SIDES, number):
            turns[side].append(turn(servers[side], callboard(urls[side]), plans[side], seconds))
    for side, of_side in turns.items():
        answered = sum(each.run.requests for each in of_side)
        if (kept := _count(urls[side], "call")) < answered:
            raise SystemExit(f"citus: {side} has {kept} calls of {answered} answered")
    return turns


def _batches(spread_out: CitusCluster, alone: Cluster, rounds: int, a_round: int) -> dict[str, list[Batches]]:
    boards = {CITUS: _board(spread_out.new_database("batches"))}
    place(boards[CITUS].path)
    alone.ask("CREATE DATABASE batches")
    boards[ALONE] = _board(alone.url + "batches")
    found: dict[str, list[Batches]] = {side: [] for side in SIDES}
    stream = requests(a_round)
    with ExitStack() as running:
        servers = {
            side: running.enter_context(Server(board.path, twins=False)) for side, board in boards.items()
        }
        time.sleep(1)
        for number in range(rounds + 1):
            sent = next(stream)
            for side in _in_turn(SIDES, number):
                taken = send(servers[side], boards[side], sent)
                events = len(sent) * EVENTS_A_REQUEST
                cpu_s = max(taken["cpu_s"], 0.01)
                found[side].append(Batches(events / taken["seconds"], events / cpu_s, taken["p99_ms"]))
    counts = {
        side: (_count(board.path, "call"), _count(board.path, "event")) for side, board in boards.items()
    }
    if counts[CITUS] != counts[ALONE]:
        raise SystemExit(f"citus: the two sides kept different rows: {counts}")
    return {side: of[1:] for side, of in found.items()}  # the first round warms the caches of both


def _board(url: str) -> files.Board:
    with closing(PostgresStore(url, upgrade=True)) as store:
        return msgspec.structs.replace(files.begin(store, SPACES), path=url)


def _count(url: str, table: str) -> int:
    with psycopg.connect(url) as connection:
        row = connection.execute(f"SELECT count(*) FROM {table}".encode()).fetchone()
    return int(row[0]) if row is not None else 0

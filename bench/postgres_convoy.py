"""Lock wait on PostgreSQL: single events of one space, from several workers.

32 requests at once to one space, where every commit takes the same lock, by one, two and four workers; and
the same to 200 spaces of that organization, which share its lock.
"""

from __future__ import annotations

import time

import msgspec

from bench import files, wrk
from bench.figures import ratios, spread, target, write
from bench.machine import sync_ms
from bench.postgres_server import cluster, filled
from bench.server import PRODUCT
from tests.acceptance.server import Server

WORKERS = (1, 2, 4)
SECONDS = 3


def measure(*, short: bool) -> None:
    """Take the figures."""
    if wrk.missing():
        return
    rounds = 2 if short else 5
    board = files.board(10_000)
    one_space = msgspec.structs.replace(board, space_tokens=board.space_tokens[:1])
    runs: dict[str, list[wrk.Run]] = {}
    syncs: list[float] = []
    with cluster() as made:
        of = filled(made, board)
        plans = {}
        for name, request_paths in (("one space", one_space), ("200 spaces", board)):
            path = files.folder() / f"plan-{name.replace(' ', '-')}.txt"
            wrk.plan(request_paths).rename(path)
            plans[name] = str(path)
        servers = {
            count: Server(of.board.path, workers=count, log=files.folder() / "convoy.log")
            for count in WORKERS
        }
        for number in range(rounds + 1):
            syncs.append(sync_ms())
            for count, server in servers.items():
                # Only one server runs at a time: idle ones would keep connections open.
                with server:
                    for name, plan in plans.items():
                        ids = f"convoy-{time.time_ns():x}"
                        run = wrk.run(server.url, "singles", PRODUCT, plan, ids, seconds=SECONDS)
                        if number:
                            runs.setdefault(f"{name}, workers {count}", []).append(run)
    rate = {name: [each.rate for each in found] for name, found in runs.items()}
    four = ratios(rate["one space, workers 4"], rate["one space, workers 1"])
    apart = ratios(rate["one space, workers 4"], rate["200 spaces, workers 4"])
    write(
        "postgres_convoy",
        "POST spaces/{space}/events/ with one event each on PostgreSQL, wrk -t1 -c32, by 1, 2 and 4 workers: "
        "into one space, and into 200 spaces of the same organization; both cores shared by all of them",
        short=short,
        targets=[
            target("one space: 4 workers / 1 worker", four["median"], at_least=0.8),
            target("4 workers: one space / 200 spaces", apart["median"], at_least=0.8),
        ],
        requests_per_s={name: spread(values) for name, values in rate.items()},
        p99_ms={name: spread([each.p99_ms for each in found]) for name, found in runs.items()},
        disk_sync_ms=spread(syncs),
    )

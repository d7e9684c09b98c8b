"""Requests of a single event, 32 at once, beside a constant answer of the same server to the same POST."""

from __future__ import annotations

import time

import msgspec

from bench import files, wrk
from bench.figures import ratios, spread, target, write
from bench.machine import OtherLoad, sync_ms
from bench.server import CONSTANT, PRODUCT, Server

CALLS = 1_000_000
AT_ONCE = 32
SIDES = (("events", PRODUCT), ("constant", CONSTANT))


def measure(*, short: bool) -> None:
    """Take the figures."""
    if wrk.missing():
        return
    rounds, seconds = (3, 2) if short else (9, 4)
    of = files.copy(files.board(10_000 if short else CALLS), "singles")
    plan = str(wrk.plan(of))
    runs: dict[str, list[wrk.Run]] = {side: [] for side, _ in SIDES}
    cpu: dict[str, list[float]] = {side: [] for side, _ in SIDES}
    syncs = []
    with Server(of.path) as server:
        others = OtherLoad(*server.processes)
        for number in range(rounds + 1):
            syncs.append(sync_ms())
            for side, base in SIDES if number % 2 == 0 else SIDES[::-1]:
                before = server.cpu_s()
                ids = f"single-{time.time_ns():x}"
                run = wrk.run(server.url, "singles", base, plan, ids, seconds=seconds, connections=AT_ONCE)
                runs[side].append(run)
                cpu[side].append(run.requests / (server.cpu_s() - before))
        others_cores = others.cores()
    files.discard(of)
    rate = {side: [each.rate for each in of[1:]] for side, of in runs.items()}
    ratio = ratios(rate["events"], rate["constant"])
    # The bound of each round: what the constant answer allows, or what the disk allows, whichever is less.
    bounds = [
        min(0.25 * constant, 0.7 * AT_ONCE / (sync / 1000))
        for constant, sync in zip(rate["constant"], syncs[1:], strict=True)
    ]
    reached = ratios(rate["events"], bounds)
    # A wait that three constant answers and one sync have as well.
    p99 = {side: [each.p99_ms for each in of[1:]] for side, of in runs.items()}
    allowed = [3 * constant + sync for constant, sync in zip(p99["constant"], syncs[1:], strict=True)]
    slowest = ratios(p99["events"], allowed)
    write(
        "singles",
        "POST spaces/{space}/events/ with one event each, wrk -t1 -c32, to 200 spaces (Zipf) of a file of a "
        "million calls, one worker, beside a constant answer to the same POST from the same process",
        short=short,
        targets=[
            target(
                "events / the lesser of 0.25 of the constant answer and 0.7 x 32 / disk sync",
                reached["median"],
                at_least=1,
            ),
            target("events / constant", ratio["median"], at_least=0.25),
            target("p99 / (3 x that of the constant answer + 1 disk sync)", slowest["median"], at_most=1),
        ],
        ratio=ratio,
        to_bound=reached,
        p99_to_allowed=slowest,
        disk_bound_per_s=spread([0.7 * AT_ONCE / (sync / 1000) for sync in syncs[1:]]),
        requests_per_s={side: spread(of) for side, of in rate.items()},
        requests_per_cpu_s={side: spread(of[1:]) for side, of in cpu.items()},
        p99_ms={side: spread(of) for side, of in p99.items()},
        disk_sync_ms=spread(syncs),
        cores_used_by_others=others_cores,
        all_rounds={side: [msgspec.structs.asdict(each) for each in of] for side, of in runs.items()},
    )

"""The analytics endpoint beside a constant body of the same server, without writes and during them."""

from __future__ import annotations

from typing import Any

import msgspec

from bench import files, wrk
from bench.figures import ratios, spread, target, write
from bench.machine import OtherLoad, sync_ms
from bench.server import CONSTANT, PRODUCT, Server
from bench.writer import WriterProcess

CALLS = 1_000_000
WRITES_A_SECOND = 1_000
SIDES = (("analytics", PRODUCT), ("constant", CONSTANT))

Rounds = dict[str, list[wrk.Run]]


def measure(*, short: bool) -> None:
    """Take the figures."""
    if wrk.missing():
        return
    rounds, seconds = (3, 2) if short else (9, 3)
    of = files.copy(files.board(10_000 if short else CALLS), "analytics")
    plan = str(wrk.plan(of))
    board_file = files.folder() / "board.json"
    board_file.write_bytes(msgspec.json.encode(of))
    runs: Rounds = {f"{side}_{when}": [] for when in ("quiet", "writing") for side, _ in SIDES}
    writes: list[dict[str, Any]] = []
    syncs = []
    with Server(of.path) as server, WriterProcess(server.port, board_file, WRITES_A_SECOND) as writer:
        _warm(server, plan)
        others = OtherLoad(*server.processes, writer.pid)
        for number in range(rounds):
            syncs.append(sync_ms())
            # The first side changes each round, so that drift of the machine falls on both alike.
            order = SIDES if number % 2 == 0 else SIDES[::-1]
            for side, base in order:
                runs[f"{side}_quiet"].append(wrk.run(server.url, "analytics", base, plan, seconds=seconds))
            writer.go()
            for side, base in order:
                runs[f"{side}_writing"].append(wrk.run(server.url, "analytics", base, plan, seconds=seconds))
            writes.append(writer.pause())
        others_cores = others.cores()
    files.discard(of)
    _tell(runs, writes, syncs, others_cores, short=short)


def _warm(server: Server, plan: str) -> None:
    for _, base in SIDES:
        wrk.run(server.url, "analytics", base, plan, seconds=1)


def _tell(
    runs: Rounds, writes: list[dict[str, Any]], syncs: list[float], others_cores: float, *, short: bool
) -> None:
    rate = {name: [each.rate for each in of] for name, of in runs.items()}
    p99 = {name: [each.p99_ms for each in of] for name, of in runs.items()}
    quiet = ratios(rate["analytics_quiet"], rate["constant_quiet"])
    writing = ratios(rate["analytics_writing"], rate["constant_quiet"])
    writing_both = ratios(rate["analytics_writing"], rate["constant_writing"])
    p99_quiet = ratios(p99["analytics_writing"], p99["constant_quiet"])
    p99_both = ratios(p99["analytics_writing"], p99["constant_writing"])
    written = spread([each["writes_per_s"] for each in writes])
    stale = sum(each["stale"] for each in writes)
    write(
        "analytics",
        "GET organisation/analytics/ by wrk -t1 -c32, organization and 200 spaces by Zipf, 20 tokens, one "
        "worker, beside a constant body of the same process; then while single events fall on those spaces",
        short=short,
        targets=[
            target("analytics / constant", quiet["median"], at_least=0.6),
            target("analytics with writes / constant without writes", writing["median"], at_least=0.4),
            target("analytics with writes / constant with writes", writing_both["median"], at_least=0.4),
            target("p99: analytics with writes / constant without writes", p99_quiet["median"], at_most=3),
            target("p99: analytics with writes / constant with writes", p99_both["median"], at_most=3),
            target("writes a second acknowledged", written["median"], at_least=WRITES_A_SECOND * 0.99),
            target("answers older than the last acknowledged write", stale, at_most=0),
        ],
        ratios={
            "quiet": quiet,
            "writing_to_constant_quiet": writing,
            "writing_to_constant_writing": writing_both,
            "p99_writing_to_constant_quiet": p99_quiet,
            "p99_writing_to_constant_writing": p99_both,
            "p99_quiet": ratios(p99["analytics_quiet"], p99["constant_quiet"]),
        },
        requests_per_s={name: spread(of) for name, of in rate.items()},
        p99_ms={name: spread(of) for name, of in p99.items()},
        writes_per_s=written,
        answers_checked=sum(each["checked"] for each in writes),
        disk_sync_ms=spread(syncs),
        cores_used_by_others=others_cores,
        all_rounds={
            **{name: [msgspec.structs.asdict(each) for each in of] for name, of in runs.items()},
            "writes": writes,
        },
    )

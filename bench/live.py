"""The stream of numbers: how soon every subscriber of a space is notified of an acknowledged event."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import msgspec

from bench import files
from bench.figures import spread, target, write
from bench.machine import OtherLoad, sync_ms
from bench.server import Server

CALLS = 100_000
"""A small file is enough: the cost of a stream depends on what changes, not on the number of calls."""
SUBSCRIBERS = 1_000
WRITES_A_SECOND = 200


def measure(*, short: bool) -> None:
    """Take the figures."""
    rounds, seconds = (1, 3) if short else (3, 20)
    of = files.copy(files.board(10_000 if short else CALLS), "live")
    board_file = files.folder() / "live.json"
    board_file.write_bytes(msgspec.json.encode(of))
    results: list[dict[str, Any]] = []
    syncs, cpu = [], []
    with Server(of.path, twins=False) as server:
        others = OtherLoad(server.worker)
        for _ in range(rounds):
            syncs.append(sync_ms())
            before = server.cpu_s()
            results.append(_follow(server.port, board_file, seconds))
            cpu.append(server.cpu_s() - before)
        others_cores = others.cores()
        rss, pss = server.memory_mib()
    files.discard(of)
    never_told = sum(each["never_told"] for each in results)
    p95 = spread([each["p95_ms"] for each in results])
    write(
        "live",
        f"{SUBSCRIBERS:,} subscribers on stream/ over {len(of.space_tokens)} spaces of one worker, single "
        f"events at {WRITES_A_SECOND} a second spread over them; for every event and every subscriber of its "
        "space the time from the acknowledgement to the first message that contains it",
        short=short,
        targets=[
            target("p95 of the rounds' p95, ms", p95["highest"], at_most=500),
            target(
                "writes a second acknowledged",
                spread([each["writes_per_s"] for each in results])["median"],
                at_least=WRITES_A_SECOND * 0.99,
            ),
            target("events that a subscriber was never told of", never_told, at_most=0),
        ],
        p50_ms=spread([each["p50_ms"] for each in results]),
        p95_ms=p95,
        p99_ms=spread([each["p99_ms"] for each in results]),
        max_ms=spread([each["max_ms"] for each in results]),
        messages_per_s=spread([each["messages_per_s"] for each in results]),
        worker_cpu_s_a_round=spread(cpu),
        worker_memory_mib={"rss": rss, "pss": pss},
        disk_sync_ms=spread(syncs),
        cores_used_by_others=others_cores,
        all_rounds=results,
    )


def _follow(port: int, board_file: Path, seconds: int) -> dict[str, Any]:
    arguments = [str(port), str(board_file), str(SUBSCRIBERS), str(WRITES_A_SECOND), str(seconds)]
    done = subprocess.run(
        [sys.executable, "-m", "bench.follower", *arguments],
        capture_output=True,
        text=True,
        check=False,
        cwd=Path(__file__).parent.parent,
    )
    if done.returncode != 0:
        raise SystemExit(f"the following client failed: {done.stderr[-2000:]}")
    results: dict[str, Any] = json.loads(done.stdout)
    return results

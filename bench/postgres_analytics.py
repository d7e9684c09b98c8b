"""The analytics endpoint on PostgreSQL, beside the same server's constant body while events fall on it, and
beside an application that counts rows (`peers/fastapi_counts.py`), at 5 thousand and at a million calls a
space.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import msgspec
import psycopg

from bench import files, wrk
from bench.figures import ratios, spread, target, write
from bench.machine import sync_ms
from bench.peers import fastapi_counts
from bench.postgres_server import Database, cluster, filled
from bench.server import CONSTANT, PRODUCT, Server, free_port
from bench.writer import WriterProcess

CALLS = 1_000_000
WRITES_A_SECOND = 1_000


def measure(*, short: bool) -> None:
    """Take the figures."""
    if wrk.missing():
        return
    many, rounds, seconds = (10_000, 3, 2) if short else (CALLS, 7, 3)
    with cluster() as made:
        spread_out = filled(made, files.board(many), "spread_out")
        one_space = filled(made, files.board(many, 1), "one_space")
        beside_constant = _beside_constant(spread_out, rounds, seconds)
        peers = {
            f"{many // 200:,} calls a space": _beside_peer(spread_out, rounds, seconds),
            # Counting a million rows for 32 clients at once takes seconds: fewer rounds, each long enough for
            # several answers.
            f"{many:,} calls a space": _beside_peer(one_space, 3, 10 * seconds),
        }
    ratio, writes, stale = (beside_constant[name] for name in ("ratio", "writes_per_s", "stale"))
    write(
        "postgres_analytics",
        "GET organisation/analytics/ on PostgreSQL by wrk -t1 -c32: organization and 200 spaces by Zipf "
        "while 1,000 single events a second fall on them, beside a constant body of the same process; and "
        "spaces alone beside FastAPI with asyncpg that answers by count(*) filter over the same table",
        short=short,
        targets=[
            target("analytics with writes / constant", ratio["median"], at_least=0.3),
            target("writes a second acknowledged", writes["median"], at_least=WRITES_A_SECOND * 0.99),
            target("answers older than the last acknowledged write", stale, at_most=0),
        ],
        beside_constant=beside_constant,
        beside_fastapi=peers,
    )


def _beside_constant(of: Database, rounds: int, seconds: int) -> dict[str, Any]:
    plan = str(wrk.plan(of.board))
    board_file = files.folder() / "board-postgres.json"
    board_file.write_bytes(msgspec.json.encode(of.board))
    runs: dict[str, list[wrk.Run]] = {"analytics": [], "constant": [], "constant_writing": [], "quiet": []}
    writes: list[dict[str, Any]] = []
    syncs: list[float] = []
    with (
        Server(of.board.path) as server,
        WriterProcess(server.port, board_file, WRITES_A_SECOND) as writer,
    ):
        for base in (PRODUCT, CONSTANT):
            wrk.run(server.url, "analytics", base, plan, seconds=1)
        for number in range(rounds):
            syncs.append(sync_ms())
            sides = (("quiet", PRODUCT), ("constant", CONSTANT))
            for side, base in sides if number % 2 else sides[::-1]:
                runs[side].append(wrk.run(server.url, "analytics", base, plan, seconds=seconds))
            writer.go()
            sides = (("analytics", PRODUCT), ("constant_writing", CONSTANT))
            for side, base in sides if number % 2 else sides[::-1]:
                runs[side].append(wrk.run(server.url, "analytics", base, plan, seconds=seconds))
            writes.append(writer.pause())
    rate = {name: [each.rate for each in each_of] for name, each_of in runs.items()}
    return {
        "ratio": ratios(rate["analytics"], rate["constant"]),
        "ratio_to_constant_with_writes": ratios(rate["analytics"], rate["constant_writing"]),
        "ratio_without_writes": ratios(rate["quiet"], rate["constant"]),
        "requests_per_s": {name: spread(values) for name, values in rate.items()},
        "p99_ms": {name: spread([each.p99_ms for each in each_of]) for name, each_of in runs.items()},
        "writes_per_s": spread([each["writes_per_s"] for each in writes]),
        "answers_checked": sum(each["checked"] for each in writes),
        "stale": sum(each["stale"] for each in writes),
        "disk_sync_ms": spread(syncs),
    }


def _beside_peer(of: Database, rounds: int, seconds: int) -> dict[str, Any]:
    """Spaces only, without writes: the case in which counting rows is fastest."""
    plan = str(wrk.plan(of.board))
    with psycopg.connect(of.board.path, autocommit=True) as db:
        db.execute(fastapi_counts.INDEXES.encode())
        db.execute("VACUUM ANALYZE call, task")
        explained = [
            row[0]
            for row in db.execute(
                f"EXPLAIN (ANALYZE, BUFFERS) {fastapi_counts.CALLS.replace('$1', '%s')}".encode(),
                ([of.board.space_ids[0]],),
            )
        ]
    ours: list[wrk.Run] = []
    theirs: list[wrk.Run] = []
    with Server(of.board.path, twins=False) as server, _fastapi(of.board.path) as url:
        _same(of, server.url, url)
        for number in range(rounds + 1):
            for base, runs in ((server.url, ours), (url, theirs))[:: 1 if number % 2 else -1]:
                runs.append(wrk.run(base, "analytics", PRODUCT, plan, "spaces", seconds=seconds))
    ours, theirs = ours[1:], theirs[1:]
    return {
        "ratio": ratios([each.rate for each in ours], [each.rate for each in theirs]),
        "callboard_requests_per_s": spread([each.rate for each in ours]),
        "fastapi_requests_per_s": spread([each.rate for each in theirs]),
        "callboard_p99_ms": spread([each.p99_ms for each in ours]),
        "fastapi_p99_ms": spread([each.p99_ms for each in theirs]),
        "explain": explained,
    }


@contextmanager
def _fastapi(url: str) -> Iterator[str]:
    port = free_port()
    command = [sys.executable, "-m", "bench.peers.fastapi_counts", str(port), url]
    process = subprocess.Popen(command, cwd=Path(__file__).parent.parent)
    base = f"http://127.0.0.1:{port}"
    try:
        for _ in range(200):
            time.sleep(0.1)
            try:
                urlopen(f"{base}/openapi.json").close()
                break
            except OSError:
                continue
        yield base
    finally:
        process.terminate()
        process.wait(30)


def _same(of: Database, ours: str, theirs: str) -> None:
    """Check that both give the same answer: otherwise the figures mean nothing."""
    answers = []
    for base in (ours, theirs):
        request = Request(
            f"{base}{PRODUCT}/organisation/analytics/?space_token={of.board.space_tokens[0]}",
            headers={"Authorization": f"Token {of.board.secrets[0]}", "Org-Handle": of.board.handle},
        )
        with urlopen(request) as answer:
            answers.append(msgspec.json.decode(answer.read())["data"])
    if answers[0] != answers[1]:
        raise SystemExit(f"postgres_analytics: two answers: {answers}")

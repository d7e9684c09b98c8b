"""Events over HTTP into PostgreSQL, beside psycopg alone upserting the same rows into the same server."""

from __future__ import annotations

from typing import Any

import msgspec
import psycopg

from bench import files
from bench.bare import BareProcess
from bench.figures import ratios, spread, target, write
from bench.ingest import CALLS, EVENTS_A_REQUEST, Round, rate, send, summary
from bench.machine import sync_ms
from bench.postgres_server import Database, database
from bench.server import Server
from bench.stream import requests


def measure(*, short: bool) -> None:
    """Take the figures."""
    rounds, a_round = (3, 1) if short else (9, 3)
    with database(files.board(10_000 if short else CALLS)) as of:
        syncs, ours, bare = _rounds(of, rounds, a_round)
    ratio = ratios(*[[each["events_per_s"] for each in side] for side in (ours, bare)])
    write(
        "postgres_ingest",
        "NDJSON over HTTP, 1,000 events a request (70 % new calls, 20 % updates, 10 % repeats), 20 spaces, "
        "4 clients, one worker, beside psycopg alone appending the same event records and upserting the same "
        "rows, over arrays and in pipeline mode; both into copies of a database of a million calls on one "
        "server",
        short=short,
        targets=[target("events a second, Callboard / bare batched upserts", ratio["median"], at_least=0.4)],
        ratio=ratio,
        callboard=summary(ours),
        bare_upserts=summary(bare),
        disk_sync_ms=spread(syncs),
        all_rounds={"callboard": ours, "bare_upserts": bare},
    )


def _rounds(of: Database, rounds: int, a_round: int) -> tuple[list[float], list[Round], list[Round]]:
    """Disk syncs, our rounds and the bare ones. The sides take turns: each is first in every other round."""
    ours_board, bare_board = of.board, of.copy("bare")
    board_file = files.folder() / "board-bare-postgres.json"
    board_file.write_bytes(msgspec.json.encode(bare_board))
    syncs: list[float] = []
    ours: list[Round] = []
    bare: list[Round] = []
    stream = requests(a_round)
    with (
        Server(ours_board.path, twins=False) as server,
        BareProcess(board_file, a_round, event_ids=False, module="bench.bare_postgres") as other,
    ):
        for number in range(rounds + 1):
            sent = next(stream)
            other.prepare()
            syncs.append(sync_ms())
            events = len(sent) * EVENTS_A_REQUEST
            for side in ("ours", "bare") if number % 2 else ("bare", "ours"):
                if side == "ours":
                    ours.append(rate(send(server, ours_board, sent), events))
                else:
                    bare.append(rate(other.write(), events))
    _compare(ours_board, bare_board)
    return syncs[1:], ours[1:], bare[1:]  # the first round warms the caches of both


def _compare(ours: files.Board, bare: files.Board) -> None:
    """Check that both hold the same calls and event records: otherwise the work was not the same."""
    found: list[Any] = []
    for board in (ours, bare):
        with psycopg.connect(board.path) as db:
            calls = db.execute(
                "SELECT count(*), sum(duration_ms), sum(creation_time % 1000003), "
                "count(*) FILTER (WHERE call_status = 'completed') FROM call"
            ).fetchone()
            found.append((calls, db.execute("SELECT count(*), sum(length(body)) FROM event").fetchone()))
    if found[0] != found[1]:
        raise SystemExit(f"postgres_ingest: the two sides wrote different rows: {found}")

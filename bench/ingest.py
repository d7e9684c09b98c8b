"""Events over HTTP, a thousand per request, beside the bare `sqlite3` module writing the same rows."""

from __future__ import annotations

import http.client
import sqlite3
import statistics
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import msgspec

from bench import files
from bench.bare import BareProcess
from bench.figures import ratios, spread, target, write
from bench.machine import sync_ms
from bench.server import PRODUCT, Server
from bench.stream import SPACES, Sent, requests

CALLS = 1_000_000
CLIENTS = 4
EVENTS_A_REQUEST = 1_000

Round = dict[str, float]


def measure(*, short: bool) -> None:
    """Take the figures."""
    of = files.board(10_000 if short else CALLS)
    rounds, a_round = (3, 1) if short else (9, 3)
    figures: dict[str, Any] = {}
    targets = []
    for name, event_ids in (("without_event_ids", False), ("with_event_ids", True)):
        syncs, ours, bare = _rounds(of, rounds, a_round, event_ids=event_ids)
        ratio = ratios(*[[each["events_per_s"] for each in side] for side in (ours, bare)])
        figures[name] = {
            "ratio": ratio,
            "cpu_ratio": ratios(*[[each["events_per_cpu_s"] for each in side] for side in (ours, bare)]),
            "callboard": summary(ours),
            "bare_sqlite3": summary(bare),
            "disk_sync_ms": spread(syncs),
            "all_rounds": {"callboard": ours, "bare_sqlite3": bare},
        }
        title = name.replace("_", " ")
        targets.append(
            target(f"events a second, Callboard / bare sqlite3, {title}", ratio["median"], at_least=0.4)
        )
    write(
        "ingest",
        "NDJSON over HTTP, 1,000 events a request (70 % new calls, 20 % updates, 10 % repeats), 20 spaces, "
        "4 clients, one worker, beside the bare sqlite3 module writing the same rows and event records; both "
        "into copies of a file of a million calls",
        short=short,
        targets=targets,
        **figures,
    )


def summary(side: list[Round]) -> dict[str, Any]:
    """The spread of a side's rates, for the results."""
    return {name: spread([each[name] for each in side]) for name in ("events_per_s", "events_per_cpu_s")}


def _rounds(
    of: files.Board, rounds: int, a_round: int, *, event_ids: bool
) -> tuple[list[float], list[Round], list[Round]]:
    """Disk syncs, our rounds and the bare ones. The sides take turns: each is first in every other round."""
    boards = {side: files.copy(of, f"ingest-{side}") for side in ("callboard", "bare")}
    board_file = files.folder() / "board-bare.json"
    board_file.write_bytes(msgspec.json.encode(boards["bare"]))
    syncs: list[float] = []
    ours: list[Round] = []
    bare: list[Round] = []
    stream = requests(a_round, event_ids=event_ids)
    with (
        Server(boards["callboard"].path, twins=False) as server,
        BareProcess(board_file, a_round, event_ids=event_ids) as other,
    ):
        for number in range(rounds + 1):
            sent = next(stream)
            other.prepare()
            syncs.append(sync_ms())
            events = len(sent) * EVENTS_A_REQUEST
            if number % 2:
                bare.append(rate(other.write(), events))
                ours.append(rate(send(server, boards["callboard"], sent), events))
            else:
                ours.append(rate(send(server, boards["callboard"], sent), events))
                bare.append(rate(other.write(), events))
    _compare(boards["callboard"], boards["bare"])
    for board in boards.values():
        files.discard(board)
    return syncs[1:], ours[1:], bare[1:]  # the first round warms the caches of both


def rate(taken: dict[str, float], events: int) -> Round:
    """The rates of a round."""
    return {
        "events_per_s": events / taken["seconds"],
        # At least one tick of CPU time: a short round may use less.
        "events_per_cpu_s": events / max(taken["cpu_s"], 0.01),
        "seconds": taken["seconds"],
        "cpu_s": taken["cpu_s"],
    }


def send(server: Server, board: files.Board, sent: list[Sent]) -> dict[str, float]:
    """Send a round by four clients, until the last request is acknowledged. Each client has its own spaces,
    because the requests of a space build on each other and must keep their order.
    """
    clients = [[each for each in sent if each.space % CLIENTS == number] for number in range(CLIENTS)]
    began, cpu = time.perf_counter(), server.cpu_s()
    with ThreadPoolExecutor(CLIENTS) as pool:
        done = [pool.submit(_client, server.port, board, mine) for mine in clients]
        waits = [each for client in done for each in client.result()]
    return {
        "seconds": time.perf_counter() - began,
        "cpu_s": server.cpu_s() - cpu,
        "p99_ms": 1000 * statistics.quantiles(waits, n=100, method="inclusive")[98],
    }


def _client(port: int, board: files.Board, sent: list[Sent]) -> list[float]:
    """Send these; how many seconds each was waited for."""
    waits = []
    connection = http.client.HTTPConnection("127.0.0.1", port)
    for each in sent:
        headers = {
            "Authorization": f"Token {board.secrets[0]}",
            "Org-Handle": board.handle,
            "Content-Type": "application/x-ndjson",
        }
        path = f"{PRODUCT}/spaces/{board.space_tokens[each.space]}/events/"
        began = time.perf_counter()
        connection.request("POST", path, each.body, headers)
        answer = connection.getresponse()
        body = answer.read()
        waits.append(time.perf_counter() - began)
        if answer.status != 200 or b'"duplicate":100' not in body or b'"rejected":0' not in body:
            raise SystemExit(f"ingest: {answer.status} {body[:500]!r}")
    connection.close()
    return waits


def _compare(ours: files.Board, bare: files.Board) -> None:
    """Check that both files hold the same calls and event records: otherwise the work was not the same."""
    found = []
    for board in (ours, bare):
        with sqlite3.connect(board.path) as db:
            calls = db.execute(
                "SELECT count(*), sum(duration_ms), sum(creation_time % 1000003), "
                "count(*) FILTER (WHERE call_status = 'completed') FROM call"
            ).fetchone()
            found.append((calls, db.execute("SELECT count(*), sum(length(body)) FROM event").fetchone()))
        db.close()
    if found[0] != found[1]:
        raise SystemExit(f"ingest: the two sides wrote different rows: {found}")


assert SPACES % CLIENTS == 0

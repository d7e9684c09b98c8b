"""What the growth bench asks of a served store: events in, and questions."""

from __future__ import annotations

import http.client
import random
import statistics
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import msgspec

from bench import calls, load
from bench.files import Board
from bench.server import PRODUCT, Server
from callboard.clock import DAY, Micros
from callboard.model.event import CallEvent

CLIENTS = 4
EVENTS_A_REQUEST = 1_000
SINGLES = 2_000
AT_ONCE = 8
ANALYTICS = 100
REPORTS = 12

Request = tuple[int, bytes]
"""The index of a space, and the body."""


def sent(server: Server, board: Board, of: Sequence[load.Day]) -> dict[str, Any]:
    """Send the calls of some days, then single ones. Each client has its own spaces, because the events of a
    space keep their order.
    """
    bodies = list(_bodies(of))
    cpu, began = server.cpu_s(), time.perf_counter()
    batches = _by_clients(server, board, bodies, CLIENTS)
    seconds, cpu = time.perf_counter() - began, server.cpu_s() - cpu
    events = sum(body.count(b"\n") for _, body in bodies)
    began = time.perf_counter()
    singles = _by_clients(server, board, list(_singles()), AT_ONCE)
    single_s = time.perf_counter() - began
    return {
        "events_per_s": round(events / seconds),
        "events_per_cpu_s": round(events / max(cpu, 0.01)),
        "request_p50_ms": _quantile(batches, 50),
        "request_p99_ms": _quantile(batches, 99),
        "singles_per_s": round(len(singles) / single_s),
        "single_p50_ms": _quantile(singles, 50),
        "single_p99_ms": _quantile(singles, 99),
    }


def asked(server: Server, board: Board, first: Micros, until: Micros) -> dict[str, Any]:
    """Milliseconds of the analytics and of reports, each behind a commit. `first`, `until`: of the calls."""
    client = _Client(server, board)
    space = f"space_token={board.space_tokens[0]}"
    month = f"start={_iso(max(first, until - 30 * DAY))}&end={_iso(until)}"
    week = f"start={_iso(max(first, until - 7 * DAY))}&end={_iso(until)}"
    listed = f"start_date={_iso(max(first, until - 7 * DAY))}&end_date={_iso(until)}"
    everything = f"start={_iso(first)}&end={_iso(until)}"
    analytics, found = f"{PRODUCT}/organisation/analytics", {}
    for name, path in (("analytics", f"{analytics}/"), ("analytics_of_space", f"{analytics}/?{space}")):
        found[name] = client.times(path, ANALYTICS)
    reports = {
        "month_by_day": f"{analytics}/series/?{month}&group_by=call_status&metric=total_calls",
        "month_by_space": f"{analytics}/series/?{month}&interval=total&group_by=space_token",
        "everything_by_month": f"{analytics}/series/?{everything}&interval=month",
        "week_of_durations": f"{analytics}/durations/?{week}",
        "failed_calls": f"{PRODUCT}/call-logs/?{listed}&call_status=failed&page_size=100",
    }
    for name, path in reports.items():
        found[name] = client.times(path, REPORTS)
    answers = {f"{name}_p50_ms": _quantile(each, 50) for name, each in found.items()}
    return {**answers, "analytics_p99_ms": _quantile(found["analytics"], 99)}


class _Client:
    """A connection that asks behind a commit of its own."""

    def __init__(self, server: Server, board: Board) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=120)
        self._board = board
        self._headers = {"Authorization": f"Token {board.secrets[0]}", "Org-Handle": board.handle}
        self._singles = _singles()

    def times(self, path: str, many: int) -> list[float]:
        """Seconds of each answer; the first one, which fills caches, is left out."""
        taken = []
        for _ in range(many + 1):
            self.post(*next(self._singles))
            began = time.perf_counter()
            self.ask("GET", path)
            taken.append(time.perf_counter() - began)
        return taken[1:]

    def post(self, space: int, body: bytes) -> None:
        self.ask("POST", f"{PRODUCT}/spaces/{self._board.space_tokens[space]}/events/", body)

    def ask(self, method: str, path: str, body: bytes | None = None) -> None:
        kind = {"Content-Type": "application/x-ndjson"} if body else {}
        self._connection.request(method, path, body, {**self._headers, **kind})
        answer = self._connection.getresponse()
        text = answer.read()
        if answer.status != 200 or (body and b'"rejected":0' not in text):
            raise SystemExit(f"growth: {method} {path}: {answer.status} {text[:500]!r}")


def _by_clients(server: Server, board: Board, of: Sequence[Request], clients: int) -> list[float]:
    """Seconds of each request."""

    def run(mine: Sequence[Request]) -> list[float]:
        client, taken = _Client(server, board), []
        for space, body in mine:
            began = time.perf_counter()
            client.post(space, body)
            taken.append(time.perf_counter() - began)
        return taken

    shares = [[each for each in of if each[0] % clients == number] for number in range(clients)]
    with ThreadPoolExecutor(clients) as pool:
        return [each for taken in pool.map(run, shares) for each in taken]


def _bodies(of: Sequence[load.Day]) -> Iterator[Request]:
    """Requests of at most a thousand events of one space, in the order of time; tasks are left out."""
    waiting: dict[int, list[bytes]] = {}
    for day in of:
        for space, arrived in day:
            lines = waiting.setdefault(space, [])
            lines += [_line(each.entry.event) for each in arrived if isinstance(each.entry.event, CallEvent)]
            if len(lines) >= EVENTS_A_REQUEST:
                yield space, b"".join(lines[:EVENTS_A_REQUEST])
                del lines[:EVENTS_A_REQUEST]
    yield from ((space, b"".join(lines)) for space, lines in waiting.items() if lines)


def _singles() -> Iterator[Request]:
    """New calls, one by one, of spaces in turn. Their ids are random: no two runs have the same."""
    draw = random.Random()
    for number in range(SINGLES):
        event = calls.call_entry(draw, number, calls.LIVE_FROM - DAY // 2).event
        assert isinstance(event, CallEvent)
        yield number % 200, _line(event)


def _line(event: CallEvent) -> bytes:
    return msgspec.json.encode(calls.wire(event)) + b"\n"


def _quantile(seconds: Sequence[float], percent: int) -> float:
    """Milliseconds that so many percent are not above."""
    if len(seconds) == 1:
        return round(seconds[0] * 1000, 2)
    return round(statistics.quantiles(seconds, n=100, method="inclusive")[percent - 1] * 1000, 2)


def _iso(at: Micros) -> str:
    return calls.instant(at)

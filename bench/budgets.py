"""Large questions of one organization, and how long another organization's list waits meanwhile.

A file of a million calls with 1,000 agents and 1,304 spaces is asked over HTTP for distributions by agent,
and for 90 days by quarter-hour over all spaces. A second organization in it requests a list, one request
after the other: alone, and while four clients of the first ask these questions without a pause. Beside
elapsed time, CPU seconds of the server are reported: on a shared machine they show what a question costs.
"""

from __future__ import annotations

import http.client
import random
import statistics
import threading
import time
from collections import Counter
from typing import Self

from bench import calls, files
from bench.figures import spread, target, write
from bench.machine import OtherLoad, sync_ms
from bench.server import PRODUCT, Server
from callboard.clock import DAY, HOUR, iso
from callboard.model.directory import Member, SpaceSettings
from callboard.query.secret import secret_digest
from callboard.settings import Settings
from callboard.store.interface import Batch
from callboard.store.sqlite.store import SqliteStore

CALLS, SPACES, AGENTS = 1_000_000, 1_304, 1_000
NEIGHBOUR, SECRET = "neighbour.example", "cb_bench_nb_0123456789abcdefghijkl"
NEIGHBOURS_CALLS = 10_000
AT_ONCE = 4
MAX_S = 2.0
TIMES = 2.0
PERIOD = f"start={iso(calls.FIRST_DAY)}&end={iso(calls.FIRST_DAY + calls.DAYS * DAY)}"
QUESTIONS = {
    "durations by agent": f"organisation/analytics/durations/?{PERIOD}&group_by=agent",
    "series by 15 minutes, all spaces": (
        f"organisation/analytics/series/?{PERIOD}&interval=15m&content_type=all"
    ),
    "series by 15 minutes by status, all spaces": (
        f"organisation/analytics/series/?{PERIOD}&interval=15m&content_type=all&group_by=call_status"
    ),
}
PATIENT = ("--query-timeout-ms", "120000")
"""A longer query time, so that a slow or shared machine reports a figure and not a 503."""
LIST = "call-logs/?page_size=20"


def measure(*, short: bool) -> None:
    """Take the figures."""
    built = files.board(20_000 if short else CALLS, 130 if short else SPACES, 100 if short else AGENTS)
    of = files.copy(built, "budgets")
    _add_neighbour(of)
    rounds, lists = (2, 50) if short else (7, 400)
    try:
        with Server(of.path, twins=False, flags=PATIENT) as server:
            others = OtherLoad(*server.processes)
            seconds, cpu, sizes = _questions(server, of, rounds)
            alone = _lists(server.port, lists)
            with _Flood(server.port, of) as flood:
                beside = _lists(server.port, lists)
            again = _lists(server.port, lists)
            memory, cores = server.memory_mib(), others.cores()
    finally:
        files.discard(of)
    quiet = statistics.median([_p95(alone), _p95(again)])
    write(
        "budgets",
        "Large questions of an organization of a million calls, 1,304 spaces and 1,000 agents; and the list "
        "of another organization beside four clients that ask them without a pause",
        short=short,
        targets=[
            *(
                target(f"{name}, s", statistics.median(taken), at_most=MAX_S)
                for name, taken in seconds.items()
            ),
            target(
                "p95 of another organization's list beside four of them, times alone",
                _p95(beside) / quiet,
                at_most=TIMES,
            ),
        ],
        seconds={name: spread(taken) for name, taken in seconds.items()},
        cpu_seconds={name: spread(taken) for name, taken in cpu.items()},
        answer_bytes=sizes,
        list_ms={"alone": spread(alone), "beside": spread(beside), "alone_again": spread(again)},
        list_p95_ms={"alone": _p95(alone), "beside": _p95(beside), "alone_again": _p95(again)},
        asked_beside=dict(flood.answers),
        resident_mib=memory[0],
        others_cores=cores,
        disk_sync_ms=sync_ms(),
        all_rounds={"seconds": seconds, "cpu_seconds": cpu},
    )


def _questions(
    server: Server, of: files.Board, rounds: int
) -> tuple[dict[str, list[float]], dict[str, list[float]], dict[str, int]]:
    """Seconds and CPU seconds of each question, asked in turns, without the first round, which warms the
    caches; and the bytes of each answer.
    """
    seconds: dict[str, list[float]] = {name: [] for name in QUESTIONS}
    cpu: dict[str, list[float]] = {name: [] for name in QUESTIONS}
    sizes = {}
    for _ in range(rounds + 1):
        for name, path in QUESTIONS.items():
            began, used = time.perf_counter(), server.cpu_s()
            status, size = _get(server.port, path, of.secrets[0], of.handle)
            seconds[name].append(time.perf_counter() - began)
            cpu[name].append(server.cpu_s() - used)
            assert status == 200, f"{name}: {status}"
            sizes[name] = size
    seconds, cpu = ({name: taken[1:] for name, taken in each.items()} for each in (seconds, cpu))
    return seconds, cpu, sizes


def _lists(port: int, many: int) -> list[float]:
    """Milliseconds of each request, one after the other on one connection."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    taken = []
    for _ in range(many):
        began = time.perf_counter()
        status, _ = _get(port, LIST, SECRET, NEIGHBOUR, connection)
        taken.append((time.perf_counter() - began) * 1000)
        assert status == 200, status
        time.sleep(0.01)
    connection.close()
    return taken


def _get(
    port: int, path: str, secret: str, handle: str, kept: http.client.HTTPConnection | None = None
) -> tuple[int, int]:
    connection = kept or http.client.HTTPConnection("127.0.0.1", port, timeout=300)
    headers = {"Authorization": f"Token {secret}", "Org-Handle": handle}
    connection.request("GET", f"{PRODUCT}/{path}", headers=headers)
    answer = connection.getresponse()
    body = answer.read()
    if kept is None:
        connection.close()
    return answer.status, len(body)


class _Flood:
    """Four clients that ask without a pause, from enter to exit."""

    def __init__(self, port: int, of: files.Board) -> None:
        self.answers: Counter[str] = Counter()
        self._ended = threading.Event()
        self._clients = [
            threading.Thread(target=self._ask, args=(port, of, number)) for number in range(AT_ONCE)
        ]

    def _ask(self, port: int, of: files.Board, number: int) -> None:
        paths = list(QUESTIONS.values())[:2]
        while not self._ended.is_set():
            status, _ = _get(port, paths[number % 2], of.secrets[number], of.handle)
            self.answers[str(status)] += 1

    def __enter__(self) -> Self:
        for client in self._clients:
            client.start()
        time.sleep(1)
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        for client in self._clients:
            client.join()


def _p95(taken: list[float]) -> float:
    return sorted(taken)[-(-len(taken) * 95 // 100) - 1]


def _add_neighbour(of: files.Board) -> None:
    """Add a second organization with calls of its own to the file."""
    store = SqliteStore(of.path, Settings(cache_mib=256))
    now = calls.FIRST_DAY
    organization = store.create_organization(
        name="Neighbour", domain_handle=NEIGHBOUR, domain=None, is_private_domain=False, now=now
    )
    space = store.create_space(
        org_id=organization.id,
        name="Campaign",
        description=None,
        content_type="contact",
        agent_handle=None,
        settings=SpaceSettings(),
        now=now,
    )
    store.create_token(
        name="Neighbour",
        prefix=SECRET[:11],
        secret_digest=secret_digest(SECRET),
        members=[Member(organization.id, "viewer")],
        expires_at=None,
        now=now,
    )
    draw = random.Random(7)
    entries = [calls.call_entry(draw, at, now + at * HOUR // 60) for at in range(NEIGHBOURS_CALLS)]
    received_at = entries[-1].received_at
    batch = Batch(org_id=organization.id, space_id=space.id, entries=entries, received_at=received_at)
    store.ingest([batch])
    store.close()

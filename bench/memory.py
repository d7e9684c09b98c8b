"""A worker's memory under all kinds of requests at once, and the time from its start to its first answer."""

from __future__ import annotations

import http.client
import threading
import time
from collections import Counter
from itertools import chain, cycle
from typing import Any, Self

import msgspec

from bench import files, wrk
from bench.figures import spread, target, write
from bench.machine import sync_ms
from bench.server import PRODUCT, Server, free_port
from bench.stream import requests
from bench.writer import WriterProcess

CALLS = 10_000_000
WRITES_A_SECOND = 300
LISTS = (
    "call-logs/?page_size=1000",
    "call-logs/?call_status=failed&page_size=200",
    "call-logs/?space_token={space}&agent=renewals&page=20&page_size=100",
    "tasks/?status=failed&page_size=1000",
    "tasks/?stuck=true",
    "spaces/?page_size=200",
    "spaces/{space}/runs/",
)


def measure(*, short: bool) -> None:
    """Take the figures."""
    if wrk.missing():
        return
    of = files.copy(files.board(10_000 if short else CALLS), "memory")
    starts = [_start_s(of) for _ in range(3 if short else 9)][1:]  # the first one fills the page cache
    memory, answers = _loaded(of, seconds=5 if short else 40)
    files.discard(of)
    write(
        "memory",
        "One worker on a file of 10 million calls: memory while analytics (wrk -c16), lists, single events "
        "and requests of a thousand events are asked of it at once; and from `callboard serve` to the first "
        "answer of the analytics",
        short=short,
        targets=[
            target("most resident memory, MiB", max(rss for rss, _ in memory), at_most=200),
            target("start to first answer, s", spread(starts)["median"], at_most=1),
        ],
        resident_mib=spread([rss for rss, _ in memory]),
        proportional_mib=spread([pss for _, pss in memory]),
        start_s=spread(starts),
        answers_under_load=answers,
        disk_sync_ms=sync_ms(),
        all_rounds={"start_s": starts, "resident_mib": [round(rss, 1) for rss, _ in memory]},
    )


def _start_s(of: files.Board) -> float:
    """Seconds from the start of the command to the first answer of the analytics endpoint."""
    server = Server(of.path, twins=False, port=free_port(), wait=False)
    try:
        while True:
            try:
                if _get(server.port, of, "organisation/analytics/") == 200:
                    return time.perf_counter() - server.began
            except OSError:
                time.sleep(0.005)
    finally:
        server.stop()


def _get(port: int, of: files.Board, path: str) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        connection.request("GET", f"{PRODUCT}/{path}", headers=_headers(of))
        answer = connection.getresponse()
        answer.read()
        return answer.status
    finally:
        connection.close()


def _headers(of: files.Board) -> dict[str, str]:
    return {"Authorization": f"Token {of.secrets[0]}", "Org-Handle": of.handle}


def _loaded(of: files.Board, seconds: int) -> tuple[list[tuple[float, float]], dict[str, Any]]:
    """Memory, sampled four times a second, and the answers given meanwhile."""
    board_file = files.folder() / "board.json"
    board_file.write_bytes(msgspec.json.encode(of))
    plan = str(wrk.plan(of))
    with (
        Server(of.path, twins=False) as server,
        WriterProcess(server.port, board_file, WRITES_A_SECOND) as writer,
        _Load(server, of) as load,
    ):
        writer.go()
        run = wrk.run(server.url, "analytics", PRODUCT, plan, seconds=seconds, connections=16)
        singles = writer.pause()
    answers = {
        "analytics": msgspec.structs.asdict(run),
        "single_events": singles,
        "lists": dict(load.lists),
        "batches": dict(load.batches),
    }
    return load.memory, answers


class _Load:
    """Lists and large requests without a pause, each from a thread of its own; a third samples the memory."""

    def __init__(self, server: Server, of: files.Board) -> None:
        self._server, self._of = server, of
        self.memory: list[tuple[float, float]] = []
        self.lists: Counter[str] = Counter()
        self.batches: Counter[str] = Counter()
        self._ended = threading.Event()
        self._threads = [threading.Thread(target=work) for work in (self._watch, self._list, self._ingest)]

    def _watch(self) -> None:
        while not self._ended.wait(0.25):
            self.memory.append(self._server.memory_mib())

    def _list(self) -> None:
        for place, path in cycle(enumerate(LISTS)):
            if self._ended.is_set():
                return
            status = _get(self._server.port, self._of, path.format(space=self._of.space_tokens[place]))
            self.lists[f"{path.partition('?')[0]} {status}"] += 1

    def _ingest(self) -> None:
        for sent in chain.from_iterable(requests(1)):
            if self._ended.is_set():
                return
            self.batches[str(_post(self._server.port, self._of, sent.space, sent.body))] += 1

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        for thread in self._threads:
            thread.join()


def _post(port: int, of: files.Board, space: int, body: bytes) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        path = f"{PRODUCT}/spaces/{of.space_tokens[space]}/events/"
        connection.request("POST", path, body, {**_headers(of), "Content-Type": "application/x-ndjson"})
        answer = connection.getresponse()
        answer.read()
        return answer.status
    finally:
        connection.close()

"""Clients that send single events to a real server, again until they are acknowledged, and keep the books."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from callboard.errors import MAY_BE_KEPT
from tests.acceptance.command import callboard
from tests.acceptance.server import Server

REFUSED = {502, 503}


class Feed:
    """Several clients, each with its own calls, on one campaign."""

    def __init__(self, server: Server, token: str, handle: str, space: str) -> None:
        self.server = server
        self._headers = {"Authorization": f"Token {token}", "Org-Handle": handle}
        self._path = f"spaces/{space}/events/"
        self._stop = threading.Event()
        self._lock = threading.Lock()
        self.acknowledged: set[str] = set()
        self.statuses: dict[int, int] = {}
        self.without_retry_after = 0
        self.refused_at: list[float] = []
        """When events were refused, by `time.monotonic`."""
        self.waits: list[tuple[float, float]] = []
        """(when an answer came, by `time.monotonic`; how many seconds it was waited for)"""
        self.refusals: set[str] = set()
        """The answers to events that were not acknowledged."""
        self.misleading: list[str] = []
        """Those in which the words and the fields disagree about whether anything may have been kept."""
        self.faults: list[str] = []

    @contextmanager
    def running(self, clients: int = 4) -> Iterator[None]:
        """Feed for as long as the block lasts; what was begun is brought to its end."""
        threads = [threading.Thread(target=self._send, args=(client,)) for client in range(clients)]
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            self._stop.set()
            for thread in threads:
                thread.join(60)

    def wait_for(self, more: int, within_s: float = 60) -> None:
        """Until so many more calls were acknowledged."""
        wanted = len(self.acknowledged) + more
        self.until(lambda: len(self.acknowledged) >= wanted, within_s)

    def until(self, true: Callable[[], bool], within_s: float = 60) -> None:
        deadline = time.monotonic() + within_s
        while not true():
            assert not self.faults, self.faults[:3]
            assert time.monotonic() < deadline, (
                len(self.acknowledged),
                self.statuses,
                self.server.log[-2000:],
            )
            time.sleep(0.02)

    def _send(self, client: int) -> None:
        with httpx.Client(base_url=self.server.api, headers=self._headers, timeout=30) as http:
            number = 0
            while not self._stop.is_set():
                number += 1
                self._until_acknowledged(http, f"call-{client}-{number}")

    def _until_acknowledged(self, http: httpx.Client, call_id: str) -> None:
        event = {"type": "call", "call_id": call_id, "call_status": "completed", "call_duration": 1}
        event["occurred_at"] = "2026-01-05T10:00:00Z"
        give_up = time.monotonic() + 60
        while time.monotonic() < give_up:
            began = time.monotonic()
            try:
                answer = http.post(self._path, json=event)
            except httpx.TransportError:
                time.sleep(0.05)
                continue
            self.waits.append(((now := time.monotonic()), now - began))
            with self._lock:
                self.statuses[answer.status_code] = self.statuses.get(answer.status_code, 0) + 1
            if answer.status_code == 200:
                if answer.json()["data"]["rejected"]:
                    self.faults.append(answer.text)
                    return
                with self._lock:
                    self.acknowledged.add(call_id)
                return
            if answer.status_code not in REFUSED:
                self.faults.append(answer.text)
                return
            self.refused_at.append(time.monotonic())
            self.refusals.add(answer.json()["message"])
            fields = [each["field"] for each in answer.json().get("errors", [])]
            if fields != (["commit_in_doubt"] if MAY_BE_KEPT in answer.json()["message"] else []):
                self.misleading.append(answer.text)
            self.without_retry_after += "retry-after" not in answer.headers
            time.sleep(0.05)
        self.faults.append(f"{call_id} was never acknowledged")

    @property
    def url(self) -> str:
        return self.server.url

    def analytics(self) -> httpx.Response:
        return httpx.get(f"{self.server.api}organisation/analytics/", headers=self._headers, timeout=30)

    def total_calls(self) -> int:
        answer = self.analytics()
        assert answer.status_code == 200, answer.text
        return int(answer.json()["data"]["total_calls"])

    def calls(self) -> httpx.Response:
        return httpx.get(f"{self.server.api}call-logs/", headers=self._headers, timeout=30)

    def check(self) -> None:
        """Each request got its result or 503; what was acknowledged is counted, once; nothing drifted."""
        self.check_books()
        verified = callboard("verify", "--deep", "--json", db=self.server.db)
        assert verified.json["drift"] == 0, verified.text

    def check_books(self) -> None:
        """Each request got its result or 503; what was acknowledged is counted, once."""
        assert not self.faults, self.faults[:3]
        assert not self.misleading, self.misleading[:3]
        assert self.without_retry_after == 0
        listed = self.calls()
        assert (self.total_calls(), listed.json()["count"]) == (len(self.acknowledged),) * 2, self.statuses


@contextmanager
def served(url: str, folder: Path, query_timeout_ms: int = 1500) -> Iterator[Feed]:
    """Clients of a server with two workers on a new database, in which the store is made first."""
    assert callboard("db", "upgrade", db=url).code == 0
    made = callboard("init", "--yes", "--json", "--handle", "acme.example", db=url).json
    impatient = ["--lock-timeout-ms", "1500", "--query-timeout-ms", str(query_timeout_ms)]
    with Server(url, workers=2, log=folder / "server-log", arguments=impatient) as server:
        yield Feed(server, made["token"], made["handle"], made["space_token"])

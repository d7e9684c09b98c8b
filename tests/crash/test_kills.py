"""Promise 1, the kill: an event that was answered as applied is there after SIGKILL, and in the next
answer.
"""

from __future__ import annotations

import gzip
import os
import time
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from random import Random
from threading import Thread
from typing import Any

import httpx
import msgspec
import pytest

from callboard.model.directory import Space
from callboard.model.totals import Totals
from callboard.store.sqlite.store import SqliteStore
from tests.acceptance.campaign import Campaign, new_campaign
from tests.acceptance.server import Server
from tests.crash.keeping import bodies_in, kept_in
from tests.crash.sending import Books, Sender, Wire, entries_of, the_seed
from tests.property.plain_fold import PlainSpace, SentEvent

CLIENTS = 4
KILLS_A_FILE = 25
"""Then a new file is begun: what there is to compare after a kill stays small."""
_UP_TO_S = 0.8
"""A server is killed at any moment within this time of being fed."""


class FedServer:
    """A server on a file, clients that send events to it, and records of what was answered."""

    def __init__(self, folder: Path, random: Random, *, workers: int) -> None:
        self.path = folder / "calls.db"
        self.books = Books()
        self._random = random
        self._campaign: Campaign = new_campaign(self.path)
        self._space = _space_of(self.path, self._campaign)
        self._server = Server(self.path, workers=workers).start()
        self._senders = [Sender(f"client{number}", Random(random.random())) for number in range(CLIENTS)]
        self._wire: dict[bytes, Wire] = {}

    def killed_while_fed(self) -> None:
        """Feed it until it is killed, at some moment; then start it again on what it left."""
        clients = [Thread(target=self._feed, args=(sender,)) for sender in self._senders]
        for client in clients:
            client.start()
        time.sleep(self._random.uniform(0, _UP_TO_S))
        self._server.kill()
        for client in clients:
            client.join()
        self._server.start()

    def check(self) -> int:
        """All that was acknowledged is in the file, and the answer is the fold of what is in the file. How
        many events are there that nobody acknowledged.
        """
        bodies = bodies_in(self.path)
        assert not self.books.lost(bodies), "acknowledged, and lost"
        assert bodies <= self.books.sent.keys()
        entries = [self.books.sent[body] for body in bodies]
        told = [SentEvent(entry.event, entry.occurred_at, entry.source) for entry in entries]
        assert self._answer() == _as_answered(PlainSpace(self._space.id, "UTC", told).totals())
        return len(bodies) - len(self.books.acknowledged)

    def finish(self) -> None:
        """Send again what was never acknowledged: all is there, once, and the numbers are the model's."""
        unanswered = [self._wire[entry.body] for entry in self.books.in_flight]
        with self._campaign.client(self._server.api) as client:
            for start in range(0, len(unanswered), 100):
                assert self._send(client, unanswered[start : start + 100], "array"), "refused"
        assert self.books.in_flight == []
        assert self.check() == 0
        assert self._server.stop() == 0
        kept = kept_in(self.path, self._space, self.books)
        assert not kept.damage, kept.damage[:10]
        assert bodies_in(self.path) == self.books.sent.keys()

    def abandon(self) -> None:
        """End the server, whatever state the test left it in."""
        self._server.__exit__(AssertionError, None, None)

    def _feed(self, sender: Sender) -> None:
        """Send until there is no answer any more."""
        form = Random(self._random.random())
        with self._campaign.client(self._server.api) as client:
            while True:
                try:
                    self._send(client, sender.batch(30), form.choice(("array", "lines", "gzip")))
                except httpx.TransportError:
                    return

    def _send(self, client: httpx.Client, events: Sequence[Wire], form: str) -> bool:
        """Send one request, and put its answer into the books; whether it was taken."""
        entries = entries_of(events)
        self._wire.update(zip((entry.body for entry in entries), events, strict=True))
        self.books.send(entries)
        body, headers = _written(events, form)
        answer = client.post(f"spaces/{self._campaign.space_token}/events/", content=body, headers=headers)
        if answer.status_code == 503:
            assert "Retry-After" in answer.headers
            return False
        assert answer.status_code == 200, answer.text
        data = answer.json()["data"]
        assert data["applied"] + data["duplicate"] + data["stale"] == data["received"] == len(events), data
        self.books.acknowledge(entries)
        return True

    def _answer(self) -> dict[str, Any]:
        with self._campaign.client(self._server.api) as client:
            answer = client.get("organisation/analytics/")
        assert answer.status_code == 200, answer.text
        data: dict[str, Any] = answer.json()["data"]
        return data


def _space_of(path: Path, campaign: Campaign) -> Space:
    store = SqliteStore(str(path))
    try:
        space = store.find_space(campaign.space_token)
        assert space is not None
        return space
    finally:
        store.close()


def _written(events: Sequence[Wire], form: str) -> tuple[bytes, dict[str, str]]:
    """A body, and the headers it needs."""
    if form == "lines":
        lines = b"\n".join(msgspec.json.encode(event) for event in events)
        return lines, {"Content-Type": "application/x-ndjson"}
    one_alone = len(events) == 1
    body = msgspec.json.encode(events[0] if one_alone else events)
    if form == "gzip":
        return gzip.compress(body), {"Content-Type": "application/json", "Content-Encoding": "gzip"}
    return body, {"Content-Type": "application/json"}


def _as_answered(totals: Totals) -> dict[str, Any]:
    """The endpoint's fields, from totals of the model."""
    timed, talk_ms = totals.completed_timed, totals.completed_talk_ms
    return {
        "total_calls": totals.total_calls,
        "completed_calls": totals.calls_completed,
        "failed_calls": totals.calls_failed,
        "avg_duration_seconds": round(Fraction(talk_ms, timed)) / 1000 if timed else 0.0,
        "total_tasks": totals.total_tasks,
        "task_status_breakdown": {
            "pending": totals.tasks_pending,
            "running": totals.tasks_running,
            "completed": totals.tasks_completed,
            "failed": totals.tasks_failed,
        },
    }


def check_kills(kills: int, folder: Path, record) -> None:
    """Every kill leaves what was acknowledged; every file ends as the model says."""
    seed = the_seed()
    acknowledged = unasked = 0
    for first in range(0, kills, KILLS_A_FILE):
        here = folder / f"file-{first}"
        here.mkdir()
        fed = FedServer(here, Random(f"{seed}/{first}"), workers=1 + first // KILLS_A_FILE % 2)
        try:
            unanswered = 0
            for _ in range(min(KILLS_A_FILE, kills - first)):
                fed.killed_while_fed()
                unanswered = fed.check()
            unasked += unanswered
            acknowledged += len(fed.books.acknowledged)
            fed.finish()
        finally:
            fed.abandon()
    assert acknowledged > 10 * kills, "hardly anything was acknowledged: this proves nothing"
    record("drawn", f"{kills} kills, {acknowledged} acknowledged events, {unasked} kept and not answered")


def test_an_acknowledged_event_survives_a_kill(tmp_path, record_property):
    """A few kills of a server that four clients feed."""
    check_kills(5, tmp_path, record_property)


@pytest.mark.long
@pytest.mark.timeout(0)
def test_an_acknowledged_event_survives_many_kills(tmp_path, record_property):
    """Fifty, or as many as N says (SHORT=1: twenty); of one worker and of two."""
    kills = int(os.environ.get("N") or ("20" if os.environ.get("SHORT") else "50"))
    check_kills(kills, tmp_path, record_property)

"""The process that writes for a worker is killed while it is fed: the server goes on, and nothing is lost."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path
from random import Random
from threading import Event, Thread

import httpx

from tests.acceptance.campaign import Campaign, new_campaign
from tests.acceptance.server import Server

KILLS = 4


class Client:
    """Sends new calls one by one until it is stopped; calls that are not acknowledged are sent again."""

    def __init__(self, campaign: Campaign, api: str, name: str) -> None:
        self._campaign, self._api, self._name = campaign, api, name
        self.acknowledged = 0
        self.refused = 0
        self.wrong: list[str] = []

    def run(self, enough: Event) -> None:
        with self._campaign.client(self._api) as client:
            number = 0
            while not enough.is_set():
                number += 1
                self._send(
                    client, {"type": "call", "call_id": f"{self._name}-{number}", "call_status": "missed"}
                )

    def _send(self, client: httpx.Client, event: dict[str, str]) -> None:
        while True:
            answer = client.post(f"spaces/{self._campaign.space_token}/events/", json=event)
            if answer.status_code == 200:
                data = answer.json()["data"]
                self.acknowledged += data["applied"] + data["duplicate"]
                return
            if answer.status_code != 503 or "Retry-After" not in answer.headers:
                self.wrong.append(answer.text)
                return
            self.refused += 1
            time.sleep(0.05)


def writers(server: Server) -> list[int]:
    """The writing processes of a server: children of its workers."""
    found = []
    for each in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            command, group = each.read_bytes(), os.getpgid(int(each.parent.name))
        except (OSError, ProcessLookupError):
            continue
        if b"callboard.writer" in command and group == server.pid:
            found.append(int(each.parent.name))
    return found


def test_a_killed_writer_costs_a_503_and_no_event(tmp_path: Path) -> None:
    """Every request gets its result or 503 with Retry-After; what is sent again is counted once."""
    path = tmp_path / "calls.db"
    campaign = new_campaign(path)
    random = Random(3)
    with Server(path) as server:
        clients = [Client(campaign, server.api, f"c{number}") for number in range(3)]
        enough = Event()
        threads = [Thread(target=client.run, args=(enough,)) for client in clients]
        for thread in threads:
            thread.start()
        for _ in range(KILLS):
            time.sleep(random.uniform(0.1, 0.4))
            for pid in writers(server):
                os.kill(pid, signal.SIGKILL)
        time.sleep(1.5)
        enough.set()
        for thread in threads:
            thread.join()
        assert [client.wrong for client in clients] == [[], [], []]
        assert all(client.acknowledged for client in clients)
        with campaign.client(server.api) as client:
            answer = client.get("organisation/analytics/").json()["data"]
        assert answer["total_calls"] == sum(each.acknowledged for each in clients)
        assert server.stop() == 0


def test_the_writer_ends_with_its_server(tmp_path: Path) -> None:
    """Stopped or killed: no process is left behind."""
    path = tmp_path / "calls.db"
    new_campaign(path)
    server = Server(path).start()
    pid = server.pid
    assert len(writers(server)) == 1
    server.kill()
    deadline = time.monotonic() + 10
    while _group_lives(pid):
        assert time.monotonic() < deadline, "a writer outlived its server"
        time.sleep(0.02)


def _group_lives(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True

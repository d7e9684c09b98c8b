"""The process that writes is killed while it is fed: the server goes on, and nothing is lost."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path
from random import Random
from threading import Event, Thread

import httpx

from callboard.cli.writing import Writing
from tests.acceptance.campaign import Campaign, new_campaign
from tests.acceptance.server import Server
from tests.crash.stopping import stopped

KILLS = 4
SLACK_S = 3.0
"""What a busy machine may add to a stated time."""


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
    """The writing processes of a server."""
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
    with Server(path, workers=2) as server:
        clients = [Client(campaign, server.api, f"c{number}") for number in range(3)]
        enough = Event()
        threads = [Thread(target=client.run, args=(enough,)) for client in clients]
        for thread in threads:
            thread.start()
        for _ in range(KILLS):
            time.sleep(random.uniform(0.1, 0.4))
            found = writers(server)
            assert len(found) <= 1, "one for both workers"
            for pid in found:
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


def test_a_killed_writer_is_back_within_two_seconds(tmp_path: Path) -> None:
    """For every worker, also one that had nothing to write."""
    path = tmp_path / "calls.db"
    campaign = new_campaign(path)
    with Server(path, workers=2) as server:
        for _ in range(3):
            [pid] = writers(server)
            os.kill(pid, signal.SIGKILL)
            deadline = time.monotonic() + 2 + SLACK_S
            while pid in writers(server) or not _all_take_events(campaign, server):
                assert time.monotonic() < deadline, server.log
        assert len(writers(server)) == 1


def _all_take_events(campaign: Campaign, server: Server) -> bool:
    """Whichever worker a connection reaches."""
    for number in range(8):
        with campaign.client(server.api) as client:
            event = {"type": "call", "call_id": f"any-{number}", "call_status": "missed"}
            if client.post(f"spaces/{campaign.space_token}/events/", json=event).status_code != 200:
                return False
    return True


def test_a_stopped_worker_holds_up_no_other(tmp_path: Path) -> None:
    """The writer keeps what that one does not read, and goes on writing for the others."""
    path = tmp_path / "calls.db"
    campaign = new_campaign(path)
    with Server(path, workers=2) as server:
        [writer] = writers(server)
        workers = [pid for pid in server.processes() if pid not in (server.pid, writer)]
        assert len(workers) == 2
        clients = [Client(campaign, server.api, f"c{number}") for number in range(6)]
        enough = Event()
        threads = [Thread(target=client.run, args=(enough,)) for client in clients]
        for thread in threads:
            thread.start()
        time.sleep(0.5)
        with stopped(workers[0]):
            time.sleep(0.5)
            before = [client.acknowledged for client in clients]
            time.sleep(2)
            # Each has one connection, to either worker.
            went_on = [client.acknowledged > was for client, was in zip(clients, before, strict=True)]
        enough.set()
        for thread in threads:
            thread.join()
        assert any(went_on), "nothing was written while one worker was stopped"
        assert [client.wrong for client in clients] == [[]] * 6
        assert writers(server) == [writer]


def test_a_worker_that_is_killed_leaves_the_writer_to_the_others(tmp_path: Path) -> None:
    """Its successor finds it too; what it had sent is written, and sent again it is a duplicate."""
    path = tmp_path / "calls.db"
    campaign = new_campaign(path)
    with Server(path, workers=2) as server:
        [writer] = writers(server)
        worker = next(pid for pid in server.processes() if pid not in (server.pid, writer))
        os.kill(worker, signal.SIGKILL)
        deadline = time.monotonic() + 10
        while worker in server.processes() or not _answers(campaign, server):
            assert time.monotonic() < deadline, server.log
            time.sleep(0.02)
        assert len(server.processes()) == 4
        assert writers(server) == [writer]


def _answers(campaign: Campaign, server: Server) -> bool:
    try:
        return _all_take_events(campaign, server)
    except httpx.TransportError:
        return False


def test_only_the_writer_that_hangs_is_killed() -> None:
    """A worker may speak of one that was replaced meanwhile; and what waits finds the next one."""
    before = time.monotonic()
    writing = Writing()
    writing.start()
    try:
        while (first := _child()) is None:
            time.sleep(0.02)
        writing.shared.tell_hung(before)
        time.sleep(0.5)
        assert _child() == first
        writing.shared.tell_hung(time.monotonic())
        deadline = time.monotonic() + 10
        while _child() in (first, None):
            assert time.monotonic() < deadline
            time.sleep(0.02)
    finally:
        writing.end()
    assert _child() is None, "it outlived the one that started it"


def _child() -> int | None:
    """The writer that this process has started."""
    for thread in Path("/proc/self/task").iterdir():
        for child in (thread / "children").read_text().split():
            if b"callboard.writer" in Path(f"/proc/{child}/cmdline").read_bytes():
                return int(child)
    return None


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

"""The stream of numbers over real sockets: several workers, tokens that end, readers that vanish or stall."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.acceptance.campaign import Campaign, call, new_campaign
from tests.acceptance.command import done
from tests.acceptance.server import Server

STREAM = "organisation/analytics/stream/"


class Follower(threading.Thread):
    """Reads a stream to its end."""

    def __init__(self, campaign: Campaign, api: str) -> None:
        super().__init__()
        self.messages: list[dict[str, Any]] = []
        self.ended_at = 0.0
        self.broke_off = False
        self._told = threading.Condition()
        self._request = (api, campaign)
        self.start()

    def run(self) -> None:
        api, campaign = self._request
        try:
            with campaign.client(api) as client, client.stream("GET", STREAM) as answer:
                assert answer.status_code == 200
                for line in answer.iter_lines():
                    if line.startswith("data: "):
                        with self._told:
                            self.messages.append(json.loads(line[6:]))
                            self._told.notify_all()
        except httpx.TransportError:
            self.broke_off = True
        with self._told:
            self.ended_at = time.monotonic()
            self._told.notify_all()

    def until(self, total_calls: int) -> None:
        """Wait until it has received this number of calls."""
        with self._told:
            assert self._told.wait_for(lambda: self._last() == total_calls or self.ended_at, 30)
            assert self._last() == total_calls

    def _last(self) -> int | None:
        data = [each["data"]["total_calls"] for each in self.messages if "data" in each]
        return data[-1] if data else None


@pytest.fixture
def campaign(tmp_path: Path) -> Campaign:
    return new_campaign(tmp_path / "calls.db")


@pytest.fixture
def server(campaign: Campaign) -> Iterator[Server]:
    with Server(campaign.db, workers=2) as server:
        yield server
    assert "Traceback" not in server.log
    assert "ERROR" not in server.log


def test_every_stream_shows_what_one_worker_acknowledged(campaign: Campaign, server: Server):
    """Streams land on either worker, writes too, and a command writes beside them: all are told
    everything.
    """
    followers = [Follower(campaign, server.api) for _ in range(8)]
    for follower in followers:
        follower.until(0)
    for number in range(1, 11):
        with campaign.client(server.api) as client:
            campaign.send(client, call(f"c-{number}"))
    for follower in followers:
        follower.until(10)
    rows = campaign.db.parent / "calls.csv"
    rows.write_text("id,status\nx-1,completed\nx-2,failed\n")
    done(
        *("import", rows, "--space", campaign.space_token, "--map", "call_id=id,call_status=status"),
        *("--set", "creation_time=2024-02-07T10:00:00Z"),
        db=campaign.db,
    )
    for follower in followers:
        follower.until(12)
    assert server.stop() == 0
    for follower in followers:
        follower.join()
        assert follower.messages[-1]["reason"] == "stopping"
        assert not follower.broke_off
        counts = [each["data"]["total_calls"] for each in follower.messages[:-1]]
        assert counts == sorted(set(counts))
    server.start()


def test_a_revoked_token_ends_its_streams_within_a_second(campaign: Campaign, server: Server):
    """Revoked by a command beside the server, on whichever worker the stream is."""
    followers = [Follower(campaign, server.api) for _ in range(4)]
    for follower in followers:
        follower.until(0)
    token = done("token", "list", "--json", db=campaign.db).json[0]["id"]
    done("token", "revoke", str(token), db=campaign.db)
    revoked_at = time.monotonic()
    for follower in followers:
        follower.join(30)
        assert follower.messages[-1]["reason"] == "token_ended"
        assert not follower.broke_off
    # What it takes is a fiftieth of a second; this says only that nobody waits for a heartbeat or a message.
    assert max(follower.ended_at for follower in followers) - revoked_at < 10
    with campaign.client(server.api) as client:
        assert client.get(STREAM).status_code == 401


def _open_stream(campaign: Campaign, server: Server) -> socket.socket:
    """A reader on a bare socket, that reads the head and what comes with it."""
    connection = socket.create_connection(("127.0.0.1", server.port), timeout=30)
    head = "".join(f"{name}: {value}\r\n" for name, value in campaign.headers.items())
    connection.sendall(f"GET /api/v2/platform/{STREAM} HTTP/1.1\r\nHost: x\r\n{head}\r\n".encode())
    received = b""
    while b"total_calls" not in received:
        received += connection.recv(65_536)
    return connection


def test_readers_that_vanish_leave_their_places(tmp_path: Path):
    """Places are few here: hung up on by its readers, politely or not, a server has them free again."""
    campaign = new_campaign(tmp_path / "calls.db")
    with Server(campaign.db, arguments=["--stream-subscribers", "4"]) as server:
        for ending in (False, True) * 4:
            readers = [_open_stream(campaign, server) for _ in range(2)]
            with campaign.client(server.api) as client:
                refused = client.get(STREAM)
                assert (refused.status_code, refused.headers["Retry-After"]) == (503, "5")
            for reader in readers:
                if ending:  # a reset in place of a proper end
                    reader.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
                reader.close()
            _wait_for_room(campaign, server)


def _wait_for_room(campaign: Campaign, server: Server) -> None:
    limit = time.monotonic() + 30
    with campaign.client(server.api) as client:
        while client.head(STREAM).status_code != 200:
            assert time.monotonic() < limit
            time.sleep(0.02)


def test_a_server_with_streams_stops_at_once(campaign: Campaign):
    """Requests under way have half a minute to finish; streams would never, and are ended instead."""
    with Server(campaign.db, workers=2) as server:
        readers = [_open_stream(campaign, server) for _ in range(4)]
        began = time.monotonic()
        assert server.stop() == 0
        assert time.monotonic() - began < 20
        for reader in readers:
            last = b""
            while part := reader.recv(65_536):
                last += part
            assert b"event: end" in last
            assert last.endswith(b"0\r\n\r\n")  # whole, not broken off
            reader.close()
    assert "Traceback" not in server.log

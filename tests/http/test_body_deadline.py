"""Bodies that come slowly, stall, or come all at once: a time for each, and one room for all."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import json
import socket
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import zstandard

from callboard.http import body_deadline
from callboard.http.body_deadline import BODY_S
from callboard.http.request import Request
from tests.http.board import ADDRESS, API, Board, call
from tests.http.door import Door, refused

MIB = 1024 * 1024


class Slow:
    """One request in this process whose body stalls: what it is answered."""

    def __init__(self, board: Board, sent: list[bytes], **headers: str) -> None:
        self._board = board
        self._sent = list(sent)
        self.answer: list[Any] = []
        path = f"{API}spaces/{board.spring.token}/events/"
        named = {"authorization": f"Token {board.member}", **headers}
        self.scope = {
            "type": "http",
            "method": "POST",
            "path": path,
            "raw_path": path.encode(),
            "query_string": b"",
            "headers": [(name.replace("_", "-").encode(), value.encode()) for name, value in named.items()],
            "client": (ADDRESS, 1),
        }

    async def receive(self) -> dict[str, Any]:
        if self._sent:
            return {"type": "http.request", "body": self._sent.pop(0), "more_body": True}
        await asyncio.Event().wait()
        raise AssertionError("nothing more comes")

    async def send(self, message: Any) -> None:
        self.answer.append(message)

    async def asked(self) -> int:
        await self._board.app(self.scope, self.receive, self.send)
        return int(self.answer[0]["status"])


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """A hundredth of the time: the rules stay."""
    monkeypatch.setattr(body_deadline, "BODY_S", 0.1)
    monkeypatch.setattr(body_deadline, "CHECK_EVERY_S", 0.01)


@pytest.mark.usefixtures("hasty")
def test_a_body_that_stalls_is_408_and_its_connection_closed(board: Board):
    """With what is wrong; the next request finds a worker that holds nothing."""
    slow = Slow(board, [b"["])
    assert board.loop.run(slow.asked()) == 408
    assert (b"connection", b"close") in slow.answer[0]["headers"]
    assert b"10 s, and 1 s more for each 64 KiB" in slow.answer[1]["body"]
    assert board.app._body_memory.reserved == 0
    assert board.send(call("c-1"))["applied"] == 1


@pytest.mark.usefixtures("hasty")
def test_a_body_has_a_second_more_for_each_64_kib_received(board: Board):
    """What came late is waited for, as long as it comes at that pace."""

    async def both() -> tuple[int, int]:
        small, large = Slow(board, [b"["]), Slow(board, [b"[" + b" " * (128 * 1024)])
        slow = asyncio.create_task(large.asked())
        told = await small.asked()
        await asyncio.sleep(0.1)
        assert not slow.done()
        slow.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await slow
        return told, board.app._body_memory.reserved

    assert board.loop.run(both()) == (408, 0)


@pytest.mark.usefixtures("hasty")
def test_a_server_that_stops_waits_for_each_body_as_long_as_for_a_small_one(board: Board):
    """However much of it came."""

    async def stopped() -> int:
        slow = asyncio.create_task(Slow(board, [b" " * (4 * MIB)]).asked())
        await asyncio.sleep(0.02)
        board.app.shorten_body_deadlines()
        return await asyncio.wait_for(slow, 20)  # its own time would be 64 s

    assert board.loop.run(stopped()) == 408


@pytest.mark.usefixtures("hasty")
def test_stalled_bodies_share_the_body_memory_and_release_it(tmp_path: Path):
    """Forty at once: no more is held than there is room for, the others are 503 at once."""
    with Board(tmp_path, body_room_bytes=1 << 20) as board:

        async def crowd() -> list[int]:
            asked = [asyncio.create_task(Slow(board, [b" " * 50_000] * 2).asked()) for _ in range(40)]
            await asyncio.sleep(0.05)
            assert board.app._body_memory.reserved <= 512 * 1024
            other = {"Authorization": f"Token {board.stranger}"}
            url = f"{API}spaces/{board.elsewhere.token}/events/"
            answer = await board._ask("POST", url, ADDRESS, headers=other, json=call("c-1"))
            assert answer.status_code == 200
            board.app.shorten_body_deadlines()
            return await asyncio.gather(*asked)

        statuses = board.loop.run(crowd())
        assert (statuses.count(408), statuses.count(503)) == (5, 35)
        assert board.app._body_memory.reserved == 0


def test_a_body_without_memory_left_is_503_at_once(tmp_path: Path):
    """With when to come back: by what it says of its length, by what came, and by what it unfolds to."""
    body = json.dumps([call(f"c-{number}", metadata={"a": "x" * 1000}) for number in range(400)]).encode()
    packed = zstandard.compress(body)
    with Board(tmp_path, body_room_bytes=600_000) as board:
        held = board.app._body_memory.reserve_for("somebody")
        held.grow(400_000)
        url = f"spaces/{board.spring.token}/events/"
        for content, headers in ((body, {}), (packed, {"Content-Encoding": "zstd"})):
            sent = {"Content-Type": "application/json", **headers}
            answer = board.ask("POST", url, token=board.member, headers=sent, content=content)
            said = refused(answer, 503, "nothing of this one was kept")
            assert said
            assert int(answer.headers["Retry-After"]) >= 1
        assert board.app._body_memory.reserved == 400_000
        held.end()
        for content, headers in ((packed, {"Content-Encoding": "zstd"}), (body, {})):
            sent = {"Content-Type": "application/json", **headers}
            answer = board.ask("POST", url, token=board.member, headers=sent, content=content)
            assert answer.status_code == 200, answer.text
        assert board.app._body_memory.reserved == 0


def _requests_left() -> int:
    return sum(isinstance(each, Request) for each in gc.get_objects())


@pytest.mark.parametrize(
    ("method", "path", "content", "status"),
    [
        ("POST", "spaces/{space}/events/", json.dumps(call("c-1")).encode(), 200),
        ("POST", "spaces/{space}/events/", json.dumps([call("c-1")] * 400).encode(), 200),
        ("POST", "spaces/{space}/events/", b"[1]", 200),
        ("POST", "spaces/{space}/events/", b"[", 400),
        ("POST", "spaces/", b"[" * 100, 400),
        ("POST", "spaces/", b'{"names":1}', 422),
        ("PATCH", "spaces/{space}/tasks/t-1/", b'{"status":"running"}', 200),
        ("PATCH", "spaces/{space}/tasks/none/", b"{}", 404),
        ("GET", "call-logs/", b"", 200),
        ("GET", "organisation/analytics/durations/", b"", 200),
        ("GET", "spaces/?odd=1", b"", 400),
    ],
)
def test_a_request_is_gone_with_its_body_once_answered(
    board: Board, method: str, path: str, content: bytes, status: int
):
    """And not only when the garbage collector comes by: till then its bytes would be held beyond the room."""
    board.send({"type": "task", "task_id": "t-1", "status": "pending"})
    gc.collect()
    gc.disable()
    try:
        url = path.replace("{space}", board.spring.token)
        headers = {"Content-Type": "application/json"} if content else {}
        asked: dict[str, Any] = {"token": board.admin, "org": "acme.example", "headers": headers}
        answer = board.ask(method, url, content=content, **asked)
        assert answer.status_code == status, answer.text
        for _ in range(5):
            if not _requests_left():
                return
            time.sleep(0.05)  # a thread lets go of its work just after it has told what came of it
        assert _requests_left() == 0
    finally:
        gc.enable()


# --- the bounds of each route


def _padded(body: dict[str, Any], size: int) -> bytes:
    text = json.dumps(body).encode()
    return text + b" " * (size - len(text))


@pytest.mark.parametrize(
    ("method", "path", "body", "most"),
    [
        ("POST", "/session", {"token": "cb_none"}, 64 * 1024),
        ("POST", "spaces/", {"name": "a"}, 64 * 1024),
        ("PATCH", "spaces/{space}/", {"name": "a"}, 64 * 1024),
        ("POST", "tokens/", {"name": "a", "role": "viewer"}, 64 * 1024),
        ("PATCH", "spaces/{space}/tasks/t-1/", {"assignee": "a"}, MIB),
    ],
)
def test_a_body_is_bounded_by_what_its_route_can_need(
    board: Board, method: str, path: str, body: dict[str, Any], most: int
):
    """At the bound it is read, one byte more is 413; compressed it is 415: small bodies need no
    compression.
    """
    board.send({"type": "task", "task_id": "t-1", "status": "pending"})
    path = path.replace("{space}", board.spring.token)
    headers = {"Content-Type": "application/json", "Sec-Fetch-Site": "same-origin"}
    asked: dict[str, Any] = {"headers": headers}
    if path != "/session":
        asked |= {"token": board.admin, "org": "acme.example"}
    taken = board.ask(method, path, content=_padded(body, most), **asked)
    assert taken.status_code in (200, 201, 401), taken.text
    refused(board.ask(method, path, content=_padded(body, most + 1), **asked), 413, f"{most:,} bytes")
    packed = {**asked, "headers": {**asked["headers"], "Content-Encoding": "zstd"}}
    content = zstandard.compress(json.dumps(body).encode())
    refused(board.ask(method, path, content=content, **packed), 415, "not compressed")


@pytest.mark.parametrize("path", ["/session", "spaces/", "tokens/"])
@pytest.mark.parametrize(
    ("body", "status", "words"),
    [
        (b"[" + b"1," * 1000 + b"1]", 422, "must be an object"),
        (b"[" + b"1," * 1001 + b"1]", 413, "more than 1,000 values"),
        (b'{"name":' + b"[" * 63 + b"]" * 63 + b"}", 422, ""),
        (b'{"name":' + b"[" * 64 + b"]" * 64 + b"}", 400, "nested too deeply"),
    ],
)
def test_the_shape_of_a_small_body_is_bounded(board: Board, path: str, body: bytes, status: int, words: str):
    """At the bound it is looked at, beyond it is refused before anything decodes it."""
    headers = {"Content-Type": "application/json", "Sec-Fetch-Site": "same-origin"}
    asked: dict[str, Any] = {"headers": headers, "content": body}
    if path != "/session":
        asked |= {"token": board.admin, "org": "acme.example"}
    refused(board.ask("POST", path, **asked), status, words)


# --- over real sockets


@pytest.fixture(scope="module")
def stalled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    with Door(tmp_path_factory.mktemp("stalled")) as door:
        yield door


def _begun(door: Door, length: int, sent: int) -> socket.socket:
    """A connection that announced so many bytes, sent a part and stalls."""
    connection = socket.create_connection(("127.0.0.1", door.server.port), timeout=60)
    head = (
        f"POST {door.events} HTTP/1.1\r\nHost: callboard\r\nAuthorization: Token {door.admin}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {length}\r\n\r\n"
    )
    with contextlib.suppress(OSError):  # it may have been answered before all of it was sent
        connection.sendall(head.encode() + b" " * sent)
    return connection


def _end(connection: socket.socket) -> bytes:
    """All that is answered until the server closes the connection."""
    received = b""
    with contextlib.suppress(ConnectionResetError):
        while more := connection.recv(65_536):
            received += more
    connection.close()
    return received


def test_a_stalled_body_is_hung_up_on_after_its_time(stalled: Door):
    """408 over a real socket, closed behind it: 10 s for a body of which nearly nothing came."""
    began = time.monotonic()
    answer = _end(_begun(stalled, 1000, 500))
    assert answer.startswith(b"HTTP/1.1 408"), answer
    assert time.monotonic() - began >= BODY_S - 1
    assert stalled.lives()


def _resident_mib(pid: int) -> float:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith("VmRSS")).split()[1]) / 1024


@pytest.mark.skipif(sys.platform != "linux", reason="resident memory is read from Linux's /proc")
def test_forty_stalled_bodies_hold_at_most_128_mib(stalled: Door):
    """And give them back when they are gone; another request is answered meanwhile."""
    (worker,) = stalled.workers()
    before = _resident_mib(worker)
    connections = [_begun(stalled, 16 * MIB, 16 * MIB - 100_000) for _ in range(40)]
    held = _resident_mib(worker) - before
    assert stalled.client.get("/healthz").status_code == 200
    for connection in connections:
        connection.close()
    assert held <= 128, held
    for _ in range(100):
        if _resident_mib(worker) - before <= 32:
            break
        time.sleep(0.1)
    assert _resident_mib(worker) - before <= 32
    assert stalled.client.post(stalled.events, json=call("c-1")).status_code == 200


@pytest.mark.long
@pytest.mark.timeout(600)
def test_forty_stalled_bodies_are_given_up_after_their_time(stalled: Door):
    """Each 408 or 503, though nobody hung up: of nearly 16 MiB the last after 264 s."""
    (worker,) = stalled.workers()
    before = _resident_mib(worker)
    connections = [_begun(stalled, 16 * MIB, 16 * MIB - 100_000) for _ in range(40)]
    for connection in connections:
        connection.settimeout(400)
    statuses = [_end(connection)[9:12] for connection in connections]
    assert set(statuses) <= {b"408", b"503", b""}
    assert b"408" in statuses
    assert _resident_mib(worker) - before <= 32


@pytest.mark.long
@pytest.mark.timeout(120)
def test_sigterm_does_not_wait_for_a_stalled_body_beyond_its_time(tmp_path: Path):
    """Of a body of which 2 MiB came (its own time would be 42 s): told 408, and exit code 0."""
    with Door(tmp_path) as door:
        connection = _begun(door, 16 * MIB, 2 * MIB)
        time.sleep(1)
        began = time.monotonic()
        assert door.server.stop() == 0
        assert time.monotonic() - began < 2 * BODY_S
        assert _end(connection).startswith(b"HTTP/1.1 408")
        door.server.start()

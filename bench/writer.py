"""A client that writes single events at a steady rate, and checks that answers count what was acknowledged.

`python -m bench.writer PORT BOARD RATE` runs it in a process of its own. It takes commands on standard input:
`go` starts writing, `pause` stops and prints one line of JSON about the time since, end of file ends it.
Plain sockets and one epoll: on two cores, a heavier client would take CPU time from the server it measures.
"""

from __future__ import annotations

import json
import random
import select
import socket
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import Any, Self

import msgspec

from bench.calls import LIVE_FROM, instant
from bench.files import Board
from bench.server import PRODUCT

CONNECTIONS = 48
CHECK_EVERY_S = 0.01


class Connection:
    """One connection, with the request that it waits for."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.received = b""
        self.since = 0.0
        self.space = -1
        self.expected = 0

    def send(self, request: bytes) -> None:
        self.received = b""
        self.since = time.perf_counter()
        self.socket.sendall(request)

    def answer(self) -> bytes | None:
        """The body once all of it has arrived; None until then."""
        self.received += self.socket.recv(65_536)
        head, found, body = self.received.partition(b"\r\n\r\n")
        if not found:
            return None
        length = int(head.lower().partition(b"content-length:")[2].split(b"\r\n")[0])
        if len(body) < length:
            return None
        if not head.startswith(b"HTTP/1.1 200"):
            raise SystemExit(f"writer: {self.received[:500]!r}")
        return body


class Writer:
    """All connections of the client, in one thread."""

    def __init__(self, port: int, board: Board, rate: int) -> None:
        self._board = board
        self._rate = rate
        self._port = port
        self._draw = random.Random(time.time_ns())
        self._weights = [1 / (rank + 2) for rank in range(len(board.space_tokens))]
        self._run = f"{time.time_ns():x}"
        self._sent = 0
        # By space, and last of the organization: the calls that the server must count at least, which are
        # those it had and those it acknowledged since.
        self._begin()
        self._counted = [self._ask(place) for place in [*range(len(board.space_tokens)), None]]

    def _connect(self) -> Connection:
        made = Connection(self._port)
        self._by_fd[made.socket.fileno()] = made
        self._poll.register(made.socket.fileno(), select.EPOLLIN)
        return made

    def _begin(self) -> None:
        # New connections for each period: a server may close connections that were idle for long.
        self._poll = select.epoll()
        self._by_fd: dict[int, Connection] = {}
        self._idle = [self._connect() for _ in range(CONNECTIONS)]
        self._checker = self._connect()
        self._checking = False
        self._began, self._period_sent = time.perf_counter(), 0
        self._taken: list[float] = []
        self._checked = self._stale = 0
        self._next_check = 0.0
        self._spaces = self._draw.choices(range(len(self._weights)), self._weights, k=100_000)

    def _head(self, method: str, path: str, length: int = 0) -> bytes:
        secret = self._board.secrets[self._sent % len(self._board.secrets)]
        return (
            f"{method} {PRODUCT}/{path} HTTP/1.1\r\nHost: bench\r\nAuthorization: Token {secret}\r\n"
            f"Org-Handle: {self._board.handle}\r\n"
            + (f"Content-Type: application/json\r\nContent-Length: {length}\r\n\r\n" if length else "\r\n")
        ).encode()

    def _ask_request(self, place: int | None) -> bytes:
        scope = "" if place is None else f"?space_token={self._board.space_tokens[place]}"
        return self._head("GET", f"organisation/analytics/{scope}")

    def _ask(self, place: int | None) -> int:
        self._checker.send(self._ask_request(place))
        while (body := self._checker.answer()) is None:
            pass
        return int(json.loads(body)["data"]["total_calls"])

    def _write(self, connection: Connection) -> None:
        self._sent += 1
        self._period_sent += 1
        place = self._spaces[self._sent % len(self._spaces)]
        at = instant(LIVE_FROM + self._sent * 1_000_000)
        body = (
            f'{{"type":"call","call_id":"{self._run}-{self._sent}","call_status":"completed",'
            f'"call_type":"outbound","destination_number":"+12025550123","creation_time":"{at}",'
            f'"start_time":"{at}","call_duration":61.5,"end_reason":"customer_hangup","agent":"renewals"}}'
        ).encode()
        connection.space = place
        path = f"spaces/{self._board.space_tokens[place]}/events/"
        connection.send(self._head("POST", path, len(body)) + body)

    def _acknowledged(self, connection: Connection, body: bytes) -> None:
        if b'"applied":1' not in body:
            raise SystemExit(f"writer: {body!r}")
        now = time.perf_counter()
        self._taken.append(now - connection.since)
        self._counted[connection.space] += 1
        self._counted[-1] += 1
        self._idle.append(connection)
        if not self._checking and now >= self._next_check:
            # Asked on another connection as soon as the write is acknowledged: in turns for its space and for
            # the organization.
            place = connection.space if self._checked % 2 else None
            self._checker.expected = self._counted[-1 if place is None else place]
            self._checker.send(self._ask_request(place))
            self._checking, self._next_check = True, now + CHECK_EVERY_S

    def _check(self, body: bytes) -> None:
        self._checking = False
        self._checked += 1
        if json.loads(body)["data"]["total_calls"] < self._checker.expected:
            self._stale += 1

    def _turn(self, wait_s: float) -> None:
        for fd, _ in self._poll.poll(wait_s):
            connection = self._by_fd[fd]
            body = connection.answer()
            if body is None:
                continue
            if connection is self._checker:
                self._check(body)
            else:
                self._acknowledged(connection, body)

    def write_until_notified(self) -> None:
        """Write until there is a line on standard input; then wait for the requests under way."""
        self._begin()
        words = select.epoll()
        words.register(sys.stdin.fileno(), select.EPOLLIN)
        while not words.poll(0):
            due = int((time.perf_counter() - self._began) * self._rate) - self._period_sent
            for _ in range(min(due, len(self._idle))):
                self._write(self._idle.pop())
            self._turn(0.001)
        self._ended = time.perf_counter()
        while len(self._idle) < CONNECTIONS or self._checking:
            self._turn(0.1)

    def summary(self) -> dict[str, Any]:
        """The figures of the last period."""
        taken = sorted(self._taken)
        return {
            "writes_per_s": len(taken) / (self._ended - self._began),
            "p50_ms": statistics.median(taken) * 1000,
            "p99_ms": taken[int(len(taken) * 0.99)] * 1000,
            "checked": self._checked,
            "stale": self._stale,
        }


class WriterProcess:
    """The client in a process of its own."""

    def __init__(self, port: int, board_file: Path, rate: int) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "bench.writer", str(port), str(board_file), str(rate)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=Path(__file__).parent.parent,
        )
        self._line()

    @property
    def pid(self) -> int:
        """The id of its process."""
        return self._process.pid

    def _line(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise SystemExit("the writing client failed")
        summary: dict[str, Any] = json.loads(line)
        return summary

    def _say(self, word: str) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(word + "\n")
        self._process.stdin.flush()

    def go(self) -> None:
        """Start writing."""
        self._say("go")

    def pause(self) -> dict[str, Any]:
        """Stop writing. Returns the figures of the time since `go`."""
        self._say("pause")
        return self._line()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(30)


def main() -> None:
    """One client, controlled by its standard input."""
    port, board_file, rate = sys.argv[1:]
    writer = Writer(int(port), msgspec.json.decode(Path(board_file).read_bytes(), type=Board), int(rate))
    print("{}", flush=True)
    while sys.stdin.readline():
        writer.write_until_notified()
        sys.stdin.readline()
        print(json.dumps(writer.summary()), flush=True)


if __name__ == "__main__":
    main()

"""A client that subscribes to the numbers of many spaces, writes to them, and measures when it is notified.

`python -m bench.follower PORT BOARD SUBSCRIBERS RATE SECONDS` runs it in a process of its own. Subscribers
are spread evenly over the spaces, and so are the writes: single events at a steady rate. For each
acknowledged event and each subscriber of its space it measures the time from the acknowledgement to the first
message that contains the event; a message that arrived earlier counts as 0. It prints one line of JSON.
Plain sockets and one epoll, for the reason given in `bench/writer.py`.
"""

from __future__ import annotations

import json
import random
import re
import resource
import select
import socket
import sys
import time
from collections import deque
from pathlib import Path
from typing import Any

import msgspec

from bench.files import Board
from bench.server import PRODUCT
from bench.writer import Connection

CONNECTIONS = 32
WARM_UP_S = 2.0
LAST_WORDS_S = 5.0
_TOTAL = re.compile(rb'"total_calls":(\d+),')


class Follower:
    """One subscriber."""

    def __init__(self, port: int, board: Board, place: int) -> None:
        self.space = place % len(board.space_tokens)
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.latest_seen = -1
        self.messages = 0
        self.waiting: deque[tuple[int, float]] = deque()
        """For each event not yet seen: (the count of calls that contains it, when it was acknowledged)."""
        self._received = b""
        path = f"{PRODUCT}/organisation/analytics/stream/?space_token={board.space_tokens[self.space]}"
        secret = board.secrets[place % len(board.secrets)]
        self.socket.sendall(
            f"GET {path} HTTP/1.1\r\nHost: bench\r\nAuthorization: Token {secret}\r\n"
            f"Org-Handle: {board.handle}\r\n\r\n".encode()
        )

    def read(self, now: float) -> list[float]:
        """Read messages. Returns the delays of the events that they contain for the first time."""
        part = self.socket.recv(65_536)
        if not part:
            raise SystemExit(f"follower: a stream ended: {self._received[-500:]!r}")
        whole, _, self._received = (self._received + part).rpartition(b"\n\n")
        for found in _TOTAL.finditer(whole):
            self.messages += 1
            self.latest_seen = int(found[1])
        delays = []
        while self.waiting and self.waiting[0][0] <= self.latest_seen:
            delays.append(max(0.0, now - self.waiting.popleft()[1]))
        return delays


class Client:
    """All subscribers and writers, in one thread."""

    def __init__(self, port: int, board: Board, subscribers: int, rate: int) -> None:
        self._port, self._board, self._rate = port, board, rate
        self._draw = random.Random(time.time_ns())
        self._poll = select.epoll()
        self._writers: dict[int, Connection] = {}
        self._followers: dict[int, Follower] = {}
        self._delays: list[float] = []
        for place in range(subscribers):
            follower = Follower(port, board, place)
            self._followers[follower.socket.fileno()] = follower
            self._poll.register(follower.socket.fileno(), select.EPOLLIN)
            self._turn(0)
        self._of_space: list[list[Follower]] = [[] for _ in board.space_tokens]
        for follower in self._followers.values():
            self._of_space[follower.space].append(follower)
        self._idle = [self._connect() for _ in range(CONNECTIONS)]
        self._acknowledged = 0
        self._sent = 0
        self._run = f"{time.time_ns():x}"

    def _connect(self) -> Connection:
        made = Connection(self._port)
        self._writers[made.socket.fileno()] = made
        self._poll.register(made.socket.fileno(), select.EPOLLIN)
        return made

    def wait_for_first_messages(self) -> None:
        """Wait until every subscriber has its first message, with the count of its space."""
        limit = time.perf_counter() + 60
        while any(follower.latest_seen < 0 for follower in self._followers.values()):
            self._turn(0.1)
            if time.perf_counter() > limit:
                raise SystemExit("follower: not everybody was told a first answer within a minute")
        self._counted = [of_space[0].latest_seen for of_space in self._of_space]

    def write(self, seconds: float) -> dict[str, Any]:
        """Write for `seconds`, then wait until every subscriber has seen every event. Returns the figures."""
        self._delays, self._acknowledged, self._sent = [], 0, 0
        before = sum(follower.messages for follower in self._followers.values())
        began = time.perf_counter()
        while (now := time.perf_counter()) < began + seconds:
            for _ in range(min(int((now - began) * self._rate) - self._sent, len(self._idle))):
                self._write(self._idle.pop())
            self._turn(0.001)
        took, acknowledged = time.perf_counter() - began, self._acknowledged
        limit = time.perf_counter() + LAST_WORDS_S
        while time.perf_counter() < limit and (len(self._idle) < CONNECTIONS or self._missing()):
            self._turn(0.05)
        delays = sorted(self._delays)
        messages = sum(follower.messages for follower in self._followers.values()) - before
        return {
            "writes_per_s": acknowledged / took,
            "messages_per_s": messages / took,
            "told": len(delays),
            "never_told": self._missing(),
            **{f"p{q}_ms": delays[int(len(delays) * q / 100)] * 1000 for q in (50, 95, 99)},
            "max_ms": delays[-1] * 1000,
        }

    def _missing(self) -> int:
        return sum(len(follower.waiting) for follower in self._followers.values())

    def _write(self, connection: Connection) -> None:
        self._sent += 1
        connection.space = self._draw.randrange(len(self._board.space_tokens))
        body = (
            f'{{"type":"call","call_id":"{self._run}-{time.time_ns():x}-{self._sent}",'
            '"call_status":"completed","call_type":"outbound","destination_number":"+12025550123",'
            '"creation_time":"2026-03-01T09:00:00Z","start_time":"2026-03-01T09:00:04Z",'
            '"call_duration":61.5,"end_reason":"customer_hangup","agent":"renewals"}'
        ).encode()
        path = f"{PRODUCT}/spaces/{self._board.space_tokens[connection.space]}/events/"
        secret = self._board.secrets[self._sent % len(self._board.secrets)]
        head = (
            f"POST {path} HTTP/1.1\r\nHost: bench\r\nAuthorization: Token {secret}\r\n"
            f"Org-Handle: {self._board.handle}\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(body)}\r\n\r\n"
        ).encode()
        connection.send(head + body)

    def _turn(self, wait_s: float) -> None:
        for fd, _ in self._poll.poll(wait_s):
            if (follower := self._followers.get(fd)) is not None:
                self._delays += follower.read(time.perf_counter())
            elif self._writers[fd].answer() is not None:
                self._heard(self._writers[fd])

    def _heard(self, connection: Connection) -> None:
        now = time.perf_counter()
        self._acknowledged += 1
        self._idle.append(connection)
        self._counted[connection.space] += 1
        for follower in self._of_space[connection.space]:
            if follower.latest_seen >= self._counted[connection.space]:
                self._delays.append(0.0)
            else:
                follower.waiting.append((self._counted[connection.space], now))


def main() -> None:
    """Warm up, measure, print."""
    port, board_file, subscribers, rate, seconds = sys.argv[1:]
    limit = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (limit, limit))
    board = msgspec.json.decode(Path(board_file).read_bytes(), type=Board)
    client = Client(int(port), board, int(subscribers), int(rate))
    client.wait_for_first_messages()
    client.write(WARM_UP_S)
    print(json.dumps(client.write(float(seconds))), flush=True)


if __name__ == "__main__":
    main()

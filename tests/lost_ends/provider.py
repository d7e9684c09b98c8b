"""A platform that has a list API: real HTTP on loopback, with the faults that such a thing can have.

What the list APIs take and answer is written from what the official packages send and expect (twilio 9.13.0,
vapi-server-sdk 3.0.0, retell-sdk 6.2.13, elevenlabs 2.78.0, plivo 4.63.0, telnyx 4.189.0) and, of Unpod, from
its documented call logs; not from our own reader. What they do not know is 400, and kept in `complaints`.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import MappingProxyType
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, urlsplit

from tests.lost_ends.true_calls import TrueCall


class Asked(NamedTuple):
    """One request to the platform."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    json: Any


class Answered(NamedTuple):
    """One answer of it."""

    status: int
    body: bytes
    headers: Mapping[str, str] = MappingProxyType({})


class BadRequestError(Exception):
    """The request is none that the official package would send."""


ListApi = Callable[[Asked, list[TrueCall], int], Any]
"""(request, all calls, rows of a page at most) → what is answered as JSON; None: 404."""


class Provider:
    """One platform with its calls."""

    def __init__(self, api: ListApi, calls: list[TrueCall], page_rows: int = 1_000) -> None:
        self.calls = calls
        self.requests: list[Asked] = []
        self.complaints: list[str] = []
        self.faults: list[Answered] = []
        """Answered first, each once."""
        self.always: Callable[[Asked], Answered | None] | None = None
        """Answers in place of the API, where it answers."""
        self.before_answer: Callable[[int], None] | None = None
        """Called with the number of each request."""
        self._api, self._page_rows = api, page_rows

    def answer(self, asked: Asked) -> Answered:
        self.requests.append(asked)
        if self.before_answer is not None:
            self.before_answer(len(self.requests))
        if self.faults:
            return self.faults.pop(0)
        if self.always is not None and (answer := self.always(asked)) is not None:
            return answer
        try:
            found = self._api(asked, self.calls, self._page_rows)
        except (BadRequestError, KeyError, ValueError) as error:
            self.complaints.append(f"{asked.method} {asked.path} {asked.query}: {error!r}")
            return Answered(400, b'{"message": "bad request"}')
        if found is None:
            return Answered(404, b'{"message": "not found"}')
        if isinstance(found, Answered):
            return found
        return Answered(200, json.dumps(found).encode(), {"Content-Type": "application/json"})


@contextmanager
def serving(provider: Provider) -> Iterator[str]:
    """The platform, listening; its base URL."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _answer(self) -> None:
            where = urlsplit(self.path)
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            query = parse_qsl(where.query, keep_blank_values=True)
            answer = provider.answer(
                Asked(
                    self.command,
                    where.path,
                    dict(query),
                    {name.lower(): value for name, value in self.headers.items()},
                    json.loads(body) if body else None,
                )
            )
            self.send_response(answer.status)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(answer.body)))
            self.end_headers()
            self.wfile.write(answer.body)

        do_GET = do_POST = _answer  # noqa: N815 - the names that the library calls

        def log_message(self, *_: Any) -> None:
            """Nothing: the test tells what failed."""

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, *_: Any) -> None:
            """A client that was killed hangs up."""

    server = Server(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()

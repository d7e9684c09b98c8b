"""Asks the application and writes down what it answers, endpoint by endpoint."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import urlsplit

import httpx

from callboard.http.endpoints import ENDPOINTS
from callboard.http.errors import HttpError
from callboard.http.router import Router
from tests.http.board import API, Board
from tests.recorded.form import body_lines, escaped

MOST_SHOWN = 200
"""Characters of a request's body that are shown: it is there to be recognised, its answer is what counts."""

MOST_KEPT = 800
MOST_KEPT_ONCE = 6_000
BEGINNING = 250
"""Bytes of a body that is kept whole, of the one longer body that each endpoint has, and of the beginning of
all others: beside it stands the hash of the whole.
"""

USUAL = {
    ("content-type", "application/json"): "json",
    ("x-content-type-options", "nosniff"): "nosniff",
    ("vary", "Authorization, Cookie, Org-Handle"): "vary",
    ("cache-control", "private, no-cache"): "no-cache",
}
"""Headers of most answers: behind the status each is named in a word."""


class Recorder:
    """One board, and what it answered so far."""

    def __init__(self, board: Board) -> None:
        self.board = board
        self.answers: dict[str, list[str]] = {}
        self.tokens: dict[str, str | None] = {
            "nobody": None,
            "viewer": board.viewer,
            "member": board.member,
            "admin": board.admin,
            "stranger": board.stranger,
            "both": board.both,
        }
        self._router = Router(ENDPOINTS)
        self._shown_whole: set[str] = set()

    def get(self, path: str, **more: Any) -> httpx.Response:
        return self.ask("GET", path, **more)

    def ask(
        self,
        method: str,
        path: str,
        *,
        who: str = "viewer",
        org: str | None = "acme.example",
        body: Any = None,
        content: bytes | None = None,
        headers: dict[str, str] | None = None,
        seen: Callable[[httpx.Response], bytes] = lambda answer: answer.content,
        told: Sequence[str] | None = None,
    ) -> httpx.Response:
        """The answer to one request, recorded. `path` is below the API's base unless it begins with a slash;
        `seen` is what of the body is recorded, `told` which headers: all of them when left out.
        """
        sent = {"X-Request-Id": "recorded", **(headers or {})}
        more: dict[str, Any] = {} if content is None else {"content": content}
        if body is not None:
            more["content"] = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
            sent.setdefault("Content-Type", "application/json")
        answer = self.board.ask(
            method, path, token=self.tokens[who], org=org, headers=list(sent.items()), **more
        )
        operation = self._operation(method, path)
        lines = [f"=== {method} {path}", *_whence(who, org, headers), *_shown(more.get("content"))]
        usual, own = _headers(answer, told)
        lines += [f"--- {answer.status_code} {usual}", *own, *self._kept(method, operation, seen(answer)), ""]
        self.answers.setdefault(operation, []).append("\n".join(lines))
        return answer

    def texts(self) -> dict[str, str]:
        """What was answered: operation → all its answers, one after the other."""
        return {name: "\n".join(answers) for name, answers in self.answers.items()}

    def _kept(self, method: str, operation: str, body: bytes) -> list[str]:
        # What became of something sent is always shown whole: each message counts.
        if len(body) > MOST_KEPT and method == "GET":
            if operation in self._shown_whole or len(body) > MOST_KEPT_ONCE:
                return [*body_lines(body[:BEGINNING]), f"… {_hashed(body).decode()}"]
            self._shown_whole.add(operation)
        return body_lines(body)

    def _operation(self, method: str, path: str) -> str:
        url = path if path.startswith("/") else API + path
        try:
            found, _ = self._router.find("GET" if method == "HEAD" else method, urlsplit(url).path.encode())
        except (HttpError, UnicodeError):
            return "no_endpoint"
        return found.operation


def digest(answer: httpx.Response) -> bytes:
    """Of a body too large to be kept whole: how long it is, and its hash."""
    return _hashed(answer.content)


def _hashed(body: bytes) -> bytes:
    return f"{len(body)} bytes, sha256 {hashlib.sha256(body).hexdigest()}".encode()


def _whence(who: str, org: str | None, headers: dict[str, str] | None) -> list[str]:
    """Who asks, where that is not Acme's viewer, and with which headers."""
    named = [] if (who, org) == ("viewer", "acme.example") else [f"{who} of {org}"]
    return [
        f"    {each}" for each in (*named, *(f"{name}: {value}" for name, value in (headers or {}).items()))
    ]


def _shown(content: bytes | None) -> list[str]:
    if content is None:
        return []
    text = escaped(content.decode("utf-8", "backslashreplace"))
    cut = text if len(text) <= MOST_SHOWN else f"{text[:MOST_SHOWN]}… ({len(content)} bytes)"
    return [f"    > {line}" for line in cut.split("\n")]


def _headers(answer: httpx.Response, told: Sequence[str] | None) -> tuple[str, list[str]]:
    """Those that most answers have, in a word each, and the others."""
    headers = [(name.decode().lower(), value.decode("latin-1")) for name, value in answer.headers.raw]
    if told is not None:
        headers = [each for each in headers if each[0] in told]
    usual = [USUAL[each] for each in headers if each in USUAL]
    own = [
        f"{name}: {value}"
        for name, value in headers
        if (name, value) not in USUAL
        and (name, value) != ("x-request-id", "recorded")
        and (name, value) != ("content-length", str(len(answer.content)))
    ]
    return " ".join(usual), own

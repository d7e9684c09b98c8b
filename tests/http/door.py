"""The door of a real server: everything through real sockets, and bytes as they are where that matters."""

from __future__ import annotations

import json
import re
import socket
import subprocess
from collections.abc import Mapping, Sequence
from itertools import count
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple, Self
from urllib.parse import urlsplit

import httpx

from callboard.clock import system_clock
from callboard.model.directory import Member, SpaceSettings
from callboard.query.secret import new_secret
from callboard.store.sqlite.store import SqliteStore
from tests.acceptance.server import Server
from tests.http.board import call

BASE = "/api/v2/platform/"
ANALYTICS = f"{BASE}organisation/analytics/"
_LENGTH = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)


class Answer(NamedTuple):
    """What came back over a bare socket."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def said(self) -> Any:
        return json.loads(self.body)


class Door:
    """One server with two tenants. `acme` has the space `spring`; `other` has `elsewhere`."""

    def __init__(self, folder: Path) -> None:
        self._hook: tuple[str, dict[str, str]] | None = None
        db = folder / "calls.db"
        store, self._now = SqliteStore(str(db)), system_clock()
        try:
            self.spring, self.admin = self._tenant(store, "acme.example", "Spring")
            self.elsewhere, self.stranger = self._tenant(store, "other.example", "Elsewhere")
        finally:
            store.close()
        # Wrong tokens and handles by the hundred are what is tested here, and not to be shut out.
        self.server = Server(
            db, environment={"CALLBOARD_FAILED_AUTH_PER_MINUTE": "1000000", "CALLBOARD_RECONCILE_EVERY": "0"}
        )

    def _tenant(self, store: SqliteStore, handle: str, space: str) -> tuple[str, str]:
        """A space's token and an admin's secret."""
        organization = store.create_organization(
            name=handle, domain_handle=handle, domain=None, is_private_domain=False, now=self._now
        )
        made = store.create_space(
            org_id=organization.id,
            name=space,
            description=None,
            content_type="contact",
            agent_handle=None,
            settings=SpaceSettings(),
            now=self._now,
        )
        secret = new_secret()
        store.create_token(
            name="Admin",
            prefix=secret.prefix,
            secret_digest=secret.digest,
            members=[Member(organization.id, "admin")],
            expires_at=None,
            now=self._now,
        )
        return made.token, secret.text

    def __enter__(self) -> Self:
        self.server.start()
        self.client = httpx.Client(
            base_url=self.server.url, headers=self.headers(), trust_env=False, timeout=120
        )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.client.close()
        self.server.stop()

    def an_upload(self) -> str:
        """The id of a new upload of four bytes: one part, not sent yet."""
        path = f"/api/v2/platform/spaces/{self.spring}/imports/"
        opened = self.client.post(path, json={"name": "calls.csv", "size": 4})
        assert opened.status_code == 201, opened.text
        return str(opened.json()["data"]["id"])

    def a_hook(self) -> tuple[str, dict[str, str]]:
        """The path of a hook whose proof is a header, and that header: so that any body is proved."""
        if self._hook is None:
            made = self.client.post(f"{BASE}hooks/", json={"platform": "vapi", "space_token": self.spring})
            assert made.status_code == 201, made.text
            item = made.json()["data"]
            self._hook = (urlsplit(item["url"]).path, {"X-Vapi-Secret": item["secrets"]["secret"]})
        return self._hook

    def drop_upload(self, upload: str) -> None:
        """An organization has room for five. It may be dropped already: that is then 404."""
        answer = self.client.delete(f"/api/v2/platform/spaces/{self.spring}/imports/{upload}/")
        assert answer.status_code in (200, 404), answer.text

    # --- asking

    def headers(self, **more: str) -> dict[str, str]:
        """Those of Acme's admin."""
        sent = {"Authorization": f"Token {self.admin}", "Org-Handle": "acme.example"}
        return {**sent, **{name.replace("_", "-"): value for name, value in more.items()}}

    @property
    def events(self) -> str:
        return f"{BASE}spaces/{self.spring}/events/"

    def send(self, content: Any, media: str = "application/json", **headers: str) -> httpx.Response:
        """A body to the events of `spring`."""
        return self.client.post(
            self.events, content=content, headers=self.headers(Content_Type=media, **headers)
        )

    def counted(self, token: str | None = None, handle: str = "acme.example") -> tuple[int, int]:
        """How many calls and tasks there are now."""
        headers = {"Authorization": f"Token {token or self.admin}", "Org-Handle": handle}
        data = self.client.get(ANALYTICS, headers=headers).json()["data"]
        return data["total_calls"], data["total_tasks"]

    def raw(
        self,
        target: str | bytes,
        headers: Sequence[tuple[str | bytes, str | bytes]] | Mapping[str, str] | None = None,
        body: bytes = b"",
        *,
        method: str = "GET",
        version: str = "HTTP/1.1",
        hang_up: bool = False,
    ) -> Answer:
        """The answer to exactly these bytes. `hang_up`: nothing more will be sent after them."""
        stated = self.headers() if headers is None else headers
        pairs = stated.items() if isinstance(stated, Mapping) else stated
        head = b"%s %s %s\r\nHost: callboard\r\n" % (method.encode(), _bytes(target), version.encode())
        head += b"".join(b"%s: %s\r\n" % (_bytes(name), _bytes(value)) for name, value in pairs)
        return self.bytes(head + b"\r\n" + body, hang_up=hang_up, bodiless=method == "HEAD")

    def bytes(self, sent: bytes, *, hang_up: bool = False, bodiless: bool = False) -> Answer:
        """The answer to whatever these bytes are."""
        with socket.create_connection(("127.0.0.1", self.server.port), timeout=60) as connection:
            connection.sendall(sent)
            if hang_up:
                connection.shutdown(socket.SHUT_WR)
            received = b""
            while not _whole(received, bodiless=bodiless) and (more := connection.recv(65_536)):
                received += more
        return _answer(received)

    def lives(self) -> bool:
        """Whether the server answers, well, to a new connection."""
        return self.raw("/readyz").status == 200

    def workers(self) -> list[int]:
        """The processes that serve."""
        listing = ["ps", "-Aww", "-o", "pid=,ppid=,command="]
        told = subprocess.run(listing, check=True, capture_output=True, text=True)
        rows = [line.split(None, 2) for line in told.stdout.splitlines()]
        return [
            int(pid)
            for pid, parent, command in rows
            if int(parent) == self.server.pid and "callboard.writer" not in command
        ]


def _bytes(text: str | bytes) -> bytes:
    return text if isinstance(text, bytes) else text.encode("latin-1")


def _parts(received: bytes) -> tuple[bytes, bytes, bytes]:
    """The head, its end and the body, without a 100 that may go before."""
    if received.startswith(b"HTTP/1.1 100"):
        received = received.partition(b"\r\n\r\n")[2]
    return received.partition(b"\r\n\r\n")


def _whole(received: bytes, *, bodiless: bool) -> bool:
    head, end, body = _parts(received)
    if not end:
        return False
    length = _LENGTH.search(head)
    return bodiless or head[9:12] in (b"204", b"304") or (length is not None and len(body) >= int(length[1]))


def _answer(received: bytes) -> Answer:
    head, _, body = _parts(received)
    first, *lines = head.decode("latin-1").split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    return Answer(int(first.split()[1]) if first else 0, headers, body)


_numbers = count(1)


def new_call(status: str = "completed") -> dict[str, Any]:
    """A good event, of a call that nobody spoke of before."""
    return call(f"new-{next(_numbers)}", status)


def refused(answer: httpx.Response, status: int, *words: str) -> dict[str, Any]:
    """The body of an error: of that status, in the one shape, with these words."""
    assert answer.status_code == status, answer.text
    said: dict[str, Any] = answer.json()
    assert answer.headers["Content-Type"] == "application/json"
    assert set(said) in (
        {"status_code", "message", "request_id"},
        {"status_code", "message", "request_id", "errors"},
    )
    assert (said["status_code"], said["request_id"]) == (status, answer.headers["X-Request-Id"])
    assert all(word in said["message"] for word in words), said["message"]
    return said

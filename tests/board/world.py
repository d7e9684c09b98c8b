"""A server with a few days of the demo in it, small enough to be there in seconds."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from callboard.clock import system_clock
from callboard.demo.month import make_month
from callboard.demo.sending import request_batches, send_all
from callboard.demo.setup import DemoStore, set_up
from tests.acceptance.server import Server
from tests.board.platform import AUTH_TOKEN, deliver, fields

SEED = 7
DAYS = 9
SCALE = 0.15
HANDLE = "harbor.example"
OCTETS = {"Content-Type": "application/octet-stream"}
ASKED_CALLS = (
    b"call_id,status,started_at,talk_seconds,agent,note\n"
    b"a1,completed,03/02/2026 10:00:00,60,Ada,first\n"
    b"a2,missed,03/02/2026 11:00:00,0,Ada,\n"
    b"a3,completed,05/02/2026 10:00:00,120,Bob,\n"
    b"a4,failed,06/02/2026 10:00:00,0,Bob,\n"
)
"""A file that does not tell day from month, nor its zone."""


@dataclass
class World:
    """The server, and what a test may ask it beside the browser."""

    server: Server
    demo_store: DemoStore
    prefix: str = ""

    @property
    def url(self) -> str:
        """The board's root, with its slash."""
        return f"{self.server.url}{self.prefix}/"

    @property
    def admin(self) -> str:
        """The secret of an admin of `HANDLE`."""
        return self.demo_store.tokens[HANDLE]

    @property
    def space(self) -> str:
        """The token of a campaign of `HANDLE`."""
        name = next(name for name, handle in self.demo_store.handles.items() if handle == HANDLE)
        return self.demo_store.spaces[name].token

    def ask(self, method: str, path: str, more_headers: dict[str, str] | None = None, **more: Any) -> Any:
        """What the API answers the admin."""
        headers = {"Authorization": f"Token {self.admin}", "Org-Handle": HANDLE, **(more_headers or {})}
        answer = httpx.request(
            method, f"{self.server.api}{path}", headers=headers, trust_env=False, timeout=30, **more
        )
        assert answer.status_code < 300, answer.text
        return answer.json()

    def send(self, *events: dict[str, Any]) -> None:
        """Events of the campaign, acknowledged."""
        told = self.ask("POST", f"spaces/{self.space}/events/", json=list(events))["data"]
        assert told["applied"] == len(events), told

    def token(self, role: str = "viewer") -> tuple[int, str]:
        """A new token's id and secret."""
        data = self.ask("POST", "tokens/", json={"name": f"A {role}", "role": role})["data"]
        return data["id"], data["token"]

    def call_id(self) -> str:
        """A call of the demo."""
        found: str = self.ask("GET", "call-logs/?page_size=1")["data"][0]["call_id"]
        return found

    def upload(self, name: str, content: bytes) -> str:
        """The id of an import of this file, which is read."""
        path = f"spaces/{self.space}/imports/"
        opened = self.ask("POST", path, json={"name": name, "size": len(content)})["data"]
        upload_id, size = opened["id"], opened["part_bytes"]
        for part in range(opened["parts"]):
            piece = content[part * size : (part + 1) * size]
            self.ask("PUT", f"{path}{upload_id}/parts/{part}/", content=piece, more_headers=OCTETS)
        self.ask("POST", f"{path}{upload_id}/read/")
        while self.ask("GET", f"{path}{upload_id}/")["data"]["state"] == "reading":
            time.sleep(0.05)
        return str(upload_id)

    def import_id(self) -> str:
        """An import that waits for answers."""
        kept = self.ask("GET", f"spaces/{self.space}/imports/")["data"]
        asking = [each["id"] for each in kept if each["state"] == "asking"]
        return asking[0] if asking else self.upload("calls.csv", ASKED_CALLS)

    def hook(self, **body: Any) -> dict[str, Any]:
        """A new hook of Twilio, with its URL."""
        body = {
            "platform": "twilio",
            "space_token": self.space,
            "secrets": {"auth_token": AUTH_TOKEN},
            **body,
        }
        found: dict[str, Any] = self.ask("POST", "hooks/", json=body)["data"]
        return found

    def quarantined(self) -> tuple[int, str]:
        """The ids of a hook and of a delivery to it that is in quarantine."""
        if not self.ask("GET", "quarantine/")["data"]:
            assert deliver(self.hook()["url"], fields("CA-unread", "dancing")) == 200
        kept = self.ask("GET", "quarantine/")["data"][0]
        return kept["hook_id"], kept["id"]

    def known(self) -> dict[str, str]:
        """What the addresses of pages name."""
        task = self.ask("GET", "tasks/?page_size=1")["data"][0]
        hook_id, delivery_id = self.quarantined()
        return {
            "hook_id": str(hook_id),
            "delivery_id": delivery_id,
            "call_id": self.call_id(),
            "task_id": task["task_id"],
            "task_space": task["space_token"],
            "import_id": self.import_id(),
            "import_space": self.space,
        }


def begin(folder: Path, *, prefix: str = "", fill: bool = True, **environment: str) -> World:
    """Start a server and send it the demo's last days; without `fill` only its organizations.
    `environment` is settings as variables.
    """
    now = system_clock()
    db = str(folder / "board.db")
    demo_store = set_up(db, now, DAYS)
    server = Server(
        db, arguments=["--path-prefix", prefix] if prefix else [], environment=environment
    ).start()
    if fill:
        month = make_month(SEED, now, DAYS, SCALE)
        past = [arrival for arrival in month.arrivals if arrival.at <= month.now]
        send_all(demo_store, server.url, request_batches(past), lambda _parcel, _answer: None)
    return World(server, demo_store, prefix)

"""A server with a few days of the demo in it, small enough to be there in seconds."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from callboard.clock import system_clock
from callboard.demo.month import make_month
from callboard.demo.sending import request_batches, send_all
from callboard.demo.setup import DemoStore, set_up
from tests.acceptance.server import Server

SEED = 7
DAYS = 9
SCALE = 0.15
HANDLE = "harbor.example"


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

    def ask(self, method: str, path: str, **more: Any) -> Any:
        """What the API answers the admin."""
        headers = {"Authorization": f"Token {self.admin}", "Org-Handle": HANDLE}
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

    def known(self) -> dict[str, str]:
        """What the addresses of pages name."""
        task = self.ask("GET", "tasks/?page_size=1")["data"][0]
        return {"call_id": self.call_id(), "task_id": task["task_id"], "task_space": task["space_token"]}


def begin(folder: Path, *, prefix: str = "", fill: bool = True) -> World:
    """Start a server and send it the demo's last days; without `fill` only its organizations."""
    now = system_clock()
    db = str(folder / "board.db")
    demo_store = set_up(db, now, DAYS)
    server = Server(db, arguments=["--path-prefix", prefix] if prefix else []).start()
    if fill:
        month = make_month(SEED, now, DAYS, SCALE)
        past = [arrival for arrival in month.arrivals if arrival.at <= month.now]
        send_all(demo_store, server.url, request_batches(past), lambda _parcel, _answer: None)
    return World(server, demo_store, prefix)

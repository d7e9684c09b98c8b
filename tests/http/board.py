"""A Callboard without a network: the real application over a real SQLite file, asked through ASGI.

The clock stands still until a test moves it. Two tenants: `acme.example` with spaces of several kinds and a
token for each role, and `other.example`, of which Acme must never see anything.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import httpx

from callboard.clock import MINUTE, Micros
from callboard.http.application import Application
from callboard.http.hook_refusals import HookRefusals
from callboard.http.metering import layout
from callboard.http.services import Services
from callboard.ingest.commit.client import CommitClient
from callboard.ingest.commit.metered import MeteredCommits
from callboard.ingest.uploads.job import carry_out
from callboard.ingest.uploads.queue import ImportQueue
from callboard.live.follow import Streams
from callboard.model.directory import Member, Organization, Space, SpaceSettings, Token
from callboard.query.analytics import Analytics
from callboard.query.directory import Directory
from callboard.query.reports.views import Views
from callboard.query.secret import new_secret
from callboard.query.secret_box import SecretBox
from callboard.settings import Settings
from callboard.store.interface import Store
from callboard.store.open import open_store
from callboard.telemetry.meter import Meter
from tests import cluster
from tests.stores import NOW, new_file
from tests.uploads import OnAThread
from tests.writer import on_a_thread

API = "/api/v2/platform/"
ANALYTICS = f"{API}organisation/analytics/"
ON = os.environ.get("CALLBOARD_TEST_HTTP_ON", "sqlite")
"""The store behind the tests over HTTP: `sqlite` or `postgres`."""
ADDRESS = "203.0.113.7"
KEY = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="
"""Encrypts the secrets of hooks."""


class Board:
    """One application, and the ways a test speaks to it."""

    def __init__(self, folder: Path, **settings: Any) -> None:
        self.now: Micros = NOW
        self.elapsed: Micros = 0
        """By the monotonic clock, which `pass_minutes` moves with the other."""
        db = cluster.new_database() if ON == "postgres" else new_file(folder / "calls.db")
        self.settings = replace(Settings(), db=db, **{"stream_seconds": 1, "secret_key": KEY, **settings})
        self.store: Store = open_store(self.settings)
        self.client = CommitClient(self.settings, on_a_thread(self.store))
        meter = Meter.alone(layout())
        directory, analytics = Directory(self.store, self.clock), Analytics(self.store)
        self.services = Services(
            store=self.store,
            commits=MeteredCommits(self.client, meter),
            imports=ImportQueue(self.store, self._begin_import, self.clock),
            directory=directory,
            analytics=analytics,
            streams=Streams(self.store, analytics, directory, self.settings, self.clock),
            views=Views(),
            meter=meter,
            settings=self.settings,
            secrets=SecretBox(self.settings),
            refusals=HookRefusals(self.store, self.clock),
            clock=self.clock,
            monotonic=lambda: self.elapsed,
        )
        self.app = Application(self.services)
        self.loop = asyncio.Runner()
        self.acme = self.organization("acme.example", "Acme")
        self.other = self.organization("other.example", "Other")
        self.spring = self.space(self.acme, "Spring")
        self.summer = self.space(self.acme, "Summer")
        self.mail = self.space(self.acme, "Mail", content_type="email")
        self.elsewhere = self.space(self.other, "Elsewhere")
        self.viewer = self.token(self.acme, role="viewer")
        self.member = self.token(self.acme, role="member")
        self.admin = self.token(self.acme, role="admin")
        self.stranger = self.token(self.other, role="admin")
        self.both = self.token(self.acme, self.other, role="admin")

    def _begin_import(self, org_id: int, upload_id: str) -> OnAThread:
        """What a process of its own does elsewhere: the clock of this board is here."""
        return OnAThread(lambda: carry_out(self.store, org_id, upload_id, self.clock))

    def clock(self) -> Micros:
        return self.now

    def pass_minutes(self, minutes: float) -> None:
        self.now += int(minutes * MINUTE)
        self.elapsed += int(minutes * MINUTE)

    # --- who is who

    def organization(self, handle: str, name: str) -> Organization:
        return self.store.create_organization(
            name=name, domain_handle=handle, domain=None, is_private_domain=False, now=self.now
        )

    def space(
        self, organization: Organization, name: str, *, content_type: str = "contact", **settings: Any
    ) -> Space:
        return self.store.create_space(
            org_id=organization.id,
            name=name,
            description=None,
            content_type=content_type,
            agent_handle=None,
            settings=SpaceSettings(**settings),
            now=self.now,
        )

    def token(
        self, *organizations: Organization, role: Any = "member", expires_at: Micros | None = None
    ) -> str:
        """A new token's secret."""
        secret = new_secret()
        self.store.create_token(
            name=f"A {role}",
            prefix=secret.prefix,
            secret_digest=secret.digest,
            members=[Member(each.id, role) for each in organizations],
            expires_at=expires_at,
            now=self.now,
        )
        return secret.text

    def token_of(self, secret: str) -> Token:
        principal = Directory(self.store, self.clock).principal(secret)
        assert principal is not None
        return principal.token

    # --- asking

    def ask(
        self,
        method: str,
        path: str,
        *,
        token: str | None = None,
        org: str | None = None,
        address: str = ADDRESS,
        headers: Mapping[str, str] | Sequence[tuple[str, str]] = (),
        **more: Any,
    ) -> httpx.Response:
        """The answer to one request. `path` is below the API's base unless it begins with a slash."""
        sent = list(headers.items() if isinstance(headers, Mapping) else headers)
        if token is not None:
            sent.append(("Authorization", f"Token {token}"))
        if org is not None:
            sent.append(("Org-Handle", org))
        url = path if path.startswith("/") else API + path
        return self.loop.run(self._ask(method, url, address, headers=sent, **more))

    async def _ask(self, method: str, url: str, address: str, **more: Any) -> httpx.Response:
        transport = httpx.ASGITransport(self.app, client=(address, 50000))
        async with httpx.AsyncClient(transport=transport, base_url="http://callboard.test") as client:
            return await client.request(method, url, **more)

    def get(self, path: str, **more: Any) -> httpx.Response:
        """As Acme's viewer."""
        return self.ask("GET", path, **{"token": self.viewer, "org": self.acme.domain_handle, **more})

    def data(self, path: str, **more: Any) -> Any:
        """The `data` of a GET that must succeed."""
        answer = self.get(path, **more)
        assert answer.status_code == 200, answer.text
        return answer.json()["data"]

    def post(self, path: str, body: Any = None, **more: Any) -> httpx.Response:
        """As Acme's admin."""
        return self._send("POST", path, body, **more)

    def patch(self, path: str, body: Any = None, **more: Any) -> httpx.Response:
        """As Acme's admin."""
        return self._send("PATCH", path, body, **more)

    def _send(self, method: str, path: str, body: Any, **more: Any) -> httpx.Response:
        content = {} if body is None else {"json": body}
        return self.ask(
            method, path, **{"token": self.admin, "org": self.acme.domain_handle, **content, **more}
        )

    def send(self, *events: dict[str, Any], space: Space | None = None) -> dict[str, Any]:
        """Send events that must all be taken; what became of them."""
        space = space or self.spring
        token = self.admin if space.org_id == self.acme.id else self.stranger
        answer = self.ask("POST", f"spaces/{space.token}/events/", token=token, json=list(events))
        assert answer.status_code == 200, answer.text
        result: dict[str, Any] = answer.json()["data"]
        assert result["rejected"] == 0, result
        return result

    # --- beginning and end, as a server does it

    def __enter__(self) -> Self:
        self.loop.run(self._live("startup"))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.loop.run(self._live("shutdown"))
        self.loop.close()
        self.store.close()

    async def _live(self, phase: str) -> None:
        messages = [{"type": f"lifespan.{phase}"}]
        done = asyncio.Event()

        async def receive() -> dict[str, Any]:
            if not messages:
                await asyncio.Event().wait()
            return messages.pop()

        async def send(message: Any) -> None:
            assert message["type"] == f"lifespan.{phase}.complete"
            done.set()

        living = asyncio.create_task(self.app({"type": "lifespan"}, receive, send))
        await done.wait()
        living.cancel()
        await asyncio.gather(living, return_exceptions=True)


def call(call_id: str, status: str = "completed", **fields: Any) -> dict[str, Any]:
    """A call event as it is sent."""
    return {"type": "call", "call_id": call_id, "call_status": status, **fields}


def task(task_id: str, status: str = "pending", **fields: Any) -> dict[str, Any]:
    """A task event as it is sent."""
    return {"type": "task", "task_id": task_id, "status": status, **fields}

"""The same over a real server and real sockets: what only a network can get wrong."""

from __future__ import annotations

import gzip
import http.client
import json
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from callboard.clock import system_clock
from callboard.model.directory import Member, SpaceSettings
from callboard.query.secret import new_secret
from callboard.settings import Settings
from callboard.store.sqlite.store import SqliteStore
from tests.acceptance.server import Server


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """A client of two workers on one file, its base at the space of the token it sends."""
    db = Path(tmp_path_factory.mktemp("served")) / "calls.db"
    store, now, secret = SqliteStore(str(db), Settings(db=str(db))), system_clock(), new_secret()
    organization = store.create_organization(
        name="Acme", domain_handle="acme.example", domain=None, is_private_domain=False, now=now
    )
    space = store.create_space(
        org_id=organization.id,
        name="Spring",
        description=None,
        content_type="contact",
        agent_handle=None,
        settings=SpaceSettings(),
        now=now,
    )
    store.create_token(
        name="Test",
        prefix=secret.prefix,
        secret_digest=secret.digest,
        members=[Member(organization.id, "member")],
        expires_at=None,
        now=now,
    )
    store.close()
    headers = {"Authorization": f"Token {secret.text}", "Org-Handle": "acme.example"}
    with (
        Server(db, workers=2) as server,
        httpx.Client(base_url=server.api, headers=headers, trust_env=False, timeout=60) as client,
    ):
        client.params = httpx.QueryParams()
        client.headers["X-Space"] = space.token
        yield client


def _events(client: httpx.Client) -> str:
    return f"spaces/{client.headers['X-Space']}/events/"


def test_every_worker_answers_with_the_last_acknowledged_event(client: httpx.Client):
    """New connections land on either worker; the count is never behind."""
    base = client.get("organisation/analytics/").json()["data"]["total_calls"]
    for number in range(1, 21):
        event = {"type": "call", "call_id": f"w-{number}", "call_status": "completed"}
        assert client.post(_events(client), json=event, headers={"Connection": "close"}).status_code == 200
        for _ in range(3):
            answer = client.get("organisation/analytics/", headers={"Connection": "close"})
            assert answer.json()["data"]["total_calls"] == base + number


def test_a_body_of_a_hundred_megabytes_is_refused_with_the_reason(client: httpx.Client):
    """413 for one that says its length, one in chunks, and one that is small until it is unfolded."""
    large = b" " * 100_000_000

    def chunks() -> Iterator[bytes]:
        for start in range(0, len(large), 1_000_000):
            yield large[start : start + 1_000_000]

    json_body = {"Content-Type": "application/json"}
    assert client.post(_events(client), content=large, headers=json_body).status_code == 413
    assert client.post(_events(client), content=chunks(), headers=json_body).status_code == 413
    bomb = {**json_body, "Content-Encoding": "gzip"}
    assert client.post(_events(client), content=gzip.compress(large, 1), headers=bomb).status_code == 413
    assert client.get("spaces/").status_code == 200


def test_a_connection_is_kept_over_errors(client: httpx.Client):
    """One after the other on one connection: errors, 304, HEAD and OPTIONS leave it in order."""
    host, port = client.base_url.host, client.base_url.port
    connection = http.client.HTTPConnection(host, port, timeout=30)
    headers = {name: client.headers[name] for name in ("Authorization", "Org-Handle")}
    path = "/api/v2/platform/organisation/analytics/"
    connection.request("GET", path, headers=headers)
    first = connection.getresponse()
    body = json.loads(first.read())
    steps = [
        ("GET", f"{path}?x=1", {}, 400),
        ("HEAD", path, {}, 200),
        ("GET", path, {"If-None-Match": first.headers["ETag"]}, 304),
        ("OPTIONS", path, {}, 204),
        ("PUT", path, {}, 405),
        ("GET", "/nowhere", {}, 404),
    ]
    for method, target, more, status in steps:
        connection.request(method, target, headers={**headers, **more})
        answer = connection.getresponse()
        answer.read()
        assert answer.status == status, (method, target)
    connection.request("GET", path, headers=headers)
    assert json.loads(connection.getresponse().read()) == body
    connection.close()

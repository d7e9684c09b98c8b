"""The store chosen by URL: made, refused, served by several workers, exact."""

from __future__ import annotations

import time
from pathlib import Path

import httpx
import pytest

from callboard.settings import Settings
from tests.acceptance.command import callboard
from tests.acceptance.server import Server
from tests.cluster import Cluster, asked
from tests.postgres.feeding import Feed


def test_a_database_is_made_only_when_asked(own_cluster: Cluster, tmp_path: Path) -> None:
    """`serve` does not touch an empty database; `db upgrade` makes the store, again it does nothing."""
    own_cluster.ask("CREATE DATABASE fresh")
    url = own_cluster.url + "fresh"
    refused = callboard("serve", "--port", "0", db=url)
    assert refused.code == 1
    assert "callboard db upgrade" in refused.err
    assert own_cluster.ask("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'", "fresh") == [(0,)]
    for _ in range(2):
        assert callboard("db", "upgrade", "--json", db=url).json["engine"] == "postgresql"
    assert callboard("db", "status", db=url).code == 0


def test_serve_migrates_when_told_to(own_cluster: Cluster, tmp_path: Path) -> None:
    """`serve --migrate` makes what is missing."""
    own_cluster.ask("CREATE DATABASE migrated")
    url = own_cluster.url + "migrated"
    with Server(url, arguments=["--migrate"], log=tmp_path / "log") as server:
        ready = httpx.get(f"{server.url}/readyz").json()
    assert "synchronous_commit=on" in str(ready)


@pytest.mark.parametrize("weak", ["fsync", "full_page_writes", "synchronous_commit"])
def test_a_database_that_may_lose_what_it_acknowledged_is_served_only_when_told(
    own_cluster: Cluster, database: str, tmp_path: Path, weak: str
) -> None:
    """The refusal names the setting; told to serve, `/readyz` and `db status` go on naming it."""
    assert "weak" not in callboard("db", "status", "--json", db=database).json
    own_cluster.ask(f"ALTER SYSTEM SET {weak} = 'off'")
    try:
        own_cluster.ask("SELECT pg_reload_conf()")
        while own_cluster.ask(f"SHOW {weak}") != [("off",)]:
            time.sleep(0.02)
        refused = callboard("serve", "--port", "0", db=database)
        assert (refused.code, f"{weak}=off" in refused.err) == (1, True), refused.err
        assert "--accept-weak-durability" in refused.err
        with Server(database, arguments=["--accept-weak-durability"], log=tmp_path / "log") as server:
            assert httpx.get(f"{server.url}/readyz").json()["store"]["weak"] == f"{weak}=off"
        assert f"{weak}=off" in callboard("db", "status", db=database).text
    finally:
        own_cluster.ask(f"ALTER SYSTEM RESET {weak}")
        own_cluster.ask("SELECT pg_reload_conf()")


def test_a_newer_database_is_refused(own_cluster: Cluster) -> None:
    """An old program does not touch what a new one wrote."""
    own_cluster.ask("CREATE DATABASE newer")
    url = own_cluster.url + "newer"
    assert callboard("db", "upgrade", db=url).code == 0
    asked(url, "INSERT INTO callboard_schema (version) VALUES (999)")
    for command in (("analytics",), ("db", "upgrade"), ("serve", "--migrate", "--port", "0")):
        refused = callboard(*command, db=url)
        assert (refused.code, "newer version of Callboard" in refused.err) == (1, True)


def test_what_is_no_server_is_said_and_no_password_is_shown() -> None:
    """No server listens there; the password is not shown."""
    refused = callboard("analytics", db="postgresql://callboard:geheim@127.0.0.1:9/none")
    assert refused.code == 1
    assert "does not answer" in refused.err
    assert "geheim" not in refused.err
    assert Settings(db="postgresql://u:geheim@h/d").db_shown == "postgresql://u@h/d"


def test_what_one_worker_acknowledged_is_in_every_next_answer(feed: Feed) -> None:
    """Each event is counted in the next answer of any worker; each has its own connections."""
    server = feed.server
    for number in range(1, 26):
        event = {"type": "call", "call_id": f"c{number}", "call_status": "completed", "call_duration": 2}
        sent = httpx.post(server.api + feed._path, json=event, headers=feed._headers)
        assert sent.json()["data"]["applied"] == 1, sent.text
        for _ in range(2):
            got = httpx.get(f"{server.api}organisation/analytics/", headers=feed._headers)
            assert got.json()["data"]["total_calls"] == number

"""A database that hangs, that became an older one, or whose defaults are not ours: each request gets its
answer in time, and no number is one of a history that is gone.
"""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

import httpx
import psycopg
import pytest

from callboard.errors import CommitInDoubtError, StoreUnavailableError
from callboard.query.analytics import Analytics, analytics_body
from callboard.query.directory import Directory
from callboard.store.interface import CallAt, Store
from callboard.store.postgres import connection
from callboard.store.postgres.store import PostgresStore
from callboard.store.questions import Scope
from callboard.store.sql.database import Database
from tests import cluster
from tests.cluster import Cluster
from tests.events import call, send, task
from tests.http import board as boards
from tests.postgres.feeding import Feed, served
from tests.stores import NOW, make_organization, make_space, on_postgres

pytestmark = [pytest.mark.timeout(240), on_postgres]

READY_S = 2.0
QUERY_S = 1.5
"""What `served` allows for a query and for a lock."""
SLACK_S = 3.0
ISOLATION = "SELECT current_setting('transaction_isolation')"


@contextmanager
def hung(own_cluster: Cluster) -> Iterator[None]:
    """Every process of the database is stopped: it takes connections, and says nothing."""
    pids = [own_cluster.pid, *_children(own_cluster.pid)]
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in reversed(pids):
            os.kill(pid, signal.SIGCONT)


def _children(pid: int) -> list[int]:
    return [int(each) for each in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def answered(ask: Callable[[], httpx.Response], within_s: float) -> httpx.Response:
    """The answer, in time."""
    began = time.monotonic()
    answer = ask()
    assert time.monotonic() - began < within_s, answer.text
    return answer


def test_a_database_that_hangs_is_refused_in_time_and_used_again(own_cluster: Cluster, feed: Feed) -> None:
    """Reading and writing: 503 within their stated times; `/readyz` within 2 s, whenever it is asked."""

    def ready() -> httpx.Response:
        return httpx.get(f"{feed.url}/readyz", timeout=30, trust_env=False, verify=False)

    with feed.running():
        feed.wait_for(30)
        with hung(own_cluster):
            until = time.monotonic() + 9
            while time.monotonic() < until:
                assert answered(ready, READY_S).status_code == 503
            for ask in (feed.analytics, feed.calls):
                answer = answered(ask, QUERY_S + SLACK_S)
                assert (answer.status_code, "retry-after" in answer.headers) == (503, True)
            assert feed.statuses.get(503, 0) > 0
        assert all("kept" in each for each in feed.refusals), feed.refusals
        feed.until(lambda: ready().status_code == 200)
        feed.wait_for(50)
    feed.check()


def test_a_question_of_a_database_that_hangs_is_waited_for_once(
    own_cluster: Cluster, database: str, tmp_path: Path
) -> None:
    """Not once for what is held ready and once more for the request: `query_timeout_ms` and a second."""
    with served(database, tmp_path, query_timeout_ms=5_000) as feed:
        for _ in range(6):  # whichever worker answers
            assert feed.analytics().status_code == 200
        with hung(own_cluster):
            assert answered(feed.analytics, 5 + 1 + SLACK_S).status_code == 503
            assert answered(feed.analytics, 5 + 1 + SLACK_S).status_code == 503
        feed.until(lambda: feed.analytics().status_code == 200)


def test_a_change_that_ends_before_its_commit_says_that_nothing_was_kept(
    own_cluster: Cluster, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A statement that takes too long, and a database that hangs in one; in words for a change. COMMIT goes
    with what was not waited for: whether that was kept is not known when the database hangs.
    """
    monkeypatch.setattr(connection, "WRITE_STATEMENTS_MS", 300)
    with closing(PostgresStore(database)) as store, ExitStack() as stack:
        with pytest.raises(StoreUnavailableError, match="Nothing was kept") as slow:
            store._write(lambda db: db.select_value("SELECT pg_sleep(5)"))
        assert "question" not in slow.value.message

        def hang(db: Database) -> None:
            stack.enter_context(hung(own_cluster))
            db.run("UPDATE meta SET value = value WHERE name = 'directory_version'")

        def hang_and_look(db: Database) -> None:
            hang(db)
            db.select_value("SELECT 1")

        with pytest.raises(StoreUnavailableError, match=r"does not answer.* Nothing was kept"):
            store._write(hang_and_look)
        stack.close()
        with pytest.raises(CommitInDoubtError, match="may have been kept or not"):
            store._write(hang)


def test_sigterm_ends_a_server_whose_database_hangs(
    own_cluster: Cluster, database: str, tmp_path: Path
) -> None:
    """Within 30 s, with requests under way."""
    with served(database, tmp_path) as feed:
        with feed.running(clients=2):
            feed.wait_for(10)
            with hung(own_cluster):
                time.sleep(0.5)
                began = time.monotonic()
                feed.server.stop()
                assert time.monotonic() - began < 30
            feed.server.start()
            feed.wait_for(10)
        feed.check()


def test_the_isolation_level_is_set_and_not_assumed(own_cluster: Cluster, database: str) -> None:
    """A commit reads what others committed while it waited for its lock, whatever the database's default."""
    name = database.rsplit("/", 1)[1]
    for default in ("serializable", "repeatable read"):
        own_cluster.ask(f"ALTER DATABASE {name} SET default_transaction_isolation = '{default}'")
        with closing(PostgresStore(database)) as store:
            assert store._write(lambda db: db.select_value(ISOLATION)) == "read committed"
            assert store._read(lambda db: db.select_value(ISOLATION)) == "read committed"
            with store._writing() as db:
                assert db.select_value(ISOLATION) == "read committed"


def test_an_older_database_in_its_place_empties_what_a_worker_has_seen(
    own_cluster: Cluster, database: str, feed: Feed
) -> None:
    """After a failover to a standby that lags behind: the numbers are those of the rows that are there, also
    when as many other commits as were lost have followed.
    """
    name = database.rsplit("/", 1)[1]

    def send_calls(prefix: str, many: int) -> None:
        for number in range(many):
            event = {"type": "call", "call_id": f"{prefix}{number}", "call_status": "completed"}
            sent = httpx.post(feed.server.api + feed._path, json=event, headers=feed._headers)
            assert sent.status_code == 200, sent.text

    def exact(calls: int) -> bool:
        listed, answer = feed.calls(), feed.analytics()
        if {listed.status_code, answer.status_code} != {200}:
            return False
        assert listed.json()["count"] == answer.json()["data"]["total_calls"] == calls, answer.text
        return True

    send_calls("early", 5)
    with _away(own_cluster, name):
        own_cluster.ask(f"CREATE DATABASE {name}_older TEMPLATE {name}")
    feed.until(lambda: exact(5))
    send_calls("lost", 4)
    for _ in range(4):
        feed.until(lambda: exact(9))
    with _away(own_cluster, name):
        own_cluster.ask(f"ALTER DATABASE {name} RENAME TO {name}_newer")
        own_cluster.ask(f"ALTER DATABASE {name}_older RENAME TO {name}")
        # Behind our back, as another server would: it is as far as what was lost, with other content.
        with closing(PostgresStore(database)) as store:
            acme = store.organizations()[0]
            for number in range(4):
                send(store, store.spaces(acme.id)[0], *[call(f"other{number}-{each}") for each in range(3)])
    for _ in range(4):
        feed.until(lambda: exact(5 + 12))
    own_cluster.ask(f"DROP DATABASE {name}_newer WITH (FORCE)")


@contextmanager
def _away(own_cluster: Cluster, name: str) -> Iterator[None]:
    """Closes all connections to the database, and for a moment admits only ours."""
    own_cluster.ask(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
    own_cluster.ask(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'")
    time.sleep(0.3)
    try:
        yield
    finally:
        own_cluster.ask(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")


def test_a_pooler_that_goes_on_with_an_older_database_is_noticed(database: str) -> None:
    """Versions decrease on the same connection: everything is read again."""
    with closing(PostgresStore(database)) as store:
        acme = make_organization(store, "pooled.example")
        space = make_space(store, acme)
        analytics, directory = Analytics(store), Directory(store, lambda: NOW)
        send(store, space, *[call(f"c{number}") for number in range(3)])
        send(store, space, call("c9"))
        assert analytics.totals(Scope(acme.id)).total_calls == 4
        assert directory.space(space.token) is not None
        version = store.changes_since(acme.id, -1).version
        with psycopg.connect(database, autocommit=True) as behind:
            behind.execute(
                "UPDATE organization_clock SET version = version - 1 WHERE org_id = %s", (acme.id,)
            )
            behind.execute("DELETE FROM totals WHERE org_id = %s", (acme.id,))
        assert analytics.totals(Scope(acme.id)).total_calls == 0
        assert store.changes_since(acme.id, -1).version > version, "a version only grows"
        assert b'"total_calls":0' in analytics_body(analytics.refresh(acme.id).contact.totals)


@pytest.mark.parametrize("path", ["call-logs/", "tasks/"])
def test_a_list_that_meets_a_space_made_a_moment_ago_by_another_worker(
    path: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The rows are read after the spaces were: 200, with the new space's token."""
    if cluster.binaries() is None:
        pytest.skip("this needs a database server")
    monkeypatch.setattr(boards, "ON", "postgres")
    with boards.Board(tmp_path) as board:
        board.send(
            {"type": "call", "call_id": "c1", "call_status": "missed"},
            {"type": "task", "task_id": "t1", "status": "pending"},
        )
        made = _made_while_listing(board.store, board.settings.db, board.acme.id, monkeypatch)
        items = board.data(path)
        assert {each["space_token"] for each in items} == {board.spring.token, *made}
        assert made
        cluster.drop(board.settings.db)


def _made_while_listing(store: Store, db: str, org_id: int, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Another worker makes a space and takes events for it, just before the rows of a list are read."""
    made: list[str] = []

    def then(read: Callable[..., list[CallAt]]) -> Callable[..., list[CallAt]]:
        def reading(*args: object) -> list[CallAt]:
            if not made:
                with closing(PostgresStore(db)) as other:
                    acme = next(each for each in other.organizations() if each.id == org_id)
                    space = make_space(other, acme, "Just now")
                    send(other, space, call("c2"))
                    send(other, space, task("t2", "pending"))
                    made.append(space.token)
            return read(*args)

        return reading

    for name in ("calls", "tasks"):
        monkeypatch.setattr(store, name, then(getattr(store, name)))
    return made

"""On a Citus cluster: each statement of the ways in and out goes to one shard. The conformance
and property suites run there too (`-k citus`).
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest

from callboard.errors import CommitInDoubtError, StoreLockedError
from callboard.settings import Settings
from callboard.store.postgres import nodes, what_changed
from callboard.store.postgres.placing import DISTRIBUTED_TABLES
from callboard.store.postgres.store import PostgresStore
from callboard.store.questions import CallFilter, Scope, TaskFilter, Window
from callboard.store.sql import compaction
from callboard.store.sql.database import Database
from tests import cluster
from tests.acceptance.command import callboard
from tests.contract.population import populate
from tests.events import call, send, task
from tests.postgres.freezing import frozen
from tests.postgres.proxy import Proxy
from tests.stores import NOW, dump, make_organization, make_space, make_store

pytestmark = pytest.mark.skipif(
    not cluster.citus(), reason="CALLBOARD_TEST_CITUS names no Citus cluster: nothing is spread here"
)

TASKS = re.compile(r"Task Count: (\d+)")
ELSEWHERE = ("pull to coordinator", "repartition", "Subplan")


@contextmanager
def noted() -> Iterator[dict[str, Any]]:
    """Statement → values, of all that is sent to a database meanwhile."""
    found: dict[str, Any] = {}
    execute = psycopg.Cursor.execute

    def note(self: Any, query: Any, params: Any = None, **more: Any) -> Any:
        found.setdefault(query if isinstance(query, str) else bytes(query).decode(), params)
        return execute(self, query, params, **more)

    psycopg.Cursor.execute = note  # type: ignore[method-assign]
    try:
        yield found
    finally:
        psycopg.Cursor.execute = execute  # type: ignore[method-assign]


def plan(connection: psycopg.Connection[Any], sql: str, values: Any) -> str:
    """How the cluster carries a statement out; nothing of it stays."""
    with connection.transaction(force_rollback=True):
        return "\n".join(row[0] for row in connection.execute(f"EXPLAIN {sql}".encode(), values))


def test_each_statement_goes_to_one_shard(tmp_path: Path) -> None:
    """Of ingest and of what is read: one task, and nothing gathered on the coordinator first."""
    with closing(make_store("citus", tmp_path)) as store:
        assert isinstance(store, PostgresStore)
        acme = make_organization(store)
        space = populate(store, acme)[0]
        other = populate(store, make_organization(store, "other.example"), 2)[0]
        with noted() as statements:
            send(store, space, call("c-1", "ringing"), call("c-1"), task("t-1", "running", run_id="r-1"))
            send(store, space, call("c-1"), call("c-1", end_reason="hangup"), call("c-2"))
            send(store, other, call("c-1"), task("t-1", "failed"))
            begun = store.begin_import(acme.id, "file", NOW)
            send(store, space, call("c-9"), import_no=begun.batch_no)
            store.finish_import(acme.id, begun.batch_no, NOW)
            store.withdraw(acme.id, begun.batch_no, NOW)
            store.changes_since(acme.id, 0)
            for scope in (Scope(acme.id), Scope(acme.id, space.id)):
                store.calls(scope, CallFilter(), Window(limit=10))
                store.count_calls(scope, CallFilter(agent="a"))
                store.tasks(scope, TaskFilter(status="failed"), Window(limit=10))
                store.count_tasks(scope, TaskFilter())
            store.call(acme.id, space.id, "c-1")
            store.call_entries(acme.id, space.id, "c-1")
            store.runs(acme.id, space.id, Window(limit=10))
            store.outcomes(acme.id)
        asked = re.sub(r"\$\d", "%s", what_changed.ON_NODE.decode())
        statements[asked] = ("", [0], [acme.id], [0], acme.id)
        with psycopg.connect(cluster.citus(), autocommit=True) as connection:
            plans = {
                sql: plan(connection, sql, values)
                for sql, values in statements.items()
                if sql.split(None, 1)[0] in {"SELECT", "INSERT", "UPDATE", "DELETE", "WITH"}
                and "set_config" not in sql
            }
    spread = {sql: told for sql, told in plans.items() if "Citus" in told}
    assert len(spread) > 25
    wrong = {
        sql: told
        for sql, told in spread.items()
        if {*TASKS.findall(told)} != {"1"} or any(word in told for word in ELSEWHERE)
    }
    assert not wrong, "\n\n".join(f"{sql}\n{told}" for sql, told in wrong.items())


UNSYNCED = "SELECT count(*) FROM pg_dist_node WHERE hasmetadata AND NOT metadatasynced"
"""Nodes that have not heard yet where another one has moved to: none moves before."""


@contextmanager
def through_proxies() -> Iterator[list[Proxy]]:
    """The coordinator reaches each other node by a wire that can be cut."""
    nodes = "SELECT nodeid, nodeport FROM pg_dist_node WHERE groupid <> 0 AND isactive ORDER BY nodeid"
    found = cluster.asked(cluster.citus(), nodes)
    proxies = [Proxy(port) for _, port in found]
    try:
        for (node, _), proxy in zip(found, proxies, strict=True):
            moved(node, proxy.port)
        yield proxies
    finally:
        for (node, port), proxy in zip(found, proxies, strict=True):
            moved(node, port)
            proxy.close()


def moved(node: int, port: int) -> None:
    cluster.asked(cluster.citus(), f"SELECT citus_update_node({node}, '127.0.0.1', {port})")
    while cluster.asked(cluster.citus(), UNSYNCED) != [(0,)]:
        time.sleep(0.05)


@contextmanager
def nodes_set(**settings: str) -> Iterator[None]:
    """Every node has these settings of its own, which a reload changes; the coordinator keeps its own."""

    def run(sql: str) -> None:
        done = cluster.asked(cluster.citus(), f"SELECT * FROM run_command_on_workers($${sql}$$)")
        assert all(row[2] for row in done), done

    try:
        for name, value in settings.items():
            run(f"ALTER SYSTEM SET {name} = '{value}'")
        run("SELECT pg_reload_conf()")
        yield
    finally:
        for name in settings:
            run(f"ALTER SYSTEM RESET {name}")
        run("SELECT pg_reload_conf()")


SET_ON_NODE = (
    "SELECT current_setting('synchronous_commit'), current_setting('lock_timeout'), "
    "current_setting('statement_timeout') FROM organization_clock WHERE org_id = :org_id"
)


def test_a_commit_is_as_durable_and_bounded_on_its_node_as_here(tmp_path: Path) -> None:
    """Whatever the nodes' own settings are: of commits of events and of repairs."""
    with (
        nodes_set(synchronous_commit="off", lock_timeout="7h", statement_timeout="8h"),
        closing(make_store("citus", tmp_path)) as store,
    ):
        assert isinstance(store, PostgresStore)
        acme = {"org_id": make_organization(store).id}
        with psycopg.connect(cluster.citus(), autocommit=True) as connection:
            bare = SET_ON_NODE.replace(":org_id", "%(org_id)s").encode()
            while connection.execute(bare, acme).fetchall() != [("off", "7h", "8h")]:
                time.sleep(0.05)  # the reload is under way
        (soon,) = store._write(lambda db: db.select(SET_ON_NODE, acme))
        # What is left of 5 s: a busy machine has used up some of it.
        assert (soon[0], soon[2], soon[1] == "5s" or soon[1] > "4900ms") == ("on", "1min", True)
        (late,) = store._write(lambda db: db.select(SET_ON_NODE, acme), 3.9)
        assert (late[0], late[2], 0 < int(late[1].removesuffix("ms")) <= 1100) == ("on", "1min", True)
        with store._writing() as db:
            assert db.select(SET_ON_NODE, acme) == [("on", "5s", "0")]


def test_a_lock_on_a_node_is_waited_for_as_long_as_promised(tmp_path: Path) -> None:
    """And no longer: by an ingest, whose sender is told that nothing was kept."""
    make_store("citus", tmp_path).close()
    with closing(PostgresStore(cluster.citus(), Settings(lock_timeout_ms=300))) as store:
        space = make_space(store, make_organization(store))
        with psycopg.connect(cluster.citus()) as other:
            other.execute("SELECT 1 FROM organization_clock WHERE org_id = %s FOR UPDATE", (space.org_id,))
            with pytest.raises(StoreLockedError, match="Nothing was kept"):
                send(store, space, call("c-1"))
            other.rollback()
        send(store, space, call("c-1"))


def test_a_commit_that_its_node_cannot_confirm_is_in_doubt_and_sent_again_a_duplicate(tmp_path: Path) -> None:
    """The node has committed and cannot say so to the coordinator: no damage, and not "nothing was kept"."""
    with closing(make_store("citus", tmp_path)) as made:
        space = make_space(made, make_organization(made))
    with through_proxies() as proxies, closing(PostgresStore(cluster.citus())) as store:
        send(store, space, call("c-1"))
        for proxy in proxies:
            proxy.cut(1)
        with pytest.raises(CommitInDoubtError, match="may have been kept"):
            send(store, space, call("c-2"))
        for proxy in proxies:
            proxy.cut(0)
        assert sum(proxy.cuts for proxy in proxies) == 1
        assert send(store, space, call("c-2")).duplicate == 1


def test_mark_cells_and_deltas_are_read_at_one_moment(tmp_path: Path) -> None:
    """On their node, too: what another merges and commits meanwhile is in none of them."""
    level = "SELECT current_setting('transaction_isolation') FROM organization_clock WHERE org_id = :org_id"
    with closing(make_store("citus", tmp_path)) as store, closing(PostgresStore(cluster.citus())) as other:
        assert isinstance(store, PostgresStore)
        space = make_space(store, make_organization(store))
        acme = {"org_id": space.org_id}
        for number in range(8):
            send(store, space, call(f"c-{number}"))
        assert store._at_once(lambda db: db.select(level, acme)) == [("repeatable read",)]

        def read(db: Database) -> list[Any]:
            return [
                db.select(f"SELECT * FROM {table} WHERE org_id = :org_id ORDER BY 1, 2, 3, 4, 5", acme)
                for table in ("cell", "delta")
            ]

        def merge(db: Database) -> None:
            begin = compaction.lock(db, space.org_id)
            compaction.merge(db, space.org_id, begin, begin + 5)
            db.change("compaction.set", {"org_id": space.org_id, "compacted_to": begin + 5})

        with store._snapshot() as db:
            mark = db.select("SELECT compacted_to FROM compaction WHERE org_id = :org_id", acme)
            other._write(merge)
            send(other, space, call("c-late"))
            seen = read(db)
            assert db.select("SELECT compacted_to FROM compaction WHERE org_id = :org_id", acme) == mark
        with store._snapshot() as db:
            assert db.select("SELECT compacted_to FROM compaction WHERE org_id = :org_id", acme) != mark
            assert read(db) != seen
        assert seen[0] == []


def test_a_node_that_is_frozen_is_named_and_the_others_are_ready(tmp_path: Path) -> None:
    """In time; it is unknown, not weak; whether others take commits is not asked of it."""
    with closing(make_store("citus", tmp_path)) as store:
        for number in range(8):
            make_organization(store, f"o{number}.example")
        assert store.ready().keys() == {"engine", "version", "durable"}
        with frozen() as name:
            for _ in range(3):
                began = time.monotonic()
                facts = store.ready()
                assert time.monotonic() - began < 1.0
                assert (facts.get("sick"), "weak" in facts) == (f"{name} (no answer)", False)
                store.try_writing()
                assert time.monotonic() - began < 2.0
        while "sick" in store.ready():
            time.sleep(0.1)


def test_a_node_of_weaker_settings_is_named(tmp_path: Path) -> None:
    """With what is weak there; `serve` refuses it, as it refuses a database that is weak."""
    with closing(make_store("citus", tmp_path)) as store, nodes_set(synchronous_commit="off"):
        while "weak" not in (facts := store.ready()):
            time.sleep(0.05)
        assert "(synchronous_commit=off)" in facts["weak"]
        assert "synchronous_commit=on" in facts["durable"]
        refused = callboard("serve", "--port", "0", db=cluster.citus())
        assert (refused.code, "synchronous_commit=off" in refused.err) == (1, True), refused.err


def test_a_filled_store_is_spread_whole() -> None:
    """All of it goes to the nodes; numbers of new rows go on behind; done again there is nothing to do."""
    url = f"{cluster.citus()}?options=-csearch_path%3Dfilled"
    cluster.asked(cluster.citus(), "DROP SCHEMA IF EXISTS filled CASCADE")
    cluster.asked(cluster.citus(), "CREATE SCHEMA filled")
    with closing(PostgresStore(url, upgrade=True)) as store:
        assert not store.distributed
        acme = make_organization(store)
        populate(store, acme)
        before = dump(store, acme.id)
    done = callboard("db", "distribute", "--json", db=url)
    assert done.code == 0, done.err
    assert set(done.json["spread"]) == set(DISTRIBUTED_TABLES)
    assert done.json["rows"] > 500
    assert "Nothing to do" in callboard("db", "distribute", db=url).text
    with closing(PostgresStore(url)) as store:
        assert store.distributed
        assert dump(store, acme.id) == before
        assert store.verify(deep=True).drift == 0
        send(store, make_space(store, make_organization(store, "new.example"), "New"), call("c-1"))
        assert store.verify(deep=True).drift == 0
    cluster.asked(cluster.citus(), "DROP SCHEMA filled CASCADE")


def test_a_store_opens_whatever_the_nodes_take_to_answer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is opened by its coordinator alone: what is asked of the nodes, impatiently, comes later."""
    make_store("citus", tmp_path).close()
    monkeypatch.setattr(nodes, "GIVE_UP_MS", 1)
    with closing(PostgresStore(cluster.citus())) as store:
        make_space(store, make_organization(store))


def test_a_command_waits_for_a_node_longer_than_a_probe(tmp_path: Path) -> None:
    """A node of a busy machine, of which nothing would be known, is not said to be silent."""
    make_store("citus", tmp_path).close()
    with ThreadPoolExecutor(1) as thread:
        with frozen():
            told = thread.submit(callboard, "db", "status", "--json", db=cluster.citus())
            while not _is_asked():
                assert not told.done(), told.result().text
                time.sleep(0.02)
            time.sleep(1)
        assert "sick" not in told.result().json


def _is_asked() -> bool:
    """Whether a question to a node is under way."""
    asked = (
        "SELECT 1 FROM pg_stat_activity WHERE query LIKE '%master_run_on_worker%' AND state = 'active' "
        "AND pid <> pg_backend_pid()"
    )
    return bool(cluster.asked(cluster.citus(), asked))

"""What each node of the database says of itself: whether it answers, and whether what is committed there
outlives a crash. A database that is not distributed is one node.

Citus' coordinator asks the other nodes: they need not be reachable from here. Source: Citus'
`run_command_on_workers`, which calls `master_run_on_worker`.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import replace
from threading import Lock
from typing import Any, TypeVar

import msgspec
import psycopg
from msgspec import Struct
from psycopg import Connection

from callboard.errors import StoreError, StoreUnavailableError
from callboard.settings import Settings
from callboard.store.interface import READY_S, StoreFacts
from callboard.store.postgres.connection import pool, store_errors
from callboard.store.postgres.database import PostgresDatabase
from callboard.store.postgres.placing import is_distributed
from callboard.store.postgres.statements import newest_version
from callboard.store.sql.database import Database

T = TypeVar("T")

GIVE_UP_MS = 3_000
"""When the coordinator stops waiting for a node that it was asked about."""
AT_ONCE = 8
"""Nodes that are asked at the same time, each on its own connection to the coordinator: one that hangs keeps
only its own connection."""

_SETTINGS = (
    "SELECT json_build_array(pg_is_in_recovery(), current_setting('fsync'), "
    "current_setting('full_page_writes'), current_setting('synchronous_commit'), "
    "current_setting('synchronous_standby_names'))::TEXT"
)
_NODES = (
    "SELECT nodename || ':' || nodeport, nodename, nodeport, groupid = 0, shouldhaveshards "
    "FROM pg_dist_node WHERE noderole = 'primary' AND isactive ORDER BY groupid, nodeid"
)
_ASK_NODE = "SELECT success, result FROM master_run_on_worker(ARRAY[%s], ARRAY[%s::INT], ARRAY[%s], true)"


class NodeSettings(Struct, frozen=True, array_like=True):
    """Of one node, as it is configured for our user and database."""

    is_standby: bool
    fsync: str
    full_page_writes: str
    synchronous_commit: str
    standbys: str

    @property
    def durable(self) -> str:
        """What a commit of ours waits for there. Ours raise `off` and `local` to `on`."""
        level = "on" if self.synchronous_commit in ("off", "local") else self.synchronous_commit
        standbys = f"synchronous standbys: {self.standbys}" if self.standbys else "no synchronous standby"
        return f"synchronous_commit={level}, fsync={self.fsync}, {standbys}"

    @property
    def weaknesses(self) -> list[str]:
        """Settings with which a crash may take what was acknowledged. `synchronous_commit=off` is one
        although our commits raise it: it holds for what the cluster itself writes there, such as
        shards that it moves.
        """
        each = {
            "fsync": self.fsync,
            "full_page_writes": self.full_page_writes,
            "synchronous_commit": self.synchronous_commit,
        }
        return [f"{name}=off" for name, value in each.items() if value == "off"]


class Node(Struct, frozen=True):
    """One that is in the cluster's table of nodes."""

    name: str
    host: str
    port: int
    is_coordinator: bool
    has_shards: bool


_ONE_OF_EACH = (
    "SELECT DISTINCT ON (node.groupid) node.nodename || ':' || node.nodeport, found.id "
    "FROM (SELECT id, get_shard_id_for_distribution_column('organization_clock', id) AS shardid "
    "FROM unnest(:ids::BIGINT[]) AS wanted (id)) AS found "
    "JOIN pg_dist_placement AS placed ON placed.shardid = found.shardid "
    "JOIN pg_dist_node AS node ON node.groupid = placed.groupid AND node.noderole = 'primary' "
    "ORDER BY node.groupid, found.id"
)


def one_of_each(db: Database) -> list[tuple[str, int]]:
    """(name of a node, an organization there), of each node that has any."""
    ids = [row[0] for row in db.select("SELECT id FROM organization")]
    return [(row[0], row[1]) for row in db.select(_ONE_OF_EACH, {"ids": ids})]


def own_settings(db: Database) -> NodeSettings:
    """Of the node that we are connected to."""
    return _decoded(db.select_value(_SETTINGS))


def nodes_of(db: Database) -> list[Node]:
    """The nodes of the cluster whose coordinator we are connected to."""
    return [Node(*row) for row in db.select(_NODES)]


def spread_over(connection: Connection[Any]) -> int:
    """Over how many nodes the store is distributed; 0: it is not."""
    if not is_distributed(connection):
        return 0
    return max(1, sum(node.has_shards for node in nodes_of(PostgresDatabase(connection))))


def _decoded(text: str) -> NodeSettings:
    return msgspec.json.decode(text, type=NodeSettings)


class NodeQuestions:
    """Asks the nodes of a cluster. Waits a bounded time, whatever they do; a node that has not answered yet
    is not asked again before its question has ended.
    """

    def __init__(self, url: str, settings: Settings) -> None:
        def limit(connection: Connection[Any]) -> None:
            connection.execute(
                "SELECT set_config('citus.node_connection_timeout', %s, false)", (str(GIVE_UP_MS),)
            )

        impatient = replace(settings, query_timeout_ms=GIVE_UP_MS, lock_timeout_ms=GIVE_UP_MS)
        self._pool = pool(url, impatient, AT_ONCE, writes=False, distributed=True, check=limit)
        self._threads = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="callboard-nodes")
        self._lock = Lock()
        self._asked: dict[str, Future[NodeSettings | None]] = {}

    def ask_coordinator(self, query: Callable[[Database], T]) -> T:
        """What the coordinator answers, on a connection of these questions."""
        with store_errors(), self._pool.connection() as connection:
            return query(PostgresDatabase(connection))

    def settings(self, nodes: Sequence[Node], within_s: float = READY_S) -> dict[str, NodeSettings | None]:
        """Of all but the coordinator, by name; None: it cannot be read now, so nothing is known of it."""
        until = time.monotonic() + within_s
        nodes = [node for node in nodes if not node.is_coordinator]
        with self._lock:
            under_way = {name: future for name, future in self._asked.items() if not future.done()}
            futures = {
                node.name: under_way.get(node.name) or self._threads.submit(self._ask, node) for node in nodes
            }
            self._asked = futures
        wait(futures.values(), max(0.0, until - time.monotonic()))
        return {name: future.result() if future.done() else None for name, future in futures.items()}

    def _ask(self, node: Node) -> NodeSettings | None:
        try:
            with store_errors(), self._pool.connection() as connection:
                row = connection.execute(_ASK_NODE, (node.host, node.port, _SETTINGS)).fetchone()
        except (StoreError, psycopg.Error):
            return None
        return _decoded(row[1]) if row is not None and row[0] else None

    def close(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)
        self._pool.close()


def facts_of_one(own: NodeSettings) -> StoreFacts:
    """Of a database that is not distributed."""
    _refuse_standby(own)
    return _facts("postgresql", own.durable, [], own.weaknesses)


def facts_of_cluster(
    own: NodeSettings, nodes: Iterable[Node], found: dict[str, NodeSettings | None]
) -> StoreFacts:
    """Of a cluster, by the coordinator's own settings and those of the others. Raises `StoreUnavailableError`
    when nothing can be committed on any node.
    """
    _refuse_standby(own)
    sick, weak = [], []
    by_text: dict[str, list[str]] = {}
    serving = False
    for node in nodes:
        settings = own if node.is_coordinator else found.get(node.name)
        if settings is None or settings.is_standby:
            sick.append(f"{node.name} ({'no answer' if settings is None else 'a standby'})")
            continue
        serving = serving or node.has_shards
        by_text.setdefault(settings.durable, []).append(node.name)
        if settings.weaknesses:
            weak.append(f"{node.name} ({', '.join(settings.weaknesses)})")
    if sick and not serving:
        raise StoreUnavailableError(f"No node of the cluster answers: {', '.join(sick)}.", 5)
    alike = len(by_text) == 1
    durable = "; ".join(text if alike else f"{', '.join(names)}: {text}" for text, names in by_text.items())
    return _facts("citus", durable or own.durable, sick, weak)


def _refuse_standby(own: NodeSettings) -> None:
    if own.is_standby:
        raise StoreUnavailableError("The database is a standby: events could not be kept.", 10)


def _facts(engine: str, durable: str, sick: list[str], weak: list[str]) -> StoreFacts:
    facts: StoreFacts = {"engine": engine, "version": str(newest_version()), "durable": durable}
    if sick:
        facts["sick"] = ", ".join(sick)
    if weak:
        facts["weak"] = ", ".join(weak)
    return facts

"""Spreading a store over the nodes of a Citus cluster: every table of an organization by `org_id`, all placed
alike, so that a commit and each of its statements has one node to go to; the directory is on every node.

Source: Citus' documentation of `create_distributed_table` and `create_reference_table`.
"""

from __future__ import annotations

from typing import Any

import psycopg
from msgspec import Struct
from psycopg import Connection

from callboard.errors import StoreFileError
from callboard.settings import Settings
from callboard.store.postgres.connection import conninfo, store_errors
from callboard.store.postgres.database import PostgresDatabase
from callboard.store.postgres.migrate import LOCK, check
from callboard.store.sql.copying import (
    CLOCK,
    NUMBERED,
    OF_ALL,
    OF_ORGANIZATIONS,
    UNFINISHED_COPY,
    is_unfinished,
)

SPREAD = (CLOCK.name, *(table.name for table in OF_ORGANIZATIONS))
"""By `org_id`."""
EVERYWHERE = ("meta", *(table.name for table in OF_ALL))
"""Small, read with every request, written seldom."""


class Spread(Struct, frozen=True):
    """What a store is spread over."""

    nodes: int
    """Those that hold shards."""
    shards: int
    """Of each table."""
    spread: tuple[str, ...]
    """Tables spread now."""
    everywhere: tuple[str, ...]
    """Tables put on every node now."""
    as_before: tuple[str, ...]
    """Tables that were spread or everywhere before."""
    rows: int
    """Rows moved to the nodes: events, calls, tasks and all others."""


def is_distributed(connection: Connection[Any]) -> bool:
    """Whether the tables of this store are spread over nodes."""
    row = connection.execute("SELECT EXISTS (SELECT 1 FROM pg_extension WHERE extname = 'citus')").fetchone()
    if row is None or not row[0]:
        return False
    return bool(_placed(connection))


def distribute_store(settings: Settings) -> Spread:
    """See `distribute`: of the store that the settings name."""
    with store_errors(), psycopg.connect(conninfo(settings.db), autocommit=True) as connection:
        return distribute(connection)


def distribute(connection: Connection[Any]) -> Spread:
    """Spread what is not spread yet, in one commit; writers wait meanwhile. Raises `StoreFileError` where
    there is no Citus, or no node to hold anything.
    """
    with store_errors(), connection.transaction():
        check(connection)
        if is_unfinished(PostgresDatabase(connection)):
            raise StoreFileError(UNFINISHED_COPY)
        there = connection.execute("SELECT count(*) FROM pg_extension WHERE extname = 'citus'").fetchone()
        if there is None or not there[0]:
            raise StoreFileError(
                "The database has no Citus: CREATE EXTENSION citus makes it one's coordinator; "
                "docs/operate/scale-out.md has the whole of it."
            )
        connection.execute("SELECT pg_advisory_xact_lock(%s)", (LOCK,))
        for limit in ("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout"):
            connection.execute("SELECT set_config(%s, '0', true)", (limit,))
        # Tables that refer to each other are worked on one shard after the other.
        connection.execute("SET LOCAL citus.multi_shard_modify_mode TO 'sequential'")
        placed = _placed(connection)
        rows = 0
        for name in EVERYWHERE:
            if name not in placed:
                connection.execute("SELECT create_reference_table(%s)", (name,))
        # Placing a table starts its numbers anew: they go on behind the greatest that is there.
        PostgresDatabase(connection).restart_numbers(NUMBERED)
        for name in SPREAD:
            if name not in placed:
                rows += _count(connection, name)
                together = "none" if name == SPREAD[0] else SPREAD[0]
                connection.execute(
                    "SELECT create_distributed_table(%s, 'org_id', colocate_with => %s)", (name, together)
                )
        # What was there before went to the nodes; the coordinator's own copy is of no more use.
        for name in SPREAD:
            if name not in placed:
                connection.execute("SELECT truncate_local_data_after_distributing_table(%s)", (name,))
        connection.execute("SELECT create_distributed_function('duration_bucket(bigint)')")
        return Spread(
            nodes=_one(
                connection,
                "SELECT count(DISTINCT (nodename, nodeport)) FROM citus_shards "
                "WHERE table_name = 'organization_clock'::REGCLASS",
            ),
            shards=_one(
                connection,
                "SELECT count(*) FROM pg_dist_shard WHERE logicalrelid = 'organization_clock'::REGCLASS",
            ),
            spread=tuple(name for name in SPREAD if name not in placed),
            everywhere=tuple(name for name in EVERYWHERE if name not in placed),
            as_before=tuple(name for name in (*EVERYWHERE, *SPREAD) if name in placed),
            rows=rows,
        )


def _placed(connection: Connection[Any]) -> set[str]:
    rows = connection.execute("SELECT logicalrelid::TEXT FROM pg_dist_partition").fetchall()
    return {row[0] for row in rows} & {*SPREAD, *EVERYWHERE}


def _count(connection: Connection[Any], name: str) -> int:
    return _one(connection, f"SELECT count(*) FROM {name}")


def _one(connection: Connection[Any], sql: str) -> int:
    row = connection.execute(sql.encode()).fetchone()
    return int(row[0]) if row is not None else 0

"""Distributes a store over the nodes of a Citus cluster. Every table of an organization is distributed by
`org_id` and co-located with the others, so that a commit and each of its statements go to one node; the
directory's tables are reference tables, with a copy on every node.

Source: Citus' documentation of `create_distributed_table` and `create_reference_table`.
"""

from __future__ import annotations

import re
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
    ORGANIZATION_TABLES,
    SHARED_TABLES,
    UNFINISHED_COPY,
    is_unfinished,
)

DISTRIBUTED_TABLES = (CLOCK.name, *(table.name for table in ORGANIZATION_TABLES))
"""Tables distributed by `org_id`."""
OLDEST_CITUS = (11, 2)
"""The first that begins the transactions on its nodes at the isolation level of its own."""
REFERENCE_TABLES = ("meta", *(table.name for table in SHARED_TABLES))
"""Reference tables: small, read with every request, rarely written."""


class Spread(Struct, frozen=True):
    """The result of distributing a store."""

    nodes: int
    """Nodes that hold shards."""
    shards: int
    """Shards of each distributed table."""
    spread: tuple[str, ...]
    """Tables that this run distributed."""
    everywhere: tuple[str, ...]
    """Tables that this run made reference tables."""
    as_before: tuple[str, ...]
    """Tables that were distributed or reference tables before."""
    rows: int
    """Rows moved to the nodes: events, calls, tasks and all others."""


def is_distributed(connection: Connection[Any]) -> bool:
    """Whether any table of this store is distributed."""
    version = _citus_version(connection)
    if version is None or not _tables_placed(connection):
        return False
    refuse_old_citus(version)
    return True


def refuse_old_citus(version: str) -> None:
    """Raises `StoreFileError` for a version, such as `11.1-1`, whose nodes read at READ COMMITTED whatever
    the coordinator was asked for: numbers of one report would be of different moments.
    """
    major, minor = (int(part) for part in re.split(r"[.-]", version)[:2])
    if (major, minor) < OLDEST_CITUS:
        raise StoreFileError(
            f"Citus {major}.{minor} is too old: the numbers of one report would be of different moments. "
            "Install 11.2 or later."
        )


def _citus_version(connection: Connection[Any]) -> str | None:
    row = connection.execute("SELECT extversion FROM pg_extension WHERE extname = 'citus'").fetchone()
    return None if row is None else str(row[0])


def distribute_store(settings: Settings) -> Spread:
    """`distribute` for the store that the settings name."""
    with store_errors(), psycopg.connect(conninfo(settings.db), autocommit=True) as connection:
        return distribute(connection)


def distribute(connection: Connection[Any]) -> Spread:
    """Distribute the tables that are not distributed yet, in one commit, for which writers wait. Running it
    again does nothing. Raises `StoreFileError` without the Citus extension, and for the unfinished target
    of a copy.
    """
    with store_errors(), connection.transaction():
        check(connection)
        if is_unfinished(PostgresDatabase(connection)):
            raise StoreFileError(UNFINISHED_COPY)
        if (version := _citus_version(connection)) is None:
            raise StoreFileError(
                "The database has no Citus: CREATE EXTENSION citus makes it one's coordinator; "
                "docs/operate/scale-out.md has the whole of it."
            )
        refuse_old_citus(version)
        # The migrations' lock: no migration, and no second `distribute`, runs meanwhile.
        connection.execute("SELECT pg_advisory_xact_lock(%s)", (LOCK,))
        # Moving all rows may take minutes.
        for limit in ("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout"):
            connection.execute("SELECT set_config(%s, '0', true)", (limit,))
        # Tables with foreign keys between them: Citus has to change their shards one after the other.
        connection.execute("SET LOCAL citus.multi_shard_modify_mode TO 'sequential'")
        placed = _tables_placed(connection)
        rows = 0
        for name in REFERENCE_TABLES:
            if name not in placed:
                connection.execute("SELECT create_reference_table(%s)", (name,))
        # Making a reference table restarts its identity sequence: continue after the greatest id.
        PostgresDatabase(connection).restart_numbers(NUMBERED)
        for name in DISTRIBUTED_TABLES:
            if name not in placed:
                rows += _count(connection, name)
                # The clock begins a new co-location group, and every other table joins it.
                colocated_with = "none" if name == DISTRIBUTED_TABLES[0] else DISTRIBUTED_TABLES[0]
                connection.execute(
                    "SELECT create_distributed_table(%s, 'org_id', colocate_with => %s)",
                    (name, colocated_with),
                )
        # The rows were copied to the nodes; Citus leaves the coordinator's local copies in place.
        for name in DISTRIBUTED_TABLES:
            if name not in placed:
                connection.execute("SELECT truncate_local_data_after_distributing_table(%s)", (name,))
        # Recounts call it where the rows are.
        connection.execute("SELECT create_distributed_function('duration_bucket(bigint)')")
        return Spread(
            nodes=_value(
                connection,
                "SELECT count(DISTINCT (nodename, nodeport)) FROM citus_shards "
                "WHERE table_name = 'organization_clock'::REGCLASS",
            ),
            shards=_value(
                connection,
                "SELECT count(*) FROM pg_dist_shard WHERE logicalrelid = 'organization_clock'::REGCLASS",
            ),
            spread=tuple(name for name in DISTRIBUTED_TABLES if name not in placed),
            everywhere=tuple(name for name in REFERENCE_TABLES if name not in placed),
            as_before=tuple(name for name in (*REFERENCE_TABLES, *DISTRIBUTED_TABLES) if name in placed),
            rows=rows,
        )


def _tables_placed(connection: Connection[Any]) -> set[str]:
    """Our tables that Citus manages already, distributed or as reference tables."""
    rows = connection.execute("SELECT logicalrelid::TEXT FROM pg_dist_partition").fetchall()
    return {row[0] for row in rows} & {*DISTRIBUTED_TABLES, *REFERENCE_TABLES}


def _count(connection: Connection[Any], name: str) -> int:
    return _value(connection, f"SELECT count(*) FROM {name}")


def _value(connection: Connection[Any], sql: str) -> int:
    row = connection.execute(sql.encode()).fetchone()
    return int(row[0]) if row is not None else 0

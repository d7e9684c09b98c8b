"""Distributes a store over the nodes of a Citus cluster. Every table of an organization is distributed by
`org_id` and co-located with the others, so that a commit and each of its statements go to one node; the
directory's tables are reference tables, with a copy on every node.
"""

from __future__ import annotations

from typing import Any

import psycopg
from psycopg import Connection

from callboard.errors import StoreFileError
from callboard.settings import Settings
from callboard.store.postgres.connection import conninfo, store_errors
from callboard.store.postgres.database import PostgresDatabase
from callboard.store.postgres.migrate import LOCK, check
from callboard.store.postgres.placing import (
    Placed,
    change_one_by_one,
    citus_version,
    place_tables,
    refuse_old_citus,
)
from callboard.store.sql.copying import UNFINISHED_COPY, is_unfinished


class Spread(Placed, frozen=True):
    """The result of distributing a store."""

    nodes: int
    """Nodes that hold shards."""
    shards: int
    """Shards of each distributed table."""


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
        if (version := citus_version(connection)) is None:
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
        change_one_by_one(connection)
        placed = place_tables(connection)
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
            spread=placed.spread,
            everywhere=placed.everywhere,
            as_before=placed.as_before,
            rows=placed.rows,
        )


def _value(connection: Connection[Any], sql: str) -> int:
    row = connection.execute(sql.encode()).fetchone()
    return int(row[0]) if row is not None else 0

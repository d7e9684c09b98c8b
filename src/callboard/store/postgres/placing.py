"""Which tables of a store a Citus cluster spreads, and how: those of an organization by `org_id`, co-located;
those of the directory as reference tables, with a copy on every node.

Source: Citus' documentation of `create_distributed_table` and `create_reference_table`.
"""

from __future__ import annotations

import re
from typing import Any

from msgspec import Struct
from psycopg import Connection

from callboard.errors import StoreFileError
from callboard.store.postgres.database import PostgresDatabase
from callboard.store.sql.copying import CLOCK, NUMBERED, ORGANIZATION_TABLES, SHARED_TABLES

DISTRIBUTED_TABLES = (CLOCK.name, *(table.name for table in ORGANIZATION_TABLES))
"""Tables distributed by `org_id`."""
REFERENCE_TABLES = ("meta", *(table.name for table in SHARED_TABLES))
"""Reference tables: small, read with every request, rarely written."""
FUNCTIONS = ("duration_bucket(bigint)", "what_changed(text,bigint[],bigint[],bigint[])")
"""Called where the rows are."""
OLDEST_CITUS = (11, 2)
"""The first that begins the transactions on its nodes at the isolation level of its own."""

_PLACED = "SELECT logicalrelid::TEXT FROM pg_dist_partition WHERE partmethod = 'h' OR repmodel = 't'"
"""A table that Citus knows only because a foreign key leads from it to a reference table is not placed."""


class Placed(Struct, frozen=True):
    """What was placed on the nodes of a cluster."""

    spread: tuple[str, ...]
    """Tables that were distributed."""
    everywhere: tuple[str, ...]
    """Tables that became reference tables."""
    as_before: tuple[str, ...]
    """Tables that were distributed or reference tables before."""
    rows: int
    """Rows moved to the nodes: events, calls, tasks and all others."""


def citus_version(connection: Connection[Any]) -> str | None:
    """The version of the extension, such as `13.2-1`; None without it."""
    row = connection.execute("SELECT extversion FROM pg_extension WHERE extname = 'citus'").fetchone()
    return None if row is None else str(row[0])


def is_distributed(connection: Connection[Any]) -> bool:
    """Whether any table of this store is distributed."""
    version = citus_version(connection)
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


def change_one_by_one(connection: Connection[Any]) -> None:
    """For the transaction: a cluster changes shards of tables one after the other, because there are foreign
    keys between them. Elsewhere: nothing.
    """
    connection.execute("SET LOCAL citus.multi_shard_modify_mode TO 'sequential'")


def place_tables(connection: Connection[Any]) -> Placed:
    """Place the tables and functions that are not placed yet, in the transaction of the caller."""
    placed = _tables_placed(connection)
    rows = 0
    for name in REFERENCE_TABLES:
        if name not in placed:
            connection.execute("SELECT create_reference_table(%s)", (name,))
    # Making a reference table restarts its identity sequence: continue after the greatest id.
    PostgresDatabase(connection).restart_numbers([name for name in NUMBERED if name not in placed])
    spread = tuple(name for name in DISTRIBUTED_TABLES if name not in placed)
    for name in spread:
        rows += _count(connection, name)
        # The clock begins a new co-location group, and every other table joins it.
        colocated_with = "none" if name == CLOCK.name else CLOCK.name
        connection.execute(
            "SELECT create_distributed_table(%s, 'org_id', colocate_with => %s)", (name, colocated_with)
        )
    # The rows were copied to the nodes; Citus leaves the coordinator's local copies in place.
    for name in spread:
        connection.execute("SELECT truncate_local_data_after_distributing_table(%s)", (name,))
    for name in FUNCTIONS:
        connection.execute("SELECT create_distributed_function(%s)", (name,))
    return Placed(
        spread=spread,
        everywhere=tuple(name for name in REFERENCE_TABLES if name not in placed),
        as_before=tuple(name for name in (*REFERENCE_TABLES, *DISTRIBUTED_TABLES) if name in placed),
        rows=rows,
    )


def _tables_placed(connection: Connection[Any]) -> set[str]:
    """Our tables that are distributed or reference tables already."""
    rows = connection.execute(_PLACED).fetchall()
    return {row[0] for row in rows} & {*DISTRIBUTED_TABLES, *REFERENCE_TABLES}


def _count(connection: Connection[Any], name: str) -> int:
    row = connection.execute(f"SELECT count(*) FROM {name}".encode()).fetchone()
    return int(row[0]) if row is not None else 0

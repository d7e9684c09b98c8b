"""Schema migrations of a database: numbered, forward only, under an advisory lock."""

from __future__ import annotations

from typing import Any

from psycopg import Connection

from callboard.errors import StoreFileError, StoreVersionError
from callboard.store.postgres.connection import store_errors
from callboard.store.postgres.database import PostgresDatabase
from callboard.store.postgres.placing import change_one_by_one, is_distributed, place_tables
from callboard.store.postgres.statements import commands_of, migrations, newest_version
from callboard.store.sql.copying import UNFINISHED
from callboard.store.sql.refold import is_due, is_empty, note_rules, rules_of

LOCK = 0x43414C42
"""The key of the advisory lock that one migrating process holds at a time: "CALB"."""

_TABLE = """
CREATE TABLE IF NOT EXISTS callboard_schema (
    version INTEGER NOT NULL PRIMARY KEY,
    applied_at TIMESTAMPTZ NOT NULL DEFAULT now()
)
"""


def version_of(connection: Connection[Any]) -> int:
    """The version of the schema; 0 without one. Raises `StoreVersionError` when the schema, or the rules of
    its rows, are newer than this program.
    """
    with store_errors():
        there = connection.execute("SELECT to_regclass('callboard_schema') IS NOT NULL").fetchone()
        if there is None or not there[0]:
            return 0
        row = connection.execute("SELECT coalesce(max(version), 0) FROM callboard_schema").fetchone()
    version = int(row[0]) if row is not None else 0
    if version > newest_version():
        raise StoreVersionError(
            f"The database was written by a newer version of Callboard (its schema is {version}, this "
            f"program knows {newest_version()}): use that version, or restore a backup."
        )
    if version:
        # Raises for rows of newer rules. Without a schema there is no `meta` to read them from.
        rules_of(PostgresDatabase(connection))
    return version


def check(connection: Connection[Any]) -> None:
    """Raises `StoreVersionError` unless schema and rows are exactly of this program's version."""
    version = version_of(connection)
    if version == 0:
        raise StoreVersionError("The database holds no Callboard store yet: callboard db upgrade makes it.")
    if version < newest_version():
        raise StoreVersionError(
            f"The database is of an older version (its schema is {version}, this program needs "
            f"{newest_version()}): callboard db upgrade brings it up to date."
        )
    with store_errors():
        if is_due(PostgresDatabase(connection)):
            raise StoreVersionError(
                "The database is not up to date: its calls and tasks follow older rules, or are just being "
                "brought up to date. callboard db upgrade does that, or goes on where it was broken off."
            )


def migrate(connection: Connection[Any], *, copying: bool = False) -> int:
    """Apply the missing migrations, all in one commit. Returns how many were applied. With `copying`, a new
    store is marked as an unfinished copy in that same commit. On a cluster new tables go to the nodes in it,
    too.
    """
    with store_errors(), connection.transaction():
        # Read the version under the lock: another process may have migrated while this one waited.
        connection.execute("SELECT pg_advisory_xact_lock(%s)", (LOCK,))
        connection.execute("SELECT set_config('statement_timeout', '0', true)")
        change_one_by_one(connection)
        version = version_of(connection)
        if version == 0 and _has_foreign_tables(connection):
            raise StoreFileError(
                "The database holds tables of another program: make a database (or a schema) for Callboard."
            )
        distributed = version != 0 and is_distributed(connection)
        connection.execute(_TABLE)
        missing = [each for each in migrations() if each[0] > version]
        for number, script in missing:
            for command in commands_of(script):
                connection.execute(command.encode())
            connection.execute("INSERT INTO callboard_schema (version) VALUES (%s)", (number,))
        if missing and distributed:
            place_tables(connection)
        # Without events there is nothing to refold: the rows follow this program's rules already.
        if is_empty(PostgresDatabase(connection)):
            note_rules(PostgresDatabase(connection))
        if copying and version == 0:
            connection.execute("INSERT INTO meta (name, value) VALUES (%s, 1)", (UNFINISHED,))
    return len(missing)


def _has_foreign_tables(connection: Connection[Any]) -> bool:
    """Whether tables with our names exist although our schema's version does not."""
    row = connection.execute(
        "SELECT to_regclass('organization_clock') IS NOT NULL OR to_regclass('event') IS NOT NULL"
    )
    found = row.fetchone()
    return bool(found and found[0])

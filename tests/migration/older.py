"""A store as the version before this one left it: written by its code, and kept as the rows of its tables.

`files/schema_5.json` holds drawn calls and tasks of four spaces of two organizations, an import that was
withdrawn, cells, differences that are in no cell yet: 419 events, rows by rules 1 of the fold. A file has
schema 5, a database schema 2; their rows are the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import apsw
import msgspec
import psycopg

from callboard.store.postgres import statements as postgres
from callboard.store.postgres.placing import DISTRIBUTED_TABLES, REFERENCE_TABLES, change_one_by_one
from callboard.store.sql.copying import CLOCK
from callboard.store.sqlite import statements as sqlite
from callboard.store.sqlite.clean_mark import CLOSED

WRITTEN = Path(__file__).parent / "files" / "schema_5.json"
BYTES = {"body", "body_digest", "digest", "request_digest", "answer"}
SQLITE_SCHEMA, POSTGRES_SCHEMA = 5, 2


def tables() -> Iterator[tuple[str, list[str], list[list[Any]]]]:
    """Each table's name, columns and rows."""
    for name, table in msgspec.json.decode(WRITTEN.read_bytes())["tables"].items():
        columns = table["columns"]
        yield name, columns, [_row(columns, row) for row in table["rows"]]


def _row(columns: Iterable[str], row: Iterable[Any]) -> list[Any]:
    return [
        bytes.fromhex(value[1:]) if column in BYTES else value
        for column, value in zip(columns, row, strict=True)
    ]


def older_file(path: Path) -> Path:
    """Make the file."""
    db = apsw.Connection(str(path))
    for number, script in sqlite.migrations()[:SQLITE_SCHEMA]:
        db.execute(script)
        db.execute(f"PRAGMA user_version = {number}")
    db.execute(f"PRAGMA application_id = {CLOSED}")
    db.execute("PRAGMA journal_mode = WAL")
    for name, columns, rows in tables():
        places = ", ".join("?" for _ in columns)
        db.executemany(f"INSERT OR REPLACE INTO {name} ({', '.join(columns)}) VALUES ({places})", rows)
    db.close()
    return path


def older_database(url: str) -> str:
    """Fill the empty database."""
    with psycopg.connect(url) as connection:
        connection.execute("CREATE TABLE callboard_schema (version INTEGER PRIMARY KEY)")
        for number, script in postgres.migrations()[:POSTGRES_SCHEMA]:
            connection.execute(script.encode())
            connection.execute("INSERT INTO callboard_schema (version) VALUES (%s)", (number,))
        connection.execute("DELETE FROM meta")
        for name, columns, rows in tables():
            places = ", ".join("%s" for _ in columns)
            sql = f"INSERT INTO {name} ({', '.join(columns)}) VALUES ({places})"
            connection.cursor().executemany(sql.encode(), rows)
    return url


def older_cluster(url: str) -> str:
    """Fill the empty schema, and spread what the version before had."""
    older_database(url)
    with psycopg.connect(url) as connection:
        found = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = current_schema()")
        there = {row[0] for row in found}
        change_one_by_one(connection)
        for name in REFERENCE_TABLES:
            if name in there:
                connection.execute("SELECT create_reference_table(%s)", (name,))
        for name in DISTRIBUTED_TABLES:
            if name in there:
                with_clock = "none" if name == CLOCK.name else CLOCK.name
                connection.execute(
                    "SELECT create_distributed_table(%s, 'org_id', colocate_with => %s)", (name, with_clock)
                )
        for name in DISTRIBUTED_TABLES:
            if name in there:
                connection.execute("SELECT truncate_local_data_after_distributing_table(%s)", (name,))
        connection.execute("SELECT create_distributed_function('duration_bucket(bigint)')")
    return url

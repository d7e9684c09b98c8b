"""SQLite's own integrity check, one table at a time: a read transaction keeps the WAL from being reset, so
none lasts longer than one table takes.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from callboard.store.sql.database import Database, SqlRow
from callboard.store.sql.table_walk import (
    UNREADABLE,
    Snapshot,
    fault_text,
    reporting_damage_of,
    run_with_retry,
)
from callboard.store.sqlite.connection import FAULTS

MOST = 100
"""Faults reported for one table."""


def file_faults(read: Snapshot) -> Iterator[tuple[str, str]]:
    """(table, fault of the table or of one of its indexes)."""
    named = "SELECT name FROM sqlite_schema WHERE type = 'table'"
    tables = [row[0] for row in run_with_retry(read, lambda db: db.select(named))]
    for table in tables:
        try:
            message = [str(row[0]) for row in run_with_retry(read, partial(_check, table))]
        except UNREADABLE as error:
            message = [fault_text(error)]
        for text in message[:MOST]:
            if text != "ok":
                yield table, text


def _check(table: str, db: Database) -> list[SqlRow]:
    return db.select(f"PRAGMA integrity_check({table})")


def rebuild_indexes(db: Database, table: str) -> None:
    """Rebuild the indexes of a table from the table itself."""
    db.run(f"REINDEX {table}")


reporting_damage = partial(reporting_damage_of, FAULTS)

"""The structure of tables and indexes, checked by PostgreSQL's extension amcheck where it is installed.

Source: PostgreSQL's documentation of amcheck. The functions used take ACCESS SHARE locks, which block neither
readers nor writers.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import LiteralString

from callboard.store.postgres.connection import FAULTS
from callboard.store.sql.database import Database
from callboard.store.sql.table_walk import (
    UNREADABLE,
    Snapshot,
    fault_text,
    reporting_damage_of,
    run_with_retry,
)

MOST = 100
"""Faults reported for one table."""

ABSENT = (
    "The structure of the database's own files was not checked: where a superuser has said "
    "CREATE EXTENSION amcheck, verify --deep checks it."
)
DISTRIBUTED = (
    "The structure of the nodes' own files was not checked: amcheck on each node does it (pg_amcheck)."
)
NOT_ALLOWED = (
    "The structure of the database's own files was not checked: this user may not call amcheck's functions."
)


_HAS_AMCHECK: LiteralString = "SELECT count(*) FROM pg_extension WHERE extname = 'amcheck'"
_ALLOWED: LiteralString = (
    "SELECT bool_and(has_function_privilege(oid, 'EXECUTE')) FROM pg_proc "
    "WHERE proname IN ('verify_heapam', 'bt_index_check')"
)


def reason_unchecked(read: Snapshot, *, distributed: bool) -> str | None:
    """Why the structure cannot be checked; None when it can."""
    if distributed:
        return DISTRIBUTED
    there, allowed = run_with_retry(
        read, lambda db: (db.select_value(_HAS_AMCHECK), db.select_value(_ALLOWED))
    )
    if not there:
        return ABSENT
    return None if allowed else NOT_ALLOWED


def file_faults(read: Snapshot) -> Iterator[tuple[str, str]]:
    """(table, fault of the table or of one of its indexes)."""
    tables = [str(row[0]) for row in run_with_retry(read, lambda db: db.select(_OURS))]
    for table in tables:
        for text in [*_of_table(read, table), *_of_indexes(read, table)][:MOST]:
            yield table, text


_OURS = (
    "SELECT relname::TEXT FROM pg_class WHERE relkind = 'r' AND relnamespace = "
    "(SELECT relnamespace FROM pg_class WHERE oid = 'organization_clock'::REGCLASS) ORDER BY 1"
)
_HEAP = (
    "SELECT blkno, offnum, attnum, msg FROM verify_heapam(:table::REGCLASS, check_toast => true) LIMIT :most"
)
_INDEXES = (
    "SELECT i.indexrelid::REGCLASS::TEXT FROM pg_index AS i JOIN pg_class AS c ON c.oid = i.indexrelid "
    "JOIN pg_am AS a ON a.oid = c.relam AND a.amname = 'btree' "
    "WHERE i.indrelid = :table::REGCLASS ORDER BY 1"
)


def _of_table(read: Snapshot, table: str) -> list[str]:
    """Faults of a table's pages and rows. If amcheck itself fails, that is the fault."""
    try:
        rows = run_with_retry(read, lambda db: db.select(_HEAP, {"table": table, "most": MOST}))
    except UNREADABLE as error:
        return [fault_text(error)]
    return [f"page {page}, row {row}, column {column}: {text}" for page, row, column, text in rows]


def _of_indexes(read: Snapshot, table: str) -> list[str]:
    """Faults of a table's B-tree indexes: `bt_index_check` raises the first fault of an index."""
    indexes = [str(row[0]) for row in run_with_retry(read, lambda db: db.select(_INDEXES, {"table": table}))]
    found = []
    for index in indexes:
        try:
            run_with_retry(read, partial(_check_index, index))
        except UNREADABLE as error:
            found.append(f"{index}: {fault_text(error)}")
    return found


def _check_index(index: str, db: Database) -> None:
    # `true` (heapallindexed): also that every row of the table has its index entry.
    db.select("SELECT bt_index_check(:index::REGCLASS, true)", {"index": index})


def rebuild_indexes(db: Database, table: str) -> None:
    """Rebuild the indexes of a table. Writes to it wait meanwhile."""
    db.run(f"REINDEX TABLE {table}")


reporting_damage = partial(reporting_damage_of, FAULTS)

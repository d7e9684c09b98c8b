"""PostgreSQL's own check of tables and indexes, by its extension amcheck, where the database has it.

Source: PostgreSQL's documentation of amcheck. Neither readers nor writers wait for its locks.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from callboard.errors import StoreUnavailableError
from callboard.store.postgres.connection import FAULTS
from callboard.store.sql.database import Database
from callboard.store.sql.table_walk import UNREADABLE, Snapshot, telling_faults_of, wait_for_answer, why

MOST = 100
"""Faults told of one table."""

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


def why_unchecked(read: Snapshot, *, distributed: bool) -> str | None:
    """Why the structure cannot be checked; none when it can."""
    if distributed:
        return DISTRIBUTED
    with read() as db:
        there = db.select_value("SELECT count(*) FROM pg_extension WHERE extname = 'amcheck'")
        if not there:
            return ABSENT
        allowed = db.select_value(
            "SELECT bool_and(has_function_privilege(oid, 'EXECUTE')) FROM pg_proc "
            "WHERE proname IN ('verify_heapam', 'bt_index_check')"
        )
    return None if allowed else NOT_ALLOWED


def file_faults(read: Snapshot) -> Iterator[tuple[str, str]]:
    """(table, what is wrong with it or one of its indexes)."""
    with read() as db:
        tables = [str(row[0]) for row in db.select(_OURS)]
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
    try:
        with read() as db:
            rows = db.select(_HEAP, {"table": table, "most": MOST})
    except UNREADABLE as error:
        return [_said(read, error)]
    return [f"page {page}, row {row}, column {column}: {text}" for page, row, column, text in rows]


def _of_indexes(read: Snapshot, table: str) -> list[str]:
    with read() as db:
        indexes = [str(row[0]) for row in db.select(_INDEXES, {"table": table})]
    found = []
    for index in indexes:
        try:
            with read() as db:
                db.select("SELECT bt_index_check(:index::REGCLASS, true)", {"index": index})
        except UNREADABLE as error:
            found.append(f"{index}: {_said(read, error)}")
    return found


def _said(read: Snapshot, error: Exception) -> str:
    """A check that runs into a limit, or ends the database's process, has found something as well; a database
    that does not answer any more raises `StoreUnavailableError`.
    """
    if isinstance(error, StoreUnavailableError):
        wait_for_answer(read)
        return f"cannot be read: {error}"
    return why(error)


def rebuild_indexes(db: Database, table: str) -> None:
    """Make the indexes of a table anew; it takes no writes meanwhile."""
    db.run(f"REINDEX TABLE {table}")


telling_faults = partial(telling_faults_of, FAULTS)

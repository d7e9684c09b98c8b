"""Upgrades a database: its schema, then its rows by the rules of this program.

One process at a time, by an advisory lock of its session, which the server releases when the session ends.
While rows are refolded nobody else may write, least of all a program of an older version: a table that every
commit writes to stays locked throughout, and programs of this version or later refuse to start
(`migrate.check`).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from typing import Any, LiteralString

from psycopg import Connection

from callboard.errors import StoreUnavailableError
from callboard.store.postgres.connection import store_errors
from callboard.store.postgres.database import PostgresDatabase
from callboard.store.postgres.migrate import migrate, version_of
from callboard.store.sql.database import Database
from callboard.store.sql.refold import Refolding, UpgradeObserver, format_bytes, is_due, is_empty

LOCK = 0x43414C43
"""The key of the session's advisory lock. Not `migrate.LOCK`, which the upgrade takes as well, for each
migration's transaction.
"""
CHECK_EVERY_S = 0.5
"""Polling interval of a process that waits: for the lock, or for other connections to close."""
RETRY_FOR_S = 10.0
"""How long to wait for other Callboard connections to close before the upgrade gives up."""

_NAME = "SELECT set_config('application_name', 'callboard upgrade', false)"
"""Distinguishes these connections from those of servers and commands, which `_OTHERS` counts."""
_OTHERS = (
    "SELECT count(*) FROM pg_stat_activity "
    "WHERE datname = current_database() AND application_name = 'callboard'"
)
_SIZE = "SELECT coalesce(sum(pg_total_relation_size(name::REGCLASS)), 0) FROM unnest(%s::TEXT[]) AS name"
_REWRITTEN = ["call", "task", "cell", "delta"]
"""The tables that a refold rewrites; dead rows take disk space until they are vacuumed."""

Connect = Callable[[], Connection[Any]]


def upgrade(connect: Connect, observer: UpgradeObserver | None) -> None:
    """Bring the database to this version; do nothing where it is. Waits, without limit, for another process
    that is upgrading. Raises `StoreUnavailableError` when servers still use the database.
    """
    with store_errors(), closing(_upgrade_connection(connect)) as held:
        _lock_upgrade(held, observer)
        if version_of(held) and not is_empty(PostgresDatabase(held)) and is_due(PostgresDatabase(held)):
            _refold(connect, held, observer)
        else:
            migrate(held)


def _refold(connect: Connect, held: Connection[Any], observer: UpgradeObserver | None) -> None:
    with closing(_upgrade_connection(connect)) as connection:
        _wait_for_other_sessions(connection)
        migrate(connection)
        with held.transaction():
            # This transaction is idle while the other connection refolds.
            held.execute("SELECT set_config('idle_in_transaction_session_timeout', '0', true)")
            # Every commit of events writes to `outcome`, and the refold does not. EXCLUSIVE blocks writers
            # without assigning a transaction id, as ACCESS EXCLUSIVE would: an open transaction id would
            # keep vacuum from removing the dead rows that the refold leaves.
            held.execute("LOCK TABLE outcome IN EXCLUSIVE MODE")
            Refolding(lambda: _commit(connection), observer).run(_disk_needs(connection))


def _upgrade_connection(connect: Connect) -> Connection[Any]:
    connection = connect()
    connection.execute(_NAME)
    return connection


def _lock_upgrade(held: Connection[Any], observer: UpgradeObserver | None) -> None:
    """Return when this session has the lock; it is released when the session ends."""
    # Polled: a blocking pg_advisory_lock would be ended by `lock_timeout`.
    waited = False
    while not _value(held, "SELECT pg_try_advisory_lock(%s)", LOCK):
        if observer is not None and not waited:
            observer.waits()
        waited = True
        time.sleep(CHECK_EVERY_S)


def _wait_for_other_sessions(connection: Connection[Any]) -> None:
    until = time.monotonic() + RETRY_FOR_S
    while others := _value(connection, _OTHERS):
        if time.monotonic() > until:
            raise StoreUnavailableError(
                f"The database has to be brought up to date, and {others} connections of Callboard's are "
                "open to it: stop every server and command on it first."
            )
        time.sleep(CHECK_EVERY_S)


def _disk_needs(connection: Connection[Any]) -> str:
    """A sentence on the disk space that a refold needs. A client cannot see how much the server has free."""
    size = int(_value(connection, _SIZE, _REWRITTEN))
    return (
        f"The database's disk needs up to {format_bytes(2 * size)} for it, rows and write-ahead log "
        "together: see that it is there."
    )


def _value(connection: Connection[Any], sql: LiteralString, *values: Any) -> Any:
    row = connection.execute(sql, values).fetchone()
    assert row is not None
    return row[0]


@contextmanager
def _commit(connection: Connection[Any]) -> Iterator[Database]:
    with connection.transaction(), connection.pipeline():
        # `true`: for this transaction. A statement of the refold may exceed the connection's own limit.
        connection.execute("SELECT set_config('statement_timeout', '0', true)")
        yield PostgresDatabase(connection)

"""Bringing a database up to date: its schema, then its rows by the rules of this program.

One process at a time, by a lock of its session that ends with it. While rows are folded anew nobody else may
write, programs of an older version least of all: a table that every commit writes to is locked for as long
as it takes, and programs of this version and later ones refuse to begin (`migrate.check`).
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
from callboard.store.sql.refold import Refolding, Watch, is_due, is_empty, told_bytes

LOCK = 0x43414C43
"""Of all who would bring a database up to date one does."""
LOOK_EVERY_S = 0.5
"""How often the others look whether it has ended."""
PATIENCE_S = 10.0
"""How long other connections of Callboard's may take to go before the upgrade gives up."""

_NAME = "SELECT set_config('application_name', 'callboard upgrade', false)"
"""Tells these connections from those of servers and commands."""
_OTHERS = (
    "SELECT count(*) FROM pg_stat_activity "
    "WHERE datname = current_database() AND application_name = 'callboard'"
)
_SIZE = "SELECT coalesce(sum(pg_total_relation_size(name::REGCLASS)), 0) FROM unnest(%s::TEXT[]) AS name"
_REWRITTEN = ["call", "task", "cell", "delta"]
"""The tables whose rows are written anew; the old ones take room until they are vacuumed."""

Connect = Callable[[], Connection[Any]]


def upgrade(connect: Connect, watch: Watch | None) -> None:
    """Bring the database to this version; where it is already, do nothing. Who finds another process at it
    waits for its end. Raises `StoreUnavailableError` when servers still use the database.
    """
    with store_errors(), closing(_named(connect)) as held:
        _wait_for_turn(held, watch)
        if version_of(held) and not is_empty(PostgresDatabase(held)) and is_due(PostgresDatabase(held)):
            _refold(connect, held, watch)
        else:
            migrate(held)


def _refold(connect: Connect, held: Connection[Any], watch: Watch | None) -> None:
    with closing(_named(connect)) as connection:
        _wait_for_others(connection)
        migrate(connection)
        with held.transaction():
            held.execute("SELECT set_config('idle_in_transaction_session_timeout', '0', true)")
            # Whatever commits events adds to this table. A mode that lets readers pass needs no number of a
            # transaction, which would keep vacuum from clearing away what the refold leaves behind.
            held.execute("LOCK TABLE outcome IN EXCLUSIVE MODE")
            Refolding(lambda: _commit(connection), watch).run(_room(connection))


def _named(connect: Connect) -> Connection[Any]:
    connection = connect()
    connection.execute(_NAME)
    return connection


def _wait_for_turn(held: Connection[Any], watch: Watch | None) -> None:
    """Until the lock is this session's; it ends with the session."""
    waited = False
    while not _answer(held, "SELECT pg_try_advisory_lock(%s)", LOCK):
        if watch is not None and not waited:
            watch.waits()
        waited = True
        time.sleep(LOOK_EVERY_S)


def _wait_for_others(connection: Connection[Any]) -> None:
    until = time.monotonic() + PATIENCE_S
    while others := _answer(connection, _OTHERS):
        if time.monotonic() > until:
            raise StoreUnavailableError(
                f"The database has to be brought up to date, and {others} connections of Callboard's are "
                "open to it: stop every server and command on it first."
            )
        time.sleep(LOOK_EVERY_S)


def _room(connection: Connection[Any]) -> str:
    """What folding rows anew needs of the disk, in words. How much is free a client cannot see."""
    size = int(_answer(connection, _SIZE, _REWRITTEN))
    return (
        f"The database's disk needs up to {told_bytes(2 * size)} for it, rows and write-ahead log together: "
        "see that it is there."
    )


def _answer(connection: Connection[Any], sql: LiteralString, *values: Any) -> Any:
    row = connection.execute(sql, values).fetchone()
    assert row is not None
    return row[0]


@contextmanager
def _commit(connection: Connection[Any]) -> Iterator[Database]:
    with connection.transaction(), connection.pipeline():
        connection.execute("SELECT set_config('statement_timeout', '0', true)")
        yield PostgresDatabase(connection)

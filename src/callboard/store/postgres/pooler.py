"""A pooler between us and the database that gives each transaction another session: refused at the start.

Time limits, durability and prepared statements belong to a session. Behind such a pooler they are another
client's, and answers were wrong without any error.
"""

from __future__ import annotations

from callboard.errors import StoreFileError
from callboard.store.postgres.connection import BoundedConnection, store_errors

TRANSACTIONS = 3
"""As many for each connection: a pooler gives the session that came back last, or each in turn."""

POOLED = (
    "db: a pooler stands before the database that gives each transaction another session; Callboard keeps "
    "settings and prepared statements in one. Name the database itself, or a pooler in session mode "
    "(PgBouncer: pool_mode)."
)


def refuse_transaction_pooler(conninfo: str) -> None:
    """Raises `StoreFileError` when a session does not stay with its connection."""
    with store_errors(), BoundedConnection.connect(conninfo, autocommit=True) as first:
        # The handshake names the process that answers (BackendKeyData). A pooler puts a number of its own
        # there, in session mode too.
        if {_pid(first) for _ in range(TRANSACTIONS)} == {first.info.backend_pid}:
            return
        with BoundedConnection.connect(conninfo, autocommit=True) as second:
            # Each statement is a transaction. Two connections that are open at the same time never share a
            # session in session mode.
            pids = [(_pid(first), _pid(second)) for _ in range(TRANSACTIONS)]
    of_first, of_second = ({*each} for each in zip(*pids, strict=True))
    if len(of_first) > 1 or len(of_second) > 1 or of_first & of_second:
        raise StoreFileError(POOLED)


def _pid(connection: BoundedConnection) -> int:
    """Of the process that carries out this statement."""
    row = connection.execute("SELECT pg_backend_pid()", prepare=False).fetchone()
    assert row is not None
    return int(row[0])

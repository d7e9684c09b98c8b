"""Connections to the database: how they are configured, and which store error each PostgreSQL error
becomes.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from typing import Any, Protocol, TypeVar

import psycopg
from psycopg import Connection, errors
from psycopg.adapt import Loader
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg.types.numeric import Int8Dumper, NumericBinaryLoader
from psycopg_pool import ConnectionPool, PoolClosed, PoolTimeout

from callboard.errors import (
    NodeUnavailableError,
    StoreDamagedError,
    StoreError,
    StoreFileError,
    StoreLockedError,
    StorePrivilegeError,
    StoreTooSlowError,
    StoreUnavailableError,
)
from callboard.settings import Settings

CONNECT_TIMEOUT_S = 5
"""Longest time to open a connection."""
WRITE_STATEMENTS_MS = 60_000
"""Longest time for one statement of a commit; a lock wait ends much sooner, by `lock_timeout_ms`."""
IDLE_S = 300.0
"""Close connections that were unused for this long."""


HOUSEKEEPING_S = 2.0
"""Longest wait for an answer to anything but a query: configuring a connection, ending a transaction."""
GRACE_S = 1.0
"""How long the client waits beyond the server's own statement timeout: normally the server's error comes
first and the connection stays usable.
"""

T = TypeVar("T")


class TooLateError(psycopg.OperationalError):
    """The database did not answer within the client's time limit: the connection was closed."""


class NodeSilentError(TooLateError):
    """The node of a cluster that a statement waited for does not answer."""


class Patience(Protocol):
    """Knows which nodes of a cluster are worth waiting for (`bulkheads.py`)."""

    def check(self, org_id: int) -> None:
        """Raises `StoreUnavailableError` when the node of this organization is not."""

    def gives_up(self, org_id: int | None, waited_s: float) -> bool:
        """Whether a statement that has waited so long should end."""


class BoundedConnection(Connection[Any]):
    """A connection that bounds each wait on the client's side: a server that is stopped, or whose machine
    hangs, does not enforce `statement_timeout` either.
    """

    limit_s: float = HOUSEKEEPING_S
    """Longest wait for one answer."""
    until: float | None = None
    """Deadline for all waits, by `time.monotonic`; None: each answer has `limit_s`."""
    patience: Patience | None = None
    """Of a cluster."""
    org_id: int | None = None
    """The organization that the statement is about; None: not a single one."""
    on_nodes: tuple[str, ...] = ()
    """Statements with which each commit on a cluster begins (`prepare_for_nodes`); none elsewhere."""

    def wait(self, gen: Generator[Any, Any, T], *args: Any, **more: Any) -> T:
        until = time.monotonic() + self.limit_s if self.until is None else self.until
        try:
            return super().wait(_bounded(gen, until, self._gives_up), *args, **more)
        except TooLateError:
            # The answer may still come: on an open connection the next statement would read it as its own.
            self.pgconn.finish()
            raise

    def _gives_up(self, waited_s: float) -> bool:
        return self.patience is not None and self.patience.gives_up(self.org_id, waited_s)


def _bounded(
    gen: Generator[Any, Any, T], until: float, gives_up: Callable[[float], bool]
) -> Generator[Any, Any, T]:
    """The same generator with a deadline. psycopg sends READY_NONE (0) each time its polling interval passes
    without data: the clock is read only then, so an answer that is there is always taken.
    """
    began = time.monotonic()
    try:
        wanted = next(gen)
        while True:
            ready = yield wanted
            if not ready and (now := time.monotonic()) > until:
                gen.close()
                raise TooLateError("no answer within the time there was")
            if not ready and gives_up(now - began):
                gen.close()
                raise NodeSilentError("the node does not answer")
            wanted = gen.send(ready)
    except StopIteration as end:
        result: T = end.value
        return result


_ESCAPE = (
    "write postgresql://user:password@host:port/database, with %-escapes for what is special in a password "
    "(@ is %40, / is %2F)"
)


class _WholeNumeric(Loader):
    """NUMERIC → int: PostgreSQL's `sum(bigint)` is NUMERIC, and no column has fractions."""

    def load(self, data: Any) -> int:
        return int(bytes(data))


class _WholeNumericBinary(NumericBinaryLoader):
    """The same from binary format."""

    def load(self, data: Any) -> int:  # type: ignore[override]
        return int(super().load(data))


def conninfo(url: str) -> str:
    """The libpq connection string: the URL, with our defaults for what it does not set. Raises
    `StoreFileError` when it is no PostgreSQL URL. Source: "Parameter Key Words" in libpq's documentation.
    """
    try:
        given = conninfo_to_dict(url)
    except psycopg.Error:
        # libpq's message quotes the part that it could not parse, which may be half of a password.
        raise StoreFileError(f"db: not a PostgreSQL URL; {_ESCAPE}") from None
    # An unescaped @, / or ? in a password splits the URL elsewhere, and libpq takes the rest of the password
    # for a host or a port, which its connection errors would print.
    ports = str(given.get("port", "")).replace(",", "")
    if any(sign in str(given.get("host", "")) for sign in "@?#") or (ports and not ports.isdecimal()):
        raise StoreFileError(f"db: not a PostgreSQL URL; {_ESCAPE}")
    defaults: dict[str, str | int] = {
        "application_name": "callboard",
        "connect_timeout": CONNECT_TIMEOUT_S,
        # Of several hosts use the primary, also to read: a standby may lag behind what was acknowledged.
        "target_session_attrs": "read-write",
        # Detect a dead peer: when idle after 10 + 3 * 5 s, with unacknowledged data after 20,000 ms.
        "keepalives_idle": 10,
        "keepalives_interval": 5,
        "keepalives_count": 3,
        "tcp_user_timeout": 20_000,
    }
    return make_conninfo("", **defaults | {name: str(value) for name, value in given.items()})


def prepare(connection: BoundedConnection, settings: Settings, *, writes: bool) -> None:
    """Configure a new connection: time limits, isolation level, durability, number types."""
    connection.limit_s = WRITE_STATEMENTS_MS / 1000 + GRACE_S if writes else HOUSEKEEPING_S
    limits = {
        "statement_timeout": WRITE_STATEMENTS_MS if writes else settings.query_timeout_ms,
        "lock_timeout": settings.lock_timeout_ms,
        "idle_in_transaction_session_timeout": WRITE_STATEMENTS_MS,
        # A commit waits for the clock row's lock and then reads what the previous holder committed.
        # REPEATABLE READ would fail there with a serialization error. Set here, whatever the database's
        # default is.
        "default_transaction_isolation": "read committed",
        "timezone": "UTC",
        "jit": "off",  # queries are short, and every worker would compile them again
    }
    # Without autocommit the settings below would be rolled back with the transaction that set them.
    connection.autocommit = True
    for name, value in limits.items():
        connection.execute("SELECT set_config(%s, %s, false)", (name, str(value)))
    if writes:
        # A commit's statements are made so that one plan is right for any values (`statements.py`). Planning
        # them anew, which PostgreSQL does where it thinks that few values are cheaper, costs more than they.
        connection.execute("SELECT set_config('plan_cache_mode', 'force_generic_plan', false)")
        # Acknowledged means synced to disk: raise weaker levels; leave stronger ones (remote_apply) alone.
        connection.execute(
            "SELECT set_config('synchronous_commit', 'on', false) "
            "WHERE current_setting('synchronous_commit') IN ('off', 'local')"
        )
    # psycopg picks int2, int4, int8 or numeric by each value, and a statement is prepared once for each
    # combination of types. With one type it is prepared once.
    connection.adapters.register_dumper(int, Int8Dumper)
    connection.adapters.register_loader("numeric", _WholeNumeric)
    connection.adapters.register_loader("numeric", _WholeNumericBinary)


def prepare_for_nodes(connection: BoundedConnection) -> None:
    """Let commits of this connection take its settings along to the nodes of a cluster. Citus opens the
    connections to them with the nodes' own settings, and passes on only `SET LOCAL` as a statement of its own
    (`set_config` is not passed on), with the BEGIN that it sends before a transaction's first statement.
    """
    connection.execute("SELECT set_config('citus.propagate_set_commands', 'local', false)")
    # A change of the directory and of what belongs to an organization, in one commit, must use one connection
    # to each node: Citus refuses it otherwise, because of the foreign keys between them.
    connection.execute("SELECT set_config('citus.multi_shard_modify_mode', 'sequential', false)")
    row = connection.execute("SELECT current_setting('synchronous_commit')").fetchone()
    assert row is not None
    connection.on_nodes = (
        f"SET LOCAL synchronous_commit TO {row[0]}",
        f"SET LOCAL statement_timeout TO {WRITE_STATEMENTS_MS}",
        f"SET LOCAL idle_in_transaction_session_timeout TO {WRITE_STATEMENTS_MS}",
    )


def begin_on_nodes(connection: BoundedConnection, lock_timeout_ms: float) -> None:
    """On a cluster: let the transaction that begins now be as durable and as bounded on its node as here.
    Sent in the pipeline, and by Citus with its own BEGIN: it costs no round trip. Elsewhere: nothing.
    """
    if connection.on_nodes:
        for statement in connection.on_nodes:
            connection.execute(statement.encode())
        # Never prepared: it is another text each time.
        connection.execute(f"SET LOCAL lock_timeout TO {lock_timeout_ms:.0f}".encode(), prepare=False)


def pool(
    url: str,
    settings: Settings,
    size: int,
    *,
    writes: bool,
    distributed: bool,
    check: Callable[[Connection[Any]], None],
    patience: Patience | None = None,
) -> ConnectionPool[BoundedConnection]:
    """At most `size` connections, opened on demand and reopened when lost. Each new connection passes
    `check`: a server that was idle while the database was upgraded to another version must not continue
    with it.
    """

    def configure(connection: BoundedConnection) -> None:
        prepare(connection, settings, writes=writes)
        if distributed and writes:
            prepare_for_nodes(connection)
        check(connection)
        connection.patience = patience

    return ConnectionPool(
        conninfo(url),
        connection_class=BoundedConnection,
        min_size=0,
        max_size=size,
        max_idle=IDLE_S,
        timeout=min(settings.query_timeout_ms, settings.lock_timeout_ms) / 1000,
        configure=configure,
        open=True,
        name="writes" if writes else "reads",
    )


@contextmanager
def store_errors() -> Iterator[None]:
    """Translates PostgreSQL's errors into store errors: transient ones, and those that an operator must
    fix.
    """
    try:
        yield
    except errors.QueryCanceled as error:
        raise StoreTooSlowError from error
    except PoolTimeout as error:
        raise StoreUnavailableError(
            "The database does not answer, or all connections to it are busy; try again shortly.", 2
        ) from error
    except PoolClosed as error:
        raise StoreUnavailableError("The store is closed.") from error
    except _DAMAGE as error:  # before FAULTS: CharacterNotInRepertoire is a DataError as well
        raise StoreDamagedError(DAMAGED) from error
    except FAULTS:
        # A statement that does not fit the schema, or a row that violates a constraint: our own bug, not a
        # state of the store, and retrying cannot help. It fails the request that hit it (500).
        raise
    except (NodeSilentError, errors.ConnectionFailure) as error:
        # The server's answer that a connection failed is that of a coordinator: its own to a node.
        raise NodeUnavailableError from error
    except psycopg.Error as error:
        for kind, (passing, message) in _MEANINGS.items():
            if isinstance(error, kind):
                text = message.format(error=_first_line(error))
                raise _meant(kind, text, passing) from error
        raise StoreError(f"The store failed: {_first_line(error)}") from error


_DAMAGE = (
    errors.DataCorrupted,
    errors.IndexCorrupted,
    errors.InternalError_,
    errors.UndefinedFile,  # "could not access status of transaction": a row's xmin has no pg_xact file
    errors.CharacterNotInRepertoire,
)
"""Errors that PostgreSQL reports for a page, a row or an index that it cannot read."""


def _meant(kind: type[psycopg.Error], text: str, passing: int) -> StoreError:
    if kind is errors.LockNotAvailable:
        return StoreLockedError(text, passing)
    if kind is errors.InsufficientPrivilege:
        return StorePrivilegeError(text)
    return StoreUnavailableError(text, passing) if passing else StoreFileError(text)


DAMAGED = "The database is damaged: callboard verify --deep says where."
FAULTS = (
    errors.IntegrityError,
    errors.DataError,
    errors.NotSupportedError,
    errors.RaiseException,
    errors.UndefinedTable,
    errors.UndefinedColumn,
    errors.UndefinedFunction,
    errors.UndefinedObject,
    errors.AmbiguousColumn,
    errors.AmbiguousFunction,
    errors.DatatypeMismatch,
    errors.SyntaxError,
    errors.InFailedSqlTransaction,
)
"""Errors that only a bug of ours raises. A verification reports them as damage (`reporting_damage_of`)."""

_MEANINGS: dict[type[psycopg.Error], tuple[int, str]] = {
    TooLateError: (2, "The database does not answer; try again shortly."),
    errors.LockNotAvailable: (1, "The store is locked by another process; try again shortly."),
    errors.DeadlockDetected: (1, "The store is busy with others' changes; try again shortly."),
    errors.SerializationFailure: (1, "The store is busy with others' changes; try again shortly."),
    errors.DiskFull: (10, "The disk of the store is full; nothing was kept."),
    errors.ReadOnlySqlTransaction: (10, "The database takes no writes: is it a standby?"),
    errors.TooManyConnections: (2, "The database has no connection free; try again shortly."),
    errors.InvalidPassword: (0, "The database refuses this user or password: {error}"),
    errors.InvalidCatalogName: (0, "There is no such database: {error}"),
    errors.InsufficientPrivilege: (0, "The database user lacks a privilege that Callboard needs."),
    errors.IoError: (10, "The disk of the store fails: {error}"),
    psycopg.OperationalError: (2, "The database does not answer: {error}"),
    psycopg.InterfaceError: (2, "The connection to the database was lost: {error}"),
}
"""PostgreSQL's error → (seconds until a retry, 0 when an operator must act; message). The first match counts,
so a class stands before its base class: `OperationalError` is the base of most of them.
"""


LOSSES = (psycopg.OperationalError, psycopg.InterfaceError)
"""What a lost connection is raised as."""


def is_lost(error: psycopg.Error) -> bool:
    """Whether the connection is lost, not only the statement refused: there is no answer of the server (no
    SQLSTATE), or it is of class 08 (connection) or 57 (shutdown, restart). Class 57 also has the cancelled
    query (57014), after which the connection is usable.
    """
    if not isinstance(error, LOSSES):
        return False
    return error.sqlstate is None or (
        error.sqlstate[:2] in ("08", "57") and not isinstance(error, errors.QueryCanceled)
    )


def is_lost_on_node(error: psycopg.Error) -> bool:
    """Of a COMMIT on a cluster: whether its node did not answer the coordinator, which says so by an
    internal error (XX000: "could not commit transaction for shard …").
    """
    return isinstance(error, errors.InternalError_)


def _first_line(error: psycopg.Error) -> str:
    return next(iter(str(error).strip().splitlines()), error.__class__.__name__)

"""Connections to the database: how they are set up, and what PostgreSQL's errors mean to a caller."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import psycopg
from psycopg import Connection, errors
from psycopg.adapt import Loader
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg.types.numeric import Int8Dumper
from psycopg_pool import ConnectionPool, PoolClosed, PoolTimeout

from callboard.errors import (
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
"""Longest a connection may take to be made."""
WRITE_STATEMENTS_MS = 60_000
"""Longest one statement of a commit may take; one that waits for a lock ends much sooner."""
IDLE_S = 300.0
"""Connections that nobody needed for so long are closed."""


HOUSEKEEPING_S = 2.0
"""Longest one answer may take that is no query of ours: setting a connection up, ending a transaction."""
GRACE_S = 1.0
"""How much longer than the database itself we wait for it to end a statement."""

T = TypeVar("T")


class TooLateError(psycopg.OperationalError):
    """The database did not answer within our time: the connection is of no use any more."""


class BoundedConnection(Connection[Any]):
    """A connection that waits for no answer longer than it may, whatever the database does: one that is
    stopped, or whose machine hangs, keeps its own time limits as little as anything else.
    """

    limit_s: float = HOUSEKEEPING_S
    """Longest wait for one answer."""
    until: float | None = None
    """When all waiting ends, by `time.monotonic`; none: each answer has `limit_s`."""

    def wait(self, gen: Generator[Any, Any, T], *args: Any, **more: Any) -> T:
        until = time.monotonic() + self.limit_s if self.until is None else self.until
        try:
            return super().wait(_bounded(gen, until), *args, **more)
        except TooLateError:
            self.pgconn.finish()
            raise


def _bounded(gen: Generator[Any, Any, T], until: float) -> Generator[Any, Any, T]:
    """The same generator, until it is too late. It is told nothing now and then, and its answers at once."""
    try:
        wanted = next(gen)
        while True:
            ready = yield wanted
            if not ready and time.monotonic() > until:
                gen.close()
                raise TooLateError("no answer within the time there was")
            wanted = gen.send(ready)
    except StopIteration as end:
        result: T = end.value
        return result


_ESCAPE = (
    "write postgresql://user:password@host:port/database, with %-escapes for what is special in a password "
    "(@ is %40, / is %2F)"
)


class _WholeNumeric(Loader):
    """Sums of whole numbers come as NUMERIC; they are whole."""

    def load(self, data: Any) -> int:
        return int(bytes(data))


def conninfo(url: str) -> str:
    """What connects to the store: the URL, and what it leaves unsaid."""
    try:
        said = conninfo_to_dict(url)
    except psycopg.Error:
        # libpq's own words quote the part that it could not read, which may be half of a password.
        raise StoreFileError(f"db: not a PostgreSQL URL; {_ESCAPE}") from None
    ports = str(said.get("port", "")).replace(",", "")
    if any(sign in str(said.get("host", "")) for sign in "@?#") or (ports and not ports.isdecimal()):
        raise StoreFileError(f"db: not a PostgreSQL URL; {_ESCAPE}")
    unsaid: dict[str, str | int] = {
        "application_name": "callboard",
        "connect_timeout": CONNECT_TIMEOUT_S,
        # Of several hosts the one that takes writes; a standby's answer may be behind what was acknowledged.
        "target_session_attrs": "read-write",
        # A machine that vanished is noticed, also half-way through an answer.
        "keepalives_idle": 10,
        "keepalives_interval": 5,
        "keepalives_count": 3,
        "tcp_user_timeout": 20_000,
    }
    return make_conninfo("", **unsaid | {name: str(value) for name, value in said.items()})


def prepare(connection: BoundedConnection, settings: Settings, *, writes: bool) -> None:
    """Set a new connection up."""
    connection.limit_s = WRITE_STATEMENTS_MS / 1000 + GRACE_S if writes else HOUSEKEEPING_S
    limits = {
        "statement_timeout": WRITE_STATEMENTS_MS if writes else settings.query_timeout_ms,
        "lock_timeout": settings.lock_timeout_ms,
        "idle_in_transaction_session_timeout": WRITE_STATEMENTS_MS,
        # A commit reads what others committed while it waited for its lock, whatever the database's default.
        "default_transaction_isolation": "read committed",
        "timezone": "UTC",
        "jit": "off",  # our queries are short, and each worker would compile them anew
    }
    connection.autocommit = True
    for name, value in limits.items():
        connection.execute("SELECT set_config(%s, %s, false)", (name, str(value)))
    if writes:
        # What is acknowledged is on disk. Stronger settings (remote_apply, a standby's) stay as they are.
        connection.execute(
            "SELECT set_config('synchronous_commit', 'on', false) "
            "WHERE current_setting('synchronous_commit') IN ('off', 'local')"
        )
    # One type for every whole number, so that a statement is prepared once.
    connection.adapters.register_dumper(int, Int8Dumper)
    connection.adapters.register_loader("numeric", _WholeNumeric)


def pool(
    url: str, settings: Settings, size: int, *, writes: bool, check: Callable[[Connection[Any]], None]
) -> ConnectionPool[BoundedConnection]:
    """At most `size` connections, made when first needed, and made again when they were lost. Each is checked
    once: a server that was idle while the database was brought to another version must not go on with it.
    """

    def configure(connection: BoundedConnection) -> None:
        prepare(connection, settings, writes=writes)
        check(connection)

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
    """Turns PostgreSQL's errors into the store's: what passes by itself, and what somebody has to mend."""
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
    except _DAMAGE as error:
        raise StoreDamagedError(DAMAGED) from error
    except FAULTS:
        # A statement of ours that does not fit the schema, or a row that does not fit its constraints: no
        # state of the store, and nothing that waiting mends. It is the fault of the request that met it.
        raise
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
    errors.UndefinedFile,  # a row that names a transaction of which there is no record
    errors.CharacterNotInRepertoire,
)
"""What PostgreSQL says of a page, a row or an index that it cannot make sense of."""


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
"""PostgreSQL's error → (after how many seconds to try again; 0: somebody has to mend it, what to say)."""


def _first_line(error: psycopg.Error) -> str:
    return next(iter(str(error).strip().splitlines()), error.__class__.__name__)

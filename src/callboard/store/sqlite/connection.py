"""Connections to the file: how each kind is configured, and which store error each SQLite error becomes."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from random import random
from typing import Any

import apsw

from callboard.errors import (
    StoreDamagedError,
    StoreError,
    StoreFileError,
    StoreLockedError,
    StoreTooSlowError,
    StoreUnavailableError,
)
from callboard.fold.sketch import bucket_text
from callboard.settings import Settings

WAL_PAGES = 4_000
"""Checkpoint after a commit that leaves more pages than this in the WAL (16 MB). Small enough that readers
look through a short WAL; large enough that a page which many commits change is written to the file once.
"""

SYNCED = "PRAGMA synchronous = FULL"
"""What is committed is on the disk, and survives a power cut."""

READER_CACHE_KIB = 8 * 1024
"""Page cache of a reading connection. Reports that read rows took a quarter less time than with half of it,
and no less with twice of it. A memory-mapped file would need no cache, but a disk error would then kill the
process with SIGBUS.
"""

WAL_LIMIT_BYTES = 64 * 1024 * 1024
"""Truncate the WAL file to this after it had to grow: a long read transaction keeps it from being reused."""


def open_connection(
    path: str, settings: Settings, *, writer: bool, vfs: str | None = None, lock_wait: LockWait | None = None
) -> apsw.Connection:
    """A connection to the file. Readers cannot write; the writer creates a missing file. Lock waits follow
    `lock_wait`, which several connections may share; without it, a new one with `lock_timeout_ms`.
    """
    # NOMUTEX: no two threads ever use one connection at once (write lock, refresh lock, readers lent to one).
    flags = apsw.SQLITE_OPEN_READWRITE | apsw.SQLITE_OPEN_NOMUTEX
    if writer:
        flags |= apsw.SQLITE_OPEN_CREATE
        if vfs is None:
            _make_private(path)
    with store_errors(path):
        db = apsw.Connection(path, flags=flags, vfs=vfs, statementcachesize=200)
        try:
            _prepare(db, lock_wait or LockWait(settings.lock_timeout_ms / 1000), settings, writer=writer)
        except BaseException:
            db.close()
            raise
    return db


def _make_private(path: str) -> None:
    """Create a missing file readable by its owner only; SQLite gives `-wal` and `-shm` the same mode.

    O_EXCL never opens an existing file: POSIX drops all locks of a process on a file when it closes any
    descriptor of it, SQLite's own locks too. Source: sqlite.org/howtocorrupt.html.
    """
    # Whatever prevents it, SQLite meets again when it opens the file, and reports.
    with suppress(OSError):
        os.close(os.open(os.path.realpath(path), os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))


def _prepare(db: apsw.Connection, lock_wait: LockWait, settings: Settings, *, writer: bool) -> None:
    # First of all, as what follows reads the file and may fail. Only `close_marked` removes the WAL, after it
    # has marked the file: however else a connection ends, the WAL stays.
    db.config(apsw.SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1)
    db.set_busy_handler(lock_wait)
    # Plans never depend on bound values: there are no statistics, and indexes are hinted. Without this SQLite
    # compiles some statements anew whenever values are bound to them.
    db.config(apsw.SQLITE_DBCONFIG_ENABLE_QPSG, 1)
    # FULL syncs the WAL with each commit: with NORMAL a power cut could lose acknowledged commits.
    db.execute(SYNCED)
    db.execute("PRAGMA temp_store = MEMORY")
    add_functions(db)
    if writer:
        db.execute("PRAGMA journal_mode = WAL")
        db.execute(f"PRAGMA cache_size = -{settings.cache_mib * 1024}")
        db.execute(f"PRAGMA wal_autocheckpoint = {WAL_PAGES}")
        db.execute(f"PRAGMA journal_size_limit = {WAL_LIMIT_BYTES}")
    else:
        db.execute("PRAGMA query_only = ON")
        db.execute(f"PRAGMA cache_size = -{READER_CACHE_KIB}")


def add_functions(db: apsw.Connection) -> None:
    """Register the SQL functions that our statements call and SQLite does not have."""
    db.create_scalar_function("duration_bucket", _bucket, 1, deterministic=True)


def _bucket(*values: Any) -> str:
    return bucket_text(values[0])


class LockWait:
    """A busy handler that waits for another process's lock in short random steps. SQLite's own handler
    backs off to 100 ms, in which a busy process commits many times, so the waiting one could starve.

    Source: sqlite.org/c3ref/busy_handler.html.
    """

    def __init__(self, limit_s: float) -> None:
        self._limit_s = limit_s
        self._until = 0.0
        self.until: float | None = None
        """Deadline of a caller that has waited for another lock before; None: `limit_s` from the first try.
        """

    def __call__(self, tries: int) -> bool:
        now = time.monotonic()
        # SQLite counts the tries of one lock wait from 0.
        if tries == 0:
            self._until = now + self._limit_s if self.until is None else self.until
        if now > self._until:
            return False
        # 0.2 to 2 ms. Random, so that processes that wait for the same lock do not stay in step.
        time.sleep(0.0002 + 0.0018 * random())
        return True


@contextmanager
def store_errors(path: str = "The store") -> Iterator[None]:
    """Translates SQLite's errors into store errors: transient ones, and those that an operator must fix."""
    try:
        yield
    except apsw.InterruptError as error:  # the progress handler of `Readers.borrow` ended the query
        raise StoreTooSlowError from error
    except apsw.CorruptError as error:
        raise StoreDamagedError(f"{path} is damaged: callboard verify --deep says where.") from error
    except FAULTS:
        # A statement that does not fit the schema, or a row that violates a constraint: our own bug, not a
        # state of the store, and retrying cannot help. It fails the request that hit it (500).
        raise
    except apsw.Error as error:
        for kind, (passing, message) in _MEANINGS.items():
            if isinstance(error, kind):
                text = message.format(path=path, error=error)
                if kind in _LOCKED:
                    raise StoreLockedError(text, passing) from error
                raise (StoreUnavailableError(text, passing) if passing else StoreFileError(text)) from error
        raise StoreError(f"The store failed: {error}") from error


FAULTS = (
    apsw.SQLError,
    apsw.ConstraintError,
    apsw.MismatchError,
    apsw.RangeError,
    apsw.TooBigError,
    apsw.MisuseError,
    apsw.BindingsError,
)
"""Errors that only a bug of ours raises. A verification reports them as damage (`reporting_damage_of`)."""

_MEANINGS: dict[type[apsw.Error], tuple[int, str]] = {
    apsw.BusyError: (1, "The store is locked by another process; try again shortly."),
    apsw.LockedError: (1, "The store is locked; try again shortly."),
    apsw.FullError: (10, "The disk of the store is full; nothing was kept."),
    apsw.ReadOnlyError: (10, "The store's file is read-only; nothing was kept."),
    apsw.IOError: (10, "The disk of the store fails: {error}"),
    apsw.NotADBError: (0, "{path} is not a database."),
    apsw.CantOpenError: (0, "{path} cannot be opened: is the folder there, and may it be written?"),
}
"""SQLite's error → (seconds until a retry, 0 when an operator must act; message)."""


_LOCKED = {apsw.BusyError, apsw.LockedError}


@contextmanager
def transaction(db: apsw.Connection, kind: str) -> Iterator[None]:
    """One transaction: committed when the block ends, rolled back when it raises. `kind` is DEFERRED to
    read and IMMEDIATE to write: a deferred transaction that writes after reading fails at once when another
    process has committed in between (SQLITE_BUSY_SNAPSHOT), without waiting.
    """
    db.execute(f"BEGIN {kind}")
    try:
        yield
        db.execute("COMMIT")
    except BaseException:
        # A failed COMMIT may have ended the transaction already. If the rollback fails too, the first error
        # is the one to raise; the owner of the connection replaces it (`_replace_stuck_writer`, `Readers`).
        with suppress(apsw.Error):
            if db.in_transaction:
                db.execute("ROLLBACK")
        raise

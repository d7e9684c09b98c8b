"""Connections to the file: how each kind is set up, and what SQLite's errors mean to a caller."""

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
"""A commit that leaves more pages than this in the WAL moves them to the file (16 MB): what a reader has to
look through stays small, and a page that many commits touch is written to the file once."""

READER_CACHE_KIB = 8 * 1024
"""Pages that a reading connection keeps: reports that read rows took a quarter less time than with half of
it, and no less with twice as much. A file mapped into memory would need none, but a fault of its disk would
end the process.
"""

WAL_LIMIT_BYTES = 64 * 1024 * 1024
"""What the WAL file is cut back to after it had to grow (a long reader keeps it from being reused)."""


def open_connection(
    path: str, settings: Settings, *, writer: bool, vfs: str | None = None, patience: Patience | None = None
) -> apsw.Connection:
    """A connection to the file. Readers cannot write; the writer makes a file that is missing. It waits
    for locks by `patience`, which others may share; without one by its own.
    """
    flags = apsw.SQLITE_OPEN_READWRITE | apsw.SQLITE_OPEN_NOMUTEX
    if writer:
        flags |= apsw.SQLITE_OPEN_CREATE
        if vfs is None:
            _make_private(path)
    with store_errors(path):
        db = apsw.Connection(path, flags=flags, vfs=vfs, statementcachesize=200)
        try:
            _prepare(db, patience or Patience(settings.lock_timeout_ms / 1000), settings, writer=writer)
        except BaseException:
            db.close()
            raise
    return db


def _make_private(path: str) -> None:
    """A file that is missing is made readable by its owner alone; SQLite gives `-wal` and `-shm` its mode.

    One that is there is not opened: closing it would drop the locks that this process holds on it.
    """
    # What stands in the way is SQLite's to say.
    with suppress(OSError):
        os.close(os.open(os.path.realpath(path), os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))


def _prepare(db: apsw.Connection, patience: Patience, settings: Settings, *, writer: bool) -> None:
    db.set_busy_handler(patience)
    # Every answer of an ingest is a promise that a power cut keeps.
    db.execute("PRAGMA synchronous = FULL")
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
    """What our statements call that SQLite does not have."""
    db.create_scalar_function("duration_bucket", _bucket, 1, deterministic=True)


def _bucket(*values: Any) -> str:
    return bucket_text(values[0])


class Patience:
    """Waits for another process's lock in short random steps: SQLite's own grow to 100 ms, in which a busy
    neighbour commits many times over.
    """

    def __init__(self, limit_s: float) -> None:
        self._limit_s = limit_s
        self._until = 0.0
        self.until: float | None = None
        """When waiting ends, for one who waited already for something else; none: `limit_s` from now on."""

    def __call__(self, tries: int) -> bool:
        now = time.monotonic()
        if tries == 0:
            self._until = now + self._limit_s if self.until is None else self.until
        if now > self._until:
            return False
        time.sleep(0.0002 + 0.0018 * random())
        return True


@contextmanager
def store_errors(path: str = "The store") -> Iterator[None]:
    """Turns SQLite's errors into the store's: what passes by itself, and what somebody has to mend."""
    try:
        yield
    except apsw.InterruptError as error:
        raise StoreTooSlowError from error
    except apsw.CorruptError as error:
        raise StoreDamagedError(f"{path} is damaged: callboard verify --deep says where.") from error
    except FAULTS:
        # A statement of ours that does not fit the schema, or a row that does not fit its constraints: no
        # state of the store, and nothing that waiting mends. It is the fault of the request that met it.
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

_MEANINGS: dict[type[apsw.Error], tuple[int, str]] = {
    apsw.BusyError: (1, "The store is locked by another process; try again shortly."),
    apsw.LockedError: (1, "The store is locked; try again shortly."),
    apsw.FullError: (10, "The disk of the store is full; nothing was kept."),
    apsw.ReadOnlyError: (10, "The store's file is read-only; nothing was kept."),
    apsw.IOError: (10, "The disk of the store fails: {error}"),
    apsw.NotADBError: (0, "{path} is not a database."),
    apsw.CantOpenError: (0, "{path} cannot be opened: is the folder there, and may it be written?"),
}
"""SQLite's error → (after how many seconds to try again; 0: somebody has to mend it, what to say)."""


_LOCKED = {apsw.BusyError, apsw.LockedError}


@contextmanager
def transaction(db: apsw.Connection, kind: str) -> Iterator[None]:
    """One transaction: committed when the block ends, rolled back when it raises."""
    db.execute(f"BEGIN {kind}")
    try:
        yield
        db.execute("COMMIT")
    except BaseException:
        # A commit that failed half way may have ended the transaction already. Where it cannot be ended, the
        # first error is the one to tell, and the connection is replaced.
        with suppress(apsw.Error):
            if db.in_transaction:
                db.execute("ROLLBACK")
        raise

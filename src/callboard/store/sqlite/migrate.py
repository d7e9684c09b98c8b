"""Brings a file to this version: numbered migrations, forward only, then rows by this version's rules.

A new file is created under the write lock. An existing one is upgraded by a process that has it exclusively:
SQLite's exclusive locking mode keeps all others out until the upgrade is complete, also programs of an older
version, which would answer from a mix of old and new rows. The operating system releases the lock when its
process ends; the next one that opens the file continues the upgrade.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from random import random

import apsw

from callboard.errors import StoreDamagedError, StoreFileError, StoreUnavailableError, StoreVersionError
from callboard.store.sql.copying import UNFINISHED
from callboard.store.sql.database import Database
from callboard.store.sql.refill import refill_cells
from callboard.store.sql.refold import Refolding, UpgradeObserver, format_bytes, is_due, is_empty, note_rules
from callboard.store.sqlite.clean_mark import (
    APPLICATION_IDS,
    CLOSED,
    IN_USE,
    close_marked,
    is_alone,
    mark_in_use,
    mark_of,
    set_mark,
)
from callboard.store.sqlite.connection import WAL_LIMIT_BYTES, store_errors, transaction
from callboard.store.sqlite.database import SqliteDatabase
from callboard.store.sqlite.statements import migrations

_EMPTY_CELLS = {2}
"""Migrations that empty the table of cells, which are then counted from rows by the catalogue, not by SQL."""

GROWS_BY = 0.3
"""How much a file may grow during a refold, as a part of its size."""

_IN_USE = (
    "The store has to be brought up to date, and another process has it open: stop every server and command "
    "on it first."
)


def newest_version() -> int:
    """The schema version that this program writes."""
    return migrations()[-1][0]


def bring_up_to_date(
    connect: Callable[[], apsw.Connection],
    path: str,
    wait_s: float,
    observer: UpgradeObserver | None = None,
    *,
    copying: bool = False,
) -> None:
    """Bring the file's schema and rows to this program's version. With `copying`, a new store is marked as an
    unfinished copy from its first commit on.

    Raises `StoreVersionError` for a newer file, `StoreFileError` for another program's file or when the
    disk is clearly too small, and `StoreUnavailableError` when another process has the file open for longer
    than `wait_s` seconds.
    """
    until = time.monotonic() + wait_s
    while not _upgraded(connect, path, observer, copying=copying):
        if time.monotonic() > until:
            raise StoreUnavailableError(_IN_USE)
        # Each attempt closes its connection first, and waits a random time: of two processes that keep each
        # other out, one gets the file.
        time.sleep(0.01 + 0.1 * random())


def _upgraded(
    connect: Callable[[], apsw.Connection], path: str, observer: UpgradeObserver | None, *, copying: bool
) -> bool:
    """Whether the file is at this version now; False when another process has it open."""
    db = connect()
    try:
        with store_errors(path):
            if _version(db, path) == newest_version() and not _is_due(db, path):
                db.close()  # it is opened next: the WAL can stay as it is
                return True
            return _upgrade(db, path, observer, copying=copying)
    finally:
        close_marked(db)


def _upgrade(db: apsw.Connection, path: str, observer: UpgradeObserver | None, *, copying: bool) -> bool:
    if _version(db, path) == 0:
        _migrate(db, path, copying=copying)
        return True
    if not is_alone(db):
        return False
    # Check the room before changing anything: a refused file still opens with the version that wrote it.
    needs = "" if is_empty(SqliteDatabase(db)) else _disk_needs(path)
    # A copy of a file that is half upgraded would lack the other half. Nobody else can have marked it.
    mark_in_use(db, lambda: None)
    _migrate(db, path)
    if is_due(SqliteDatabase(db)):
        Refolding(lambda: _commit(db), observer).run(needs)
    return True


def _is_due(db: apsw.Connection, path: str) -> bool:
    """See `is_due`. A file of this schema version has the table `meta`: an SQL error means damage."""
    try:
        return is_due(SqliteDatabase(db))
    except apsw.SQLError as error:
        raise StoreDamagedError(f"{path} is damaged: {error}. Restore a backup.") from error


def _migrate(db: apsw.Connection, path: str, *, copying: bool = False) -> None:
    with transaction(db, "IMMEDIATE"):
        version = _version(db, path)  # read again under the lock: another process may have migrated it
        missing = [each for each in migrations() if each[0] > version]
        for number, script in missing:
            db.execute(script)
            db.execute(f"PRAGMA user_version = {number}")
        if any(number in _EMPTY_CELLS for number, _ in missing):
            refill_cells(SqliteDatabase(db))
        # Without events there is nothing to refold: the rows follow this program's rules already.
        if is_empty(SqliteDatabase(db)):
            note_rules(SqliteDatabase(db))
        if copying and version == 0:
            db.execute("INSERT INTO meta (name, value) VALUES (?, 1)", (UNFINISHED,))
        if mark_of(db) != IN_USE:
            set_mark(db, CLOSED)  # a new file


@contextmanager
def _commit(db: apsw.Connection) -> Iterator[Database]:
    with transaction(db, "IMMEDIATE"):
        yield SqliteDatabase(db)


def _disk_needs(path: str) -> str:
    """A sentence on the disk space that a refold needs. Raises `StoreFileError` when less is free."""
    file = Path(path).resolve()
    # Growth of the file, and a WAL of twice the size to which it is truncated.
    needed = round(file.stat().st_size * GROWS_BY) + 2 * WAL_LIMIT_BYTES
    free = shutil.disk_usage(file.parent).free
    if free < needed:
        raise StoreFileError(
            f"Bringing {path} up to date needs {format_bytes(needed)} of free disk, "
            f"and {format_bytes(free)} are free: make room and start again. Nothing was lost."
        )
    return f"It needs up to {format_bytes(needed)} of free disk; {format_bytes(free)} are free."


def _version(db: apsw.Connection, path: str) -> int:
    version = int(db.pragma("user_version"))
    tables = int(db.execute("SELECT count(*) FROM sqlite_schema").get)
    # A new file has no tables and no application id yet.
    if tables and mark_of(db) not in APPLICATION_IDS:
        raise StoreFileError(f"{path} is a database of another program, not Callboard's.")
    if version > newest_version():
        raise StoreVersionError(
            f"{path} was written by a newer version of Callboard (its schema is {version}, this program "
            f"knows {newest_version()}): use that version, or restore a backup."
        )
    return version

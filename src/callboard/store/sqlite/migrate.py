"""Bringing a file to this version: numbered migrations, forward only, and rows by the rules of this version.

A new file is made under the write lock. One that holds something is brought up to date by a process that has
it to itself: SQLite's exclusive lock keeps everybody else out until all of it is done, programs of an older
version too, which would answer from rows of two kinds. The lock goes with the process that held it; the next
one to open the file goes on where that one ended.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from random import random

import apsw

from callboard.errors import StoreDamagedError, StoreFileError, StoreUnavailableError, StoreVersionError
from callboard.store.sql.copying import UNFINISHED
from callboard.store.sql.database import Database
from callboard.store.sql.refill import refill_cells
from callboard.store.sql.refold import Refolding, Watch, is_due, is_empty, note_rules, told_bytes
from callboard.store.sqlite.connection import WAL_LIMIT_BYTES, store_errors, transaction
from callboard.store.sqlite.database import SqliteDatabase
from callboard.store.sqlite.statements import migrations

APPLICATION_ID = 0x43414C42
"""Tells a file of ours from another program's: "CALB"."""

_EMPTY_CELLS = {2}
"""Migrations that empty the table of cells: cells are made of rows by the catalogue, not by a script."""

GROWS_BY = 0.3
"""How much of its size a file may grow by while its rows are folded anew."""

_IN_USE = (
    "The store has to be brought up to date, and another process has it open: stop every server and command "
    "on it first."
)


def newest_version() -> int:
    """The version this program writes."""
    return migrations()[-1][0]


def bring_up_to_date(
    connect: Callable[[], apsw.Connection],
    path: str,
    wait_s: float,
    watch: Watch | None = None,
    *,
    copying: bool = False,
) -> None:
    """Make the file's schema and rows those of this program. A newer file, or another program's, is refused.
    A store that is made for a copy says so from its first commit on.

    Raises `StoreUnavailableError` when another process has the file open for longer than `wait_s`, and
    `StoreFileError` when the disk is clearly too small.
    """
    until = time.monotonic() + wait_s
    while not _tried(connect, path, watch, copying=copying):
        if time.monotonic() > until:
            raise StoreUnavailableError(_IN_USE)
        # Each lets go of the file before it tries again: of two that wait for each other one gets it.
        time.sleep(0.01 + 0.1 * random())


def _tried(connect: Callable[[], apsw.Connection], path: str, watch: Watch | None, *, copying: bool) -> bool:
    """Whether the file is at this version now; not when another process has it open."""
    with closing(connect()) as db, store_errors(path):
        version = _version(db, path)
        if version == newest_version() and not _is_due(db, path):
            return True
        if version == 0:
            _migrate(db, path, copying=copying)
            return True
        if not _is_alone(db):
            return False
        # Before anything is changed: a file that is refused still opens with the program that wrote it.
        needs = "" if is_empty(SqliteDatabase(db)) else _room(path)
        _migrate(db, path)
        if is_due(SqliteDatabase(db)):
            Refolding(lambda: _commit(db), watch).run(needs)
        return True


def _is_due(db: apsw.Connection, path: str) -> bool:
    """See `is_due`. A file of this version has the table that is asked."""
    try:
        return is_due(SqliteDatabase(db))
    except apsw.SQLError as error:
        raise StoreDamagedError(f"{path} is damaged: {error}. Restore a backup.") from error


def _is_alone(db: apsw.Connection) -> bool:
    """Take the file for this connection alone, until it is closed; not while another has it open."""
    db.execute("PRAGMA locking_mode = EXCLUSIVE")
    db.set_busy_handler(None)
    try:
        # The lock is taken by the first transaction that writes, and kept from then on.
        with transaction(db, "IMMEDIATE"):
            pass
    except apsw.BusyError:
        return False
    return True


def _migrate(db: apsw.Connection, path: str, *, copying: bool = False) -> None:
    with transaction(db, "IMMEDIATE"):
        version = _version(db, path)  # another process may have been first
        missing = [each for each in migrations() if each[0] > version]
        for number, script in missing:
            db.execute(script)
            db.execute(f"PRAGMA user_version = {number}")
        if any(number in _EMPTY_CELLS for number, _ in missing):
            refill_cells(SqliteDatabase(db))
        if is_empty(SqliteDatabase(db)):
            note_rules(SqliteDatabase(db))
        if copying and version == 0:
            db.execute("INSERT INTO meta (name, value) VALUES (?, 1)", (UNFINISHED,))
        db.execute(f"PRAGMA application_id = {APPLICATION_ID}")


@contextmanager
def _commit(db: apsw.Connection) -> Iterator[Database]:
    with transaction(db, "IMMEDIATE"):
        yield SqliteDatabase(db)


def _room(path: str) -> str:
    """What folding rows anew needs of the disk, in words. Raises `StoreFileError` when it is not there."""
    file = Path(path).resolve()
    needed = round(file.stat().st_size * GROWS_BY) + 2 * WAL_LIMIT_BYTES
    free = shutil.disk_usage(file.parent).free
    if free < needed:
        raise StoreFileError(
            f"Bringing {path} up to date needs {told_bytes(needed)} of free disk, and {told_bytes(free)} are "
            "free: make room and start again. Nothing was lost."
        )
    return f"It needs up to {told_bytes(needed)} of free disk; {told_bytes(free)} are free."


def _version(db: apsw.Connection, path: str) -> int:
    version = int(db.pragma("user_version"))
    application = int(db.pragma("application_id"))
    tables = int(db.execute("SELECT count(*) FROM sqlite_schema").get)
    if tables and application != APPLICATION_ID:
        raise StoreFileError(f"{path} is a database of another program, not Callboard's.")
    if version > newest_version():
        raise StoreVersionError(
            f"{path} was written by a newer version of Callboard (its schema is {version}, this program "
            f"knows {newest_version()}): use that version, or restore a backup."
        )
    return version

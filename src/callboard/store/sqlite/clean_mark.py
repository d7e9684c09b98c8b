"""The mark in the file that says whether all of the store is in it.

While a process writes, the latest commits are in the `-wal` file alone. A copy of the main file without it
is a sound database, of some earlier moment, and would answer numbers that are too small. So the main file
says which it is, by its application id: `CLOSED` after a clean close, `IN_USE` from the first commit of a
process on. A file in use without a `-wal` beside it is refused.

- The mark reaches the main file *before* the first commit is acknowledged: it is committed, then the WAL is
  moved into the file, which syncs both. After a power cut it is there, or nothing was acknowledged.
- Only a connection that has the file alone sets `CLOSED`, after all else is in the file, and removes the
  `-wal` afterwards. No other one ever removes it, however its process ends. So a file in use has its `-wal`.
- It is in the first sector of the file: what copies from the beginning reads it first, so that a copy that
  finds `CLOSED` finds all that was committed before.

Both are values of `PRAGMA application_id`, which is part of a commit like any row.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from contextlib import suppress
from random import random

import apsw

from callboard.errors import StoreFileError, StoreUncleanError
from callboard.settings import Settings
from callboard.store.sqlite.connection import open_connection, store_errors, transaction

CLOSED = 0x43414C42
""" "CALB". Files of versions without a mark have it too."""
IN_USE = 0x43414C62
""" "CALb"."""
APPLICATION_IDS = (CLOSED, IN_USE)
"""They distinguish our files from those of other programs."""

_OFFSET = 68
"""Of the application id in the file. Source: sqlite.org/fileformat2.html#the_database_header."""
_LOOKS = 3
"""How often a file has to look unclean: another process may just be opening or closing it."""
_LOOK_AGAIN_S = 0.02
_CLOSE_TRIES = 5
"""How often a closing process tries to have the file alone, as others that close at the same time do."""

Waits = Callable[[int], bool]
"""A busy handler: given the number of tries, whether to try again, after a pause."""


def _never(tries: int) -> bool:  # noqa: ARG001
    return False


def mark_in_file(path: str, vfs: str | None = None) -> int | None:
    """The mark in the main file itself, whatever the WAL says; None of a file that is missing or too short.

    Read through SQLite's own file layer: closing any other descriptor of the file would drop the locks of
    this process on it. Source: sqlite.org/howtocorrupt.html.
    """
    try:
        file = apsw.VFSFile(
            vfs or "", os.path.realpath(path), [apsw.SQLITE_OPEN_MAIN_DB | apsw.SQLITE_OPEN_READONLY, 0]
        )
    except apsw.Error:
        return None
    try:
        return int.from_bytes(file.xRead(4, _OFFSET), "big")
    except apsw.Error:
        return None
    finally:
        file.xClose()


def check_whole(path: str, vfs: str | None = None) -> None:
    """Raises `StoreUncleanError` for a file in use that lacks its `-wal`."""
    for look in range(_LOOKS):
        if look:
            time.sleep(_LOOK_AGAIN_S)
        # In this order: a process that closes the file marks it before it removes the `-wal`.
        if os.path.exists(f"{os.path.realpath(path)}-wal"):  # noqa: PTH110 - SQLite takes texts
            return
        if mark_in_file(path, vfs) != IN_USE:
            return
    raise StoreUncleanError(
        f"{path} is not all of a store: it was copied while it was in use, or its -wal file was removed. "
        "Changes that were acknowledged may be missing. Copy it with callboard backup, or put the -wal file "
        "back beside it; callboard db accept takes it as it is."
    )


def mark_in_use(db: apsw.Connection, in_file: Callable[[], int | None], waits: Waits = _never) -> None:
    """Returns once the main file says that it is in use, and keeps saying so while `db` is open. For a
    connection that has read from the file, outside of a transaction; `in_file` reads the mark in the file.
    Waits for readers that began before, and raises `apsw.BusyError` when `waits` says that it is enough.
    """
    if mark_of(db) == IN_USE and in_file() == IN_USE:
        return
    # What a close that was broken off left in the WAL may hold the other mark: it must not be moved into the
    # file after ours.
    _move_into_file(db, waits)
    with transaction(db, "IMMEDIATE"):
        set_mark(db, IN_USE)
    _move_into_file(db, waits)


def close_marked(db: apsw.Connection) -> None:
    """Close a connection. If no other one has the file open, all of it is moved into the main file, which is
    marked as closed, and the `-wal` is removed; otherwise the `-wal` stays.
    """
    try:
        # Whatever fails, the `-wal` stays, as after a crash.
        with suppress(apsw.Error):  # also when it is closed already
            if db.readonly("main") or _is_alone_soon(db):
                if not db.readonly("main") and mark_of(db) == IN_USE:
                    mark_closed(db)
                db.config(apsw.SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 0)
    finally:
        db.close()


def mark_closed(db: apsw.Connection) -> None:
    """Move all that was committed into the main file, and say there that it is all of the store. For whoever
    knows that nothing is acknowledged any more.
    """
    # All other pages first: who reads the mark must find them in the file.
    _move_into_file(db)
    with transaction(db, "IMMEDIATE"):
        set_mark(db, CLOSED)
    _move_into_file(db)


def is_alone(db: apsw.Connection) -> bool:
    """Take the file for this connection alone, until it closes. False when another connection has it open."""
    db.execute("PRAGMA locking_mode = EXCLUSIVE")
    # Fail at once: waiting here, with a lock held, two processes could keep each other out.
    db.set_busy_handler(None)
    try:
        # In exclusive mode the first transaction that writes takes the lock, and keeps it.
        with transaction(db, "IMMEDIATE"):
            pass
    except apsw.BusyError:
        return False
    return True


def accept_as_it_is(path: str, settings: Settings) -> None:
    """Mark a file that lacks its `-wal` as closed. Raises `StoreFileError` where that cannot be done."""
    db = open_connection(path, settings, writer=True)
    with store_errors(path):
        try:
            mark_of(db)  # damage is told as such
        finally:
            close_marked(db)
    if mark_in_file(path) != CLOSED:
        raise StoreFileError(f"{path} cannot be written to, or another process has it open.")


def mark_of(db: apsw.Connection) -> int:
    """The mark as of the latest commit."""
    return int(db.execute("PRAGMA application_id").get)


def set_mark(db: apsw.Connection, mark: int) -> None:
    """Change it, with the commit under way."""
    db.execute(f"PRAGMA application_id = {mark}")


def _move_into_file(db: apsw.Connection, waits: Waits = _never) -> None:
    """All that is committed is in the main file when it returns, and synced. Raises `apsw.BusyError`."""
    tries = 0
    while True:
        # SQLite waits for readers and writers itself, and not for another one who moves the WAL just then.
        # Source: sqlite.org/c3ref/wal_checkpoint_v2.html.
        with suppress(apsw.BusyError):
            in_wal, moved = db.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_FULL)
            if moved == in_wal:
                return
        if not waits(tries):
            raise apsw.BusyError("others keep the WAL from being moved into the file")
        tries += 1


def _is_alone_soon(db: apsw.Connection) -> bool:
    for attempt in range(_CLOSE_TRIES):
        if attempt:
            time.sleep(0.004 * random())
        if is_alone(db):
            return True
    return False

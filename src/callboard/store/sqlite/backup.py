"""Copies an open store into a new file, as of one moment, while others write.

SQLite's backup interface copies pages. Each step by itself reads the latest commit, and a commit between two
steps makes it begin again: under steady writes it never ends. So the source is held at one snapshot by a read
transaction around all steps. As long as a snapshot is held, the WAL cannot be reused and grows with each
commit: between two steps a backup is given up when the WAL is too long, or the disk of the store nearly full.

`VACUUM INTO` reads one snapshot, too, and makes every row and index anew: of a file of 188 MB it left a tenth
out, and took 0.9 to 1.3 s in the place of 0.9 s. It is one statement, without steps to look between, and ends
at the first page that it cannot read, where a copy of the pages keeps the damage to be looked at.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import apsw

from callboard.clock import Micros
from callboard.errors import StoreError
from callboard.store.interface import Progress
from callboard.store.sql.backups import note_made
from callboard.store.sqlite.clean_mark import CLOSED, set_mark
from callboard.store.sqlite.connection import store_errors, transaction
from callboard.store.sqlite.database import SqliteDatabase

STEP_PAGES = 1_000
"""Copied between two looks at the WAL: 4 MB."""

LEAST_WAL_BYTES = 1024 * 1024 * 1024
"""The WAL may grow to this, or to the size of the file if that is more, before a backup gives up."""

LEAST_FREE_BYTES = 64 * 1024 * 1024
"""Free disk at which a backup gives up, so that commits go on: beside the store, and where it is written."""


def copy_snapshot(source: apsw.Connection, path: str, target: Path, progress: Progress | None) -> None:
    """Copy the file at `path`, which `source` has open, into an empty file. Raises `StoreError` when the disk
    is too small or the WAL grows too long.
    """
    with store_errors(str(target)), closing(_new_file(target)) as copy, transaction(source, "DEFERRED"):
        # A transaction has its snapshot from its first read on.
        size = int(source.execute("PRAGMA page_count").get) * int(source.execute("PRAGMA page_size").get)
        _check_room(target.parent, size + LEAST_FREE_BYTES)
        may_go_on = _bounds(path, size)
        with copy.backup("main", source, "main") as pages:
            while not pages.done:
                pages.step(STEP_PAGES)
                may_go_on()
                if progress is not None:
                    progress(pages.page_count - pages.remaining, pages.page_count)


def finish(target: Path, made_at: Micros) -> None:
    """Mark a copy as a backup of this moment, and as whole: its source was in use."""
    with store_errors(str(target)), closing(apsw.Connection(str(target))) as copy:
        # One file, which can be read where nothing can be written. A store that opens it changes that back.
        copy.execute("PRAGMA journal_mode = DELETE")
        copy.execute("PRAGMA synchronous = FULL")
        with transaction(copy, "IMMEDIATE"):
            note_made(SqliteDatabase(copy), made_at)
            set_mark(copy, CLOSED)


def free_bytes(path: str | Path) -> int:
    """Free space on the disk of a file, for this user: part of it may be reserved for root."""
    found = os.statvfs(path)
    return found.f_frsize * (found.f_bfree if os.geteuid() == 0 else found.f_bavail)


def _new_file(target: Path) -> apsw.Connection:
    db = apsw.Connection(str(target))
    # Half a copy is worth nothing: it needs no journal, and is synced once, when it is whole.
    db.execute("PRAGMA journal_mode = OFF")
    db.execute("PRAGMA synchronous = OFF")
    return db


def _check_room(folder: Path, needed: int) -> None:
    if (free := free_bytes(folder)) < needed:
        raise StoreError(
            f"There is no room for a backup in {folder}: it needs {needed:,} bytes, and {free:,} are free."
        )


def _bounds(path: str, size: int) -> Callable[[], None]:
    wal, most = f"{os.path.realpath(path)}-wal", max(LEAST_WAL_BYTES, size)

    def check() -> None:
        try:
            length = os.stat(wal).st_size  # noqa: PTH116 - asked with each step
        except FileNotFoundError:
            length = 0
        if length > most:
            raise StoreError(
                f"The backup was given up: the -wal file has grown to {length:,} bytes meanwhile, and can "
                "only be reused when it ends. Write it to a faster disk, or while there is less traffic."
            )
        if length and (free := free_bytes(path)) < LEAST_FREE_BYTES:
            raise StoreError(
                f"The backup was given up: {free:,} bytes are free on the disk of the store, and its -wal "
                "file grows until it ends."
            )

    return check

"""Gives the pages that a file has freed back to the disk.

Freed pages are used again by later commits; a file that lost much of what it held stays as large as it was.
It could give pages back by itself (SQLite's `auto_vacuum`), but that costs each commit something, and a file
in normal use has none (docs/operate/files.md). So it is done while nobody has the file open: all of it is
written anew beside its place, and takes that in one step.

A process that is killed leaves the file of before or the new one, each whole and with nothing beside it that
belongs to the other: the `-wal` is moved into the old file and removed first, and a lock keeps others out
until the new one is there. Source: sqlite.org/lang_vacuum.html#vacuum_with_an_into_clause.
"""

from __future__ import annotations

import os
from contextlib import closing
from pathlib import Path

import apsw
from msgspec import Struct

from callboard.errors import StoreDamagedError, StoreError, StoreFileError, StoreUnavailableError
from callboard.settings import Settings
from callboard.store.interface import Progress
from callboard.store.sqlite.backup import LEAST_FREE_BYTES, free_bytes
from callboard.store.sqlite.clean_mark import APPLICATION_IDS, check_whole, is_alone, mark_closed, mark_of
from callboard.store.sqlite.connection import add_functions, open_connection, store_errors
from callboard.store.sqlite.new_file import sync, unfinished_file

LOOK_EACH = 20_000
"""Steps of SQLite's machine between two looks at how far it is."""


class Compacted(Struct, frozen=True):
    """The outcome, as `--json` prints it."""

    file: str
    bytes_before: int
    bytes: int


def compact_file(path: Path, settings: Settings, progress: Progress | None = None) -> Compacted:
    """Write a store's file anew, without the pages that it does not use. Returns when it is in its place.

    Raises `StoreUnavailableError` when a process has it open, `StoreUncleanError` for a file without its
    `-wal`, `StoreDamagedError`, and `StoreError` when the disk is too small: nothing is changed then.
    """
    target = path.resolve()  # a link stays one: what it leads to is replaced
    check_whole(str(target))
    with store_errors(str(target)):
        db = open_connection(str(target), settings, writer=True)
        try:
            if mark_of(db) not in APPLICATION_IDS:
                raise StoreFileError(f"{target} is a database of another program, not Callboard's.")
            if not is_alone(db):
                raise StoreUnavailableError(
                    f"A process has {target} open: stop every server and command on it first."
                )
            # All of it in the main file, and marked so: the new file gets that mark with the rest.
            mark_closed(db)
            # The lock stays; a `-wal` beside the new file would be taken for its own.
            db.execute("PRAGMA journal_mode = DELETE")
            before = target.stat().st_size
            _check_room(db, target.parent)
            with unfinished_file(target.parent, target.name) as part:
                _write_anew(db, part, progress)
                _compare(db, part)
                _as_owned(target, part)
                sync(part)
                part.replace(target)
                sync(target.parent)
        finally:
            db.close()
    return Compacted(str(target), before, target.stat().st_size)


def _check_room(db: apsw.Connection, folder: Path) -> None:
    used = int(db.execute("PRAGMA page_count").get) - int(db.execute("PRAGMA freelist_count").get)
    needed = used * int(db.execute("PRAGMA page_size").get) + LEAST_FREE_BYTES
    if (free := free_bytes(folder)) < needed:
        raise StoreError(f"There is no room in {folder}: it needs {needed:,} bytes, and {free:,} are free.")


def _write_anew(db: apsw.Connection, part: Path, progress: Progress | None) -> None:
    most = int(db.execute("PRAGMA page_count").get) * int(db.execute("PRAGMA page_size").get)

    def look() -> bool:
        if progress is not None:
            progress(min(part.stat().st_size, most), most)
        return False  # go on

    db.set_progress_handler(look, LOOK_EACH)
    try:
        db.execute("VACUUM INTO ?", (str(part),))
    finally:
        db.set_progress_handler(None)


def _compare(db: apsw.Connection, part: Path) -> None:
    """Raises `StoreDamagedError` unless the new file is sound and has as many rows in each table."""
    with closing(apsw.Connection(str(part), flags=apsw.SQLITE_OPEN_READONLY)) as new:
        add_functions(new)
        found = new.execute("PRAGMA quick_check(1)").get
        if found != "ok" or _rows(new) != _rows(db):
            raise StoreDamagedError(f"The new file of {part.parent} is not what the old one was: {found}.")


def _rows(db: apsw.Connection) -> dict[str, int]:
    tables = db.execute("SELECT name FROM sqlite_schema WHERE type = 'table'").fetchall()
    return {str(name): int(db.execute(f'SELECT count(*) FROM "{name}"').get) for (name,) in tables}


def _as_owned(target: Path, part: Path) -> None:
    """The server has to be able to read it as it could before."""
    owned = target.stat()
    try:
        if (part.stat().st_uid, part.stat().st_gid) != (owned.st_uid, owned.st_gid):
            os.chown(part, owned.st_uid, owned.st_gid)
        part.chmod(owned.st_mode & 0o777)
    except PermissionError as error:
        raise StoreFileError(f"{target} belongs to another user: compact it as that user.") from error

"""A backup becomes a store: it is looked at, copied beside its place, and put there once it was verified."""

from __future__ import annotations

import glob
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import chain, count
from pathlib import Path

import apsw

from callboard.errors import (
    StoreDamagedError,
    StoreError,
    StoreFileError,
    StoreUnavailableError,
    StoreUncleanError,
    StoreVersionError,
)
from callboard.settings import Settings
from callboard.store.sqlite.clean_mark import (
    APPLICATION_IDS,
    IN_USE,
    check_whole,
    is_alone,
    mark_closed,
    mark_of,
)
from callboard.store.sqlite.connection import open_connection, store_errors
from callboard.store.sqlite.migrate import newest_version
from callboard.store.sqlite.new_file import BESIDE, put_in_place, sync, unfinished_file

HEADER_BYTES = 100
"""Of a file. Source: sqlite.org/fileformat2.html#the_database_header."""

ASIDE = ".before-"
"""Between the name of a store that was replaced and the moment at which it was."""


def check_backup(file: Path) -> None:
    """Raises `StoreFileError` for what is no backup, or cut off, and `StoreVersionError` for one of a newer
    version. Reads the header alone.
    """
    with file.open("rb") as opened:
        head = opened.read(HEADER_BYTES)
        size = os.fstat(opened.fileno()).st_size
    if len(head) < HEADER_BYTES or head[:16] != b"SQLite format 3\0":
        raise StoreFileError(f"{file} is no backup: it is not a database.")
    page_size, pages = int.from_bytes(head[16:18], "big"), int.from_bytes(head[28:32], "big")
    version, mark = int.from_bytes(head[60:64], "big"), int.from_bytes(head[68:72], "big")
    if mark not in APPLICATION_IDS:
        raise StoreFileError(f"{file} is no backup: it is a database of another program.")
    log = Path(f"{file}-wal")
    if mark == IN_USE or (log.exists() and log.stat().st_size):
        raise StoreFileError(
            f"{file} is no backup: it is a store in use, or a copy of one. callboard backup makes one."
        )
    if version > newest_version():
        raise StoreVersionError(
            f"{file} was written by a newer version of Callboard (its schema is {version}, this program "
            f"knows {newest_version()}): use that version, or restore a backup."
        )
    # 1 stands for 65,536. The number of pages is right in a file that was closed.
    if size < (65_536 if page_size == 1 else page_size) * pages:
        raise StoreDamagedError(f"{file} is cut off: it has {size:,} bytes. Copy it again.")


@contextmanager
def copied_backup(file: Path, folder: Path, name: str) -> Iterator[Path]:
    """A copy of a backup in a folder, to be opened, and to be put in its place there. Gone at the end if it
    was not. Raises `StoreError` when there is no room for it.
    """
    check_backup(file)
    if not folder.is_dir():
        raise StoreFileError(f"There is no folder {folder}.")
    size, free = file.stat().st_size, shutil.disk_usage(folder).free
    if free < size:
        raise StoreError(f"There is no room in {folder}: it needs {size:,} bytes, and {free:,} are free.")
    with unfinished_file(folder, name) as path:
        try:
            with file.open("rb") as source, path.open("r+b") as copy:
                shutil.copyfileobj(source, copy, 1024 * 1024)
        except OSError as error:
            raise StoreError(f"{file} could not be copied: {error.strerror}.") from error
        yield path


def is_anything_at(target: Path) -> bool:
    """Whether there is a file, or the `-wal` of one that is gone."""
    return any(os.path.lexists(f"{target}{beside}") for beside in ("", *BESIDE))


def put_restored(path: Path, target: Path, aside: Path) -> Path | None:
    """Give a file the name of a store. What is there is kept as `aside`, with its `-wal` if that cannot be
    moved into it; under the next free name, when that one is taken. Returns where it is. Raises
    `StoreUnavailableError`, with nothing changed, when a process has that store open.
    """
    if not is_anything_at(target):
        put_in_place(path, target)
        return None
    sync(path)
    with _held(target) as beside_it:
        aside = _place_aside(target, aside)
        # Two names for one file, so that there is no moment at which a starting server finds none, and makes
        # a new store.
        with suppress(FileNotFoundError, FileExistsError):
            try:
                os.link(target, aside)
            except (PermissionError, NotImplementedError):  # a file system without links
                target.rename(aside)
        for beside in beside_it:
            with suppress(FileNotFoundError):
                Path(f"{target}{beside}").rename(f"{aside}{beside}")
        path.replace(target)
        sync(target.parent)
    return aside


def _place_aside(target: Path, wanted: Path) -> Path:
    """Where the old store goes: where a restore that was killed had begun to put it, or a name not taken."""
    if target.exists():
        for begun in sorted(target.parent.glob(f"{glob.escape(target.name)}{ASIDE}*")):
            if begun.samefile(target):
                return begun
    names = chain([wanted], (wanted.with_name(f"{wanted.name}-{number}") for number in count(2)))
    return next(each for each in names if not is_anything_at(each))


@contextmanager
def _held(target: Path) -> Iterator[tuple[str, ...]]:
    """Keep other processes from opening a store; all of it is in its main file then, if it can be read.
    Yields which of the files beside it have to be moved with it.
    """
    try:
        check_whole(str(target))
        is_whole = target.exists()
    except StoreUncleanError:
        is_whole = False
    try:
        db = open_connection(str(target), Settings(), writer=True) if target.exists() else None
    except StoreFileError:
        db = None  # it cannot be read, so that no process has it open
    if db is None:
        yield BESIDE
        return
    try:
        with store_errors(str(target)), suppress(apsw.CorruptError, apsw.NotADBError):
            if not is_alone(db):
                raise StoreUnavailableError(
                    f"A process has {target} open: stop every server and command on it first."
                )
            if is_whole and mark_of(db) == IN_USE:
                mark_closed(db)
            # Removes the `-wal`, under the lock: nobody will remove that of the file that comes.
            db.execute("PRAGMA journal_mode = DELETE")
        # Its journal is empty, and removed when it is closed.
        yield BESIDE[:2]
    finally:
        db.close()

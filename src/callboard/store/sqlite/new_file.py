"""A file that is at its place whole, or not at all."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from callboard.errors import StoreError, StoreFileError

BESIDE = ("-wal", "-shm", "-journal")
"""What SQLite makes beside a file of its own."""


@contextmanager
def unfinished_file(folder: Path, name: str) -> Iterator[Path]:
    """An empty file to write to, of mode 0600, in the folder in which it will stay. Gone at the end, if it
    was not moved. What a killed process left of it is begun again. Raises `StoreError` while another process
    writes it.
    """
    path = folder / f".{name}.part"
    try:
        held = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise StoreFileError(f"{folder} cannot be written to: {error.strerror}.") from error
    try:
        if not _is_ours_alone(held, path):
            raise StoreError(f"Another process is writing {path}; try again when it has ended.")
        try:
            os.fchmod(held, 0o600)
            os.ftruncate(held, 0)
            for beside in BESIDE:
                Path(f"{path}{beside}").unlink(missing_ok=True)
            yield path
        finally:
            if _is_at(held, path):
                path.unlink()
            for beside in BESIDE:
                Path(f"{path}{beside}").unlink(missing_ok=True)
    finally:
        os.close(held)


def _is_ours_alone(held: int, path: Path) -> bool:
    try:
        # Of the whole file: SQLite's own locks on it are of another kind, and do not meet this one.
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    # Another process may have finished it, and given it its name, since it was opened here.
    return _is_at(held, path)


def _is_at(held: int, path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(held), path.stat())
    except FileNotFoundError:
        return False


def put_in_place(path: Path, target: Path) -> None:
    """Sync a file and give it its name, in the same folder. Raises `StoreFileError` when that is taken."""
    sync(path)
    try:
        os.link(path, target)  # unlike a rename it never replaces anything
        path.unlink()
    except FileExistsError as error:
        raise StoreFileError(there_already(target)) from error
    except OSError:  # a file system without links
        if target.exists():
            raise StoreFileError(there_already(target)) from None
        path.rename(target)
    sync(target.parent)


def there_already(target: Path) -> str:
    """What is said of a file that must not be replaced."""
    return f"There is a file {target} already: name another, or a folder for several backups."


def sync(path: Path) -> None:
    """Bring a file, or the names in a folder, to the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)

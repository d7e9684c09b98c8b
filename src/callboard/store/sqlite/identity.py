"""Checks that the open file is still the one at its path.

An open file that was deleted or replaced still accepts writes, which no later process would find. Its
`-wal` holds the latest commits, and processes see each other's locks through its `-shm`. So all three must
stay the files that they were when the store was opened.
"""

from __future__ import annotations

import os
import time

from callboard.errors import StoreReplacedError

CHECK_EVERY_S = 0.1
"""Longest time between two checks on reads. Commits check each time, before they are acknowledged."""

Inode = tuple[int, int]
"""Device and number."""


class OpenFile:
    """The identities of the main file, `-wal` and `-shm` when the store was opened."""

    def __init__(self, path: str) -> None:
        main = os.path.abspath(path)  # noqa: PTH100 - not resolved: the target of a symbolic link may change
        # SQLite resolves symbolic links, and keeps `-wal` and `-shm` beside the target.
        beside = os.path.realpath(path)
        self._paths = (main, f"{beside}-wal", f"{beside}-shm")
        self._known: tuple[Inode | None, ...] = (_inode(main), None, None)
        self.check_at = 0.0
        """When reads check again, by `time.monotonic`. A check costs as much as answering a request, so not
        every read checks. Read and written without a lock: at worst two threads check.
        """

    def remember(self) -> None:
        """Note the identities of the three files. Call after the first read: SQLite has created all three
        then. Raises `StoreReplacedError` when the main file was replaced since it was opened.
        """
        found = self._found()
        if self._known[0] not in (None, found[0]):
            raise StoreReplacedError
        self._known = found

    def check(self) -> None:
        """Raises `StoreReplacedError` when one of the three files at the path is no longer the one opened."""
        found = self._found()
        # A file that was missing when it was noted cannot be compared.
        if found != self._known and any(
            known is not None and known != now for known, now in zip(self._known, found, strict=True)
        ):
            raise StoreReplacedError
        self.check_at = time.monotonic() + CHECK_EVERY_S

    @property
    def is_only_wal_deleted(self) -> bool:
        """Whether only `-wal` was deleted: its commits can still be saved, through the open descriptor."""
        main, wal, shm = self._found()
        return (main, shm) == (self._known[0], self._known[2]) and wal is None and self._known[1] is not None

    @property
    def name(self) -> str:
        """The identities as text: equal for two processes that have the same files open."""
        return " ".join("none" if each is None else f"{each[0]}:{each[1]}" for each in self._known)

    def _found(self) -> tuple[Inode | None, ...]:
        main, wal, shm = self._paths
        return _inode(main), _inode(wal), _inode(shm)


def _inode(path: str) -> Inode | None:
    try:
        found = os.stat(path)  # noqa: PTH116 - a commit waits for it
    except OSError:  # missing or unreachable: either way not the file that was opened
        return None
    return found.st_dev, found.st_ino

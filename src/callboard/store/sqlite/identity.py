"""Whether the file that is open is still the one that its path leads to.

A file that was deleted or replaced under a process goes on taking writes that nobody will find again. Its
`-wal` holds what was committed last, and processes find each other's locks by its `-shm`: each of the three
has to be the one that was there when the store was opened, for as long as it is open.
"""

from __future__ import annotations

import os
import time

from callboard.errors import StoreReplacedError

LOOK_EVERY_S = 0.1
"""How often reading looks at the path. Commits look each time, before they are acknowledged."""

Inode = tuple[int, int]
"""Device and number."""


class OpenFile:
    """The three files behind a path, as they were when the store was opened."""

    def __init__(self, path: str) -> None:
        main = os.path.abspath(path)  # noqa: PTH100 - a link stays one: where it leads may change
        # SQLite keeps the others beside the file that a link leads to.
        beside = os.path.realpath(path)
        self._paths = (main, f"{beside}-wal", f"{beside}-shm")
        self._known: tuple[Inode | None, ...] = (_inode(main), None, None)
        self.look_at = 0.0
        """When it is checked again by those who ask too often to check each time: a check costs as much as an
        answer."""

    def remember(self) -> None:
        """Note which files these are: once the store has been read, so that all three are there."""
        found = self._found()
        if self._known[0] not in (None, found[0]):
            raise StoreReplacedError
        self._known = found

    def check(self) -> None:
        """Raises `StoreReplacedError` when the path leads to another file by now."""
        found = self._found()
        if found != self._known and any(
            known is not None and known != now for known, now in zip(self._known, found, strict=True)
        ):
            raise StoreReplacedError
        self.look_at = time.monotonic() + LOOK_EVERY_S

    @property
    def only_wal_is_gone(self) -> bool:
        """The file is there, and the `-wal` beside it was deleted: what we still have of it can be saved."""
        main, wal, shm = self._found()
        return (main, shm) == (self._known[0], self._known[2]) and wal is None and self._known[1] is not None

    @property
    def name(self) -> str:
        """Says which files these are: equal for two processes that have the same ones open."""
        return " ".join("none" if each is None else f"{each[0]}:{each[1]}" for each in self._known)

    def _found(self) -> tuple[Inode | None, ...]:
        main, wal, shm = self._paths
        return _inode(main), _inode(wal), _inode(shm)


def _inode(path: str) -> Inode | None:
    try:
        found = os.stat(path)  # noqa: PTH116 - a commit waits for it
    except OSError:
        return None
    return found.st_dev, found.st_ino

"""How far files are read: kept in a file of its own, and found again after they were renamed or packed."""

from __future__ import annotations

import fcntl
import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import msgspec
from msgspec import Struct

from callboard.errors import CallerError

MARK_BYTES: Final = 4_096
"""So many bytes at the beginning of a file, and as many before the place that is reached, tell it apart from
another in its place."""
PLACES_MAX: Final = 8
"""Files of which it is remembered how far they are read: the present one and those that were rotated."""
VERSION: Final = 1


class Mark(Struct, frozen=True):
    """Some bytes of a file, by which it is known again."""

    size: int = 0
    digest: str = ""

    @classmethod
    def of(cls, data: bytes) -> Mark:
        return cls(len(data), hashlib.sha256(data).hexdigest()[:32])

    def fits(self, data: bytes) -> bool:
        """Whether these are the bytes."""
        return Mark.of(data) == self


class Place(Struct, frozen=True, kw_only=True):
    """How far one file is read."""

    device: int
    inode: int
    offset: int = 0
    """Behind the last row that is in the store."""
    line: int = 0
    """The number of lines before it."""
    head: Mark = Mark()
    """The first bytes, of those before the offset."""
    tail: Mark = Mark()
    """The last bytes before the offset."""
    modified_ns: int = 0
    born_ns: int = 0
    """When the file was made; 0: not told."""


class Progress(Struct, kw_only=True):
    """All that is kept between two runs."""

    version: int = VERSION
    space: str
    """The token of the space that the rows are in."""
    format: str
    places: list[Place] = msgspec.field(default_factory=list)
    """In the order of their rotation, the present file last."""


class WatchTakenError(CallerError):
    """Another process follows the file, or it is followed for another space."""

    code = "watch_taken"


class ProgressFile:
    """The file that a `Progress` is kept in."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def files(self) -> list[Path]:
        """Itself, and what lies beside it."""
        return [self.path.with_name(self.path.name + more).absolute() for more in ("", ".lock", ".new")]

    @contextmanager
    def owned(self) -> Iterator[None]:
        """Hold it alone. Raises `WatchTakenError` while another process does."""
        with self.path.with_name(self.path.name + ".lock").open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                raise WatchTakenError(f"Another process follows this file (it holds {lock.name}).") from None
            yield

    def read(self, space: str, format_: str) -> Progress:
        """What was kept; a new one where nothing was. Raises `WatchTakenError` for what is of another space,
        or was read otherwise.
        """
        try:
            found = msgspec.json.decode(self.path.read_bytes(), type=Progress)
        except FileNotFoundError:
            return Progress(space=space, format=format_)
        except msgspec.MsgspecError as error:
            raise WatchTakenError(f"{self.path} does not say how far a file is read: {error}") from None
        if (found.space, found.format, found.version) != (space, format_, VERSION):
            raise WatchTakenError(
                f"{self.path} says how far the file is read into space {found.space} as {found.format}; "
                "--state names another file for this."
            )
        return found

    def write(self, progress: Progress) -> None:
        """Replace it, so that a power cut leaves the old one or the new one."""
        new = self.path.with_name(self.path.name + ".new")
        with new.open("wb") as file:
            file.write(msgspec.json.encode(progress))
            file.flush()
            os.fsync(file.fileno())
        new.replace(self.path)

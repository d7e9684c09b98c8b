"""The bytes of a file that is followed: as it is, or packed with gzip after its rotation."""

from __future__ import annotations

import gzip
import os
import zlib
from pathlib import Path
from typing import Final

from callboard.ingest.sources.files.opening import GZIP
from callboard.ingest.sources.watching.places import Mark, Place

_FAULTS: Final = (OSError, EOFError, zlib.error)


class Source:
    """An open file. It stays the same when it is renamed, and when its name is given to another."""

    def __init__(self, path: Path) -> None:
        """Raises `OSError`."""
        self.path = path
        self._file = path.open("rb", buffering=0)
        self.is_packed = os.pread(self._file.fileno(), 2, 0) == GZIP
        self._unpacked = gzip.GzipFile(fileobj=self._file) if self.is_packed else None
        status = os.fstat(self._file.fileno())
        self.device, self.inode = status.st_dev, status.st_ino

    def read(self, offset: int, size: int) -> bytes:
        """The bytes at an offset, as many as are there; of a packed file unpacked."""
        if self._unpacked is None:
            return os.pread(self._file.fileno(), size, offset)
        try:
            self._unpacked.seek(offset)
            return self._unpacked.read(size) if self._unpacked.tell() == offset else b""
        except _FAULTS:
            return b""  # it is being packed yet, or damaged

    @property
    def size(self) -> int | None:
        """In bytes; None for a packed file, whose size is not told."""
        return None if self.is_packed else os.fstat(self._file.fileno()).st_size

    @property
    def modified_ns(self) -> int:
        return os.fstat(self._file.fileno()).st_mtime_ns

    @property
    def is_gone(self) -> bool:
        """Whether it has no name any more."""
        return os.fstat(self._file.fileno()).st_nlink == 0

    def is_at(self, place: Place) -> bool:
        """Whether it is the file that the place is in: it has the same bytes before it."""
        if place.offset == 0:
            return (self.device, self.inode) == (place.device, place.inode)
        at = place.offset - place.tail.size
        return place.head.fits(self.read(0, place.head.size)) and place.tail.fits(
            self.read(at, place.tail.size)
        )

    def marks(self, offset: int, size: int) -> tuple[Mark, Mark]:
        """The first bytes before an offset, and the last ones; at most `size` each."""
        some = min(offset, size)
        return Mark.of(self.read(0, some)), Mark.of(self.read(offset - some, some))

    def close(self) -> None:
        self._file.close()

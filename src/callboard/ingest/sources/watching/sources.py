"""The bytes of a file that is followed: as it is, or packed with gzip after its rotation."""

from __future__ import annotations

import ctypes
import gzip
import os
import struct
import zlib
from pathlib import Path
from typing import Final

from msgspec import structs

from callboard.ingest.sources.files.opening import GZIP
from callboard.ingest.sources.watching.places import Mark, Place

_FAULTS: Final = (OSError, EOFError, zlib.error)
_STATX: Final = getattr(ctypes.CDLL(None), "statx", None)
_AT_EMPTY_PATH: Final = 0x1000
_BIRTH: Final = 0x800
"""The bit of `statx` that asks for the birth, and says that it is told."""


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
        self.born_ns = _born_ns(self._file.fileno())

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

    def is_of(self, place: Place) -> bool:
        """Whether it is the very file that the place was in, whatever is in it now: an inode is given to
        another file once its own is gone, which the birth tells where the disk keeps one.
        """
        is_born_so = self.born_ns == place.born_ns or not (self.born_ns and place.born_ns)
        return (self.device, self.inode) == (place.device, place.inode) and is_born_so

    def begin(self, modified_ns: int) -> Place:
        """The place before its first byte."""
        return self.here(Place(device=0, inode=0, modified_ns=modified_ns))

    def here(self, place: Place) -> Place:
        """The place of the same bytes in this file."""
        return structs.replace(place, device=self.device, inode=self.inode, born_ns=self.born_ns)

    def is_at(self, place: Place) -> bool:
        """Whether it is the file that the place is in: it has the same bytes before it."""
        if place.offset == 0:
            return self.is_of(place)
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


def _born_ns(fd: int) -> int:
    """When a file was made; 0 where neither the system nor the disk tells."""
    if _STATX is None:
        return int(getattr(os.fstat(fd), "st_birthtime", 0) * 1e9)
    told = ctypes.create_string_buffer(256)
    if _STATX(fd, b"", _AT_EMPTY_PATH, _BIRTH, told) != 0:
        return 0
    [mask] = struct.unpack_from("=I", told)
    seconds, nanoseconds = struct.unpack_from("=qI", told, 80)
    return int(seconds * 1_000_000_000 + nanoseconds) if mask & _BIRTH else 0

"""A disk that can be full, or fail, for a while; the rest of the time it is the default file system."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import apsw

_numbers = itertools.count(1)


class FailingDisk(apsw.VFS):
    """Holds the files of one folder."""

    def __init__(self, folder: Path) -> None:
        self.name = f"failing-{next(_numbers)}"
        self.writes_fail = False
        self.syncs_fail = False
        self._folder = folder
        self._most: int | None = None
        super().__init__(self.name, "")

    @contextmanager
    def full(self, room: int) -> Iterator[None]:
        """The files may grow by `room` bytes together, and no further."""
        self._most = self._used() + room
        yield
        self._most = None

    @contextmanager
    def no_writes(self) -> Iterator[None]:
        """As when the file system was mounted read-only, which some do to themselves when in doubt."""
        self.writes_fail = True
        yield
        self.writes_fail = False

    @contextmanager
    def no_syncs(self) -> Iterator[None]:
        """As when the device is gone: writes go to the page cache, and no further."""
        self.syncs_fail = True
        yield
        self.syncs_fail = False

    def takes(self, growth: int) -> bool:
        return growth <= 0 or self._most is None or self._used() + growth <= self._most

    def _used(self) -> int:
        return sum(path.stat().st_size for path in self._folder.iterdir() if not path.name.endswith("-shm"))

    def xOpen(self, name: str | apsw.URIFilename | None, flags: list[int]) -> apsw.VFSFile:  # noqa: N802
        return _File(self, name, flags)


class _File(apsw.VFSFile):
    def __init__(self, disk: FailingDisk, name: str | apsw.URIFilename | None, flags: list[int]) -> None:
        self._disk = disk
        super().__init__("", name, flags)

    def xWrite(self, data: bytes, offset: int) -> None:  # noqa: N802
        if self._disk.writes_fail:
            raise apsw.IOError("read-only file system")
        if not self._disk.takes(offset + len(data) - self.xFileSize()):
            raise apsw.FullError("no space left on device")
        super().xWrite(data, offset)

    def xSync(self, flags: int) -> None:  # noqa: N802
        if self._disk.syncs_fail:
            raise apsw.IOError("input/output error")
        super().xSync(flags)

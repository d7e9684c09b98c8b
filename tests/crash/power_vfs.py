"""A disk in memory of what is really on it: what was written and not yet synced may be lost in a power cut.

A file lies twice: as programs see it (the real file, which holds every write, as a page cache does), and as
the disk has it. A write, truncation, creation or deletion is *pending* until a sync reaches it:

- `xSync` of a file brings all that is pending on that file to the disk;
- creations and deletions are the folder's. As SQLite's own file layer does, the first sync of a journal or
  WAL that a connection opened syncs the folder too, and so does a deletion that asks for it.

When the power goes, each pending thing is on the disk or is not, in any combination and whatever its order:
for a file none of it, all but the last, a first part, or any sectors of any writes; the last is torn at any
byte. A sector holds what was there, or what was written, never rubbish (SQLite asks as much of a disk).
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from pathlib import Path
from random import Random
from threading import RLock
from typing import Any

import apsw
from msgspec import Struct, field

SECTOR = 512
_JOURNALS = apsw.SQLITE_OPEN_WAL | apsw.SQLITE_OPEN_MAIN_JOURNAL | apsw.SQLITE_OPEN_SUPER_JOURNAL
_numbers = itertools.count(1)


class Write(Struct, frozen=True):
    """Bytes put at an offset."""

    offset: int
    data: bytes

    def onto(self, content: bytearray) -> None:
        if self.offset > len(content):
            content.extend(bytes(self.offset - len(content)))
        content[self.offset : self.offset + len(self.data)] = self.data

    def torn(self, random: Random) -> Write:
        """What there is of it when the power went while it was written."""
        return Write(self.offset, self.data[: random.randrange(len(self.data) + 1)])

    def sectors(self) -> list[Write]:
        """It in pieces, each of which is on the disk or is not."""
        first = SECTOR - self.offset % SECTOR
        edges = [0, *range(first, len(self.data), SECTOR), len(self.data)]
        return [Write(self.offset + start, self.data[start:end]) for start, end in itertools.pairwise(edges)]


class Truncation(Struct, frozen=True):
    """A file cut to a length."""

    length: int

    def onto(self, content: bytearray) -> None:
        del content[self.length :]


class DiskFile(Struct):
    """The synced content of a file, and the writes since."""

    durable: bytearray
    pending: list[Write | Truncation] = field(default_factory=list)

    def sync(self) -> None:
        for change in self.pending:
            change.onto(self.durable)
        self.pending.clear()

    def surviving(self, random: Random) -> bytes:
        """What there is of it after a power cut at this moment."""
        content = bytearray(self.durable)
        for change in _surviving(self.pending, random):
            change.onto(content)
        return bytes(content)


def _surviving(pending: list[Write | Truncation], random: Random) -> list[Write | Truncation]:
    """Which of the pending changes are on the disk: one of four kinds of luck."""
    luck = random.choice(("none", "all but the last", "a first part", "any"))
    if luck == "none" or not pending:
        return []
    if luck == "any":
        share = random.choice((0.1, 0.5, 0.9))
        pieces = [
            piece
            for change in pending
            for piece in (change.sectors() if isinstance(change, Write) else [change])
            if random.random() < share
        ]
        return [*pieces[:-1], *(_torn(piece, random) for piece in pieces[-1:])]
    kept = len(pending) - 1 if luck == "all but the last" else random.randrange(len(pending))
    return [*pending[:kept], *(_torn(change, random) for change in pending[kept : kept + 1])]


def _torn(change: Write | Truncation, random: Random) -> Write | Truncation:
    return change.torn(random) if isinstance(change, Write) else change


class PoweredDisk(apsw.VFS):
    """A file system for one folder, whose power goes at its `lasts`-th operation; none: when `cut` is called.

    At that moment `image` is drawn: what is left of each file. Programs do not notice and go on, as ghosts:
    nothing they do reaches the image any more, and nobody hears what they say.
    """

    def __init__(self, folder: Path, random: Random, lasts: int | None = None) -> None:
        self.name = f"powered-{next(_numbers)}"
        self.operations = 0
        self.image: dict[str, bytes] | None = None
        self._random = random
        self._lasts = lasts
        self._lock = RLock()
        found = {str(path): DiskFile(bytearray(path.read_bytes())) for path in folder.iterdir()}
        self._files = found
        self._durable_folder = dict(found)
        super().__init__(self.name, "")

    @property
    def powered(self) -> bool:
        return self.image is None

    def while_powered(self, act: Callable[[], Any]) -> bool:
        """Do something at a moment at which the power is certainly on; whether it was."""
        with self._lock:
            if self.powered:
                act()
            return self.powered

    def cut(self) -> None:
        """The power goes now."""
        with self._lock:
            if self.image is None:
                self.image = {
                    path: file.surviving(self._random) for path, file in self._surviving_folder().items()
                }

    def leave(self, folder: Path) -> None:
        """Put what is left of the files into another folder."""
        assert self.image is not None, "the power is still on"
        for path, content in self.image.items():
            (folder / Path(path).name).write_bytes(content)

    def _surviving_folder(self) -> dict[str, DiskFile]:
        """The files there are, by name: where the folder was not synced, the one before or the one now."""
        left = {}
        for path in sorted(self._files.keys() | self._durable_folder.keys()):
            now, before = self._files.get(path), self._durable_folder.get(path)
            file = now if now is before else self._random.choice((now, before))
            if file is not None:
                left[path] = file
        return left

    # What files do. Each is one operation; the power goes with the last one begun and not done.

    def changed(self, path: str, change: Write | Truncation) -> None:
        with self._lock:
            self._files[path].pending.append(change)
            self._count()

    def synced(self, path: str, *, folder_too: bool) -> None:
        with self._lock:
            self._count()
            self._files[path].sync()
            if folder_too:
                self._durable_folder = dict(self._files)

    def _count(self) -> None:
        self.operations += self.powered
        if self._lasts is not None and self.operations >= self._lasts:
            self.cut()

    # The interface that SQLite knows.

    def xOpen(self, name: str | apsw.URIFilename | None, flags: list[int]) -> apsw.VFSFile:  # noqa: N802
        path = name.filename() if isinstance(name, apsw.URIFilename) else name
        assert path is not None, "the store keeps temporary tables in memory"
        with self._lock:
            file = PoweredFile(self, path, name, flags)
            if path not in self._files:
                self._files[path] = DiskFile(bytearray())
                self._count()
            return file

    def xDelete(self, name: str, syncdir: bool) -> None:  # noqa: N802
        with self._lock:
            super().xDelete(name, syncdir)
            self._files.pop(name, None)
            self._count()
            if syncdir:
                self._durable_folder = dict(self._files)


class PoweredFile(apsw.VFSFile):
    """A file on that disk. Its content is read from the real file; shared memory is the real file's too."""

    def __init__(
        self, disk: PoweredDisk, path: str, name: str | apsw.URIFilename | None, flags: list[int]
    ) -> None:
        self._disk = disk
        self._path = path
        self._folder_unsynced = bool(flags[0] & apsw.SQLITE_OPEN_CREATE and flags[0] & _JOURNALS)
        super().__init__("", name, flags)

    def xWrite(self, data: bytes, offset: int) -> None:  # noqa: N802
        self._disk.changed(self._path, Write(offset, bytes(data)))
        super().xWrite(data, offset)

    def xTruncate(self, newsize: int) -> None:  # noqa: N802
        self._disk.changed(self._path, Truncation(newsize))
        super().xTruncate(newsize)

    def xSync(self, flags: int) -> None:  # noqa: N802
        self._disk.synced(self._path, folder_too=self._folder_unsynced)
        self._folder_unsynced = False

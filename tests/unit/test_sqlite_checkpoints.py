"""The WAL is moved into the file beside commits: none waits for it, and it stays short whatever happens."""

from __future__ import annotations

import itertools
from pathlib import Path
from threading import Event, Thread

import apsw
import pytest

from callboard.errors import StoreUnavailableError
from callboard.model.directory import Space
from callboard.settings import Settings
from callboard.store.sqlite import checkpoints
from callboard.store.sqlite.store import SqliteStore
from tests.events import call, send
from tests.stores import make_organization, make_space

PAGE = 4096
_numbers = itertools.count(1)


class HeldDisk(apsw.VFS):
    """A disk that writes to the main file only while `released` is set."""

    def __init__(self) -> None:
        self.name = f"held-{next(_numbers)}"
        self.asked = Event()
        self.released = Event()
        self.released.set()
        super().__init__(self.name, "")

    def xOpen(self, name: str | apsw.URIFilename | None, flags: list[int]) -> apsw.VFSFile:  # noqa: N802
        return _HeldFile(self, name, flags)


class _HeldFile(apsw.VFSFile):
    def __init__(self, disk: HeldDisk, name: str | apsw.URIFilename | None, flags: list[int]) -> None:
        self._disk = disk
        self._is_main = bool(flags[0] & apsw.SQLITE_OPEN_MAIN_DB)
        super().__init__("", name, flags)

    def xWrite(self, data: bytes, offset: int) -> None:  # noqa: N802
        if self._is_main and not self._disk.released.is_set():
            self._disk.asked.set()
            self._disk.released.wait()
        super().xWrite(data, offset)


def opened(path: Path, vfs: str | None = None) -> tuple[SqliteStore, Space]:
    store = SqliteStore(str(path), Settings(), vfs=vfs)
    return store, make_space(store, make_organization(store))


def feed(store: SqliteStore, space: Space, name: str, commits: int) -> None:
    for number in range(commits):
        send(store, space, call(f"{name}-{number}"))


def wal_pages(path: Path) -> int:
    return Path(f"{path}-wal").stat().st_size // PAGE


def test_commits_go_on_while_the_wal_is_moved(tmp_path: Path) -> None:
    disk = HeldDisk()
    store, space = opened(tmp_path / "calls.db", disk.name)
    feed(store, space, "before", 1)  # the mark is set, and synced, by the first commit
    disk.released.clear()
    store._checkpoints.wal_pages = 20
    sending = Thread(target=feed, args=(store, space, "meanwhile", 60), daemon=True)
    sending.start()
    sending.join(60)
    was_asked, stuck = disk.asked.is_set(), sending.is_alive()
    disk.released.set()
    sending.join()
    store.close()
    disk.unregister()
    assert was_asked, "nothing was moved: the test is about nothing"
    assert not stuck, "a commit waited until the file was written"


def test_the_wal_begins_anew_again_and_again(tmp_path: Path) -> None:
    path = tmp_path / "calls.db"
    store, space = opened(path)
    store._checkpoints.wal_pages = 40
    written = 0
    for turn in range(12):
        feed(store, space, f"{turn}", 40)
        store._checkpoints._begin()
        written += 40
    longest = wal_pages(path)
    feed(store, space, "last", 1)
    store.close()
    assert written * 4 > longest, f"{longest} pages: it never began anew"


def test_a_wal_that_nobody_moves_is_moved_by_commits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """For instance when the process can open no more files."""
    monkeypatch.setattr(checkpoints, "MOST_PAGES", 100)
    path = tmp_path / "calls.db"
    store, space = opened(path)

    def fails() -> apsw.Connection:
        raise StoreUnavailableError("too many open files")

    monkeypatch.setattr(store._checkpoints, "_connect", fails)
    store._checkpoints.wal_pages = 20
    feed(store, space, "call", 200)
    assert wal_pages(path) < 200
    store.close()
    assert not Path(f"{path}-wal").exists()


def test_closing_at_any_moment_leaves_a_whole_file(tmp_path: Path) -> None:
    path = tmp_path / "calls.db"
    store, space = opened(path)
    for turn in range(40):
        store._checkpoints.wal_pages = turn % 5
        feed(store, space, f"{turn}", 1 + turn % 3)
        store.close()
        assert not Path(f"{path}-wal").exists()
        store = SqliteStore(str(path), Settings())
    store.close()
    store.close()

"""Promise 1, the copy: a main file that was copied alone while the store was in use is refused, or all that
was acknowledged is in it. It never answers with the numbers of some earlier moment.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from random import Random
from threading import Thread

import apsw
import pytest
from msgspec import Struct

from callboard.errors import StoreLockedError, StoreUncleanError
from callboard.model.directory import Space
from callboard.store.interface import Batch
from callboard.store.sqlite.clean_mark import CLOSED, IN_USE, mark_in_file
from callboard.store.sqlite.store import SqliteStore
from tests.crash.hanging import watched
from tests.crash.keeping import bodies_in
from tests.crash.power_cuts import SETTINGS
from tests.crash.power_vfs import PoweredDisk
from tests.crash.sending import Books, Sender, entries_of, the_seed
from tests.stores import NOW, make_organization, make_space

pytestmark = pytest.mark.timeout(120)


class Copy(Struct):
    """The main file at one moment, and what had been acknowledged by then."""

    content: bytes
    acknowledged: frozenset[bytes]


class CopiedDisk(PoweredDisk):
    """A disk whose power stays on, and of which the main file is copied between two drawn operations."""

    def __init__(self, path: Path, random: Random, books: Books, every: int) -> None:
        super().__init__(path.parent, random)
        self.copies: list[Copy] = []
        self._path = path
        self._books = books
        self._every = every
        self._draw = Random(random.random())

    def _count(self) -> None:
        super()._count()
        if self._draw.randrange(self._every) == 0:
            self.copy()

    def copy(self) -> None:
        """Keep what `cp` would take now. No other process has the file open, whose locks this could drop."""
        with self._lock:
            self.copies.append(Copy(self._path.read_bytes(), frozenset(self._books.acknowledged)))


class Lives:
    """A file that is opened, written and closed again and again, by one store or two at once."""

    def __init__(self, folder: Path, random: Random) -> None:
        self.books = Books()
        self._path = folder / "calls.db"
        self._random = random
        self._lives = 0
        store = SqliteStore(str(self._path), SETTINGS)
        self._space: Space = make_space(store, make_organization(store))
        store.close()
        self.disk = CopiedDisk(self._path, random, self.books, every=40)

    def live(self) -> None:
        """From opening to a clean close: commits from two threads, into one store or each its own."""
        self._lives += 1
        stores = [self._opened() for _ in range(self._random.choice((1, 2)))]
        threads = [
            Thread(target=self._feed, args=(stores[number % len(stores)], f"{self._lives}-{number}"))
            for number in range(2)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        if len(stores) == 2 and self._random.random() < 0.5:
            stores.pop(0).close()
            self._feed(stores[0], f"{self._lives}-2")
        # Also at the same time, as the workers of a server do.
        closing = [Thread(target=store.close) for store in stores]
        for thread in closing:
            thread.start()
            if self._random.random() < 0.5:
                thread.join()
        for thread in closing:
            thread.join()
        self.disk.copy()

    def _opened(self) -> SqliteStore:
        store = SqliteStore(str(self._path), SETTINGS, vfs=self.disk.name)
        pages = self._random.choice((5, 40, 4000))
        if self._random.random() < 0.5:
            store._checkpoints.wal_pages = pages
        else:
            store._writer.execute(f"PRAGMA wal_autocheckpoint = {pages}")
        return store

    def _feed(self, store: SqliteStore, name: str) -> None:
        sender = Sender(name, Random(name))
        for _ in range(Random(name).choice((1, 4, 12))):
            entries = entries_of(sender.batch())
            self.books.send(entries)
            batch = Batch(
                org_id=self._space.org_id, space_id=self._space.id, entries=entries, received_at=NOW
            )
            [receipt] = store.ingest([batch])
            assert not isinstance(receipt, Exception), receipt
            self.disk.while_powered(lambda told=entries: self.books.acknowledge(told))  # type: ignore[misc]


def test_any_copy_of_the_main_file_alone_is_refused_or_whole(tmp_path, record_property):
    """Between any two operations of the disk, from opening to closing, whatever was moved into the file."""
    random = Random(the_seed())
    refused = whole = 0
    for turn in range(6):
        folder = tmp_path / f"{turn}"
        folder.mkdir()
        lives = Lives(folder, random)
        for _ in range(4):
            lives.live()
        lives.disk.unregister()
        for number, copy in enumerate(lives.disk.copies):
            path = tmp_path / f"copy-{turn}-{number}" / "calls.db"
            path.parent.mkdir()
            path.write_bytes(copy.content)
            try:
                store = SqliteStore(str(path))
            except StoreUncleanError:
                assert not Path(f"{path}-wal").exists(), "refused, and touched"
                refused += 1
                continue
            whole += 1
            missing = copy.acknowledged - bodies_in(path)
            assert not missing, f"{len(missing)} acknowledged events are not in a copy that was opened"
            assert store.verify(deep=True).drift == 0
            store.close()
            shutil.rmtree(path.parent)
    assert refused > 20, "no file was copied while it was in use: this proves nothing"
    assert whole > 20, "no copy was whole: this proves nothing"
    record_property("drawn", f"{refused} copies refused, {whole} whole")


def test_a_copy_of_a_served_file_is_refused_or_whole(tmp_path):
    """By `cp`, while a server takes events, after it was killed, and after it was stopped."""
    refused, acknowledged = 0, set[str]()
    with watched(tmp_path) as board:
        for number in range(6):
            board.send(many=50)
            acknowledged = set(board.acknowledged)
            refused += not _is_whole(board.path, tmp_path / f"{number}.db", acknowledged)
        assert refused == 6, "the server had the file open, and its log beside it"
        board.server.kill()
        assert not _is_whole(board.path, tmp_path / "killed.db", acknowledged)
        # The log is beside it: what a crash leaves is opened as ever.
        SqliteStore(str(board.path)).close()
        assert _is_whole(board.path, tmp_path / "recovered.db", acknowledged)


def _is_whole(path: Path, copy: Path, acknowledged: set[str]) -> bool:
    shutil.copy(path, copy)
    try:
        store = SqliteStore(str(copy))
    except StoreUncleanError:
        return False
    with apsw.Connection(str(copy)) as db:
        found = {call_id for (call_id,) in db.execute("SELECT call_id FROM call")}
    db.close()
    store.close()
    assert acknowledged <= found
    return True


def test_a_file_says_that_it_is_in_use_from_the_first_commit_to_the_last_close(tmp_path):
    """Reading marks nothing. Of two stores the last one that closes moves everything into the file."""
    path = tmp_path / "calls.db"
    store = SqliteStore(str(path), SETTINGS)
    assert mark_in_file(str(path)) != IN_USE, "nothing was committed"
    make_organization(store)
    assert mark_in_file(str(path)) == IN_USE
    other = SqliteStore(str(path), SETTINGS)
    store.close()
    assert mark_in_file(str(path)) == IN_USE
    assert Path(f"{path}-wal").stat().st_size, "the other one has the file open"
    make_organization(other, "second.example")
    other.close()
    assert mark_in_file(str(path)) == CLOSED
    assert sorted(tmp_path.iterdir()) == [path]
    reading = SqliteStore(str(path), SETTINGS)
    assert len(reading.organizations()) == 2
    assert mark_in_file(str(path)) == CLOSED
    reading.close()


def test_a_store_that_was_not_closed_opens_with_its_log_and_not_without(tmp_path):
    """The connections of a process end without a word: the log stays. Removed, the file is refused."""
    path = tmp_path / "calls.db"
    store = SqliteStore(str(path), SETTINGS)
    make_organization(store)
    store._readers.close()
    store._refresh_connection.close()
    store._writer.close()
    assert Path(f"{path}-wal").exists()
    again = SqliteStore(str(path), SETTINGS)
    assert len(again.organizations()) == 1
    for each in (again._refresh_connection, again._writer):
        each.close()
    again._readers.close()
    Path(f"{path}-wal").unlink()
    with pytest.raises(StoreUncleanError, match="not all of a store"):
        SqliteStore(str(path), SETTINGS)


def test_the_first_commit_waits_for_a_reader_that_began_before_it_and_then_fails(tmp_path):
    """Until the mark is in the file nothing is acknowledged: a copy made in between would miss it."""
    path = tmp_path / "calls.db"
    SqliteStore(str(path)).close()
    store = SqliteStore(str(path), SETTINGS)
    reader = apsw.Connection(str(path))
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM organization").fetchall()
    with pytest.raises(StoreLockedError):
        _within(store, 0.2)
    assert store.organizations() == []
    reader.execute("COMMIT")
    make_organization(store)
    assert mark_in_file(str(path)) == IN_USE
    reader.close()
    store.close()


def _within(store: SqliteStore, wait_s: float) -> None:
    """A commit that has waited for all of its time but this."""
    with store._writing_within(SETTINGS.lock_timeout_ms / 1000 - wait_s) as db:
        db.run("INSERT INTO meta (name, value) VALUES ('tried', 1)")


def test_a_long_read_marks_the_file_first(tmp_path):
    """So that no first commit waits for its end."""
    path = tmp_path / "calls.db"
    SqliteStore(str(path)).close()
    reading, writing = SqliteStore(str(path), SETTINGS), SqliteStore(str(path), SETTINGS)
    with reading._snapshot() as db:
        assert db.select_value("SELECT count(*) FROM organization") == 0
        make_organization(writing)
        assert db.select_value("SELECT count(*) FROM organization") == 0
    reading.close()
    writing.close()
    assert mark_in_file(str(path)) == CLOSED


def test_a_file_is_marked_as_closed_after_all_else_is_in_it(tmp_path):
    """The last close, copied between any two of its operations: what is marked as closed is all there. The
    first pages of a copy are read first, so the mark comes last.
    """
    path = tmp_path / "calls.db"
    SqliteStore(str(path), SETTINGS).close()
    disk = CopiedDisk(path, Random(1), Books(), every=1)
    store = SqliteStore(str(path), SETTINGS, vfs=disk.name)
    for number in range(5):
        make_space(store, make_organization(store, f"{number}.example"))
    disk.copies.clear()
    store.close()
    disk.unregister()
    whole = path.read_bytes()
    closed = [copy.content for copy in disk.copies if copy.content[68:72] == CLOSED.to_bytes(4, "big")]
    assert 0 < len(closed) < len(disk.copies), "the close was not seen: this proves nothing"
    assert all(content == whole for content in closed)

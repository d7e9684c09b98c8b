"""Promise 7, the disk: full, failing or held by another process, the store says so and keeps nothing by
halves; and it goes on when that is over.
"""

from __future__ import annotations

import multiprocessing
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from pathlib import Path
from random import Random

import apsw
import pytest

from callboard.errors import StoreUnavailableError
from callboard.model.directory import Space
from callboard.settings import Settings
from callboard.store.interface import Batch, Receipt
from callboard.store.sqlite.store import SqliteStore
from tests.crash.failing_disk import FailingDisk
from tests.crash.keeping import bodies_in, kept_in
from tests.crash.sending import Books, Sender, entries_of
from tests.stores import NOW, make_organization, make_space
from tests.writer import Commits

SETTINGS = Settings(lock_timeout_ms=200)


class Feed:
    """A store that takes events of one sender, and the books of what it answered."""

    def __init__(self, store: SqliteStore) -> None:
        self.books = Books()
        self.store = store
        self.space: Space = make_space(store, make_organization(store))
        self._sender = Sender("one", Random(1))
        self._commit = Commits(store, SETTINGS)
        self._commit.start()

    def send(self, batches: int = 1) -> Receipt:
        """Send what the sender says in so many turns, as one request."""
        entries = entries_of([event for _ in range(batches) for event in self._sender.batch()])
        self.books.send(entries)
        receipt = self._commit.commit(
            Batch(org_id=self.space.org_id, space_id=self.space.id, entries=entries, received_at=NOW)
        )
        self.books.acknowledge(entries)
        return receipt

    def send_for_ever(self) -> None:
        """One request after the other, until one is refused."""
        while True:
            self.send(20)

    def stop(self) -> None:
        self._commit.stop()
        self.store.close()

    def totals(self) -> object:
        """The numbers that readers get."""
        return self.store.changes_since(self.space.org_id, -1).totals


@pytest.fixture
def disk(tmp_path) -> Iterator[FailingDisk]:
    """The disk under `feed`."""
    disk = FailingDisk(tmp_path)
    yield disk
    disk.unregister()


@pytest.fixture
def path(tmp_path) -> Path:
    return tmp_path / "calls.db"


@pytest.fixture
def feed(path, disk) -> Iterator[Feed]:
    """A store that has taken some events. At the end: what it acknowledged is there, and all is sound."""
    feed = Feed(SqliteStore(str(path), SETTINGS, vfs=disk.name))
    feed.send(20)
    yield feed
    feed.stop()
    kept = kept_in(path, feed.space, feed.books)
    assert not kept.lost
    assert not kept.damage, kept.damage[:10]
    assert kept.unasked == 0, "what was refused was kept all the same"


def refuses(feed: Feed, path: Path, match: str) -> None:
    """Three requests are refused; nothing of them is kept, and readers get the same numbers as before."""
    bodies, totals = bodies_in(path), feed.totals()
    for _ in range(3):
        with pytest.raises(StoreUnavailableError, match=match):
            feed.send(200)
        assert feed.totals() == totals
        assert bodies_in(path) == bodies


@pytest.mark.parametrize("room", [0, 5_000, 30_000])
def test_on_a_full_disk_no_batch_is_half_written_and_with_space_it_continues(room, feed, path, disk):
    """`StoreUnavailableError` (503, try again) for what does not fit; nothing has to be started again."""
    with disk.full(room):
        refuses(feed, path, "full")
    assert feed.send(200).applied > 0


def test_a_disk_that_fills_slowly_refuses_the_first_request_that_does_not_fit(feed, path, disk):
    """Requests are kept one by one until one does not fit; every answer is true."""
    before = len(feed.books.acknowledged)
    with disk.full(400_000), pytest.raises(StoreUnavailableError, match="full"):
        feed.send_for_ever()
    assert len(feed.books.acknowledged) > before, "not one request fitted: this proves nothing"
    assert feed.books.acknowledged.keys() == bodies_in(path)
    feed.send(20)


def test_a_disk_that_takes_no_writes_keeps_nothing_and_is_used_again_when_it_does(feed, path, disk):
    """As a file system that was mounted read-only under a running server."""
    with disk.no_writes():
        refuses(feed, path, "disk")
    assert feed.send(200).applied > 0


def test_a_commit_that_cannot_be_synced_is_not_acknowledged_and_not_shown(feed, path, disk):
    """A write is not durable: before the sync is complete, neither its sender nor a reader sees it."""
    with disk.no_syncs():
        refuses(feed, path, "disk")
    assert feed.send(200).applied > 0


def test_a_file_locked_by_another_process_is_busy_and_then_goes_on(feed, path):
    """Longer than the time that may be waited: `StoreUnavailableError`; readers are not kept waiting."""
    with locked_by_another_process(path):
        refuses(feed, path, "locked")
    assert feed.send(200).applied > 0


def test_a_short_lock_of_another_process_is_waited_for(path, tmp_path):
    """A delay shorter than the timeout has no visible effect."""
    feed = Feed(SqliteStore(str(path), Settings(lock_timeout_ms=60_000)))
    feed.send()
    with locked_by_another_process(path, hold_s=0.3):
        assert feed.send(20).applied > 0
    feed.stop()
    kept = kept_in(path, feed.space, feed.books)
    assert not kept.lost
    assert not kept.damage


@contextmanager
def locked_by_another_process(path: Path, hold_s: float = 0) -> Iterator[None]:
    """Another process is in the middle of a write, for `hold_s` seconds; 0: until this block ends."""
    spawn = multiprocessing.get_context("spawn")
    here, there = spawn.Pipe()
    process = spawn.Process(target=_hold_lock, args=(str(path), there, hold_s))
    process.start()
    try:
        assert here.recv() == "locked"
        yield
    finally:
        here.send("enough")
        process.join(60)
        process.close()


def _hold_lock(path: str, told: Connection, hold_s: float) -> None:
    db = apsw.Connection(path)
    db.execute("BEGIN IMMEDIATE; UPDATE organization_clock SET next_batch = next_batch + 1000")
    told.send("locked")
    told.poll(hold_s or None)
    db.execute("ROLLBACK")
    db.close()

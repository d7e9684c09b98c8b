"""One round: senders feed a store on a disk that loses its power, again and again on what is left of it."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random
from threading import Thread

from msgspec import Struct

from callboard.model.directory import Space
from callboard.settings import Settings
from callboard.store.interface import Batch
from callboard.store.sqlite.store import SqliteStore
from tests.crash.keeping import Kept, kept_in
from tests.crash.power_vfs import PoweredDisk
from tests.crash.sending import Books, Sender, entries_of
from tests.stores import NOW, make_organization, make_space
from tests.writer import Commits

SENDERS = 4
SETTINGS = Settings(lock_timeout_ms=10_000)

OpenStore = Callable[[Path, PoweredDisk], SqliteStore]


def on_disk(path: Path, disk: PoweredDisk) -> SqliteStore:
    """The store as it is."""
    return SqliteStore(str(path), SETTINGS, vfs=disk.name)


class Cut(Struct):
    """What one power cut did."""

    kept: Kept
    acknowledged: int
    operations: int
    """Of the disk, from its start to the cut."""


class Round:
    """Several lives of one file, each ended by a power cut."""

    def __init__(
        self,
        folder: Path,
        random: Random,
        *,
        open_store: OpenStore = on_disk,
    ) -> None:
        self._folder = folder
        self._random = random
        self._open_store = open_store
        self._books = Books()
        self._lives = 0
        self._image = self._new_folder("image")
        self._space = self._made()

    def _made(self) -> Space:
        """The file as `callboard init` leaves it, and safely on the disk."""
        store = SqliteStore(str(self._image / "calls.db"), SETTINGS)
        space = make_space(store, make_organization(store))
        store.close()
        return space

    def live(self) -> Cut:
        """Start on what is left, write until the power is cut, and check what is left then."""
        self._lives += 1
        folder = self._new_folder(f"life-{self._lives}")
        shutil.copytree(self._image, folder, dirs_exist_ok=True)
        # As likely in the first ten operations as in the thousandth ten.
        disk = PoweredDisk(folder, self._random, lasts=int(10 ** self._random.uniform(0.5, 3.3)))
        try:
            with self._opened(folder / "calls.db", disk) as store:
                self._feed(store, disk)
        finally:
            disk.cut()
            disk.unregister()
        self._image = self._new_folder(f"image-{self._lives}")
        disk.leave(self._image)
        looked_at = self._new_folder(f"look-{self._lives}")
        shutil.copytree(self._image, looked_at, dirs_exist_ok=True)
        kept = kept_in(looked_at / "calls.db", self._space, self._books)
        return Cut(kept, len(self._books.acknowledged), disk.operations)

    @contextmanager
    def _opened(self, path: Path, disk: PoweredDisk) -> Iterator[SqliteStore]:
        store = self._open_store(path, disk)
        try:
            # A WAL of a few pages: the file itself is written often too, while commits go on.
            pages = self._random.choice((5, 40, 400))
            if self._random.random() < 0.5:
                store._checkpoints.wal_pages = pages
            else:  # within the commit, as one does that finds the WAL too long
                store._writer.execute(f"PRAGMA wal_autocheckpoint = {pages}")
            yield store
        finally:
            store.close()

    def _feed(self, store: SqliteStore, disk: PoweredDisk) -> None:
        commit = Commits(store, SETTINGS)
        commit.start()
        senders = [
            Sender(f"life{self._lives}-{number}", Random(self._random.random())) for number in range(SENDERS)
        ]
        threads = [Thread(target=self._send, args=(sender, commit, disk)) for sender in senders]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        commit.stop()

    def _send(self, sender: Sender, commit: Commits, disk: PoweredDisk) -> None:
        """Send, one request after the other, for as long as there is power to hear the answer."""
        while disk.powered:
            entries = entries_of(sender.batch())
            self._books.send(entries)
            receipt = commit.commit(
                Batch(org_id=self._space.org_id, space_id=self._space.id, entries=entries, received_at=NOW)
            )
            assert receipt.rejected == 0, receipt
            disk.while_powered(lambda told=entries: self._books.acknowledge(told))  # type: ignore[misc]

    def _new_folder(self, name: str) -> Path:
        folder = self._folder / name
        folder.mkdir()
        return folder

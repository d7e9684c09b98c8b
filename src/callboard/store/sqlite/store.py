"""The SQLite store: one writing connection under a lock, and a pool of reading connections."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager, suppress
from functools import partial
from pathlib import Path
from threading import Lock, Thread
from typing import Any, TypeVar

import apsw

from callboard.clock import Micros
from callboard.errors import (
    MAY_BE_KEPT,
    NotFoundError,
    ReplacedInDoubtError,
    StoreError,
    StoreLockedError,
    StoreReplacedError,
    StoreUnavailableError,
)
from callboard.model.totals import Totals
from callboard.settings import Settings
from callboard.store.interface import READY_S, Changes, Progress, StoreFacts
from callboard.store.sql.backups import made_at, note_restored
from callboard.store.sql.database import Database
from callboard.store.sql.refold import UpgradeObserver
from callboard.store.sql.store import SqlStore
from callboard.store.sql.turns import Turns
from callboard.store.sql.verify import Engine
from callboard.store.sql.version_epochs import VersionEpochs
from callboard.store.sqlite.backup import copy_snapshot, finish, free_bytes
from callboard.store.sqlite.checkpoints import Checkpoints
from callboard.store.sqlite.clean_mark import (
    check_whole,
    close_marked,
    mark_closed,
    mark_in_file,
    mark_in_use,
)
from callboard.store.sqlite.connection import SYNCED, LockWait, open_connection, store_errors, transaction
from callboard.store.sqlite.database import SqliteDatabase
from callboard.store.sqlite.identity import OpenFile
from callboard.store.sqlite.integrity import file_faults, rebuild_indexes, reporting_damage
from callboard.store.sqlite.migrate import bring_up_to_date, newest_version
from callboard.store.sqlite.readers import Readers
from callboard.store.sqlite.statements import statement

T = TypeVar("T")

MIN_FREE_BYTES = 1024 * 1024
"""With less free space than this the store is not ready: reported before a commit fails for it."""


class SqliteStore(SqlStore):
    """Keeps everything in one file, in WAL mode. Several processes may have it open at once. Thread-safe."""

    def __init__(
        self,
        path: str,
        settings: Settings | None = None,
        *,
        vfs: str | None = None,
        copying: bool = False,
        observer: UpgradeObserver | None = None,
    ) -> None:
        """Open the file at `path`. A missing one is created (with `copying`, marked as an unfinished copy);
        an older one is upgraded, which may take minutes and is reported to `observer`.

        Raises `StoreFileError` (not a database, another program's, damaged, no such folder),
        `StoreUncleanError` (its `-wal` is missing), `StoreVersionError` (newer than this program) or
        `StoreUnavailableError` (locked, read-only).
        """
        super().__init__()
        self._path = path
        self._settings = settings or Settings()
        self._vfs = vfs
        # All threads share one writing connection, and SQLite's lock is between connections. A refresh has
        # a connection and a lock of its own, so it never waits for a commit.
        self._write_lock = Lock()
        self._refresh_lock = Lock()
        self._lock_wait = LockWait(self._settings.lock_timeout_ms / 1000)
        self._epochs = VersionEpochs()
        self._turns = Turns()
        self._file = OpenFile(path)
        self._is_wal_saved = False
        self._is_marked = False
        """Whether the file says that it is in use: from the first commit of this process on."""
        self._is_mark_tried = False
        check_whole(path, vfs)
        wait_s = self._settings.lock_timeout_ms / 1000
        bring_up_to_date(self._open_writer, path, wait_s, observer, copying=copying)
        self._writer = self._open_writer()
        self._checkpoints = Checkpoints(self._connect, self._write_lock)
        self._checkpoints.watch(self._writer)
        # SQLite silently opens a file without write permission as read-only. Reading works; `ready` refuses.
        self._read_only = self._writer.readonly("main")
        try:
            self._writer.execute("PRAGMA user_version").fetchall()  # the first read creates -wal and -shm
            self._file.remember()
            self._refresh_connection = self._connect()
        except BaseException:
            close_marked(self._writer)
            raise
        # Two more: one for the event loop, one for the thread that records the last use of tokens.
        self._readers = Readers(self._connect, self._settings.readers + 2, self._settings.query_timeout_ms)
        self._closed = False

    def _open_writer(self) -> apsw.Connection:
        return open_connection(
            self._path, self._settings, writer=True, vfs=self._vfs, lock_wait=self._lock_wait
        )

    def _connect(self) -> apsw.Connection:
        """A reading connection, to the same file that the writer has open."""
        # Before and after opening: the path may be replaced in between.
        self._file.check()
        db = open_connection(self._path, self._settings, writer=False, vfs=self._vfs)
        try:
            self._file.check()
        except StoreReplacedError:
            db.close()
            raise
        return db

    def _writing(self) -> AbstractContextManager[Database]:
        return self._writing_within(0.0)

    @contextmanager
    def _writing_within(self, waited_s: float, *, synced: bool = True) -> Iterator[Database]:
        """One commit, under the write lock of this process and then that of the file. Both waits together
        last at most `lock_timeout_ms`, of which the caller has used up `waited_s`.

        Without `synced` it is on the disk with the next one that is: the log is synced from its beginning.
        Source: sqlite.org/pragma.html#pragma_synchronous, NORMAL in WAL mode.
        """
        until = time.monotonic() + self._settings.lock_timeout_ms / 1000 - waited_s
        if not self._write_lock.acquire(timeout=max(0.0, until - time.monotonic())):
            raise StoreLockedError("The store is busy with another change; try again shortly.")
        try:
            with store_errors(self._path):
                if self._closed:
                    raise StoreUnavailableError("The store is closed.")
                if time.monotonic() >= self._file.check_at:
                    self._check_file()
                # The file's lock gets only what the wait for this process's lock has left.
                self._lock_wait.until = until
                self._activities.begin("lock")
                if not self._is_marked:
                    self._mark()
                # IMMEDIATE takes the file's lock before anything is read: what this commit reads stays true
                # until it is written.
                with self._syncing(synced=synced), transaction(self._writer, "IMMEDIATE"):
                    self._activities.begin("work")
                    yield SqliteDatabase(self._writer)
                    self._activities.begin("sync")
            # Acknowledge only what a later process will find: a commit into the file that is at the path.
            self._check_committed()
        finally:
            self._activities.end()
            self._lock_wait.until = None
            self._replace_stuck_writer()
            self._write_lock.release()

    def _mark(self) -> None:
        """Call under the write lock. Nobody takes the mark away while this process has the file open."""
        mark_in_use(self._writer, partial(mark_in_file, self._path, self._vfs), self._lock_wait)
        self._is_marked = True

    def _mark_before_long_read(self) -> None:
        """The first commit waits for reads that began before it: one that may last minutes lets the mark be
        set first. Where that fails, so will the commit, and says why.
        """
        if not self._is_marked and not self._is_mark_tried and not self._read_only:
            self._is_mark_tried = True
            with suppress(StoreError), self._writing():
                pass

    @contextmanager
    def _syncing(self, *, synced: bool) -> Iterator[None]:
        if synced:
            yield
            return
        self._writer.execute("PRAGMA synchronous = NORMAL")
        try:
            yield
        finally:
            # Ignored within a transaction that could not be rolled back; such a writer is replaced.
            self._writer.execute(SYNCED)

    def _replace_stuck_writer(self) -> None:
        """Replace the writer when its transaction could not be rolled back: every later BEGIN would fail."""
        if not self._closed and self._writer.in_transaction:
            with suppress(apsw.Error):
                self._writer.close()
            self._writer = self._open_writer()
            self._checkpoints.watch(self._writer)

    def _write(self, change: Callable[[Database], T], waited_s: float = 0.0) -> T:
        with self._writing_within(waited_s) if waited_s else self._writing() as db:
            return change(db)

    def _write_unsynced(self, change: Callable[[Database], T]) -> T:
        with self._writing_within(0.0, synced=False) as db:
            return change(db)

    # --- the file

    @property
    def identity(self) -> str:
        """Identifies the file: equal for every process that has the same one open."""
        return self._file.name

    def _check_file(self) -> None:
        try:
            self._file.check()
        except StoreReplacedError:
            self._save_deleted_wal_soon()
            raise

    def _check_committed(self) -> None:
        try:
            self._check_file()
        except StoreReplacedError as error:
            # The commit did happen, in the file that was open; that file may be restored to its path.
            raise ReplacedInDoubtError(f"{error.message} {MAY_BE_KEPT}") from None

    def _save_deleted_wal_soon(self) -> None:
        """Save acknowledged commits from a deleted `-wal`: this process still has it open, while the next
        one to open the file would not find them. In a thread, because the caller may hold the write lock.
        """
        if not self._is_wal_saved and self._file.is_only_wal_deleted:
            self._is_wal_saved = True
            Thread(target=self._save_deleted_wal, name="callboard-rescue", daemon=True).start()

    def _save_deleted_wal(self) -> None:
        # Nothing can be reported if this fails: the caller has raised `StoreReplacedError` by then.
        with self._write_lock, suppress(apsw.Error):
            if not self._closed and self._file.is_only_wal_deleted:
                # Copies the WAL's pages into the main file, which is still at its path. Nothing is
                # acknowledged any more, unless the `-wal` is put back.
                mark_closed(self._writer)
                self._is_marked = False

    @contextmanager
    def _snapshot(self) -> Iterator[Database]:
        """A read transaction without a time limit: one snapshot for all its statements."""
        self._check_file()
        self._mark_before_long_read()
        with self._readers.borrow(limited=False) as db, transaction(db, "DEFERRED"):
            yield SqliteDatabase(db)

    def _at_once(self, query: Callable[..., T], *args: Any) -> T:
        """A query of several statements, in one snapshot and within the query time."""
        self._check_file()
        with self._readers.borrow() as db, transaction(db, "DEFERRED"):
            return query(SqliteDatabase(db), *args)

    def _read(self, query: Callable[..., T], *args: Any) -> T:
        """A query within the query time, outside of a transaction: each statement has its own snapshot."""
        self._check_file()
        with self._readers.borrow() as db:
            return query(SqliteDatabase(db), *args)

    def _engine(self) -> Engine:
        read, write = partial(reporting_damage, self._snapshot), partial(reporting_damage, self._writing)
        return Engine(read, write, None, partial(file_faults, read), rebuild_indexes)

    def write_backup(self, target: Path, now: Micros, progress: Progress | None = None) -> None:
        """Copy the store into an empty file, as of a moment that is not before `now`, and mark that as a
        backup of `now`. Writers go on. Of an error the caller has to remove the file.

        Raises `StoreError` when the disk is too small, or the WAL grows too long meanwhile.
        """
        self._check_file()
        self._mark_before_long_read()
        # A connection of its own: a lent one would have to be given back within the query time.
        with closing(self._connect()) as source:
            copy_snapshot(source, self._path, target, progress)
        self._check_file()
        finish(target, now)

    def backup_made_at(self) -> Micros | None:
        """Of a backup, the moment of which it is; None of any other store."""
        return self._read(made_at)

    def note_restored(self) -> None:
        """A backup becomes a store."""
        self._write(note_restored)

    # --- what changed

    def refresher(self) -> None:
        return None

    def change_counter(self) -> int:
        # data_version does not change for a connection's own commits, so a connection that never writes sees
        # every commit, those of this process's writer too. Source:
        # sqlite.org/pragma.html#pragma_data_version.
        if time.monotonic() >= self._file.check_at:
            self._check_file()
        with self._refresh_lock:
            try:
                return self._refresh_connection.execute("PRAGMA data_version").get  # type: ignore[no-any-return]
            except apsw.Error:
                # Asked on every request: the context of `store_errors` is only entered for an error.
                with store_errors(self._path):
                    raise

    def changes_since(self, org_id: int, since: int) -> Changes:
        # Two statements without a transaction are right: the totals are from one snapshot, at least as new as
        # the version read before. Newer ones among them are only returned once more by the next call.
        known_since = self._epochs.to_database_version(since)
        with self._refresh_lock, store_errors(self._path):
            found = self._refresh_connection.execute(statement("clock.version"), {"org_id": org_id}).get
            if found is None:
                raise NotFoundError("Organization not found.")
            version, directory_version = found
            if known_since is not None and version < known_since:
                # Versions only grow, so an older database was restored into the file: what the caller knows
                # is of another epoch.
                self._epochs.begin_epoch()
                known_since = None
            changes = Changes(version, directory_version, {})
            if version != known_since:
                # Versions begin at 0: after -1 come all spaces.
                after = -1 if known_since is None else known_since
                rows = self._refresh_connection.execute(
                    statement("totals.changed"), {"org_id": org_id, "since": after}
                )
                changes = Changes(version, directory_version, {row[0]: Totals(*row[1:]) for row in rows})
        return self._epochs.with_epoch(changes, is_complete=known_since is None)

    def directory_version(self) -> int:
        with self._refresh_lock, store_errors(self._path):
            version = self._refresh_connection.execute(statement("directory.version")).get
        return self._epochs.directory_with_epoch(version)

    def ready(self, within_s: float = READY_S) -> StoreFacts:  # noqa: ARG002 - of a cluster
        self._check_file()
        self.change_counter()
        if self._read_only:
            raise StoreUnavailableError(f"{self._path} is read-only: events could not be kept.")
        if (free := free_bytes(self._path)) < MIN_FREE_BYTES:
            raise StoreUnavailableError(f"The disk of the store is full: {free:,} bytes are free.", 10)
        return {"engine": "sqlite", "version": str(newest_version()), "durable": "synchronous=FULL"}

    def close(self) -> None:
        # First, as it waits for the write lock: the file must be this process's last connection to it.
        self._checkpoints.close()
        # Both locks: no commit and no refresh is using its connection while it is closed.
        with self._write_lock, self._refresh_lock:
            if self._closed:
                return
            self._closed = True
            self._readers.close()
            self._refresh_connection.close()
            try:
                self._file.check()
            except StoreReplacedError:
                if self._file.is_only_wal_deleted:
                    with suppress(apsw.Error):
                        mark_closed(self._writer)
                # What is at the path now is not ours to mark, and its `-wal` not ours to remove.
                self._writer.close()
            else:
                close_marked(self._writer)

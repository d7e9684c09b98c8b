"""The SQLite store: one writing connection under a lock, readers on their own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from threading import Lock
from typing import Any, Literal, TypeVar

import apsw

from callboard.errors import NotFoundError, StoreUnavailableError
from callboard.model.totals import Totals
from callboard.settings import Settings
from callboard.store.interface import Moved
from callboard.store.sql.database import Database
from callboard.store.sql.store import SqlStore
from callboard.store.sql.verify import Engine
from callboard.store.sqlite.connection import open_connection, store_errors, transaction
from callboard.store.sqlite.database import SqliteDatabase
from callboard.store.sqlite.integrity import file_faults, rebuild_indexes
from callboard.store.sqlite.migrate import migrate, newest_version
from callboard.store.sqlite.readers import Readers
from callboard.store.sqlite.statements import statement

T = TypeVar("T")


class SqliteStore(SqlStore):
    """Keeps everything in one file. Several processes may have it open at once."""

    def __init__(
        self,
        path: str,
        settings: Settings | None = None,
        *,
        vfs: str | None = None,
        copying: bool = False,
    ) -> None:
        """Open the file at `path`; make it when it is missing (`copying`: as one that is no store yet), bring
        it up to date when it is older.

        Raises `StoreFileError` (not a database, another program's, damaged, no such folder),
        `StoreVersionError` (newer than this program) or `StoreUnavailableError` (locked, read-only).
        """
        self._path = path
        self._settings = settings or Settings()
        self._vfs = vfs
        self._write_lock = Lock()
        self._look_lock = Lock()
        self._writer = self._connect(writer=True)
        # SQLite opens a file it may not write without a word: reading goes on, serving must not begin.
        self._read_only = self._writer.readonly("main")
        try:
            migrate(self._writer, path, copying=copying)
            self._looker = self._connect()
        except BaseException:
            self._writer.close()
            raise
        # One more each for the event loop and for the thread that records last uses of tokens.
        self._readers = Readers(self._connect, self._settings.readers + 2, self._settings.query_timeout_ms)
        self._closed = False

    def _connect(self, *, writer: bool = False) -> apsw.Connection:
        return open_connection(self._path, self._settings, writer=writer, vfs=self._vfs)

    @contextmanager
    def _writing(self) -> Iterator[Database]:
        """The write lock of this process and of the file, for one commit."""
        with self._write_lock, store_errors(self._path):
            if self._closed:
                raise StoreUnavailableError("The store is closed.")
            with transaction(self._writer, "IMMEDIATE"):
                yield SqliteDatabase(self._writer)

    def _write(self, change: Callable[[Database], T]) -> T:
        with self._writing() as db:
            return change(db)

    @contextmanager
    def _snapshot(self) -> Iterator[Database]:
        with self._readers.lend(limited=False) as db, transaction(db, "DEFERRED"):
            yield SqliteDatabase(db)

    def _at_once(self, query: Callable[..., T], *args: Any) -> T:
        with self._readers.lend() as db, transaction(db, "DEFERRED"):
            return query(SqliteDatabase(db), *args)

    def _read(self, query: Callable[..., T], *args: Any) -> T:
        with self._readers.lend() as db:
            return query(SqliteDatabase(db), *args)

    def _engine(self) -> Engine:
        faults = partial(file_faults, self._snapshot)
        return Engine(self._snapshot, self._writing, None, faults, rebuild_indexes)

    # --- what changed

    def ahead(self) -> None:
        return None

    def marker(self) -> int:
        # A connection that never writes sees every commit, also those of this process's writer. Asked on
        # every request: so the errors are turned only when there is one.
        with self._look_lock:
            try:
                return self._looker.execute("PRAGMA data_version").get  # type: ignore[no-any-return]
            except apsw.Error:
                with store_errors(self._path):
                    raise

    def moved(self, org_id: int, since: int) -> Moved:
        # Two statements need no transaction here: the totals are of one snapshot, not older than the version
        # they are told under, and what is newer in them is only told once more the next time.
        with self._look_lock, store_errors(self._path):
            found = self._looker.execute(statement("clock.version"), {"org_id": org_id}).get
            if found is None:
                raise NotFoundError("Organization not found.")
            version, directory_version = found
            if version == since:
                return Moved(version, directory_version, {})
            rows = self._looker.execute(statement("totals.moved"), {"org_id": org_id, "since": since})
            return Moved(version, directory_version, {row[0]: Totals(*row[1:]) for row in rows})

    def ready(self) -> dict[Literal["engine", "version", "durable"], str]:
        self.marker()
        if self._read_only:
            raise StoreUnavailableError(f"{self._path} is read-only: events could not be kept.")
        return {"engine": "sqlite", "version": str(newest_version()), "durable": "synchronous=FULL"}

    def close(self) -> None:
        with self._write_lock, self._look_lock:
            if self._closed:
                return
            self._closed = True
            self._readers.close()
            self._looker.close()
            self._writer.close()

"""Checkpoints by a thread of its own: the WAL is moved into the file while commits go on.

A checkpoint writes thousands of pages and syncs the file, which takes as long as dozens of commits. Within a
commit, all who wait for an answer would wait for it. SQLite lets one connection move the WAL while another
appends to it; but the WAL begins anew only when a commit finds all of it moved. So most of it is moved
beside the commits, and what they have appended meanwhile with the write lock held: few pages, and the sync of
the file, which SQLite leaves out while commits append.

Source: sqlite.org/wal.html#ckpt, sqlite.org/c3ref/wal_checkpoint_v2.html.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import suppress
from threading import Event, Lock, Thread

import apsw

from callboard.errors import StoreError
from callboard.store.sqlite.connection import WAL_LIMIT_BYTES, WAL_PAGES

log = logging.getLogger("callboard.store")

MOST_PAGES = WAL_LIMIT_BYTES // 4096
"""A commit that leaves more pages than this in the WAL moves them itself: the thread does not keep up."""
FEW_PAGES = 300
"""So many are moved with the write lock held: about as long as one commit takes."""
PASSES = 4
"""How often the thread moves what was appended meanwhile, before it takes the lock all the same."""


class Checkpoints:
    """Of one process's writing connection. Its thread and its connection begin with the first that is due."""

    def __init__(self, connect: Callable[[], apsw.Connection], write_lock: Lock) -> None:
        """`connect` opens a connection to the file that the writer has open, or raises `StoreError`."""
        self._connect = connect
        self._write_lock = write_lock
        self._due = Event()
        self._starting = Lock()
        self._thread: Thread | None = None
        self._closed = False
        self._pages = 0
        """In the WAL after the latest commit of this process."""
        self._moved = 0
        """How many of them the latest checkpoint has moved."""
        self.wal_pages = WAL_PAGES
        """A checkpoint is due when a commit leaves more pages than this in the WAL."""

    def watch(self, writer: apsw.Connection) -> None:
        """Checkpoint after commits of this connection that leave the WAL too long."""
        writer.set_wal_hook(self._committed)

    def _committed(self, writer: apsw.Connection, _: str, pages: int) -> int:
        """Called by SQLite after each commit. An error of it would be taken for one of the commit."""
        self._pages = pages
        if pages > self.wal_pages:
            if self._closed or pages > MOST_PAGES:
                with suppress(apsw.Error):
                    writer.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_PASSIVE)
            else:
                self._begin()
        return apsw.SQLITE_OK

    def _begin(self) -> None:
        self._due.set()
        with self._starting:
            if self._thread is None and not self._closed:
                self._thread = Thread(target=self._run, name="callboard-checkpoint", daemon=True)
                self._thread.start()

    def close(self) -> None:
        """Returns once the connection is closed. Call it without the write lock; may be called again."""
        with self._starting:
            self._closed = True
        self._due.set()
        if self._thread is not None:
            self._thread.join()

    def _run(self) -> None:
        db: apsw.Connection | None = None
        try:
            while self._is_due():
                try:
                    db = db or self._connect()
                    self._checkpoint(db)
                except (apsw.Error, StoreError) as error:
                    # Whatever it is, commits meet it too, and report it. The next one asks again.
                    log.debug("checkpoint failed: %s", error)
        finally:
            if db is not None:
                db.close()

    def _is_due(self) -> bool:
        self._due.wait()
        self._due.clear()
        return not self._closed

    def _checkpoint(self, db: apsw.Connection) -> None:
        if self._pages == self._moved:
            return  # asked for by commits that came before its end
        for _ in range(PASSES):
            moved = _move(db)
            # Of a WAL that has begun anew since, less is left than was moved.
            if self._closed or self._pages - moved <= FEW_PAGES:
                break
        with self._write_lock:
            self._moved = _move(db)


def _move(db: apsw.Connection) -> int:
    """Move what readers and writers let be moved. Returns how many pages of the WAL are in the file then."""
    # Raises `BusyError` while another process moves the WAL: what is due is done by that one.
    return db.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_PASSIVE)[1]

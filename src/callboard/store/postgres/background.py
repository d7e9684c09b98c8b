"""Merging of deltas and statistics of tables in the background, on a connection of their own: commits of
events go on meanwhile.
"""

from __future__ import annotations

import logging
from concurrent.futures import ThreadPoolExecutor
from threading import Event, Lock

from psycopg_pool import ConnectionPool

from callboard.errors import StoreError
from callboard.store.postgres.connection import BoundedConnection, store_errors
from callboard.store.postgres.intake import Intake
from callboard.store.postgres.statistics import Statistics
from callboard.store.sql.turns import Turns

log = logging.getLogger("callboard.store")


class BackgroundCompaction(Intake):
    """One thread of a process merges; processes pass by what another one is merging (`compact_slice`)."""

    _writes: ConnectionPool[BoundedConnection]

    def _begin_compaction(self) -> None:
        self._statistics = Statistics()
        self._turns = Turns()
        self._compactor = ThreadPoolExecutor(1, thread_name_prefix="callboard-compact")
        self._is_compacting = Lock()
        self._is_ending = Event()

    def _end_compaction(self) -> None:
        """Return when the slice under way is committed or failed."""
        self._is_ending.set()
        self._compactor.shutdown(wait=True)

    def compact(self) -> bool:
        """See `Store`. Returns at once."""
        is_due = bool(self._turns) or not self._is_backlog_known or self._statistics.is_due
        if is_due and not self._is_compacting.locked() and not self._is_ending.is_set():
            self._compactor.submit(self._compact_all)
        return False

    def _compact_all(self) -> None:
        with self._is_compacting:
            try:
                if self._statistics.is_due:
                    with store_errors(), self._writes.connection() as connection:
                        self._statistics.gather(connection)
                while not self._is_ending.is_set() and super().compact():
                    pass
            except StoreError as error:
                # Tried again after the next commit; reads and commits are right without it.
                log.warning("merging deltas into cells, or ANALYZE, failed: %s", error.message)

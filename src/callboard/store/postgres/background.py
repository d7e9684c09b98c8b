"""Merging of deltas in the background, on a connection of its own: commits of events go on meanwhile."""

from __future__ import annotations

import logging
from concurrent.futures import ThreadPoolExecutor
from threading import Event, Lock

from callboard.errors import StoreError
from callboard.store.postgres.intake import Intake
from callboard.store.sql.turns import Turns

log = logging.getLogger("callboard.store")


class BackgroundCompaction(Intake):
    """One thread of a process merges; processes pass by what another one is merging (`compact_slice`)."""

    def _begin_compaction(self) -> None:
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
        is_due = bool(self._turns) or not self._is_backlog_known
        if is_due and not self._is_compacting.locked() and not self._is_ending.is_set():
            self._compactor.submit(self._compact_all)
        return False

    def _compact_all(self) -> None:
        with self._is_compacting:
            try:
                while not self._is_ending.is_set() and super().compact():
                    pass
            except StoreError as error:
                # Tried again after the next commit; reads and commits are right without it.
                log.warning("merging deltas into cells failed: %s", error.message)

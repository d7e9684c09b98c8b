"""A pool of reading connections: each is lent to one thread at a time, and each query has a time limit."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from threading import Condition

import apsw

from callboard.errors import StoreTooSlowError
from callboard.store.budget import current
from callboard.store.sqlite.connection import store_errors

STEPS_BETWEEN_CHECKS = 20_000
"""Steps of SQLite's virtual machine between two checks of the time limit: about a millisecond."""


class Readers:
    """At most `size` connections, opened on demand."""

    def __init__(self, connect: Callable[[], apsw.Connection], size: int, timeout_ms: int) -> None:
        self._connect = connect
        self._size = size
        self._timeout_s = timeout_ms / 1000
        self._idle: list[apsw.Connection] = []
        self._open = 0
        self._freed = Condition()
        self._closed = False

    @contextmanager
    def borrow(self, *, limited: bool = True) -> Iterator[apsw.Connection]:
        """A connection, for one query or one short read transaction.

        Raises `StoreTooSlowError` when no connection becomes free, or the query does not end, within the
        query time or what is left of the question's budget, whichever is shorter. `limited=False` bounds
        only the wait for a connection, for work that may take long (verify, export).
        """
        budget = current()
        remaining_s = self._timeout_s if budget is None else min(self._timeout_s, budget.remaining_s())
        deadline = time.monotonic() + remaining_s
        db = self._take(deadline)
        try:
            if limited:
                # A handler that returns true interrupts the query (`apsw.InterruptError`).
                db.set_progress_handler(lambda: time.monotonic() > deadline, STEPS_BETWEEN_CHECKS)
            with store_errors():
                yield db
        finally:
            db.set_progress_handler(None)
            self._give_back(db)

    def close(self) -> None:
        """Close idle connections now, and lent ones when they are given back."""
        with self._freed:
            self._closed = True
            idle, self._idle = self._idle, []
        for db in idle:
            db.close()

    def _take(self, deadline: float) -> apsw.Connection:
        with self._freed:
            while not self._idle:
                if self._open < self._size:
                    # Reserve the place under the lock, and open the connection outside of it: opening is
                    # slow.
                    self._open += 1
                    break
                if not self._freed.wait(deadline - time.monotonic()):
                    raise StoreTooSlowError
            else:
                return self._idle.pop()
        try:
            return self._connect()
        except BaseException:
            # Give the place back, or failed attempts would use the pool up.
            with self._freed:
                self._open -= 1
                self._freed.notify()
            raise

    def _give_back(self, db: apsw.Connection) -> None:
        usable = _out_of_transaction(db)
        with self._freed:
            if not usable:
                # Its place becomes free; the connection is closed below, outside of the lock.
                self._open -= 1
                self._freed.notify()
            elif not self._closed:
                self._idle.append(db)
                self._freed.notify()
                return
        with suppress(apsw.Error):
            db.close()


def _out_of_transaction(db: apsw.Connection) -> bool:
    """Whether the connection is outside of a transaction, after a rollback if need be. One that cannot roll
    back keeps its old snapshot: it would return old numbers and keep the WAL from being reused, so the
    caller closes it.
    """
    try:
        if db.in_transaction:
            db.execute("ROLLBACK")
    except apsw.Error:
        return False
    return True

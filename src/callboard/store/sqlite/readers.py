"""Reading connections: lent to one thread at a time, each query within its time."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from threading import Condition

import apsw

from callboard.errors import StoreTooSlowError
from callboard.store.budget import current
from callboard.store.sqlite.connection import store_errors

STEPS_BETWEEN_LOOKS = 20_000
"""Virtual machine steps between two looks at the clock: about a millisecond."""


class Readers:
    """At most `size` connections, opened when first needed."""

    def __init__(self, connect: Callable[[], apsw.Connection], size: int, timeout_ms: int) -> None:
        self._connect = connect
        self._size = size
        self._timeout_s = timeout_ms / 1000
        self._idle: list[apsw.Connection] = []
        self._open = 0
        self._freed = Condition()
        self._closed = False

    @contextmanager
    def lend(self, *, limited: bool = True) -> Iterator[apsw.Connection]:
        """A connection, for one query or one short read transaction.

        Raises `StoreTooSlowError` when none comes free, or the query does not end, within the query time, or
        within what is left of the budget of the question that it is part of. `limited=False` lifts the
        latter, for work that may take long (verify, export).
        """
        budget = current()
        left_s = self._timeout_s if budget is None else min(self._timeout_s, budget.left_s())
        deadline = time.monotonic() + left_s
        db = self._take(deadline)
        try:
            if limited:
                db.set_progress_handler(lambda: time.monotonic() > deadline, STEPS_BETWEEN_LOOKS)
            with store_errors():
                yield db
        finally:
            db.set_progress_handler(None)
            self._give_back(db)

    def close(self) -> None:
        """Close what is idle; what is lent closes when it comes back."""
        with self._freed:
            self._closed = True
            idle, self._idle = self._idle, []
        for db in idle:
            db.close()

    def _take(self, deadline: float) -> apsw.Connection:
        with self._freed:
            while not self._idle:
                if self._open < self._size:
                    self._open += 1
                    break
                if not self._freed.wait(deadline - time.monotonic()):
                    raise StoreTooSlowError
            else:
                return self._idle.pop()
        try:
            return self._connect()
        except BaseException:
            with self._freed:
                self._open -= 1
                self._freed.notify()
            raise

    def _give_back(self, db: apsw.Connection) -> None:
        usable = _out_of_transaction(db)
        with self._freed:
            if not usable:
                self._open -= 1
                self._freed.notify()
            elif not self._closed:
                self._idle.append(db)
                self._freed.notify()
                return
        with suppress(apsw.Error):
            db.close()


def _out_of_transaction(db: apsw.Connection) -> bool:
    """Whether the next reader begins anew. One that cannot let go of its snapshot would tell old numbers,
    and keep the WAL from being reused: it is closed, and another one opened in its place.
    """
    try:
        if db.in_transaction:
            db.execute("ROLLBACK")
    except apsw.Error:
        return False
    return True

"""What one question may use: time, and rows that the store hands over, however many calls of the store it
makes.

The budget goes with the thread that answers (a context variable): a store asks `current()` for what is left
before each statement, so that neither its methods nor the reports that call them carry it along. Without a
budget, as on the command line and for the slices of an export, each call of the store has the query time of
its own.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from callboard.errors import InvalidInputError, StoreTooSlowError

MOST_ROWS = 1_000_000
"""Rows of counters, of groups or of calls that the store hands over for one question: about 150 MB."""
UNBOUNDED = 2**62


class Budget:
    """What is left of it for one question. Used by one thread at a time."""

    __slots__ = ("ends_at", "rows_left")

    def __init__(self, seconds: float, rows: int = MOST_ROWS) -> None:
        self.ends_at = time.monotonic() + seconds
        self.rows_left = rows

    def left_s(self) -> float:
        """Seconds that are left. Raises `StoreTooSlowError` when there are none."""
        left = self.ends_at - time.monotonic()
        if left <= 0:
            raise StoreTooSlowError
        return left

    def hand(self, rows: int) -> None:
        """Count rows that were handed over. Raises `InvalidInputError`, with what to narrow, beyond the
        bound: asked again it would take as many.
        """
        self.rows_left -= rows
        if self.rows_left < 0:
            message = (
                "the answer would be made of more rows than a question may take: take a longer interval, a "
                "shorter period, one space or another group"
            )
            raise InvalidInputError(message, [("start", message)])


_CURRENT: ContextVar[Budget | None] = ContextVar("budget", default=None)


@contextmanager
def within(budget: Budget | None) -> Iterator[None]:
    """What is asked of a store in here, by this thread, is within this budget. None lifts one."""
    token = _CURRENT.set(budget)
    try:
        yield
    finally:
        _CURRENT.reset(token)


def current() -> Budget | None:
    """The budget of the question that this thread answers."""
    return _CURRENT.get()


def check() -> None:
    """For loops between calls of the store. Raises `StoreTooSlowError` when the time is used up."""
    budget = _CURRENT.get()
    if budget is not None:
        budget.left_s()


def rows_left() -> int:
    """How many rows may still be handed over."""
    budget = _CURRENT.get()
    return UNBOUNDED if budget is None else budget.rows_left


def hand(rows: int) -> None:
    """Count rows that a store hands over; see `Budget.hand`."""
    budget = _CURRENT.get()
    if budget is not None:
        budget.hand(rows)

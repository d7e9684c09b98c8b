"""The time and the rows that one question may use, over all the store calls it makes.

The budget is a context variable, set for the thread that answers: a store reads what is left with `current()`
before each statement, so neither its methods nor the reports that call them pass it along. Without a budget,
as on the command line and for the slices of an export, each store call has the whole query time.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from callboard.errors import InvalidInputError, StoreTooSlowError

MAX_ROWS = 1_000_000
"""Rows of counters, groups or calls that the store returns for one question: about 150 MB."""
UNBOUNDED = 2**62
"""No bound, as a number: `rows_left() + 1` is bound as a LIMIT, which is a signed 64-bit integer."""


class Budget:
    """The time and rows that one question has left. Not locked: used by one thread at a time."""

    __slots__ = ("ends_at", "rows_left")

    def __init__(self, seconds: float, rows: int = MAX_ROWS) -> None:
        self.ends_at = time.monotonic() + seconds
        self.rows_left = rows

    def remaining_s(self) -> float:
        """Seconds left. Raises `StoreTooSlowError` when none are."""
        left = self.ends_at - time.monotonic()
        if left <= 0:
            raise StoreTooSlowError
        return left

    def charge_rows(self, rows: int) -> None:
        """Count rows that were returned. Beyond the bound raises `InvalidInputError`, which says what to
        narrow: a client error and not 503, because the same question would return as many rows again.
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
def use_budget(budget: Budget | None) -> Iterator[None]:
    """Store calls made inside the block, by this thread, share this budget. None removes the bound."""
    token = _CURRENT.set(budget)
    try:
        yield
    finally:
        _CURRENT.reset(token)


def current() -> Budget | None:
    """The budget of the question that this thread answers; None without one."""
    return _CURRENT.get()


def check() -> None:
    """For loops between store calls. Raises `StoreTooSlowError` when the time is used up."""
    budget = _CURRENT.get()
    if budget is not None:
        budget.remaining_s()


def rows_left() -> int:
    """How many rows may still be returned."""
    budget = _CURRENT.get()
    return UNBOUNDED if budget is None else budget.rows_left


def charge_rows(rows: int) -> None:
    """Count rows that a store returns; see `Budget.charge_rows`."""
    budget = _CURRENT.get()
    if budget is not None:
        budget.charge_rows(rows)

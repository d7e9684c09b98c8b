"""Read all of a list, newest row first, in many short reads, each in its own transaction.

Each read continues after the last row of the one before (keyset pagination), so that the millionth row costs
as much as the first. No read transaction stays open: on SQLite it would let the WAL grow. A filter that
matches few rows may scan too long for the query time limit; the read is then repeated on slices of time, as
short as needed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Generic, TypeVar

from msgspec import structs

from callboard.clock import DAY, HOUR, MINUTE, Micros
from callboard.errors import StoreTooSlowError
from callboard.query.export.formats import Encoder
from callboard.store.interface import CallAt, Store, TaskAt
from callboard.store.questions import CallFilter, Position, Scope, TaskFilter, Window

Row = TypeVar("Row", CallAt, TaskAt)
Read = Callable[[Micros | None, Micros | None, Window], Sequence[Row]]
"""(start, exclusive end, window) → rows; None is no bound."""

FIRST_ROWS = 200
MAX_ROWS = 2_000
MIN_ROWS = 20
PIECE_BYTES = 1024 * 1024
"""About how much is read, encoded and sent at once; the number of rows is chosen to fit it."""
FIRST_SLICE: Micros = 8 * DAY
SHORTEST_SLICE: Micros = MINUTE
BEGINNING: Micros = 0
"""1970. A slice that reaches below it is extended to the start of the list: hardly any row is older."""
MAX_FUTURE: Micros = 25 * HOUR
"""No row is further in the future: events may be at most a day ahead (`ingest.instants.AHEAD_MAX`)."""


class ListReader(Generic[Row]):
    """Reads a list in pieces, each as one list of rows."""

    def __init__(self, read: Read[Row], start: Micros | None, end: Micros | None, now: Micros) -> None:
        """`start` and `end`: the half-open bounds that the list's filter sets."""
        self._read: Read[Row] = read
        self._start = start
        self._top: Micros | None = end
        """The exclusive end of the current slice; `_floor` is its start."""
        self._floor: Micros | None = start
        self._latest = now + MAX_FUTURE
        self._slice: Micros | None = None
        self._after: Position | None = None
        self._done = False
        self.rows_at_once = FIRST_ROWS

    def piece(self) -> Sequence[Row]:
        """The next rows; empty at the end. Raises `StoreError`."""
        while not self._done:
            window = Window(limit=self.rows_at_once, after=self._after)
            try:
                rows = self._read(self._floor, self._top, window)
            except StoreTooSlowError:
                self._narrow()
                continue
            if len(rows) < window.limit:
                self._next_slice()
            else:
                self._after = position(rows[-1])
            if rows:
                return rows
        return ()

    def rows(self) -> Iterator[Row]:
        """The rows one by one."""
        while rows := self.piece():
            yield from rows

    def fit(self, row_bytes: float) -> None:
        """Set the number of rows of the next read so that they make `PIECE_BYTES`, at `row_bytes` a row."""
        wanted = int(PIECE_BYTES / max(row_bytes, 1.0))
        # It may only double each time: the rows to come may be much larger than the ones seen.
        self.rows_at_once = max(MIN_ROWS, min(MAX_ROWS, wanted, 2 * self.rows_at_once))

    def _narrow(self) -> None:
        """Shorten the slice to a quarter. Raises `StoreTooSlowError` when it is as short as allowed."""
        if self._slice is not None and self._slice <= SHORTEST_SLICE:
            raise StoreTooSlowError
        self._slice = FIRST_SLICE if self._slice is None else max(self._slice // 4, SHORTEST_SLICE)
        self._bound(self._reached())

    def _next_slice(self) -> None:
        if self._floor == self._start:
            self._done = True
            return
        assert self._floor is not None
        assert self._slice is not None
        self._top, self._after = self._floor, None
        self._slice *= 2  # grow again: the slow stretch may be over
        self._bound(self._top)

    def _bound(self, top: Micros) -> None:
        """Set the start of the slice that ends at `top`."""
        assert self._slice is not None
        floor = top - self._slice
        lowest = BEGINNING if self._start is None else self._start
        self._floor = self._start if floor <= lowest else floor

    def _reached(self) -> Micros:
        if self._after is not None:
            # Exclusive: more rows of that very microsecond may follow the last one read.
            return self._after.at + 1
        return self._latest if self._top is None else min(self._top, self._latest)


def all_calls(store: Store, scope: Scope, where: CallFilter, now: Micros) -> ListReader[CallAt]:
    """A reader of all calls of a list."""

    def read(start: Micros | None, end: Micros | None, window: Window) -> Sequence[CallAt]:
        return store.calls(scope, structs.replace(where, start=start, end=end), window)

    return ListReader(read, where.start, where.end, now)


def all_tasks(store: Store, scope: Scope, where: TaskFilter, now: Micros) -> ListReader[TaskAt]:
    """A reader of all tasks of a list."""

    def read(start: Micros | None, end: Micros | None, window: Window) -> Sequence[TaskAt]:
        return store.tasks(scope, structs.replace(where, created_from=start, created_to=end), window)

    return ListReader(read, where.created_from, where.created_to, now)


def position(found: CallAt | TaskAt) -> Position:
    """The position of a row in its list."""
    if isinstance(found, CallAt):
        return Position(found.call.creation_time, found.call.call_id, found.space_id)
    return Position(found.task.created, found.task.task_id, found.space_id)


def encoded(reader: ListReader[Row], encoder: Encoder) -> Iterator[bytes]:
    """The file of a list, in pieces."""
    # The head goes out with the first rows: a store that fails at the first read then fails the request, as
    # nothing has been sent yet.
    head = encoder.begin()
    while rows := reader.piece():
        piece = head + encoder.rows(rows)
        head = b""
        reader.fit(encoder.row_bytes)
        if piece:
            yield piece
    yield head + encoder.end()

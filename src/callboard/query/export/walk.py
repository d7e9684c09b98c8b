"""All of a list, from its newest row to its oldest: many short reads, each its own transaction.

The list goes on behind the last row that was read (a keyset), so that the millionth row costs as much as the
first and no read transaction lasts. Where a filter finds so little that a read does not come to its end in
the query time, the time it covers is cut into slices, as short as need be.
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
"""Rows from a time on, before a time, within a window."""

FIRST_ROWS = 200
MOST_ROWS = 2_000
LEAST_ROWS = 20
PIECE_BYTES = 1024 * 1024
"""About so much is read, encoded and sent at once, whatever a row holds."""
FIRST_SLICE: Micros = 8 * DAY
SHORTEST_SLICE: Micros = MINUTE
BEGINNING: Micros = 0
"""Below it a slice is not worth its bound: what is older still is read in one."""
AHEAD: Micros = 25 * HOUR
"""No row lies further in the future: times of events are bounded."""


class Walk(Generic[Row]):
    """Reads a list in pieces."""

    def __init__(self, read: Read[Row], start: Micros | None, end: Micros | None, now: Micros) -> None:
        """`start` and `end` are the list's own bounds, half-open."""
        self._read: Read[Row] = read
        self._start = start
        self._top: Micros | None = end
        """Exclusive end of the slice we are in."""
        self._floor: Micros | None = start
        self._latest = now + AHEAD
        self._slice: Micros | None = None
        self._after: Position | None = None
        self._done = False
        self.rows_at_once = FIRST_ROWS

    def piece(self) -> Sequence[Row]:
        """The next rows; none at the end. Raises `StoreError`."""
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
        """Row by row."""
        while rows := self.piece():
            yield from rows

    def fit(self, row_bytes: float) -> None:
        """Read as many rows at once as make a piece, when a row has so many bytes."""
        wanted = int(PIECE_BYTES / max(row_bytes, 1.0))
        self.rows_at_once = max(LEAST_ROWS, min(MOST_ROWS, wanted, 2 * self.rows_at_once))

    def _narrow(self) -> None:
        """Cover less time with a read; raises `StoreTooSlowError` when it is short already."""
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
        self._slice *= 2
        self._bound(self._top)

    def _bound(self, top: Micros) -> None:
        """The slice that ends at `top`."""
        assert self._slice is not None
        floor = top - self._slice
        lowest = BEGINNING if self._start is None else self._start
        self._floor = self._start if floor <= lowest else floor

    def _reached(self) -> Micros:
        if self._after is not None:
            return self._after.at + 1
        return self._latest if self._top is None else min(self._top, self._latest)


def walk_calls(store: Store, scope: Scope, where: CallFilter, now: Micros) -> Walk[CallAt]:
    """All calls that a list shows."""

    def read(start: Micros | None, end: Micros | None, window: Window) -> Sequence[CallAt]:
        return store.calls(scope, structs.replace(where, start=start, end=end), window)

    return Walk(read, where.start, where.end, now)


def walk_tasks(store: Store, scope: Scope, where: TaskFilter, now: Micros) -> Walk[TaskAt]:
    """All tasks that a list shows."""

    def read(start: Micros | None, end: Micros | None, window: Window) -> Sequence[TaskAt]:
        return store.tasks(scope, structs.replace(where, created_from=start, created_to=end), window)

    return Walk(read, where.created_from, where.created_to, now)


def position(found: CallAt | TaskAt) -> Position:
    """Where in its list a row stands."""
    if isinstance(found, CallAt):
        return Position(found.call.creation_time, found.call.call_id, found.space_id)
    return Position(found.task.created, found.task.task_id, found.space_id)


def encoded(walk: Walk[Row], encoder: Encoder) -> Iterator[bytes]:
    """The file of a walk, in pieces. The first comes when the store has been asked."""
    head = encoder.begin()
    while rows := walk.piece():
        piece = head + encoder.rows(rows)
        head = b""
        walk.fit(encoder.row_bytes)
        if piece:
            yield piece
    yield head + encoder.end()

"""Reads tables that may be damaged: what cannot be read is reported with its position, and reading continues
after it.

Each piece is read in its own snapshot. A piece that fails is read again in smaller ones, down to the single
row; a row with invalid text is read once more as bytes, so that the report can name the column.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from typing import Any, LiteralString, NamedTuple, TypeVar

import msgspec

from callboard.errors import (
    NotFoundError,
    StoreDamagedError,
    StoreError,
    StoreLockedError,
    StoreReplacedError,
    StoreUnavailableError,
)
from callboard.store.sql.database import Column, Database, SqlRow

CHUNK_ROWS = 5_000
"""Rows read in one snapshot."""

UNREADABLE = (
    StoreError,
    msgspec.MsgspecError,
    ArithmeticError,
    AttributeError,
    LookupError,
    RecursionError,
    TypeError,
    ValueError,
)
"""Raised by reading or folding damaged values: any operation may meet a value of any type."""

ANSWER_TIMEOUT_S = 60
"""How long a database that ended a connection may take to answer again."""

RESTARTS_WITHIN_S = 10
"""How long opening a snapshot is retried after the database closed its connections."""

T = TypeVar("T")
Snapshot = Callable[[], AbstractContextManager[Database]]
Read = tuple[list[SqlRow], list["UnreadableRange"]]


class UnreadableRange(NamedTuple):
    """A row that cannot be read, or a value that its column cannot hold."""

    key: str
    column: str
    fault_text: str
    row: SqlRow | None = None
    """The row with its texts as bytes; None when it cannot be read that way either."""


def fault_text(error: Exception) -> str:
    """The fault as text for the report. Raises `StoreUnavailableError` again: a store that does not answer
    is not damaged. So every handler of `UNREADABLE` calls this, also one that needs no text.
    """
    if isinstance(error, StoreUnavailableError):
        raise error
    message = next(iter(str(error).splitlines()), "") or error.__class__.__name__
    # The hint is for other commands: this text is in the report of verify --deep itself.
    return f"cannot be read: {message.removesuffix(': callboard verify --deep says where.')}"


@contextmanager
def reporting_damage_of(faults: tuple[type[Exception], ...], enter: Snapshot) -> Iterator[Database]:
    """A snapshot or commit of a verification, in which failing statements mean damage. Elsewhere two rows
    with one key, or a missing table, are a bug of the program and fail the request; here the rest is
    checked as well.

    `faults`: what the engine's driver raises when a statement fails.
    """
    try:
        with ExitStack() as stack:
            yield _open_with_retries(stack, enter)
    except faults as error:
        raise StoreDamagedError(str(error)) from error
    except NotFoundError as error:
        raise StoreDamagedError(error.message) from error


def _open_with_retries(stack: ExitStack, enter: Snapshot) -> Database:
    """Open a snapshot or commit, with retries. When a damaged row crashes a server process, PostgreSQL
    closes all connections, so the pool may hand out several dead ones in a row. Nothing was read or written
    yet, so opening again is safe.
    """
    deadline = time.monotonic() + RESTARTS_WITHIN_S
    while True:
        try:
            return stack.enter_context(enter())
        except StoreUnavailableError as error:
            if not _may_be_lost_connection(error) or time.monotonic() > deadline:
                raise
            time.sleep(0.1)


class ReadingEndsError(StoreDamagedError):
    """Reading this ends the server process."""


def _may_be_lost_connection(error: StoreUnavailableError) -> bool:
    """Whether it may be a lost connection. A lock wait has timed out already; a replaced file stays so."""
    return not isinstance(error, StoreLockedError | StoreReplacedError)


def run_with_retry(enter: Snapshot, ask: Callable[[Database], T], read: Snapshot | None = None) -> T:
    """Run `ask` in one snapshot or commit; every read and commit of a verification goes through here. A
    connection lost meanwhile may mean that the database was restarted, so it is tried once more: `ask` must
    be repeatable. Lost again, it raises `ReadingEndsError`: a damaged length can crash the process that
    reads it, and all connections with it, so the caller must not narrow it down any further. `read` opens a
    snapshot to find out when the store answers again; needed where `enter` is a commit.
    """
    for _ in range(2):
        try:
            with enter() as db:
                return ask(db)
        except StoreUnavailableError as error:
            if not _may_be_lost_connection(error):
                raise
            wait_for_answer(read or enter)
    raise ReadingEndsError


def wait_for_answer(read: Snapshot) -> None:
    """Return when the store answers. Raises `StoreUnavailableError` when it does not within
    `ANSWER_TIMEOUT_S`.
    """
    deadline = time.monotonic() + ANSWER_TIMEOUT_S
    while True:
        try:
            with read() as db:
                db.select_value("SELECT count(*) FROM meta")
        except StoreUnavailableError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.2)
        else:
            return


class TableWalk:
    """Reads the rows of one organization in a table, or all rows of a table of the whole store."""

    def __init__(
        self,
        read: Snapshot,
        table: LiteralString,
        key: Sequence[str],
        org_id: int | None,
        chunk_rows: int = CHUNK_ROWS,
    ) -> None:
        self._read, self._chunk_rows = read, chunk_rows
        self._table = table
        self.key = tuple(key)
        self._org_id = org_id
        self.columns, dialect = run_with_retry(read, lambda db: (db.described(table), db.dialect))
        if not self.columns:
            raise StoreDamagedError(f"no such table: {table}")
        self._as_bytes = dialect.as_bytes
        self._from = f" FROM {table}{dialect.table_only} WHERE "
        self._places = [[each.name for each in self.columns].index(name) for name in self.key]
        self._fitting: set[tuple[type, ...]] = set()
        """Combinations of value types that fit the columns: few, so each is checked once and not for each
        row.
        """

    def faults(self, row: SqlRow) -> list[UnreadableRange]:
        """The values of a row that their columns cannot hold."""
        shape = tuple(map(type, row))
        if shape in self._fitting:
            return []
        found = [
            UnreadableRange(self.key_of(row), each.name, f"holds {_shown(value)}", row)
            for each, value in zip(self.columns, row, strict=True)
            if not _fits(each, value)
        ]
        if not found:
            self._fitting.add(shape)
        return found

    def key_of(self, row: SqlRow) -> str:
        """The key of a row, for the report."""
        return "/".join(_shown(row[place]) for place in self._places)

    # by number

    def numbered(self, begin: int, end: int) -> Read:
        """The rows numbered `begin` to `end` - 1, and the faults. The table's key is one number. Bisects a
        piece that cannot be read, down to the row.
        """
        number = self.key[0]
        within = f"{number} >= :begin AND {number} < :end"
        try:
            return self._select(f"{within} ORDER BY {number}", {"begin": begin, "end": end}), []
        except ReadingEndsError as error:
            return [], [
                UnreadableRange(
                    str(begin) if end - begin == 1 else f"{begin}-{end - 1}", "", fault_text(error)
                )
            ]
        except UNREADABLE as error:
            if end - begin == 1:
                return [], [self._one(within, {"begin": begin, "end": end}, str(begin), fault_text(error))]
            fault_text(error)
        middle = (begin + end) // 2
        first, second = self.numbered(begin, middle), self.numbered(middle, end)
        return first[0] + second[0], first[1] + second[1]

    def next_number(self, at: int) -> int | None:
        """The least number from `at` on; None when there is none, or it cannot be read."""
        number = self.key[0]
        sql = f"SELECT min({number}){self._from}{self._scope()} AND {number} >= :at"
        try:
            found: int | None = run_with_retry(
                self._read, lambda db: db.select_value(sql, self._values({"at": at}))
            )
        except UNREADABLE as error:
            fault_text(error)
            return None
        # A damaged index may return anything; callers rely on moving forward.
        return found if isinstance(found, int) and found >= at else None

    # by key

    def all(self) -> Iterator[Read]:
        """All rows in key order. Where reading forward cannot get past a fault, the rest is read backward
        from the end of the table, and the range between is one fault.
        """
        after, fault = yield from self._forward()
        if fault is None:
            return
        before, other = yield from self._backward(after)
        faults = [fault]
        # Both directions stopped at the same row: only that row is lost. Else name the range between.
        if fault.row is None or other is None or other.row != fault.row:
            after_text = "/".join(map(_shown, after)) if after else "the first"
            before_text = "/".join(map(_shown, before)) if before else "the last"
            faults = [
                UnreadableRange(f"between {after_text} and {before_text}", fault.column, fault.fault_text)
            ]
        yield [], faults

    def _forward(self) -> Generator[Read, None, tuple[SqlRow | None, UnreadableRange | None]]:
        after: SqlRow | None = None
        limit = self._chunk_rows
        while True:
            further, values = self._beyond_key(after, ">")
            order = ", ".join(self.key)
            try:
                rows = self._select(f"{further} ORDER BY {order} LIMIT {limit}", values)
            except ReadingEndsError as error:
                return after, UnreadableRange("", "", fault_text(error))
            except UNREADABLE as error:
                # Smaller pieces until the faulty row is read alone; after a good one the size doubles again.
                if limit > 1:
                    fault_text(error)
                    limit = max(1, limit // 8)
                    continue
                fault = self._one(f"{further} ORDER BY {order} LIMIT 1", values, "", fault_text(error))
                # Continue after the row if its key can be read and lies further on. Without that check a
                # damaged key could send the walk back in an endless loop.
                key = self._text_key(fault.row)
                if key is None or (after is not None and not _is_after(after, key)):
                    return after, fault
                yield [], [fault]
                after = key
                continue
            keys = [self._key(row) for row in rows]
            if after is not None and rows and not _is_after(after, keys[-1]):
                return after, UnreadableRange(self.key_of(rows[-1]), "", "is not in its order", rows[-1])
            yield rows, []
            if len(rows) < limit:
                return after, None
            after, limit = keys[-1], min(self._chunk_rows, limit * 2)

    def _backward(
        self, stop: SqlRow | None
    ) -> Generator[Read, None, tuple[SqlRow | None, UnreadableRange | None]]:
        before: SqlRow | None = None
        limit = self._chunk_rows
        while True:
            further, values = self._beyond_key(before, "<")
            order = ", ".join(f"{each} DESC" for each in self.key)
            try:
                rows = self._select(f"{further} ORDER BY {order} LIMIT {limit}", values)
            except ReadingEndsError as error:
                return before, UnreadableRange("", "", fault_text(error))
            except UNREADABLE as error:
                if limit == 1:
                    return before, self._one(
                        f"{further} ORDER BY {order} LIMIT 1", values, "", fault_text(error)
                    )
                limit = max(1, limit // 8)
                continue
            # Stop where the forward walk stopped: rows before that were reported already.
            new = [row for row in rows if stop is None or _is_after(stop, self._key(row))]
            yield new, []
            if len(new) < limit:
                return before, None
            key = self._key(rows[-1])
            if before is not None and not _is_after(key, before):
                return before, None
            before, limit = key, min(self._chunk_rows, limit * 2)

    def _beyond_key(self, key: SqlRow | None, how: str) -> tuple[str, dict[str, Any]]:
        if key is None:
            return "1 = 1", {}
        behind = ", ".join(f":key{place}" for place in range(len(key)))
        return f"({', '.join(self.key)}) {how} ({behind})", {
            f"key{at}": value for at, value in enumerate(key)
        }

    # one statement

    def _key(self, row: SqlRow) -> SqlRow:
        return tuple(row[place] for place in self._places)

    def _text_key(self, row: SqlRow | None) -> SqlRow | None:
        """The key of a row that was read as bytes; None when the key itself is not valid text."""
        if row is None:
            return None
        try:
            return tuple(
                value.decode() if self.columns[place].kind is str and isinstance(value, bytes) else value
                for place, value in zip(self._places, self._key(row), strict=True)
            )
        except UnicodeDecodeError:
            return None

    def _scope(self) -> str:
        return "1 = 1" if self._org_id is None else "org_id = :org_id"

    def _values(self, values: dict[str, Any]) -> dict[str, Any]:
        return values if self._org_id is None else {**values, "org_id": self._org_id}

    def _select(self, further: str, values: dict[str, Any], *, as_bytes: bool = False) -> list[SqlRow]:
        names = [
            self._as_bytes.format(each.name) if as_bytes and each.kind is str else each.name
            for each in self.columns
        ]
        sql = f"SELECT {', '.join(names)}{self._from}{self._scope()} AND {further}"
        return run_with_retry(self._read, lambda db: db.select(sql, self._values(values)))

    def _one(self, further: str, values: dict[str, Any], key: str, fault: str) -> UnreadableRange:
        """The fault of one row: read again with texts as bytes, to name the columns that are no UTF-8."""
        try:
            [row, *_] = self._select(further, values, as_bytes=True)
        except UNREADABLE as error:
            return UnreadableRange(key, "", fault if isinstance(error, ValueError) else fault_text(error))
        wrong_columns = [
            each.name
            for each, value in zip(self.columns, row, strict=True)
            if each.kind is str and isinstance(value, bytes) and not _is_text(value)
        ]
        return UnreadableRange(
            key or self.key_of(row),
            ", ".join(wrong_columns),
            "is no text (UTF-8)" if wrong_columns else fault,
            row,
        )


def _fits(column: Column, value: Any) -> bool:
    return column.nullable if value is None else value.__class__ is column.kind


def _is_text(value: bytes) -> bool:
    try:
        value.decode()
    except UnicodeDecodeError:
        return False
    return True


def _is_after(one: SqlRow, other: SqlRow) -> bool:
    """Whether `other` comes after `one`. Texts are compared by their bytes, as both engines do (BINARY,
    "C").
    """
    try:
        return _ordered(one) < _ordered(other)
    except TypeError:  # damaged: values of different types have no order
        return False


def _ordered(key: SqlRow) -> tuple[Any, ...]:
    return tuple(value.encode() if isinstance(value, str) else value for value in key)


def _shown(value: Any) -> str:
    text = value.decode(errors="backslashreplace") if isinstance(value, bytes) else str(value)
    return text if len(text) <= 200 else f"{text[:200]}…"

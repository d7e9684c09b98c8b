"""Reading tables that may be damaged: what cannot be read is told with its place, and reading goes on behind.

Each piece is a snapshot of its own. A piece that fails is read again in smaller ones, down to the row; a row
whose text is none is read once more as bytes, so that the column can be named.
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

PIECE = 5_000
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
"""What reading and folding raise when values are not what they can only be."""

ANSWERS_WITHIN_S = 60
"""How long a database that ended a connection may take to answer again."""

RESTARTS_WITHIN_S = 10
"""How long entering a snapshot is tried again after the database ended its connections."""

T = TypeVar("T")
Snapshot = Callable[[], AbstractContextManager[Database]]
Read = tuple[list[SqlRow], list["Lost"]]


class Lost(NamedTuple):
    """A row that cannot be read, or a value that its column cannot hold."""

    key: str
    column: str
    why: str
    row: SqlRow | None = None
    """The row, texts as bytes, where at least these can be read."""


def why(error: Exception) -> str:
    """What is wrong, for a reader. A store that does not answer is not damaged: that is raised again."""
    if isinstance(error, StoreUnavailableError):
        raise error
    said = next(iter(str(error).splitlines()), "") or error.__class__.__name__
    # This is what it is told by.
    return f"cannot be read: {said.removesuffix(': callboard verify --deep says where.')}"


@contextmanager
def telling_faults_of(faults: tuple[type[Exception], ...], enter: Snapshot) -> Iterator[Database]:
    """A snapshot or a commit of a verification. Elsewhere two rows with one key, or a table that is gone, are
    a mistake of the program's; here they are damage, and what is behind them is to be checked as well.

    `faults`: what the engine's driver raises when a statement fails.
    """
    try:
        with ExitStack() as stack:
            yield _enter_until_restarted(stack, enter)
    except faults as error:
        raise StoreDamagedError(str(error)) from error
    except NotFoundError as error:
        raise StoreDamagedError(error.message) from error


def _enter_until_restarted(stack: ExitStack, enter: Snapshot) -> Database:
    """When a damaged row ends the database's process, every connection of the pool ends with it, also those
    that later reads are given. Nothing was read or written yet, so entering again is safe.
    """
    deadline = time.monotonic() + RESTARTS_WITHIN_S
    while True:
        try:
            return stack.enter_context(enter())
        except StoreUnavailableError as error:
            if not _passes(error) or time.monotonic() > deadline:
                raise
            time.sleep(0.1)


class ReadingEndsError(StoreDamagedError):
    """Reading it ends the database's process."""


def _passes(error: StoreUnavailableError) -> bool:
    """Whether it may be a connection that was lost: a lock or a replaced file has had its own wait."""
    return not isinstance(error, StoreLockedError | StoreReplacedError)


def attempt(enter: Snapshot, ask: Callable[[Database], T], read: Snapshot | None = None) -> T:
    """Ask in one snapshot or commit; every read and commit of a verification goes through here. A connection
    lost on the way may be a database that was restarted, so this asks once more: `ask` must be repeatable.
    Lost again, `ReadingEndsError`: a damaged length can end the process that reads it, and with it all
    connections, so it is not narrowed down any further. `read`: how to find out that the store answers
    again, where `enter` is a commit.
    """
    for _ in range(2):
        try:
            with enter() as db:
                return ask(db)
        except StoreUnavailableError as error:
            if not _passes(error):
                raise
            wait_for_answer(read or enter)
    raise ReadingEndsError


def wait_for_answer(read: Snapshot) -> None:
    """Returns when the store answers (again). Raises `StoreUnavailableError` when it does not in time."""
    deadline = time.monotonic() + ANSWERS_WITHIN_S
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
    """The rows of a table: of an organization, or all of a table that is everybody's."""

    def __init__(self, read: Snapshot, table: LiteralString, key: Sequence[str], org_id: int | None) -> None:
        self._read = read
        self._table = table
        self.key = tuple(key)
        self._org_id = org_id
        self.columns, dialect = attempt(read, lambda db: (db.described(table), db.dialect))
        if not self.columns:
            raise StoreDamagedError(f"no such table: {table}")
        self._as_bytes = dialect.as_bytes
        self._from = f" FROM {table}{dialect.whole} WHERE "
        self._places = [[each.name for each in self.columns].index(name) for name in self.key]
        self._fitting: set[tuple[type, ...]] = set()
        """Types of rows that were found to fit, so that each is looked at once."""

    def faults(self, row: SqlRow) -> list[Lost]:
        """The values of a row that their columns cannot hold."""
        shape = tuple(map(type, row))
        if shape in self._fitting:
            return []
        found = [
            Lost(self.key_of(row), each.name, f"holds {_shown(value)}", row)
            for each, value in zip(self.columns, row, strict=True)
            if not _fits(each, value)
        ]
        if not found:
            self._fitting.add(shape)
        return found

    def key_of(self, row: SqlRow) -> str:
        """The key of a row as it is told."""
        return "/".join(_shown(row[place]) for place in self._places)

    # by number

    def numbered(self, begin: int, end: int) -> Read:
        """The rows with a number from `begin` to `end` - 1; the table's key is one number."""
        number = self.key[0]
        within = f"{number} >= :begin AND {number} < :end"
        try:
            return self._select(f"{within} ORDER BY {number}", {"begin": begin, "end": end}), []
        except ReadingEndsError as error:
            return [], [Lost(str(begin) if end - begin == 1 else f"{begin}-{end - 1}", "", why(error))]
        except UNREADABLE as error:
            if end - begin == 1:
                return [], [self._one(within, {"begin": begin, "end": end}, str(begin), why(error))]
            why(error)
        middle = (begin + end) // 2
        first, second = self.numbered(begin, middle), self.numbered(middle, end)
        return first[0] + second[0], first[1] + second[1]

    def next_number(self, at: int) -> int | None:
        """The least number from `at` on; none when there is none, or none that can be found."""
        number = self.key[0]
        sql = f"SELECT min({number}){self._from}{self._scope()} AND {number} >= :at"
        try:
            found: int | None = attempt(self._read, lambda db: db.select_value(sql, self._values({"at": at})))
        except UNREADABLE as error:
            why(error)
            return None
        return found if isinstance(found, int) and found >= at else None

    # by key

    def all(self) -> Iterator[Read]:
        """All rows in the order of the key; what cannot be passed is gone round, from the end backwards."""
        after, fault = yield from self._forward()
        if fault is None:
            return
        before, other = yield from self._backward(after)
        faults = [fault]
        if fault.row is None or other is None or other.row != fault.row:
            told = "/".join(map(_shown, after)) if after else "the first"
            until = "/".join(map(_shown, before)) if before else "the last"
            faults = [Lost(f"between {told} and {until}", fault.column, fault.why)]
        yield [], faults

    def _forward(self) -> Generator[Read, None, tuple[SqlRow | None, Lost | None]]:
        after: SqlRow | None = None
        most = PIECE
        while True:
            further, values = self._beyond(after, ">")
            order = ", ".join(self.key)
            try:
                rows = self._select(f"{further} ORDER BY {order} LIMIT {most}", values)
            except ReadingEndsError as error:
                return after, Lost("", "", why(error))
            except UNREADABLE as error:
                if most > 1:
                    why(error)
                    most = max(1, most // 8)
                    continue
                lost = self._one(f"{further} ORDER BY {order} LIMIT 1", values, "", why(error))
                key = self._text_key(lost.row)
                if key is None or (after is not None and not _behind(after, key)):
                    return after, lost
                yield [], [lost]
                after = key
                continue
            keys = [self._key(row) for row in rows]
            if after is not None and rows and not _behind(after, keys[-1]):
                return after, Lost(self.key_of(rows[-1]), "", "is not in its order", rows[-1])
            yield rows, []
            if len(rows) < most:
                return after, None
            after, most = keys[-1], min(PIECE, most * 2)

    def _backward(self, until: SqlRow | None) -> Generator[Read, None, tuple[SqlRow | None, Lost | None]]:
        before: SqlRow | None = None
        most = PIECE
        while True:
            further, values = self._beyond(before, "<")
            order = ", ".join(f"{each} DESC" for each in self.key)
            try:
                rows = self._select(f"{further} ORDER BY {order} LIMIT {most}", values)
            except ReadingEndsError as error:
                return before, Lost("", "", why(error))
            except UNREADABLE as error:
                if most == 1:
                    return before, self._one(f"{further} ORDER BY {order} LIMIT 1", values, "", why(error))
                most = max(1, most // 8)
                continue
            new = [row for row in rows if until is None or _behind(until, self._key(row))]
            yield new, []
            if len(new) < most:
                return before, None
            key = self._key(rows[-1])
            if before is not None and not _behind(key, before):
                return before, None
            before, most = key, min(PIECE, most * 2)

    def _beyond(self, key: SqlRow | None, how: str) -> tuple[str, dict[str, Any]]:
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
        """The key of a row that was read as bytes; none where it is not readable itself."""
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
        return attempt(self._read, lambda db: db.select(sql, self._values(values)))

    def _one(self, further: str, values: dict[str, Any], key: str, fault: str) -> Lost:
        """What is wrong with a single row."""
        try:
            [row, *_] = self._select(further, values, as_bytes=True)
        except UNREADABLE as error:
            return Lost(key, "", fault if isinstance(error, ValueError) else why(error))
        wrong = [
            each.name
            for each, value in zip(self.columns, row, strict=True)
            if each.kind is str and isinstance(value, bytes) and not _is_text(value)
        ]
        return Lost(key or self.key_of(row), ", ".join(wrong), "is no text (UTF-8)" if wrong else fault, row)


def _fits(column: Column, value: Any) -> bool:
    return column.nullable if value is None else value.__class__ is column.kind


def _is_text(value: bytes) -> bool:
    try:
        value.decode()
    except UnicodeDecodeError:
        return False
    return True


def _behind(one: SqlRow, other: SqlRow) -> bool:
    """Whether the other key lies behind the one; texts are compared by their bytes, as the stores do."""
    try:
        return _ordered(one) < _ordered(other)
    except TypeError:
        return False


def _ordered(key: SqlRow) -> tuple[Any, ...]:
    return tuple(value.encode() if isinstance(value, str) else value for value in key)


def _shown(value: Any) -> str:
    text = value.decode(errors="backslashreplace") if isinstance(value, bytes) else str(value)
    return text if len(text) <= 200 else f"{text[:200]}…"

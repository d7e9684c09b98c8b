"""The rows that a dump of SQL inserts into one of its tables."""

from __future__ import annotations

import io
from collections.abc import Iterator
from itertools import chain
from typing import Final, NoReturn

from callboard.ingest.sources.files.delimited import distinct
from callboard.ingest.sources.files.lines import invalid_bytes
from callboard.ingest.sources.files.records import ImportOptionError, Record, RowError, UnreadableFileError
from callboard.ingest.sources.files.sql_statements import SqlRow, SqlStatements, TableRows, skipped

_NAMED_TABLES: Final = 10
_MOST_UNREAD: Final = 1_000
"""So many statements that are not read may stand above the first row."""


class SqlRows:
    """The rows that the statements of a dump insert into its one table, or into the one that is named; every
    value is a text, as of CSV.

    A statement that changes rows otherwise is a record that cannot be read.
    """

    kind = "delimited"

    def __init__(
        self,
        text: io.TextIOWrapper,
        name: str,
        header: tuple[str, ...] | None = None,
        table: str | None = None,
    ) -> None:
        """`header`: the names of the columns. `table`: the table that is read, where there are several.

        Raises `UnreadableFileError`, `ImportOptionError`.
        """
        self.left_out: dict[str, int] = {}
        self.mended = 0
        self.is_unnamed = False
        """Whether neither the statements nor `header` name the columns: they are only counted."""
        self._statements = SqlStatements(text, name)
        self._name = name
        self._wanted = table
        self._others: dict[str, None] = {}
        """The tables with rows that are not wanted, some of them."""
        self._table: tuple[str, ...] = ()
        """The name of the table, in its parts; empty above the first row."""
        self._header = header
        self.columns: list[str] = list(header or ())
        self._rows = self._begun()

    def __iter__(self) -> Iterator[Record]:
        return self._rows

    def _begun(self) -> Iterator[Record]:
        """Read up to the first row, so that the columns are known; the rows, with those that were read."""
        rows = self._read()
        first: list[Record] = []
        for record in rows:
            first.append(record)
            if self._table or len(first) > _MOST_UNREAD:
                break
        if not self._table:
            if self._wanted is not None and self._others:
                raise no_table(self._wanted, list(self._others))
            raise UnreadableFileError(f"{self._name} holds SQL statements, and none that inserts rows")
        return chain(first, rows)

    def _read(self) -> Iterator[Record]:
        every = self._statements.read()
        for begun in every:
            if isinstance(begun, Record):
                yield begun
            elif self._wanted is not None and not is_named(begun.table, self._wanted):
                if len(self._others) <= _NAMED_TABLES:
                    self._others[".".join(begun.table)] = None
                skipped(begun)
            else:
                names = self._names(begun)
                if not _are_one(begun.table, self._table):
                    self._refuse_tables(begun, every)
                for row in begun.rows:
                    yield row if isinstance(row, Record) else self._record(row, begun, names)

    def _names(self, begun: TableRows) -> tuple[str, ...]:
        """The columns of a statement; those of the first are the file's."""
        names = begun.columns
        if not self._table:
            self._table, self._statements.has_begun = begun.table, True
            if self._header is None:
                self.columns = distinct(list(names))
        if self._header is not None and len(names) in (0, len(self._header)):
            return self._header
        return names

    def _refuse_tables(self, begun: TableRows, every: Iterator[TableRows | Record]) -> NoReturn:
        """Say which tables have rows, when a second one has."""
        found = {".".join(self._table): None, ".".join(begun.table): None}
        skipped(begun)
        for another in every:
            if len(found) > _NAMED_TABLES:
                break
            if not isinstance(another, Record):
                skipped(another)
                if self._wanted is None or is_named(another.table, self._wanted):
                    found[".".join(another.table)] = None
        raise UnreadableFileError(
            f"{self._name} holds rows of several tables: {named(list(found))}. --table NAME says which one "
            "is read"
        )

    def _record(self, row: SqlRow, begun: TableRows, names: tuple[str, ...]) -> Record:
        line, text = row
        cells = begun.cells(text)
        problem = (
            RowError("invalid_value", "a NUL byte") if "\0" in text + "".join(cells) else invalid_bytes(text)
        )
        if isinstance(cells, str):
            return Record(line, {}, [text], problem or RowError("invalid_value", f"no plain value: {cells}"))
        if not self.columns:
            self.is_unnamed = True
            self.columns = [f"column_{number}" for number in range(1, len(cells) + 1)]
        names = names or tuple(self.columns)
        if problem is None and len(cells) != len(names):
            problem = RowError("invalid_value", f"{len(cells)} values where {len(names)} columns are named")
        if problem is None and (strange := [each for each in names if each not in self.columns]):
            problem = RowError("invalid_value", f"a column that the first statement has not: {strange[0]}")
        if problem is not None:
            return Record(line, {}, cells, problem)
        found = dict(zip(names, cells, strict=True))
        found = {column: found.get(column, "") for column in self.columns}
        return Record(line, found, list(found.values()))


def _are_one(table: tuple[str, ...], other: tuple[str, ...]) -> bool:
    """Whether two names may be of one table, one of them without its schema."""
    least = min(len(table), len(other))
    return table[-least:] == other[-least:]


def is_named(table: tuple[str, ...], name: str) -> bool:
    """Whether a name as it is typed is that of a table, with its schema or without."""
    return any(".".join(table[place:]) == name for place in range(len(table)))


def named(tables: list[str]) -> str:
    """Some of the tables for a message."""
    return ", ".join(tables[:_NAMED_TABLES]) + (" and others" if len(tables) > _NAMED_TABLES else "")


def no_table(name: str, tables: list[str]) -> ImportOptionError:
    """The error for a table that the file lacks; it lists those that it has."""
    return ImportOptionError(f"There is no table {name!r} with rows. The tables are: {named(tables)}")

"""Read the rows of INSERT statements, as mysqldump, phpMyAdmin, pg_dump and SQLite write them.

Streaming: one statement without its rows, or one row, is held at a time, of at most `MAX_PIECE_CHARACTERS`.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from itertools import chain
from typing import Final, NoReturn

from callboard.ingest.sources.files.delimited import distinct
from callboard.ingest.sources.files.lines import invalid_bytes
from callboard.ingest.sources.files.opening import READING_FAULTS, broken_off
from callboard.ingest.sources.files.records import Record, RowError, UnreadableFileError
from callboard.ingest.sources.files.sql import CREATE, INSERT, Grammar, has_backslashes, names_of

MAX_PIECE_CHARACTERS: Final = 1 << 20
_READ_CHARACTERS: Final = 64 << 10
MAX_TABLES: Final = 1_000
"""Tables of which the names of the columns are remembered, those that were created last."""
_NAMED_TABLES: Final = 10
_MOST_UNREAD: Final = 1_000
"""So many statements that are not read may stand above the first row."""
_HARMLESS: Final = re.compile(
    r"(?:SET|USE|CREATE|DROP|ALTER|LOCK|UNLOCK|BEGIN|START|COMMIT|END|PRAGMA|GRANT|REVOKE|COMMENT|ANALYZE|VACUUM"
    r"|(?:SELECT\s+(?:pg_catalog\.)?(?:set_config|setval)\b)|DELETE\s+FROM\s+\"?sqlite_sequence)\b",
    re.IGNORECASE,
)
"""Statements that change no row."""
_COMPOUND: Final = re.compile(
    r"CREATE\b(?:(?!\bTABLE\b)[^;(])*?\b(?:TRIGGER|PROCEDURE|FUNCTION|EVENT)\b", re.IGNORECASE
)
_ENDS_COMPOUND: Final = re.compile(r"\bEND\s*;\Z", re.IGNORECASE)
_BEGINS_COMPOUND: Final = re.compile(r"\bBEGIN\b", re.IGNORECASE)
_QUOTED_BODY: Final = re.compile(r"\$(\w*)\$.*?\$\1\$|'[^']*'", re.DOTALL)
_TRUNCATE: Final = re.compile(r"TRUNCATE\b", re.IGNORECASE)
_COMMAND: Final = re.compile(
    r"\\[a-z]+[^\n]*+\n|DELIMITER[ \t]+;[ \t\r]*\n"
    r"|DELIMITER\s+(?!;\s*\n)\S.*?\n[ \t]*DELIMITER\s+;[^\n]*+\n",
    re.DOTALL | re.IGNORECASE,
)
_DELIMITER: Final = re.compile(r"DELIMITER\s", re.IGNORECASE)
_TAIL: Final = re.compile(r"(?:ON\s+(?:CONFLICT|DUPLICATE)|AS\s|RETURNING\s)", re.IGNORECASE)


class SqlRows:
    """The rows that the statements of a dump insert into its one table; every value is a text, as of CSV.

    A statement that changes rows otherwise is a record that cannot be read.
    """

    kind = "delimited"

    def __init__(self, text: io.TextIOWrapper, name: str, header: tuple[str, ...] | None = None) -> None:
        """`header`: the names of the columns. Raises `UnreadableFileError`."""
        self.left_out: dict[str, int] = {}
        self.mended = 0
        self.is_unnamed = False
        """Whether neither the statements nor `header` name the columns: they are only counted."""
        self._text, self._name = text, name
        self._buffer, self._place, self._ended = "", 0, False
        self._line = 1
        self._created: dict[str, tuple[str, ...]] = {}
        self._table: tuple[str, ...] = ()
        """The name of the table, in its parts; empty above the first row."""
        self._header = header
        self.columns: list[str] = list(header or ())
        self._more()
        self._buffer = self._buffer.removeprefix("\ufeff")
        self._grammar = Grammar(backslashes=has_backslashes(self._buffer))
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
            raise UnreadableFileError(f"{self._name} holds SQL statements, and none that inserts rows")
        return chain(first, rows)

    def _read(self) -> Iterator[Record]:
        while self._next():
            if self._buffer[self._place] == ";":
                self._advance(self._place + 1)
            elif (insert := self._insert()) is None:
                yield from self._other()
            elif names_of(insert[1])[-1].startswith("sqlite_"):
                for _ in self._inserted(insert, ()):
                    pass
            else:
                names = self._names(insert)
                if not self._is_our_table(insert[1]):
                    self._refuse_tables(insert)
                yield from self._inserted(insert, names)

    def _insert(self) -> re.Match[str] | None:
        """The beginning of a statement with rows, which is passed; None before any other, which is then in
        the buffer.
        """
        while (found := INSERT.match(self._buffer, self._place)) is None:
            if self._grammar.statement.match(self._buffer, self._place) or _COMMAND.match(
                self._buffer, self._place
            ):
                return None
            self._need("statement")
        return found

    def _other(self) -> Iterator[Record]:
        """Pass a statement without rows."""
        if found := _COMMAND.match(self._buffer, self._place):
            self._advance(found.end())
            return
        if _DELIMITER.match(self._buffer, self._place):
            while (found := _COMMAND.match(self._buffer, self._place)) is None:
                self._need("block between DELIMITER and DELIMITER ;")
            self._advance(found.end())
            return
        line, statement = self._line, self._statement()
        if _COMPOUND.match(statement) and _BEGINS_COMPOUND.search(_QUOTED_BODY.sub("", statement)):
            while not _ENDS_COMPOUND.search(statement):
                if not self._next():
                    self._cut_off("statement")
                statement = self._statement()
        elif created := CREATE.match(statement):
            self._remember(created, statement)
        elif not _HARMLESS.match(statement) and (self._table or not _TRUNCATE.match(statement)):
            yield self._unread(line, statement)

    def _unread(self, line: int, statement: str) -> Record:
        shown = " ".join(statement[:200].split())[:60]
        problem = RowError("invalid_value", f"a statement that is not read: {shown}")
        return Record(line, {}, [statement[:200]], problem)

    def _remember(self, created: re.Match[str], statement: str) -> None:
        body = self._grammar.row.match(statement, created.end() - 1)
        if body is not None:
            self._created[names_of(created[1])[-1]] = self._grammar.columns(body[0][1:-1])
            if len(self._created) > MAX_TABLES:
                del self._created[next(iter(self._created))]

    def _names(self, insert: re.Match[str]) -> tuple[str, ...]:
        """The columns of a statement; those of the first are the file's."""
        names = names_of(insert[2] or "") or self._created.get(names_of(insert[1])[-1], ())
        if not self._table:
            self._table = names_of(insert[1])
            if self._header is None:
                self.columns = distinct(list(names))
        if self._header is not None and len(names) in (0, len(self._header)):
            return self._header
        return names

    def _is_our_table(self, table: str) -> bool:
        names, ours = names_of(table), self._table
        least = min(len(names), len(ours))
        return names[-least:] == ours[-least:]

    def _refuse_tables(self, insert: re.Match[str]) -> NoReturn:
        """Say which tables have rows, when a second one has."""
        found = {".".join(self._table): None}
        while len(found) <= _NAMED_TABLES:
            if not names_of(insert[1])[-1].startswith("sqlite_"):
                found[".".join(names_of(insert[1]))] = None
            for _ in self._inserted(insert, ()):
                pass
            another = self._next_insert()
            if another is None:
                break
            insert = another
        shown = ", ".join(list(found)[:_NAMED_TABLES]) + (" and others" if len(found) > _NAMED_TABLES else "")
        raise UnreadableFileError(
            f"{self._name} holds rows of several tables: {shown}. Import a dump of one of them, as "
            "mysqldump DATABASE TABLE or pg_dump --inserts --table TABLE writes it"
        )

    def _next_insert(self) -> re.Match[str] | None:
        while self._next():
            if self._buffer[self._place] == ";":
                self._advance(self._place + 1)
            elif found := self._insert():
                return found
            else:
                for _ in self._other():
                    pass
        return None

    def _inserted(self, insert: re.Match[str], names: tuple[str, ...]) -> Iterator[Record]:
        """The rows of a statement."""
        self._advance(insert.end())
        while True:
            line, row = self._line, self._row()
            if row is None:
                yield self._unread(line, self._statement())
                return
            yield self._record(line, row, names)
            if not self._next():
                self._cut_off("statement")
            if self._buffer[self._place] == ",":
                self._advance(self._place + 1)
                self._next()
                continue
            if self._buffer[self._place] == ";":
                self._advance(self._place + 1)
                return
            line, tail = self._line, self._statement()
            if not _TAIL.match(tail):
                yield self._unread(line, tail)
            return

    def _row(self) -> str | None:
        """The row that begins here; None where none does."""
        if self._buffer[self._place : self._place + 1] not in ("(", ""):
            return None
        while (found := self._grammar.row.match(self._buffer, self._place)) is None:
            self._need("row")
        self._advance(found.end())
        return found[0]

    def _record(self, line: int, row: str, names: tuple[str, ...]) -> Record:
        cells = self._grammar.cells(row)
        problem = (
            RowError("invalid_value", "a NUL byte") if "\0" in row + "".join(cells) else invalid_bytes(row)
        )
        if isinstance(cells, str):
            return Record(line, {}, [row], problem or RowError("invalid_value", f"no plain value: {cells}"))
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

    def _statement(self) -> str:
        """The rest of the statement, which is passed."""
        while (found := self._grammar.statement.match(self._buffer, self._place)) is None:
            self._need("statement")
        self._advance(found.end())
        return found[0]

    def _next(self) -> bool:
        """Go to the next sign that is no blank nor of a comment. Whether there is one."""
        while True:
            found = self._grammar.blank.match(self._buffer, self._place)
            self._advance(found.end() if found else self._place)
            rest = self._buffer[self._place : self._place + 2]
            if rest and rest[0] != "#" and rest not in ("-", "/", "--", "/*"):
                return True
            if self._ended and not rest:
                return False
            self._need("comment")

    def _advance(self, place: int) -> None:
        self._line += self._buffer.count("\n", self._place, place)
        self._place = place

    def _need(self, what: str) -> None:
        """Read more of a piece that is not whole."""
        held = len(self._buffer) - self._place
        if held > MAX_PIECE_CHARACTERS:
            raise UnreadableFileError(
                f"{self._name}: the {what} in line {self._line:,} is longer than "
                f"{MAX_PIECE_CHARACTERS:,} characters, or a quote in it is not closed"
            )
        if self._ended:
            self._cut_off(what)
        # Twice as much each time, so that a long piece is not looked through for each part of it.
        self._more(max(_READ_CHARACTERS, held))

    def _cut_off(self, what: str) -> NoReturn:
        raise UnreadableFileError(
            f"{self._name}: the {what} in line {self._line:,} is cut off: its end is missing"
        )

    def _more(self, characters: int = _READ_CHARACTERS) -> None:
        try:
            more = self._text.read(characters)
        except UnicodeDecodeError as error:
            raise UnreadableFileError(
                f"{self._name}: line {self._line} is not {self._text.encoding}; --encoding names another"
            ) from error
        except READING_FAULTS as error:
            raise broken_off(self._name, error) from error
        self._ended = not more
        # A comment in the last line needs an end.
        rest = self._buffer[self._place :]
        self._buffer = rest + (more or ("\n" if rest and not rest.endswith("\n") else ""))
        self._place = 0

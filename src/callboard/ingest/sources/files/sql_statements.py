"""Read a dump of SQL statement by statement, as mysqldump, phpMyAdmin, pg_dump and SQLite write them.

Streaming: one statement without its rows, or one row, is held at a time, of at most `MAX_PIECE_CHARACTERS`.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator
from typing import Final, NamedTuple, NoReturn

from callboard.ingest.sources.files.dump import dump_cells, is_continued
from callboard.ingest.sources.files.opening import READING_FAULTS, broken_off
from callboard.ingest.sources.files.records import Record, RowError, UnreadableFileError
from callboard.ingest.sources.files.sql import COPY, CREATE, INSERT, Grammar, has_backslashes, names_of

MAX_PIECE_CHARACTERS: Final = 1 << 20
_READ_CHARACTERS: Final = 64 << 10
MAX_TABLES: Final = 1_000
"""Tables of which the names of the columns are remembered, those that were created last."""
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


class SqlRow(NamedTuple):
    """A row as it is written."""

    line: int
    text: str


class TableRows(NamedTuple):
    """A statement with rows, as it begins."""

    table: tuple[str, ...]
    """The name of the table, in its parts."""
    columns: tuple[str, ...]
    """Empty where neither the statement nor one that creates the table names them."""
    rows: Iterator[SqlRow | Record]
    """Its rows, to be read before the next statement; a record for what cannot be read."""
    cells: Callable[[str], list[str] | str]
    """The values of a row, a null as an empty text; or the text of what is no plain value."""


class SqlStatements:
    """The statements of a dump, those with rows to be read row by row."""

    def __init__(self, text: io.TextIOWrapper, name: str) -> None:
        """Raises `UnreadableFileError`."""
        self.has_begun = False
        """Whether rows that are wanted have begun: what empties tables above them changes nothing."""
        self._text, self._name = text, name
        self._buffer, self._place, self._ended = "", 0, False
        self._line = 1
        self._created: dict[str, tuple[str, ...]] = {}
        self._more()
        self._buffer = self._buffer.removeprefix("\ufeff")
        self._grammar = Grammar(backslashes=has_backslashes(self._buffer))

    def read(self) -> Iterator[TableRows | Record]:
        """Each statement with rows; a record for one that changes rows otherwise, which is not read.

        Raises `UnreadableFileError`.
        """
        while self._next():
            if self._buffer[self._place] == ";":
                self._advance(self._place + 1)
            elif (begun := self._begin()) is None:
                yield from self._other()
            else:
                table = names_of(begun[1])
                columns = names_of(begun[2] or "") or self._created.get(table[-1], ())
                if begun.re is COPY:
                    found = TableRows(table, columns, self._copied(begun), dump_cells)
                else:
                    found = TableRows(table, columns, self._inserted(begun), self._grammar.cells)
                # What SQLite keeps for itself.
                if table[-1].startswith("sqlite_"):
                    skipped(found)
                else:
                    yield found

    def _begin(self) -> re.Match[str] | None:
        """The beginning of a statement with rows, which is passed; None before any other, which is then in
        the buffer.
        """
        while (found := _begins(self._buffer, self._place)) is None:
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
        elif not _HARMLESS.match(statement) and (self.has_begun or not _TRUNCATE.match(statement)):
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

    def _inserted(self, insert: re.Match[str]) -> Iterator[SqlRow | Record]:
        """The rows of an INSERT."""
        self._advance(insert.end())
        while True:
            line, row = self._line, self._row()
            if row is None:
                yield self._unread(line, self._statement())
                return
            yield SqlRow(line, row)
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

    def _copied(self, copy: re.Match[str]) -> Iterator[SqlRow | Record]:
        """The lines below COPY, up to the one that ends them."""
        self._advance(copy.end())
        self._line_text()
        while True:
            line, text = self._line, self._line_text()
            if text.rstrip("\r\n") == "\\.":
                return
            while is_continued(text):
                text += self._line_text()
            yield SqlRow(line, text)

    def _line_text(self) -> str:
        while (end := self._buffer.find("\n", self._place)) < 0:
            self._need("block of COPY")
        text = self._buffer[self._place : end + 1]
        self._place, self._line = end + 1, self._line + 1
        return text

    def _row(self) -> str | None:
        """The row that begins here; None where none does."""
        if self._buffer[self._place : self._place + 1] not in ("(", ""):
            return None
        while (found := self._grammar.row.match(self._buffer, self._place)) is None:
            self._need("row")
        self._advance(found.end())
        return found[0]

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


def skipped(begun: TableRows) -> None:
    """Pass the rows of a statement."""
    for _ in begun.rows:
        pass


def _begins(buffer: str, place: int) -> re.Match[str] | None:
    return INSERT.match(buffer, place) or COPY.match(buffer, place)

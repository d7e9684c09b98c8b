"""Delimited text such as CSV: a header, then one record for each row. A bad row does not affect others."""

from __future__ import annotations

import codecs
import csv
import io
from collections import deque
from collections.abc import Callable, Iterator

from callboard.ingest.sources.opening import READING_FAULTS, broken_off
from callboard.ingest.sources.records import ImportOptionError, Record, RowError, UnreadableFileError
from callboard.ingest.sources.rejects import REJECT_COLUMNS
from callboard.model.exported import (
    CALL_COLUMNS,
    EARLIER_CALL_COLUMNS,
    EARLIER_TASK_COLUMNS,
    TASK_COLUMNS,
    unescape_formula,
)

SEPARATORS = {"\t": "tab", ",": "comma", ";": "semicolon", "|": "pipe"}
MAX_LINE_CHARACTERS = 1 << 20
MAX_LINES_OF_A_ROW = 1_000
"""A quoted cell may hold line breaks; a quote that is still open after so many lines is taken for a
mistake."""
_BYTE_ORDER_MARKS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}


def text_of(stream: io.BufferedReader, head: bytes, encoding: str | None) -> tuple[io.TextIOWrapper, str]:
    """The text of a stream, and its encoding: the given one, else that of its byte-order mark, else UTF-8.

    Bytes that are invalid in the encoding are decoded to surrogates, so that only the row that holds them is
    rejected.
    """
    marked = next((name for mark, name in _BYTE_ORDER_MARKS.items() if head.startswith(mark)), None)
    name = encoding or marked or "utf-8"
    try:
        codec = codecs.lookup(name).name
    except LookupError:
        raise ImportOptionError(f"--encoding: {name!r} is no encoding that Python knows") from None
    if codec == "utf-8" and marked == "utf-8-sig":
        name = "utf-8-sig"
    errors = "strict" if codec.startswith(("utf-16", "utf-32")) else "surrogateescape"
    return io.TextIOWrapper(stream, encoding=name, errors=errors, newline=""), name


class Lines:
    """The numbered lines of a text. Lines can be put back."""

    def __init__(self, text: io.TextIOWrapper, name: str) -> None:
        self._text = text
        self._name = name
        self._put_back: deque[str] = deque()
        self.number = 0
        """The number of the line that was read last, from 1."""

    def next_line(self) -> str | None:
        """The next line with its line end; None after the last. A line longer than the bound is cut off."""
        line = self._put_back.popleft() if self._put_back else self._read()
        if not line:
            return None
        self.number += 1
        return line

    def put_back(self, lines: list[str]) -> None:
        self._put_back.extendleft(reversed(lines))
        self.number -= len(lines)

    def _read(self) -> str:
        try:
            line = self._text.readline(MAX_LINE_CHARACTERS)
            if len(line) == MAX_LINE_CHARACTERS and not line.endswith("\n"):
                while (rest := self._text.readline(MAX_LINE_CHARACTERS)) and not rest.endswith("\n"):
                    pass
        except UnicodeDecodeError as error:
            raise UnreadableFileError(
                f"{self._name}: line {self.number + 1} is not {self._text.encoding}; --encoding names another"
            ) from error
        except READING_FAULTS as error:
            raise broken_off(self._name, error) from error
        return line


def undecoded(line: str) -> RowError | None:
    """The error when characters of a line are invalid; None when all are valid."""
    if len(line) >= MAX_LINE_CHARACTERS:
        return RowError("too_large", f"the line is longer than {MAX_LINE_CHARACTERS} characters")
    if "\0" in line:
        return RowError("invalid_value", f"a NUL byte at character {line.index(chr(0)) + 1}")
    if not line.isascii():
        for place, character in enumerate(line, 1):
            if "\udc80" <= character <= "\udcff":
                byte = ord(character) - 0xDC00
                return RowError(
                    "invalid_value",
                    f"byte 0x{byte:02X} at character {place} is not of the file's encoding; "
                    "if the file is in another, say so, as in --encoding cp1252",
                )
    return None


class DelimitedRows:
    """The rows of a delimited file."""

    kind = "delimited"

    def __init__(self, text: io.TextIOWrapper, name: str, choose: Callable[[str], str]) -> None:
        """`choose` returns the separator for the line of the header. Raises `UnreadableFileError`."""
        self._lines = Lines(text, name)
        self._name = name
        first = self._lines.next_line()
        while first is not None and not first.strip():
            first = self._lines.next_line()
        if first is None:
            raise UnreadableFileError(f"{name} is empty: not even a header")
        first = first.removeprefix("\ufeff")
        if problem := undecoded(first):
            raise UnreadableFileError(f"{name}: the header (line {self._lines.number}): {problem.message}")
        self.separator = choose(first)
        header = self._cells(first)
        if isinstance(header, RowError):
            raise UnreadableFileError(f"{name}: the header (line {self._lines.number}): {header.message}")
        self.columns = [cell.strip() for cell in header]
        # Cells of our own exports are escaped against formulas; those of other files are read unchanged.
        of_rejects = tuple(self.columns[: len(REJECT_COLUMNS)]) == REJECT_COLUMNS
        self._is_escaped = of_rejects or tuple(self.columns) in (
            CALL_COLUMNS,
            *EARLIER_CALL_COLUMNS,
            TASK_COLUMNS,
            *EARLIER_TASK_COLUMNS,
        )

    def __iter__(self) -> Iterator[Record]:
        while (line := self._lines.next_line()) is not None:
            number = self._lines.number
            if not line.strip():
                continue
            cells = undecoded(line) or self._cells(line)
            if isinstance(cells, RowError):
                yield Record(number, {}, [line.rstrip("\r\n")], cells)
            else:
                yield self._record(number, cells)

    def _record(self, number: int, cells: list[str]) -> Record:
        if len(cells) > len(self.columns) and not any(cells[len(self.columns) :]):
            cells = cells[: len(self.columns)]
        if len(cells) != len(self.columns):
            message = f"{_counted(len(cells), 'cell')} where the header has {len(self.columns)}"
            return Record(number, {}, cells, RowError("invalid_value", message))
        if self._is_escaped:
            cells = [unescape_formula(cell) for cell in cells]
        return Record(number, dict(zip(self.columns, cells, strict=True)), cells)

    def _cells(self, line: str) -> list[str] | RowError:
        if '"' not in line:
            return line.rstrip("\r\n").split(self.separator)
        return self._quoted(line)

    def _quoted(self, line: str) -> list[str] | RowError:
        """The cells of a row with quotes, which may span several lines.

        If it cannot be read, only the first line is rejected: the others are put back and read as rows.
        """
        taken: list[str] = []

        def lines() -> Iterator[str]:
            yield line
            while len(taken) < MAX_LINES_OF_A_ROW and (more := self._lines.next_line()) is not None:
                taken.append(more)
                yield more

        try:
            cells = next(csv.reader(lines(), delimiter=self.separator, strict=True))
        except csv.Error as error:
            self._lines.put_back(taken)
            return RowError("invalid_value", _quoting_fault(str(error)))
        if taken and hasattr(self, "columns") and len(cells) != len(self.columns):
            self._lines.put_back(taken)
            return RowError("invalid_value", "a quote is opened and not closed in its line")
        if taken and (problem := next(filter(None, map(undecoded, taken)), None)):
            return problem
        return cells


def _quoting_fault(message: str) -> str:
    if "unexpected end" in message:
        return "a quote is opened and never closed"
    if "expected after" in message:
        return "text stands behind a closing quote"
    if "larger than field limit" in message:
        return "a cell is longer than 131072 characters: is a quote left open?"
    return message


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def separator_for(columns: list[str], separator: str | None) -> Callable[[str], str]:
    """A function that finds the separator of a header: the given one, else the one that yields most of the
    expected columns, and among equals the one that is most frequent in the header.
    """

    def choose(header: str) -> str:
        if separator:
            return separator
        line = header.rstrip("\r\n")

        def fitness(candidate: str) -> tuple[int, int]:
            names = {name.strip().strip('"') for name in line.split(candidate)}
            return sum(name in names for name in columns), line.count(candidate)

        return max(SEPARATORS, key=fitness)

    return choose

"""Records: the rows of any file format, each with its place in the file."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Protocol

from callboard.errors import CallerError
from callboard.model.words import RejectReason


class UnreadableFileError(CallerError):
    """The file cannot be read."""

    code = "unreadable_file"


class ImportOptionError(CallerError):
    """An import was asked for that does not fit its file."""

    code = "import_option"


class RowError(CallerError):
    """This row cannot be an event."""

    code = "invalid_row"

    def __init__(self, reason: RejectReason, message: str) -> None:
        super().__init__(message)
        self.reason: RejectReason = reason


@dataclass(slots=True)
class Record:
    """One row of a file."""

    line: int
    """The line of a text file where the row begins, or the number of the row in JSON that is not one object a
    line, and in Parquet; from 1."""
    row: dict[str, Any]
    """Column → value; empty when the row cannot be read."""
    cells: list[Any] = field(default_factory=list)
    """The cells as they were read, for the file of rejected rows."""
    problem: RowError | None = None
    """Why the row cannot be read."""


class Rows(Protocol):
    """A file, row by row. A row that cannot be read is a record with a problem; reading continues after it.

    Iterating raises `UnreadableFileError` where the file itself is damaged or cut off.
    """

    @property
    def kind(self) -> str:
        """`delimited`, `ndjson`, `json_array` or `parquet`; `documents` for what a platform's own translation
        reads, and is no table.
        """

    @property
    def columns(self) -> list[str]:
        """The columns; for JSON, which has no header, the keys of its first rows."""

    @property
    def left_out(self) -> dict[str, int]:
        """The lines so far that are no rows, by what they are: `title`, `types`, `repeated header`, `totals`,
        `condition` for rows that an option leaves out, and `no call: …` for what a platform tells besides.
        """

    @property
    def mended(self) -> int:
        """The rows so far that were read in spite of quotes that are not doubled."""

    def __iter__(self) -> Iterator[Record]: ...


def missing_column(column: str, columns: list[str]) -> ImportOptionError:
    """The error for a column that the file lacks; it lists the columns that the file has."""
    shown = ", ".join(columns[:60]) + (f" and {len(columns) - 60} more" if len(columns) > 60 else "")
    return ImportOptionError(f"There is no column {column!r}. The columns are: {shown}")

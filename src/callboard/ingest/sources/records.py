"""What every kind of file is read into: one record a row, with the place it stands at."""

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
    """Where it begins: the line of a text file from 1, the row of a Parquet file from 1."""
    row: dict[str, Any]
    """By column; empty when the row cannot be read."""
    cells: list[Any] = field(default_factory=list)
    """What stands there, for the file of rejected rows."""
    problem: RowError | None = None
    """Why it cannot be read."""


class Rows(Protocol):
    """A file, row by row. Bad rows come as records with a problem; reading goes on behind them.

    Iterating raises `UnreadableFileError` where the file itself breaks off.
    """

    kind: str
    """`delimited`, `ndjson` or `parquet`."""
    columns: list[str]
    """Its columns; of NDJSON, which has no header, those of the first rows."""

    def __iter__(self) -> Iterator[Record]: ...


def missing_column(column: str, columns: list[str]) -> ImportOptionError:
    """The error that names a column and lists those that are there."""
    shown = ", ".join(columns[:60]) + (f" and {len(columns) - 60} more" if len(columns) > 60 else "")
    return ImportOptionError(f"There is no column {column!r}. The columns are: {shown}")

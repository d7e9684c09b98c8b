"""Rejected rows in a file of their own: what stood there, and why it was not taken."""

from __future__ import annotations

import csv
import json
import os
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TextIO

from callboard.ingest.sources.records import Record

REJECT_COLUMNS = ("rejected_line", "rejected_reason", "rejected_message")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def guarded(cell: str) -> str:
    """A cell that no spreadsheet runs as a formula: a leading `'` marks it as text. `unguarded` undoes it."""
    bare = cell.lstrip("'")
    return f"'{cell}" if bare.startswith(_FORMULA) else cell


def unguarded(cell: str) -> str:
    """The cell that `guarded` was given."""
    return cell[1:] if cell[:1] == "'" and cell.lstrip("'").startswith(_FORMULA) else cell


class RejectsFile:
    """Rows that were not taken: CSV for delimited files, NDJSON for the others. Made with its first row.

    A CSV of rejected rows, once mended, can be imported with the same options: its first three columns are
    of no field, and cells that were guarded against spreadsheets are read as they were.
    """

    def __init__(self, path: Path, kind: str, columns: list[str]) -> None:
        self.path = path
        self._csv = kind == "delimited"
        self._columns = columns
        self.carry_on = False
        """Whether rows an interrupted run wrote are kept."""
        self._file: TextIO | None = None
        self.count = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._file is not None:
            self._file.close()

    @property
    def written(self) -> bool:
        """Whether there is such a file, of this run or of one it carries on."""
        return self.count > 0 or (self.carry_on and self.path.exists())

    def add(self, record: Record, reason: str, message: str) -> None:
        """Write one row, whole."""
        file = self._file or self._open()
        self.count += 1
        if self._csv:
            cells = [_text(cell) for cell in record.cells]
            csv.writer(file, lineterminator="\n").writerow(
                guarded(cell) for cell in (str(record.line), reason, message, *cells)
            )
        else:
            body = {"line": record.line, "reason": reason, "message": message}
            body |= {"row": record.row} if record.row else {"text": "".join(map(_text, record.cells))}
            file.write(json.dumps(body, ensure_ascii=True, default=str) + "\n")

    def flush(self) -> None:
        """What was added is in the file."""
        if self._file is not None:
            self._file.flush()

    def _open(self) -> TextIO:
        carried = self.carry_on and self.path.exists()
        # surrogateescape: bytes of another encoding go out as they came in.
        self._file = open(  # noqa: SIM115 - closed with us; Path.open takes no opener
            self.path,
            "a" if carried else "w",
            encoding="utf-8",
            errors="surrogateescape",
            newline="",
            opener=_private,
        )
        if self._csv and not carried:
            csv.writer(self._file, lineterminator="\n").writerow(
                guarded(cell) for cell in (*REJECT_COLUMNS, *self._columns)
            )
        return self._file


def _private(path: str, flags: int) -> int:
    """New files are their owner's alone: they hold phone numbers. One that is there keeps its mode."""
    return os.open(path, flags, 0o600)


def _text(cell: Any) -> str:
    return cell if isinstance(cell, str) else "" if cell is None else str(cell)

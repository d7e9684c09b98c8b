"""The file of rejected rows: each row as it was in the source, and why it was rejected."""

from __future__ import annotations

import csv
import json
import os
from math import inf
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TextIO

from callboard.ingest.sources.files.lines import MAX_LINE_CHARACTERS
from callboard.ingest.sources.files.records import Record
from callboard.model.exported import escape_formula

# A cell can be a line as long as it may be, in which each character got a mark against formulas. The limit is
# one of the process; the modules that read rows with quotes rely on it too.
MAX_CELL_CHARACTERS = 2 * MAX_LINE_CHARACTERS
csv.field_size_limit(MAX_CELL_CHARACTERS)
REJECT_COLUMNS = ("rejected_line", "rejected_reason", "rejected_message")


class RejectsFile:
    """Rejected rows: CSV for delimited files, NDJSON for other formats. Created with the first rejected row.

    A corrected CSV of rejected rows can be imported with the same options: its first three columns belong to
    no field, and cells that were guarded against formulas in spreadsheets are read back unchanged.
    """

    def __init__(self, path: Path, kind: str, columns: list[str]) -> None:
        self.path = path
        self._csv = kind == "delimited"
        self._is_text = kind == "documents"
        self.columns = columns
        """Named in the first line of the file, when it is created."""
        self.carry_on = False
        """Whether the rows that an interrupted run wrote are kept."""
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
        """Whether the file exists, from this run or from the interrupted run that this one continues."""
        return self.count > 0 or (self.carry_on and self.path.exists())

    def add(self, record: Record, reason: str, message: str) -> None:
        """Write one rejected row."""
        file = self._file or self._open()
        self.count += 1
        if self._csv:
            cells = [_text(cell) for cell in record.cells]
            _write(file, [escape_formula(cell) for cell in (str(record.line), reason, message, *cells)])
        else:
            body = {"line": record.line, "reason": reason, "message": message}
            body |= (
                {"row": record.row}
                if record.row and not self._is_text
                else {"text": "".join(map(_text, record.cells))}
            )
            file.write(json.dumps(body, ensure_ascii=True, default=str) + "\n")

    def carry_on_after(self, line: int) -> None:
        """Keep the rows that an interrupted run wrote, up to a line of the source. Rows of later lines are
        removed: their chunk was not committed, so this run reads and rejects them again.
        """
        self.carry_on = True
        if self.path.exists():
            with self.path.open(encoding="utf-8", errors="surrogateescape", newline="") as file:
                rows = list(csv.reader(file)) if self._csv else file.read().splitlines()
            kept = [row for row in rows if self._line_of(row) <= line]
            with self.path.open("w", encoding="utf-8", errors="surrogateescape", newline="") as file:
                if self._csv:
                    for row in kept:
                        _write(file, list(row))
                else:
                    file.writelines(f"{row}\n" for row in kept)

    def _line_of(self, row: Any) -> float:
        """The source line of a written row; 0 for the heading, which always stays, and infinity for a row
        that was cut off when the run was interrupted.
        """
        if self._csv:
            return 0 if row[:1] == [REJECT_COLUMNS[0]] else int(row[0]) if row and row[0].isdecimal() else inf
        try:
            return int(json.loads(row)["line"])
        except (ValueError, KeyError, TypeError):
            return inf

    def flush(self) -> None:
        """Write everything added so far to the file."""
        if self._file is not None:
            self._file.flush()

    def _open(self) -> TextIO:
        carried = self.carry_on and self.path.exists()
        # surrogateescape: undecodable bytes of the source are written as they were read.
        self._file = open(  # noqa: SIM115 - closed with us; Path.open takes no opener
            self.path,
            "a" if carried else "w",
            encoding="utf-8",
            errors="surrogateescape",
            newline="",
            opener=_private,
        )
        if self._csv and not carried:
            _write(self._file, [escape_formula(cell) for cell in (*REJECT_COLUMNS, *self.columns)])
        return self._file


def _write(file: TextIO, row: list[str]) -> None:
    # The writer leaves a bare carriage return without quotes, and a reader takes it for a line end.
    if any("\r" in cell for cell in row):
        csv.writer(file, lineterminator="\n", quoting=csv.QUOTE_ALL).writerow(row)
    else:
        csv.writer(file, lineterminator="\n").writerow(row)


def _private(path: str, flags: int) -> int:
    """Create files readable by their owner only: they hold phone numbers. An existing file keeps its mode."""
    return os.open(path, flags, 0o600)


def _text(cell: Any) -> str:
    return cell if isinstance(cell, str) else "" if cell is None else str(cell)

"""The rows that a guess is made from: the first of the file, and some that contradicted an earlier guess."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any, Final

from callboard.ingest.sources.files.records import Record
from callboard.ingest.sources.mapping.templates import cell
from callboard.ingest.sources.values.nulls import is_null

SAMPLE_ROWS: Final = 2_000


class Sample:
    """Rows of a file by column."""

    def __init__(self, records: Sequence[Record], columns: Sequence[str]) -> None:
        self.records = [each for each in records if each.problem is None]
        self.columns = list(columns)
        self._cells: dict[str, list[Any]] = {}

    def __len__(self) -> int:
        return len(self.records)

    def cells(self, column: str) -> list[Any]:
        """The column's cell in each row; None where it is empty or holds a null word."""
        if column not in self._cells:
            self._cells[column] = [_known(cell(each.row, column)) for each in self.records]
        return self._cells[column]

    def values(self, column: str) -> list[Any]:
        """The column's cells that hold something."""
        return [each for each in self.cells(column) if each is not None]

    def texts(self, column: str) -> list[str]:
        """The column's cell in each row as a word; empty where it holds nothing. `NA` is a word too."""
        found = (cell(each.row, column) for each in self.records)
        return ["" if each is None or isinstance(each, dict | list) else str(each) for each in found]

    def words(self, column: str) -> Counter[str]:
        """The different words of a column, each with its number of rows."""
        return Counter(filter(None, self.texts(column)))

    def is_filled(self, column: str) -> bool:
        """Whether any cell of the column holds something."""
        return any(each is not None for each in self.cells(column))


def _known(value: Any) -> Any:
    if isinstance(value, str):
        return None if is_null(value) else value
    return None if isinstance(value, dict | list) else value

"""The rows of a file without those that an option leaves out."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final

from callboard.ingest.sources.files.records import Record, Rows

CONDITION: Final = "condition"
"""What a row is, among lines that are no rows, that a condition of the user's leaves out."""


class KeptRows:
    """The rows of a file for which none of the conditions holds; the others are counted with the lines that
    are no rows. A row that cannot be read is kept, so that it is rejected with its reason.
    """

    def __init__(self, rows: Rows, conditions: Sequence[Callable[[dict[str, Any]], bool]]) -> None:
        self._rows = rows
        self._conditions = conditions
        self._left_out = 0

    @property
    def kind(self) -> str:
        return self._rows.kind

    @property
    def columns(self) -> list[str]:
        return self._rows.columns

    @property
    def left_out(self) -> dict[str, int]:
        found = dict(self._rows.left_out)
        return {**found, CONDITION: self._left_out} if self._left_out else found

    @property
    def mended(self) -> int:
        return self._rows.mended

    def __iter__(self) -> Iterator[Record]:
        for record in self._rows:
            if record.problem is None and any(holds(record.row) for holds in self._conditions):
                self._left_out += 1
            else:
                yield record

"""Ids of rows that have none: made of what a row says, with a count among rows that say the same."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from hashlib import blake2b
from typing import Any, Final

from callboard.ingest.sources.files.records import ImportOptionError, RowError
from callboard.ingest.sources.mapping.passing import is_passing
from callboard.ingest.sources.mapping.templates import Row, cell
from callboard.ingest.sources.rejects import REJECT_COLUMNS
from callboard.store.occurrences import KEY_BYTES, Occurrences

ALL: Final = "*"
_NOT_OF_THE_ROW: Final = frozenset(REJECT_COLUMNS)
"""Columns that a file of rejected rows has before those of the source."""


class RowIds:
    """Makes the ids of one import's rows.

    The id is `row-<hash>-<n>`: a hash of the named cells, and which of the rows it is that say the same. So
    the ids of a file's rows are the same in any order, under any name and beside any other rows. Of all
    cells, those that count the rows, are of the export or are filled in later are left out. Rows that say
    the same in named cells and differ in what else the import takes from them have one id, as rows of one id
    in a column have; they are counted.
    """

    def __init__(self, columns: Sequence[str], fields: Mapping[str, Collection[str]] | None = None) -> None:
        """`fields`: column → the fields that it fills. Raises `ImportOptionError` for a column that is given
        twice, or beside all.
        """
        if len(set(columns)) < len(columns):
            raise ImportOptionError("--id-from: a column is given twice")
        if ALL in columns and len(columns) > 1:
            raise ImportOptionError(f"--id-from: {ALL} is all columns, and stands alone")
        self._columns = sorted(columns)
        self._fields = fields or {}
        self.takes_all = ALL in columns
        self._names: tuple[str, ...] = ()
        self._lasting_names: list[str] = []
        self._equal = Occurrences()
        self._same_id = Occurrences()
        self.differing = 0
        """Rows whose id came before, of a row that says something else."""

    @property
    def columns(self) -> list[str]:
        """The columns that the ids are made of; empty when they are made of all."""
        return [] if self.takes_all else self._columns

    def id_of(self, row: Row, event: dict[str, Any]) -> str:
        """The id of a row; `event` is what the import takes from it. Raises `RowError`."""
        key = self._key(row)
        if self.takes_all:
            return f"row-{key.hex()}-{self._equal.count(key)}"
        content = json.dumps(event, sort_keys=True, default=str, ensure_ascii=True)
        number = self._equal.count(_digest(key + content.encode()))
        found = f"row-{key.hex()}-{number}"
        self.differing += self._same_id.count(_digest(found.encode())) > 1
        return found

    def start_over(self) -> None:
        """Forget the rows so far."""
        self._equal.clear()
        self._same_id.clear()
        self.differing = 0

    def _key(self, row: Row) -> bytes:
        said = _said(row, self._lasting(row) if self.takes_all else self._columns)
        if not said and self.takes_all:
            said = _said(row, sorted(row.keys() - _NOT_OF_THE_ROW))
        if not said:
            which = "every cell" if self.takes_all else f"each of {', '.join(map(repr, self._columns))}"
            raise RowError("missing_field", f"{which} is empty, so that nothing tells the row from others")
        # With their lengths: otherwise `a=b` and `c` could be a name and a value in two ways.
        text = "".join(f"{len(name)}:{name}{len(value)}:{value}" for name, value in said)
        return _digest(text.encode("utf-8", "surrogatepass"))

    def _lasting(self, row: Row) -> list[str]:
        """The columns of a row that tomorrow's export says again."""
        names = tuple(row)
        if names != self._names:
            lasting = (
                each
                for each in names
                if each not in _NOT_OF_THE_ROW and not is_passing(each, self._fields.get(each, ()))
            )
            self._names, self._lasting_names = names, sorted(lasting)
        return self._lasting_names


def _said(row: Row, names: Sequence[str]) -> list[tuple[str, str]]:
    return [(name, text) for name in names if (text := _text(cell(row, name)))]


def _digest(content: bytes) -> bytes:
    return blake2b(content, digest_size=KEY_BYTES).digest()


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    return (
        json.dumps(value, sort_keys=True, default=str)
        if isinstance(value, dict | list | bool)
        else str(value)
    )

"""Write exports as CSV and NDJSON."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Sequence
from typing import Any

import msgspec

from callboard.clock import exact
from callboard.model.exported import escape_formula
from callboard.query.export.tables import ExportTable, Kind
from callboard.query.items import seconds

_json = msgspec.json.Encoder()


class NdjsonEncoder:
    """One JSON object per line, equal to the item of the list."""

    def __init__(self, table: ExportTable[Any]) -> None:
        self._item = table.item
        self.row_bytes = 0.0

    def begin(self) -> bytes:
        return b""

    def rows(self, rows: Sequence[Any]) -> bytes:
        encoded = _json.encode_lines([self._item(row) for row in rows])
        self.row_bytes = len(encoded) / len(rows)
        return encoded

    def end(self) -> bytes:
        return b""


class CsvEncoder:
    """A header, then one line per row (RFC 4180, UTF-8). An unknown value is an empty cell."""

    def __init__(self, table: ExportTable[Any]) -> None:
        self._columns = table.columns
        self._values = table.values
        self._shown = [_SHOWN[kind] for _, kind in table.columns]
        self.row_bytes = 0.0

    def begin(self) -> bytes:
        return self._written([[name for name, _ in self._columns]])

    def rows(self, rows: Sequence[Any]) -> bytes:
        shown = self._shown
        cells = [
            [
                "" if value is None else show(value)
                for value, show in zip(self._values(row), shown, strict=True)
            ]
            for row in rows
        ]
        encoded = self._written(cells)
        self.row_bytes = len(encoded) / len(rows)
        return encoded

    def end(self) -> bytes:
        return b""

    def _written(self, rows: Sequence[Sequence[Any]]) -> bytes:
        out = io.StringIO()
        csv.writer(out).writerows(rows)
        return out.getvalue().encode("utf-8", "surrogatepass")


def _document(value: Any) -> str:
    return _json.encode(value).decode()


_SHOWN: dict[Kind, Callable[[Any], Any]] = {
    "text": escape_formula,
    "time": exact,
    "duration": seconds,
    "whole": lambda number: number,
    "flag": lambda flag: "true" if flag else "false",
    "names": " ".join,
    "document": _document,
}

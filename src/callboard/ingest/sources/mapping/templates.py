"""Cells of a row, and templates: the source of a field as one column or a text with columns in it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, Final

from callboard.ingest.sources.files.records import ImportOptionError, RowError
from callboard.ingest.sources.mapping.apart import kept_apart

Row = Mapping[str, Any]
ABSENT: Final = object()
"""The value of a field that a row says nothing about."""
_Part = str | tuple[str, Callable[[str], str] | None]
"""Text, or the name of a column with what its cell is written by."""
_PLACE = re.compile(r'\{\{|\}\}|\{"((?:[^"]|"")*)"\}|\{([^{}]*)\}')


class Template:
    """The source of a field: one column, or columns with text between them.

    `{column}` is the place of a column, `{"column"}` too, for a name with braces in it. A doubled brace is a
    brace. A text without any place is the name of a column.
    """

    def __init__(self, text: str, *, constant: bool = False) -> None:
        """`constant`: a text without any place is that text, and not the name of a column."""
        # A plain string is literal text, a tuple holds the name of a column.
        self._parts: list[str | tuple[str]] = []
        if _PLACE.search(text) is None and not constant:
            self._parts.append((text,))
        else:
            self._parse(text)
        self.columns = [part[0] for part in self._parts if isinstance(part, tuple)]

    def _parse(self, text: str) -> None:
        end = 0
        for found in _PLACE.finditer(text):
            self._parts.append(text[end : found.start()])
            quoted, plain = found.groups()
            name = plain if quoted is None else quoted.replace('""', '"')
            # No name: a doubled brace, which stands for one literal brace.
            self._parts.append(found.group(0)[0] if name is None else (name,))
            end = found.end()
        self._parts.append(text[end:])
        self._parts = [part for part in self._parts if part]

    @property
    def text(self) -> str | None:
        """The text of a template without any column; None for others."""
        return None if self.columns else "".join(part for part in self._parts if isinstance(part, str))

    @property
    def column(self) -> str | None:
        """The column that this is alone; None for a text."""
        only = self._parts[0] if len(self._parts) == 1 else ""
        return only[0] if isinstance(only, tuple) else None

    def reader(self, *, whole: bool, apart: bool = False) -> Callable[[Row], Any]:
        """A function from a row to the value; `""` when all cells are empty. `whole`: a value of which only
        some cells are empty is a `RowError`, as half an id or half a time would be a wrong one. `apart`:
        other cells never make the same text, as of an id; raises `ImportOptionError` where nothing stands
        between two columns.
        """
        if (name := self.column) is not None:
            return lambda row: cell(row, name)
        parts = self._kept_apart() if apart else [self._plain(part) for part in self._parts]

        def read(row: Row) -> str:
            cells = {name: text_of(cell(row, name)) for name in self.columns}
            if not any(cells.values()):
                return ""
            if whole and (empty := next((name for name, each in cells.items() if not each), None)):
                raise RowError("missing_field", f"the column {empty!r} is empty")
            return "".join(
                part
                if isinstance(part, str)
                else cells[part[0]]
                if part[1] is None
                else part[1](cells[part[0]])
                for part in parts
            ).strip()

        return read

    @staticmethod
    def _plain(part: str | tuple[str]) -> _Part:
        return part if isinstance(part, str) else (part[0], None)

    def _kept_apart(self) -> list[_Part]:
        parts: list[_Part] = []
        separator: str | None = None
        for part in self._parts:
            if isinstance(part, str):
                parts.append(part)
                separator = None if separator is None else separator + part
                continue
            if separator == "":
                raise ImportOptionError(
                    f"{place_of(part[0])} follows another column with nothing between them: 1 and 23 would "
                    "make the id of 12 and 3. Put a sign between the two"
                )
            parts.append((part[0], None if separator is None else kept_apart(separator)))
            separator = ""
        return parts


def source_of(column: str) -> str:
    """The text that `Template` reads as this column alone."""
    return column if _PLACE.search(column) is None else place_of(column)


def place_of(column: str) -> str:
    """The place of a column inside a template."""
    if set('{}"').isdisjoint(column):
        return f"{{{column}}}"
    return '{"' + column.replace('"', '""') + '"}'


def cell(row: Row, name: str) -> Any:
    """A cell, without the spaces around it; a value inside an object by its dotted name; else `""`."""
    value = row.get(name, ABSENT)
    if value is ABSENT:
        return _inner(row, name) if "." in name else ""
    return value.strip() if isinstance(value, str) else value


def _inner(row: Row, name: str) -> Any:
    """A value inside an object, by its dotted name. Keys may hold dots themselves: the longest one wins."""
    head, _, rest = name.rpartition(".")
    while head:
        inner = row.get(head)
        if isinstance(inner, Mapping):
            return cell(inner, rest)
        head, _, more = head.rpartition(".")
        rest = f"{more}.{rest}"
    return ""


def text_of(value: Any) -> str:
    """A cell as text; null is empty."""
    return value if isinstance(value, str) else "" if value is None else str(value)

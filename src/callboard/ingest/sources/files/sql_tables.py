"""The tables of a dump of SQL that have rows, each with its first ones."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from callboard.ingest.sources.files.delimited import distinct
from callboard.ingest.sources.files.records import Record
from callboard.ingest.sources.files.sql_statements import TableRows

MAX_LISTED_TABLES: Final = 100
"""Tables of a dump that are told apart, the first ones."""
FIRST_ROWS: Final = 100
_MOST_CHARACTERS: Final = 1 << 18
"""Of the first rows of one table."""


@dataclass
class SqlTable:
    """A table, and the first of its rows that can be read."""

    name: str
    columns: list[str] = field(default_factory=list)
    rows: int = 0
    first: list[Record] = field(default_factory=list)
    held: int = 0
    """The characters of the first rows."""


def sql_tables(statements: Iterable[TableRows | Record]) -> list[SqlTable]:
    """The tables that the statements insert rows into, at most `MAX_LISTED_TABLES`; reads all statements."""
    found: dict[tuple[str, ...], SqlTable] = {}
    for begun in statements:
        if isinstance(begun, Record):
            continue
        table = found.get(begun.table)
        if table is None and len(found) < MAX_LISTED_TABLES:
            table = found[begun.table] = SqlTable(".".join(begun.table))
        for row in begun.rows:
            if table is not None and not isinstance(row, Record):
                table.rows += 1
                if len(table.first) < FIRST_ROWS and table.held + len(row.text) <= _MOST_CHARACTERS:
                    _keep(table, row.line, row.text, begun)
    return list(found.values())


def _keep(table: SqlTable, line: int, text: str, begun: TableRows) -> None:
    cells = begun.cells(text)
    if isinstance(cells, str):
        return
    names = begun.columns or tuple(f"column_{number}" for number in range(1, len(cells) + 1))
    table.columns = table.columns or distinct(list(names))
    if len(cells) == len(names) and set(names) <= set(table.columns):
        row = dict.fromkeys(table.columns, "") | dict(zip(names, cells, strict=True))
        table.first.append(Record(line, row, cells))
        table.held += len(text)

"""Changes of several organizations in few statements."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, LiteralString

from callboard.store.sql.database import Answer, Column, Database, Dialect, SqlRow, Values


class Gathered:
    """Gathers changes of many rows by their statement, as far as nothing else is asked of the database: what
    is read or changed otherwise comes after them. Organizations share no row, so that the order of
    statements matters only within one, and is the same for each.
    """

    def __init__(self, db: Database) -> None:
        self._db = db
        self._rows: dict[str, list[Sequence[Any]]] = {}

    def change_many(self, name: str, rows: Iterable[Sequence[Any]]) -> None:
        """See `Database`."""
        self._rows.setdefault(name, []).extend(rows)

    def flush(self) -> Database:
        """Carry out what was gathered."""
        gathered, self._rows = self._rows, {}
        for name, rows in gathered.items():
            self._db.change_many(name, rows)
        return self._db

    @property
    def dialect(self) -> Dialect:
        """See `Database`, here and below."""
        return self._db.dialect

    def ask(self, name: str, values: Values = ()) -> Answer:
        return self.flush().ask(name, values)

    def rows(self, name: str, values: Values = ()) -> list[SqlRow]:
        return self.flush().rows(name, values)

    def row(self, name: str, values: Values = ()) -> SqlRow | None:
        return self.flush().row(name, values)

    def value(self, name: str, values: Values = ()) -> Any:
        return self.flush().value(name, values)

    def change(self, name: str, values: Values = ()) -> None:
        self.flush().change(name, values)

    def select(self, sql: str, values: Values = ()) -> list[SqlRow]:
        return self.flush().select(sql, values)

    def select_value(self, sql: str, values: Values = ()) -> Any:
        return self.flush().select_value(sql, values)

    def run(self, sql: str, values: Values = ()) -> None:
        self.flush().run(sql, values)

    def columns(self, table: LiteralString) -> list[str]:
        return self.flush().columns(table)

    def described(self, table: LiteralString) -> list[Column]:
        return self.flush().described(table)

    def append(self, table: LiteralString, columns: Sequence[str], rows: Sequence[SqlRow]) -> None:
        self.flush().append(table, columns, rows)

    def restart_numbers(self, tables: Sequence[LiteralString]) -> None:
        self.flush().restart_numbers(tables)

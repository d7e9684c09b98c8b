"""`Database` over an apsw connection."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, LiteralString

import apsw
import msgspec

from callboard.store.sql.database import Answer, Column, Dialect, SqlRow, Values
from callboard.store.sqlite.statements import statement

SQLITE = Dialect(
    index_hint=" INDEXED BY {}",
    then_join="CROSS JOIN",  # SQLite never reorders the tables of a CROSS JOIN
    each_space="json_each(:spaces) AS wanted",
    each_range=(
        "(SELECT key AS place, value ->> 0 AS begins, value ->> 1 AS ends FROM json_each(:ranges)) AS span"
    ),
    each_place=(
        "(SELECT value ->> 0 AS held_by, value ->> 1 AS begins, value ->> 2 AS ends "
        "FROM json_each(:places)) AS place"
    ),
    least="min",
    # The default repeats `SpaceSettings.live_call_limit`, for settings stored before it was there.
    live_limit="coalesce(settings ->> '$.live_call_limit', 14400)",
    hook_live_limit="settings ->> '$.live_call_limit'",
    packed="json_array({})",
    slice_deltas=250,
    long_slice_deltas=1_000,
    uses_temp_table=True,
    table_only=" NOT INDEXED",
    # Only texts: a CAST would turn a number in a damaged text column into the bytes of its digits.
    as_bytes="CASE typeof({0}) WHEN 'text' THEN CAST({0} AS BLOB) ELSE {0} END",
)

_json = msgspec.json.Encoder().encode


class SqliteDatabase:
    """See `Database`. A list becomes one parameter, a JSON array that statements expand with `json_each`."""

    __slots__ = ("_db",)

    def __init__(self, db: apsw.Connection) -> None:
        self._db = db

    @property
    def dialect(self) -> Dialect:
        return SQLITE

    def ask(self, name: str, values: Values = ()) -> Answer:
        found = self.rows(name, values)
        return lambda: found

    def rows(self, name: str, values: Values = ()) -> list[SqlRow]:
        return self._db.execute(statement(name), _bound(values)).fetchall()

    def row(self, name: str, values: Values = ()) -> SqlRow | None:
        return self._db.execute(statement(name), _bound(values)).fetchone()

    def value(self, name: str, values: Values = ()) -> Any:
        return self._db.execute(statement(name), _bound(values)).get

    def change(self, name: str, values: Values = ()) -> None:
        self._db.execute(statement(name), _bound(values))

    def change_many(self, name: str, rows: Iterable[Sequence[Any]]) -> None:
        self._db.executemany(statement(name), rows)

    def select(self, sql: str, values: Values = ()) -> list[SqlRow]:
        return self._db.execute(sql, _bound(values)).fetchall()

    def select_value(self, sql: str, values: Values = ()) -> Any:
        return self._db.execute(sql, _bound(values)).get

    def run(self, sql: str, values: Values = ()) -> None:
        self._db.execute(sql, _bound(values))

    def columns(self, table: LiteralString) -> list[str]:
        return [row[0] for row in self._db.execute("SELECT name FROM pragma_table_info(?)", (table,))]

    def described(self, table: LiteralString) -> list[Column]:
        # Primary key columns of a WITHOUT ROWID table are NOT NULL without saying so.
        found = self._db.execute('SELECT name, type, "notnull" OR pk FROM pragma_table_info(?)', (table,))
        return [Column(name, _KINDS[kind], not needed) for name, kind, needed in found]

    def append(self, table: LiteralString, columns: Sequence[str], rows: Sequence[SqlRow]) -> None:
        places = ", ".join("?" for _ in columns)
        self._db.executemany(f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({places})", rows)

    def restart_numbers(self, tables: Sequence[LiteralString]) -> None:
        """Nothing to do: an INTEGER PRIMARY KEY continues after the greatest by itself."""


_KINDS: dict[str, type[int | str | bytes]] = {"INTEGER": int, "TEXT": str, "BLOB": bytes}


def _bound(values: Any) -> Any:
    if isinstance(values, Mapping):
        return {
            name: _json(value).decode() if value.__class__ is list else value
            for name, value in values.items()
        }
    return values

"""`Database` over a psycopg connection."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, LiteralString

from psycopg import Connection, Cursor

from callboard.store.budget import current
from callboard.store.postgres.arrays import array_text
from callboard.store.postgres.connection import BoundedConnection
from callboard.store.postgres.statements import Statement, statement, translated
from callboard.store.sql.database import Answer, Column, Dialect, SqlRow, Values

POSTGRES = Dialect(
    index_hint="",  # PostgreSQL has no index hints: its planner has statistics
    then_join="JOIN",
    each_space="unnest(:spaces::BIGINT[]) AS wanted (value)",
    each_range=(
        # ORDINALITY counts from 1.
        "(SELECT each_of.place - 1 AS place, begins, ends "
        "FROM unnest(:ranges_0::BIGINT[], :ranges_1::BIGINT[]) "
        "WITH ORDINALITY AS each_of (begins, ends, place)) AS span"
    ),
    each_place=(
        "unnest(:places_0::BIGINT[], :places_1::BIGINT[], :places_2::BIGINT[]) "
        "AS place (held_by, begins, ends)"
    ),
    least="least",
    # The default repeats `SpaceSettings.live_call_limit`, for settings stored before it was there.
    live_limit="coalesce((settings::JSON ->> 'live_call_limit')::BIGINT, 14400)",
    hook_live_limit="(settings::JSON ->> 'live_call_limit')::BIGINT",
    packed="",
    slice_deltas=4_000,
    long_slice_deltas=4_000,
    uses_temp_table=False,
    table_only="",
    as_bytes="textsend({0})",
)

TIMEOUT_STEP_S = 0.1
"""Lower `statement_timeout` when the question's budget has fallen this far below it. Most questions are
answered before that, and save the round trip.
"""

_COLUMNS = (
    "SELECT attname, format_type(atttypid, atttypmod), NOT attnotnull FROM pg_attribute "
    "WHERE attrelid = %s::REGCLASS AND attnum > 0 AND NOT attisdropped ORDER BY attnum"
)


class PostgresDatabase:
    """See `Database`. In a commit the connection is in pipeline mode: a change is sent without waiting for
    its result, and an error of it is raised by the next read or by the commit.
    """

    __slots__ = ("_binary", "_bounded", "_connection", "_limit_s", "_routed")

    def __init__(
        self,
        connection: Connection[Any],
        limit_s: float | None = None,
        *,
        whole_texts: bool = False,
        routed: bool = True,
    ) -> None:
        """`limit_s`: the connection's current `statement_timeout`, in a read transaction; None in a commit,
        whose statements do not follow the budget of a question.

        `whole_texts`: read in binary format. In text format the server sends a text up to its first NUL, so
        a text with a damaged length, lengthened over the zeros behind it, would look undamaged.

        `routed`: the tables may be distributed by Citus.
        """
        self._routed = routed
        self._connection = connection
        self._bounded = (
            connection
            if isinstance(connection, BoundedConnection) and connection.patience is not None
            else None
        )
        if self._bounded is not None:
            self._bounded.org_id = None
        self._binary = whole_texts
        self._limit_s = limit_s

    @property
    def connection(self) -> Connection[Any]:
        return self._connection

    @property
    def dialect(self) -> Dialect:
        return POSTGRES

    def ask(self, name: str, values: Values = ()) -> Answer:
        return self._ask(self._statement(name), values).fetchall

    def rows(self, name: str, values: Values = ()) -> list[SqlRow]:
        return self._ask(self._statement(name), values).fetchall()

    def row(self, name: str, values: Values = ()) -> SqlRow | None:
        return self._ask(self._statement(name), values).fetchone()

    def value(self, name: str, values: Values = ()) -> Any:
        return _only(self._ask(self._statement(name), values).fetchone())

    def change(self, name: str, values: Values = ()) -> None:
        self._ask(self._statement(name), values)

    def change_many(self, name: str, rows: Iterable[Sequence[Any]]) -> None:
        every = rows if isinstance(rows, list) else list(rows)
        if not every:
            return
        found = self._statement(name)
        # One parameter per column: `c3` is the third column as an array, `v3` its value in the first row.
        for rows_of_one in _by_constants(found, every):
            columns = list(zip(*rows_of_one, strict=True))
            values = {
                column: array_text(columns[int(column[1:]) - 1])
                if column[0] == "c"
                else columns[int(column[1:]) - 1][0]
                for column in found.columns
            }
            self._execute(found.sql, values)

    def select(self, sql: str, values: Values = ()) -> list[SqlRow]:
        return self._ask(translated(sql, routed=self._routed), values).fetchall()

    def select_value(self, sql: str, values: Values = ()) -> Any:
        return _only(self._ask(translated(sql, routed=self._routed), values).fetchone())

    def run(self, sql: str, values: Values = ()) -> None:
        self._ask(translated(sql, routed=self._routed), values)

    def columns(self, table: LiteralString) -> list[str]:
        return list(self._types(table))

    def described(self, table: LiteralString) -> list[Column]:
        found = self._execute(_COLUMNS, (table,)).fetchall()
        return [Column(name, _KINDS[kind], nullable) for name, kind, nullable in found]

    def append(self, table: LiteralString, columns: Sequence[str], rows: Sequence[SqlRow]) -> None:
        types = self._types(table)
        arrays = ", ".join(f"%s::{types[each]}[]" for each in columns)
        self._execute(
            f"INSERT INTO {table} ({', '.join(columns)}) SELECT * FROM unnest({arrays})",
            [array_text(values) for values in zip(*rows, strict=True)],
        )

    def restart_numbers(self, tables: Sequence[LiteralString]) -> None:
        for table in tables:
            # `greatest` skips the NULL of an empty table; `setval` refuses 0.
            self._execute(
                f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), greatest(max(id), 1)) FROM {table}"
            )

    def _types(self, table: LiteralString) -> dict[str, str]:
        """The SQL type of each column, in the table's order."""
        return {name: kind for name, kind, _ in self._execute(_COLUMNS, (table,)).fetchall()}

    def _statement(self, name: str) -> Statement:
        return statement(name, routed=self._routed)

    def _ask(self, found: Statement, values: Values) -> Cursor[Any]:
        if self._bounded is not None and isinstance(values, Mapping) and "org_id" in values:
            self._ask_of(self._bounded, values["org_id"])
        if self._limit_s is not None and (budget := current()) is not None:
            remaining_s = budget.remaining_s()
            if remaining_s < self._limit_s - TIMEOUT_STEP_S:
                # At least 1 ms: 0 would mean no limit. `true`: until the transaction ends.
                limit = str(max(1, int(remaining_s * 1000)))
                self._execute("SELECT set_config('statement_timeout', %s, true)", (limit,))
                self._limit_s = remaining_s
        return self._execute(found.sql, _bound(values))

    @staticmethod
    def _ask_of(connection: BoundedConnection, org_id: int) -> None:
        """Do not ask a node of a cluster that does not answer; if it falls silent, wait no longer for it."""
        if connection.org_id != org_id:
            connection.org_id = org_id
            assert connection.patience is not None
            connection.patience.check(org_id)

    def _execute(self, sql: str, values: Any = ()) -> Cursor[Any]:
        """On a cursor of its own: in a pipeline the answer to an earlier statement may arrive while this one
        is sent, and would be taken for this one's if they shared a cursor.
        """
        return self._connection.cursor(binary=self._binary).execute(sql, values)


_KINDS: dict[str, type[int | str | bytes]] = {
    "bigint": int,
    "integer": int,
    "text": str,
    "bytea": bytes,
}


def _by_constants(found: Statement, rows: Sequence[Sequence[Any]]) -> Iterable[Sequence[Sequence[Any]]]:
    """The rows in groups that are equal in what the statement takes once for all rows: the organization."""
    places = [int(column[1:]) - 1 for column in found.columns if column[0] == "v"]
    if not places or all(row[at] == rows[0][at] for row in rows for at in places):
        return [rows]
    groups: dict[tuple[Any, ...], list[Sequence[Any]]] = {}
    for row in rows:
        groups.setdefault(tuple(row[at] for at in places), []).append(row)
    return groups.values()


def _only(row: SqlRow | None) -> Any:
    return row if row is None or len(row) != 1 else row[0]


def _bound(values: Values) -> Any:
    """A list becomes an array; a list of tuples one array per column (`:ranges_0`, `:ranges_1`)."""
    if not isinstance(values, Mapping):
        return values
    bound: dict[str, Any] = {}
    for name, value in values.items():
        if value.__class__ is not list:
            bound[name] = value
        elif value and isinstance(value[0], tuple | list):
            for at, column in enumerate(zip(*value, strict=True)):
                bound[f"{name}_{at}"] = array_text(column)
        else:
            # An empty list may be one of pairs or triples: bind the names of their columns as well.
            bound[name] = array_text(value)
            bound |= {f"{name}_{at}": bound[name] for at in range(3)}
    return bound

"""The columns of calls and tasks in statements: lists of them are made from the table of fields.

A statement of `queries/` holds a list of columns by a name in braces; everything else stands there as SQL:

- `{columns}`: `call_id, call_status, …`; `{it.columns}`: the same of the table `it`;
- `{places}`: `?` for each; `{arrays}`: for each, all its values as an array of PostgreSQL;
- `{assigned}`: `call_id = ?3, …`; `{assigned.new}`: `call_id = new.call_id, …`.

Whose columns they are is said by the statement's name. Values of a row begin with its key: the organization
and the number, and where it is inserted its space.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from callboard.model.call import Call
from callboard.model.field import Field
from callboard.model.fields import kept
from callboard.model.task import Task

COLUMNS: Final[dict[str, tuple[str, ...]]] = {
    "call": Call.__struct_fields__,
    "task": Task.__struct_fields__,
}
"""Of each table, in the order of its struct, behind the key."""
INSERT_KEY: Final = ("org_id", "no", "space_id")
UPDATE_KEY: Final = ("org_id", "no")

_TEXTS = ("id", "text", "word", "phone", "document", "texts")


def expanded(name: str, sql: str) -> str:
    """The statement with its lists of columns."""
    table, _, verb = name.partition(".")
    if table not in COLUMNS or "{" not in sql:
        return sql
    first = 1 + len(INSERT_KEY if verb == "insert" else UPDATE_KEY)
    columns, fields = COLUMNS[table], kept(table)
    lists = {
        "{columns}": _list(columns, lambda _, column: column),
        "{it.columns}": _list(columns, lambda _, column: f"it.{column}"),
        "{places}": _list(columns, lambda *_: "?"),
        "{arrays}": _list(columns, lambda at, column: f":c{first + at}::{array_type(fields[column])}"),
        "{assigned}": _list(columns, lambda at, column: f"{column} = ?{first + at}"),
        "{assigned.new}": _list(columns, lambda _, column: f"{column} = new.{column}"),
    }
    for place, text in lists.items():
        sql = sql.replace(place, text)
    return sql


def array_type(field: Field) -> str:
    """What PostgreSQL calls an array of a field's values."""
    if field.kind in _TEXTS:
        return "TEXT[]"
    return "INTEGER[]" if field.kind == "flag" else "BIGINT[]"


def _list(columns: tuple[str, ...], written: Callable[[int, str], str]) -> str:
    return ", ".join(written(at, column) for at, column in enumerate(columns))

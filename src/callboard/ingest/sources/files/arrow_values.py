"""The values of Arrow's columns as plain Python values. Imported only by the reader of Parquet files."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import isnan
from typing import Any, Final

import pyarrow as pa
from pyarrow import types

from callboard.ingest.sources.files.ndjson import COLUMN_DEPTH

UNREADABLE: Final = object()
"""A value that Python cannot hold, such as a time in the year 20000 or a text that is not UTF-8."""

_Convert = Callable[[Any], Any]


def values_of(column: Any) -> Sequence[Any]:
    """The values of a column, with `UNREADABLE` among them.

    Nanoseconds are cut to microseconds: Python's types have none, and the stores keep microseconds. Maps are
    objects, or pairs where a key stands twice; bytes are texts where they are UTF-8, and hexadecimal digits
    else; NaN is None, as it stands for a missing number.
    """
    kind = _in_microseconds(column.type)
    if column.type != kind:
        column = column.cast(kind, safe=False)  # the safe cast refuses to drop nanoseconds
    convert = _converter(kind)
    try:
        values: list[Any] = column.to_pylist()
    except Exception:  # noqa: BLE001 - one value is bad: OverflowError, ValueError, UnicodeDecodeError…
        return [_value(scalar, convert) for scalar in column]
    return values if convert is None else [None if each is None else convert(each) for each in values]


def columns_of(name: str, kind: Any, depth: int = 1) -> list[str]:
    """The column, and with dots the fields of its structs, as in NDJSON."""
    found = [name]
    if types.is_struct(kind) and depth < COLUMN_DEPTH:
        for field in kind:
            found += columns_of(f"{name}.{field.name}", field.type, depth + 1)
    return found


def _value(scalar: Any, convert: _Convert | None) -> Any:
    try:
        value = scalar.as_py()
    except Exception:  # noqa: BLE001 - see `values_of`
        return UNREADABLE
    return value if convert is None or value is None else convert(value)


def _in_microseconds(kind: Any) -> Any:
    """The type with microseconds for nanoseconds, and without dictionaries."""
    if types.is_dictionary(kind):
        return _in_microseconds(kind.value_type)
    if types.is_struct(kind):
        return pa.struct([field.with_type(_in_microseconds(field.type)) for field in kind])
    if types.is_map(kind):
        return pa.map_(kind.key_type, kind.item_field.with_type(_in_microseconds(kind.item_type)))
    if types.is_list(kind):
        return pa.list_(kind.value_field.with_type(_in_microseconds(kind.value_type)))
    if types.is_timestamp(kind) and kind.unit == "ns":
        return pa.timestamp("us", tz=kind.tz)
    if types.is_duration(kind) and kind.unit == "ns":
        return pa.duration("us")
    return pa.time64("us") if types.is_time64(kind) and kind.unit == "ns" else kind


def _converter(kind: Any) -> _Convert | None:
    """What has to be done to the Python values of a type, other than None; None for nothing."""
    if types.is_floating(kind):
        return _without_nan
    if types.is_map(kind):
        item = _converter(kind.item_type)
        return lambda pairs: _object([(key, _converted(value, item)) for key, value in pairs])
    if types.is_struct(kind):
        fields = {field.name: _converter(field.type) for field in kind}
        if any(fields.values()):
            return lambda row: {key: _converted(value, fields[key]) for key, value in row.items()}
    elif types.is_list(kind) or types.is_large_list(kind) or types.is_fixed_size_list(kind):
        each = _converter(kind.value_type)
        return each and (lambda values: [_converted(value, each) for value in values])
    elif types.is_binary(kind) or types.is_large_binary(kind) or types.is_fixed_size_binary(kind):
        return _text
    elif isinstance(kind, pa.UuidType):
        return str
    return None


def _converted(value: Any, convert: _Convert | None) -> Any:
    return value if convert is None or value is None else convert(value)


def _without_nan(value: float) -> float | None:
    return None if isnan(value) else value


def _text(value: bytes) -> str:
    try:
        return value.decode()
    except UnicodeDecodeError:
        return value.hex()


def _object(pairs: list[tuple[Any, Any]]) -> Any:
    found = {str(key): value for key, value in pairs}
    return found if len(found) == len(pairs) else [list(pair) for pair in pairs]

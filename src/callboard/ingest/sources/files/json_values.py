"""Values that databases write as objects which say their type, as the plain values that they stand for.

MongoDB's extended JSON (`{"$numberLong": "5"}`), DynamoDB's (`{"N": "5"}`), Firestore's
(`{"integerValue": "5"}`), and the seconds and nanoseconds of protocol buffers.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from callboard.clock import EPOCH

_MAX_SECONDS: Final = 10**11
_EARLIEST_TIME_S: Final = 600_000_000
"""Seconds and nanoseconds of fewer are a length of time, and of more a moment (1989 and later)."""
_A_PAIR: Final = 2
_NANOS: Final = frozenset({"_nanoseconds", "nanos", "nanoseconds"})


def plain_value(built: dict[str, Any]) -> Any:
    """What an object stands for, of which the values are plain already; for most, the object itself."""
    if len(built) == 1:
        ((key, value),) = built.items()
        read = _TYPED.get(key)
        return built if read is None else read(value)
    return _of_seconds(built) if len(built) == _A_PAIR else built


def plain_row(row: dict[str, Any]) -> dict[str, Any]:
    """A row of which all values are DynamoDB's typed ones, with plain values; also one level inside it."""
    for value in row.values():
        # Nearly every row ends here, at its first object or without any.
        if value.__class__ is dict and len(value) == 1 and _is_dynamodb(value):
            break
        if value.__class__ is dict and _is_typed(value):
            return {key: plain_row(each) if isinstance(each, dict) else each for key, each in row.items()}
    else:
        return row
    return {key: _of_dynamodb(value) for key, value in row.items()} if _is_typed(row) else row


def _is_typed(row: Mapping[str, Any]) -> bool:
    return bool(row) and all(_is_dynamodb(value) for value in row.values())


def _is_dynamodb(value: Any) -> bool:
    if not isinstance(value, dict) or len(value) != 1:
        return False
    ((key, inner),) = value.items()
    kind = _DYNAMODB.get(key)
    return kind is not None and isinstance(inner, kind)


def _of_dynamodb(value: Any) -> Any:
    if not _is_dynamodb(value):
        return value
    ((key, inner),) = value.items()
    if key == "N":
        return _number(inner)
    if key == "NULL":
        return None
    if key == "M":
        return {name: _of_dynamodb(each) for name, each in inner.items()}
    return [_of_dynamodb(each) for each in inner] if key == "L" else inner


def _of_seconds(built: dict[str, Any]) -> Any:
    """A moment as ISO 8601, or a length in seconds."""
    (seconds_key, seconds), (nanos_key, nanos) = sorted(built.items(), key=lambda pair: "nano" in pair[0])
    if seconds_key not in ("seconds", "_seconds") or nanos_key not in _NANOS:
        return built
    whole, parts = _number(seconds), _number(nanos)
    if not isinstance(whole, int) or not isinstance(parts, int):
        return built
    if _EARLIEST_TIME_S <= whole <= _MAX_SECONDS:
        return _moment(whole * 1_000_000 + parts // 1_000)
    return whole + Decimal(parts).scaleb(-9) if parts else whole


def _number(value: Any) -> Any:
    """A number that stands in a text; other texts as they are, and what is no number at all as None."""
    if not isinstance(value, str):
        return value
    try:
        number = Decimal(value)
    except InvalidOperation:
        return value
    if not number.is_finite():
        return None
    return int(value) if value.removeprefix("-").isdecimal() else number


def _date(value: Any) -> Any:
    return _moment(value * 1_000) if isinstance(value, int) and not isinstance(value, bool) else value


def _timestamp(value: Any) -> Any:
    seconds = value.get("t") if isinstance(value, dict) else None
    return _moment(seconds * 1_000_000) if isinstance(seconds, int) else value


def _moment(micros: int) -> Any:
    try:
        return (EPOCH + timedelta(microseconds=micros)).isoformat()
    except OverflowError:
        return micros


def _same(value: Any) -> Any:
    return value


def _nothing(_: Any) -> None:
    return None


def _fields(value: Any) -> Any:
    return value.get("fields", {}) if isinstance(value, dict) else value


def _values(value: Any) -> Any:
    return value.get("values", []) if isinstance(value, dict) else value


_TYPED: Final[Mapping[str, Callable[[Any], Any]]] = {
    "$oid": _same,
    "$uuid": _same,
    "$symbol": _same,
    "$numberInt": _number,
    "$numberLong": _number,
    "$numberDouble": _number,
    "$numberDecimal": _number,
    "$date": _date,
    "$timestamp": _timestamp,
    "$undefined": _nothing,
    "stringValue": _same,
    "integerValue": _number,
    "doubleValue": _number,
    "booleanValue": _same,
    "timestampValue": _same,
    "referenceValue": _same,
    "nullValue": _nothing,
    "mapValue": _fields,
    "arrayValue": _values,
}
"""The key of MongoDB's and of Firestore's objects → how its value is read."""
_DYNAMODB: Final[Mapping[str, type | tuple[type, ...]]] = {
    "S": str, "N": str, "B": str, "BOOL": bool, "NULL": bool, "M": dict, "L": list, "SS": list, "NS": list,
    "BS": list,
}  # fmt: skip
TYPED_KEYS: Final = frozenset({*_TYPED, "_seconds", "seconds", *_NANOS})
"""The first key of an object that may stand for a plain value."""

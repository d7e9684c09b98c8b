"""The fields that an import can fill, and the conversion of a cell to the value of a field."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import timedelta
from decimal import Decimal, InvalidOperation
from typing import Any, Final, Literal

from callboard.ingest.sources.records import ImportOptionError, RowError
from callboard.ingest.sources.times import TimeReader
from callboard.model import fields as model
from callboard.model.fields import event_fields

Kind = Literal["text", "time", "duration", "whole", "yes_no", "document"]

_KINDS: Final[Mapping[str, Kind]] = {
    "time": "time",
    "duration": "duration",
    "whole": "whole",
    "flag": "yes_no",
    "document": "document",
    "texts": "document",
}
FIELDS: Final[Mapping[str, Mapping[str, Kind]]] = {
    of: {
        each.name: _KINDS.get(each.kind, "text")
        # `inferred` is no field of an event, but a column of exported files: see `inferred.py`.
        for each in (*event_fields(of), *(field for field in table if field.kind == "names"))
    }
    for of, table in model.FIELDS.items()
}
NEEDED: Final[Mapping[str, tuple[str, ...]]] = {
    of: tuple(each.name for each in event_fields(of) if each.required) for of in FIELDS
}
ID_FIELDS: Final = frozenset(each.name for of in FIELDS for each in event_fields(of) if each.kind == "id")

DURATION_UNITS: Final[Mapping[str, Decimal]] = {
    "seconds": Decimal(1),
    "milliseconds": Decimal("0.001"),
    "minutes": Decimal(60),
}
_YES_NO: Final = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}
_CLOCK_PARTS: Final = (2, 3)
Reader = Callable[[Any], Any]


def kind_of(field: str, fields: Mapping[str, Kind]) -> Kind:
    """The kind of a field; `metadata.campaign` is text inside a document. Raises `ImportOptionError`."""
    root, _, inner = field.partition(".")
    if root not in fields:
        raise ImportOptionError(f"There is no field {field!r}. The fields are: {', '.join(fields)}")
    if not inner:
        return fields[root]
    if fields[root] != "document":
        raise ImportOptionError(f"{field!r}: {root} has nothing inside; {_documents(fields)} have")
    return "text"


def reader_of(kind: Kind, times: TimeReader, duration_unit: str) -> Reader:
    """The function that converts cells to values of a kind. It raises `RowError`."""
    if kind == "duration":
        factor = DURATION_UNITS[duration_unit]
        return lambda value: seconds(value, factor)
    readers: dict[Kind, Reader] = {
        "text": text,
        "time": times.read,
        "whole": whole,
        "yes_no": yes_no,
        "document": document,
    }
    return readers[kind]


def text(value: Any) -> Any:
    """Text unchanged; whole numbers, as ids often are, in digits. Validation rejects anything else."""
    if isinstance(value, bool):
        return value
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
        return str(int(value))
    return str(value) if isinstance(value, int | Decimal) else value


def seconds(value: Any, factor: Decimal) -> float | int:
    """A duration in seconds, from a number of units, `m:ss` or `h:mm:ss`."""
    if isinstance(value, timedelta):
        return value / timedelta(seconds=1)
    try:
        if isinstance(value, str) and ":" in value:
            amount = _clock(value)
        elif isinstance(value, bool) or not isinstance(value, str | int | float | Decimal):
            raise InvalidOperation
        else:
            amount = Decimal(str(value)) * factor
    except InvalidOperation:
        raise RowError("invalid_duration", f"{value!r} is not a length of time") from None
    if not amount.is_finite():
        raise RowError("invalid_duration", f"{value!r} is not a length of time")
    return int(amount) if amount == amount.to_integral_value() else float(amount)


def _clock(value: str) -> Decimal:
    parts = [Decimal(part) for part in value.split(":")]
    if len(parts) not in _CLOCK_PARTS or any(part < 0 for part in parts) or any(p >= 60 for p in parts[1:]):
        raise InvalidOperation
    total = Decimal(0)
    for part in parts:
        total = total * 60 + part
    return total


def whole(value: Any) -> Any:
    """A whole number."""
    if isinstance(value, str):
        try:
            return int(value)
        except ValueError:
            raise RowError("invalid_value", f"{value!r} is not a whole number") from None
    return value


def yes_no(value: Any) -> Any:
    """A boolean, from one of the words that files use."""
    if isinstance(value, str):
        if value.lower() not in _YES_NO:
            raise RowError("invalid_value", f"{value!r} is neither true nor false")
        return _YES_NO[value.lower()]
    return value


def document(value: Any) -> Any:
    """An object; in a text file, JSON in a cell."""
    if isinstance(value, str):
        try:
            return json.loads(value)
        except (ValueError, RecursionError):
            raise RowError("invalid_value", f"{value[:60]!r} is not a JSON object") from None
    return value


def _documents(fields: Mapping[str, Kind]) -> str:
    return " and ".join(name for name, kind in fields.items() if kind == "document")

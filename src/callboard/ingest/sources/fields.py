"""The fields that an import can fill, and the reader of cells for each kind of field."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, Literal

from callboard.ingest.sources.files.records import ImportOptionError
from callboard.ingest.sources.values.lengths import LengthReader
from callboard.ingest.sources.values.numbers import whole
from callboard.ingest.sources.values.texts import document, text, yes_no
from callboard.ingest.sources.values.times import TimeReader
from callboard.model import fields as model
from callboard.model.fields import event_fields

Kind = Literal["text", "phone", "time", "duration", "whole", "yes_no", "document"]

_KINDS: Final[Mapping[str, Kind]] = {
    "phone": "phone",
    "time": "time",
    "duration": "duration",
    "whole": "whole",
    "flag": "yes_no",
    "document": "document",
    "texts": "document",
    "money": "document",
}
FIELDS: Final[Mapping[str, Mapping[str, Kind]]] = {
    of: {
        each.name: _KINDS.get(each.kind, "text")
        # `inferred` is no field of an event, but a column of exported files: see `inferred.py`.
        for each in (
            *(field for field in event_fields(of) if field.kind != "names"),
            *(field for field in table if field.kind == "names" and not field.in_events),
        )
    }
    for of, table in model.FIELDS.items()
}
NEEDED: Final[Mapping[str, tuple[str, ...]]] = {
    of: tuple(each.name for each in event_fields(of) if each.required) for of in FIELDS
}
ID_FIELDS: Final = frozenset(each.name for of in FIELDS for each in event_fields(of) if each.kind == "id")

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


def reader_of(kind: Kind, times: TimeReader, lengths: LengthReader, phones: Reader) -> Reader:
    """The function that converts cells to values of a kind. It raises `RowError`."""
    readers: dict[Kind, Reader] = {
        "text": text,
        "phone": phones,
        "time": times.read,
        "duration": lengths,
        "whole": whole,
        "yes_no": yes_no,
        "document": document,
    }
    return readers[kind]


def _documents(fields: Mapping[str, Kind]) -> str:
    return " and ".join(name for name, kind in fields.items() if kind == "document")

"""Fields that are JSON objects, such as `metadata` and `input`; their bounds are checked before decoding."""

from __future__ import annotations

import json
from typing import Any, Final

import msgspec
from msgspec import Raw

from callboard.ingest.rejected import RejectedEvent, shown
from callboard.ingest.shape import is_deeper
from callboard.model.fields import event_fields

DOCUMENTS: Final = {
    each.name: each
    for each in (*event_fields("call"), *event_fields("task"))
    if each.kind in ("document", "texts")
}
"""The fields that are objects."""
DEPTH_MAX = 16

_decode = msgspec.json.Decoder(dict[str, Any] | None).decode
_decode_texts = msgspec.json.Decoder(dict[str, str | None] | None).decode
_encode = msgspec.json.Encoder().encode


def payload(field: str, raw: Raw) -> dict[str, Any] | None:
    """The object in a field of an event; see `document`."""
    properties = DOCUMENTS[field]
    return document(field, raw, properties.maximum, texts=properties.kind == "texts")


def document(field: str, raw: Raw, bytes_max: int, *, texts: bool = False) -> dict[str, Any] | None:
    """The object that `raw` (JSON as sent) describes; None for `null`.

    Raises `RejectedEvent` for more than `bytes_max` bytes as sent, nesting deeper than 16, a repeated key, a
    number that cannot be stored, and a NUL or half a surrogate pair anywhere.
    """
    body = bytes(raw)
    if len(body) > bytes_max:
        raise RejectedEvent("too_large", field, f"{len(body):,} bytes of JSON; at most {bytes_max:,}")
    if body.count(b"{") + body.count(b"[") > DEPTH_MAX and is_deeper(body, DEPTH_MAX):
        raise RejectedEvent("too_large", field, f"nested deeper than {DEPTH_MAX}")
    try:
        value: dict[str, Any] | None = _decode_texts(body) if texts else _decode(body)
    except msgspec.ValidationError as error:
        raise RejectedEvent("invalid_value", field, _fault(body, str(error), texts=texts)) from None
    if value is None:
        return None
    if b"\\u0000" in body and _holds_nul(value):
        raise RejectedEvent(
            "invalid_value", field, "holds a NUL or half a surrogate pair, which cannot be kept"
        )
    # A repeated key makes the re-encoded document shorter by its quotes (see `parse`).
    if _encode(value).count(b'"') != body.count(b'"') or b"\\u0022" in body:
        refuse_repeated_keys(body, field)
    return value


def refuse_repeated_keys(body: bytes, field: str | None = None) -> Any:
    """The decoded JSON; raises `RejectedEvent` when an object anywhere in it has a repeated key."""

    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key, value in pairs:
            if key in found:
                name = field or key
                raise RejectedEvent("duplicate_key", name, f"the key {shown(key)} is there twice")
            found[key] = value
        return found

    return json.loads(body, object_pairs_hook=unique)


def _fault(body: bytes, error: str, *, texts: bool) -> str:
    if "out of range" in error:
        return "holds a number too large to be kept"
    if body[:1] != b"{":
        return "is not an object"
    return "has a value that is not a text" if texts else error


def _holds_nul(value: Any) -> bool:
    if isinstance(value, str):
        return "\0" in value
    if isinstance(value, dict):
        return any("\0" in key or _holds_nul(inner) for key, inner in value.items())
    return isinstance(value, list) and any(_holds_nul(inner) for inner in value)

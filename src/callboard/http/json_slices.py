"""JSON bodies that are too large to decode in one call: an object with one long list, decoded in slices.

A decode holds the interpreter lock until it returns; between two slices other threads run.
"""

from __future__ import annotations

from typing import Any

from callboard.errors import BodyTooLargeError, InvalidInputError, UnreadableBodyError
from callboard.http.json_body import read_checked, read_json
from callboard.ingest.shape import Bounds, check_shape, first_of
from callboard.ingest.spans import Elements, Slices, Span, key_of, not_json

SLICE_BYTES = 256 * 1024
"""Bytes that are decoded in one call: 10 ms at most."""


def read_json_in_slices(body: bytes, bounds: Bounds, many: str, most: int) -> Any:
    """The value of a JSON body, of which only the list under the key `many` may be long.

    Same value and errors as `read_json`. In addition, for a body beyond `SLICE_BYTES`: `BodyTooLargeError`
    for more than `most` items, and `InvalidInputError` for any other member that is larger than a slice.
    """
    if len(body) <= SLICE_BYTES:
        return read_json(body, bounds)
    check_shape(body, bounds)
    start = first_of(body)
    if body[start : start + 1] != b"{":
        raise InvalidInputError("body: must be an object", [("body", "must be an object")])
    elements = Elements(body, start)
    found: dict[str, Any] = {}
    for span in elements:
        name, at = key_of(body, span)
        # As `read_json` does: of two equal keys one would be lost without a word.
        if name in found:
            raise UnreadableBodyError(f"The body has the key {name[:64]!r} twice in one object.")
        if span.end - at <= SLICE_BYTES:
            found[name] = read_checked(body[at : span.end], at)
        elif name == many and body[at : at + 1] == b"[":
            found[name] = _list(body, Span(at, span.end, span.depth), many, most)
        else:
            raise _too_large(name[:64])
    if (rest := first_of(body, elements.after)) < len(body):
        raise not_json(f"trailing characters (byte {rest})")
    return found


def _list(body: bytes, span: Span, name: str, most: int) -> list[Any]:
    values: list[Any] = []
    slices = Slices(body, span.begin, SLICE_BYTES)
    for begin, end in slices:
        # Slices are cut between items at about `SLICE_BYTES`: a slice twice as long holds one huge item.
        if end - begin > 2 * SLICE_BYTES:
            raise _too_large(f"{name}[{len(values)}]")
        # `begin - 1`: positions in error messages count from the body's start, less the bracket added here.
        values += read_checked(b"[" + body[begin:end] + b"]", begin - 1)
        if len(values) > most:
            raise BodyTooLargeError(f"More than {most:,} documents; send them in parts.")
    if (rest := first_of(body, slices.after)) < span.end:
        raise not_json(f"trailing characters (byte {rest})")
    return values


def _too_large(name: str) -> InvalidInputError:
    why = f"is larger than {SLICE_BYTES:,} bytes"
    return InvalidInputError(f"{name}: {why}", [(name, why)])

"""JSON bodies that are too large for one decode: an object with a long list in it, read a slice at a time.

A decode holds the interpreter; between two slices other threads have their turn.
"""

from __future__ import annotations

from typing import Any

from callboard.errors import InvalidInputError, UnreadableBodyError
from callboard.http.json_body import read_checked, read_json
from callboard.ingest.shape import Bounds, check_shape, first_of
from callboard.ingest.spans import Elements, Span, key_of

SLICE_BYTES = 256 * 1024
"""What is decoded at once: 10 ms at most."""


def read_json_in_slices(body: bytes, bounds: Bounds) -> Any:
    """What `read_json` says of a body, which may be large; raises the same, and `InvalidInputError` for a part
    of a large one that is larger than a slice and no list.
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
        if name in found:
            raise UnreadableBodyError(f"The body has the key {name[:64]!r} twice in one object.")
        found[name] = _value(body, name, Span(at, span.end, span.depth))
    if (rest := first_of(body, elements.after)) < len(body):
        raise UnreadableBodyError(f"The body is not JSON: trailing characters (byte {rest}).")
    return found


def _value(body: bytes, name: str, span: Span) -> Any:
    if span.end - span.begin <= SLICE_BYTES:
        return read_checked(body[span.begin : span.end], span.begin)
    if body[span.begin : span.begin + 1] != b"[":
        raise _too_large(name[:64])
    values: list[Any] = []
    slices = _Slices(body, name)
    elements = Elements(body, span.begin)
    for element in elements:
        values += slices.with_next(element)
    values += slices.last()
    if (rest := first_of(body, elements.after)) < span.end:
        raise UnreadableBodyError(f"The body is not JSON: trailing characters (byte {rest}).")
    return values


class _Slices:
    """Elements of a list, decoded together as long as they are within a slice."""

    def __init__(self, body: bytes, name: str) -> None:
        self._body = body
        self._name = name
        self._begin = self._end = -1
        self._places = 0

    def with_next(self, span: Span) -> list[Any]:
        """The values of the slice before, when this element no longer fits into it; else none yet."""
        if span.end - span.begin > SLICE_BYTES:
            raise _too_large(f"{self._name[:64]}[{self._places}]")
        self._places += 1
        values: list[Any] = []
        if self._begin >= 0 and span.end - self._begin > SLICE_BYTES:
            values = self.last()
        if self._begin < 0:
            self._begin = span.begin
        self._end = span.end
        return values

    def last(self) -> list[Any]:
        """The values of the slice that is not full."""
        if self._begin < 0:
            return []
        values: list[Any] = read_checked(b"[" + self._body[self._begin : self._end] + b"]", self._begin - 1)
        self._begin = -1
        return values


def _too_large(name: str) -> InvalidInputError:
    why = f"is larger than {SLICE_BYTES:,} bytes"
    return InvalidInputError(f"{name}: {why}", [(name, why)])

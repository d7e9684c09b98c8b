"""Long answers: encoded on a thread, a slice of each list at a time, with a bound on the size.

A call of the encoder holds the interpreter lock until it returns: 50 ms for 12 MB, in which the event loop
stands still. So long lists are encoded in slices, and other threads run between them.
"""

from __future__ import annotations

from typing import Any

import msgspec
from msgspec import UNSET, Struct

from callboard.errors import InvalidInputError
from callboard.http.request import Request
from callboard.http.response import Response, entity_tag
from callboard.store.budget import check

MAX_ANSWER_BYTES = 32 * 1024 * 1024
"""Longest answer, in bytes of JSON; beyond it the caller is told what to narrow (422)."""
SHORT = 50
"""Items of a list that are encoded in one call. A shorter list is encoded on the event loop."""

_encode = msgspec.json.Encoder().encode


async def long_response(request: Request, answer: Struct, narrow: str) -> Response:
    """The answer with status 200, encoded on a thread.

    Raises `InvalidInputError` for the parameter `narrow` when it is longer than `MAX_ANSWER_BYTES`, and
    `StoreTooSlowError` when the request's budget is used up.
    """
    body, tag = await request.store_threads.run(_encoded, answer, narrow)
    return Response(body=body, tag=tag)


def is_long(rows: int) -> bool:
    """Whether a list of so many items is encoded on a thread."""
    return rows > SHORT


def _encoded(answer: Struct, narrow: str) -> tuple[bytes, bytes]:
    pieces = _Pieces(narrow)
    pieces.struct(answer)
    body = b"".join(pieces.found)
    return body, entity_tag(body)


class _Pieces:
    """Pieces of JSON that joined are the bytes that `msgspec` would make in one call, with the same order of
    fields: an answer must not depend on its length.
    """

    def __init__(self, narrow: str) -> None:
        self.found: list[bytes] = []
        self._narrow = narrow
        self._size = 0

    def struct(self, of: Struct) -> None:
        self._put(b"{")
        comma = b""
        for name in of.__struct_fields__:
            value = getattr(of, name)
            if value is not UNSET:
                self._put(comma + b'"' + name.encode() + b'":')
                self._value(value)
                comma = b","
        self._put(b"}")

    def _value(self, value: Any) -> None:
        if isinstance(value, list) and len(value) > SHORT:
            self._list(value)
        elif isinstance(value, Struct):
            self.struct(value)
        else:
            self._put(_encode(value))

    def _list(self, values: list[Any]) -> None:
        self._put(b"[")
        for at in range(0, len(values), SHORT):
            check()  # encoding counts against the request's budget, too
            # The slice is encoded as a list of its own: `[1:-1]` takes its brackets off.
            self._put(b"," * (at > 0) + _encode(values[at : at + SHORT])[1:-1])
        self._put(b"]")

    def _put(self, piece: bytes) -> None:
        self._size += len(piece)
        if self._size > MAX_ANSWER_BYTES:
            message = (
                f"the answer would be longer than {MAX_ANSWER_BYTES:,} bytes: take a smaller page, "
                "a shorter period, a filter or another group"
            )
            raise InvalidInputError(f"{self._narrow}: {message}", [(self._narrow, message)])
        self.found.append(piece)

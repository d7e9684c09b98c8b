"""Answers that may be long, made into bytes on a thread and piece by piece: bounded, and nobody else waits.

One call of the encoder holds the interpreter until it is done, 50 ms for 12 MB: so each item of a list is
encoded by itself, and other threads and the event loop take their turns in between.
"""

from __future__ import annotations

from typing import Any

import msgspec
from msgspec import UNSET, Struct

from callboard.errors import InvalidInputError
from callboard.http.request import Request
from callboard.http.response import Response, entity_tag
from callboard.store.budget import check

MOST_ANSWER_BYTES = 32 * 1024 * 1024
SHORT = 50
"""Items of a list that are encoded at once, where the list is."""

_encode = msgspec.json.Encoder().encode


async def long_response(request: Request, answer: Struct, narrow: str) -> Response:
    """The answer with status 200, encoded on a thread. Raises `InvalidInputError`, which names the parameter
    `narrow`, when it is longer than `MOST_ANSWER_BYTES`.
    """
    body, tag = await request.store_threads.run(_encoded, answer, narrow)
    return Response(body=body, tag=tag)


def is_long(rows: int) -> bool:
    """Whether a list of so many items is worth a thread."""
    return rows > SHORT


def _encoded(answer: Struct, narrow: str) -> tuple[bytes, bytes]:
    pieces = _Pieces(narrow)
    pieces.struct(answer)
    body = b"".join(pieces.found)
    return body, entity_tag(body)


class _Pieces:
    """What `msgspec` would encode at once, in its order."""

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
            check()
            # Without the brackets of this part.
            self._put(b"," * (at > 0) + _encode(values[at : at + SHORT])[1:-1])
        self._put(b"]")

    def _put(self, piece: bytes) -> None:
        self._size += len(piece)
        if self._size > MOST_ANSWER_BYTES:
            message = (
                f"the answer would be longer than {MOST_ANSWER_BYTES:,} bytes: take a smaller page, "
                "a shorter period, a filter or another group"
            )
            raise InvalidInputError(f"{self._narrow}: {message}", [(self._narrow, message)])
        self.found.append(piece)

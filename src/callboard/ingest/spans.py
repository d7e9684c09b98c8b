"""Where the elements of a container stand in a body, found without decoding any.

For bodies that are too large, or nested too deeply, for one decode: each element is then looked at by
itself, and one that is too much costs only itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from typing import NamedTuple

import msgspec

from callboard.errors import UnreadableBodyError
from callboard.ingest.shape import windows

_STRUCTURE = re.compile(rb"[\[\]{},]")
_KEY = re.compile(rb'[ \t\r\n]*("(?:[^"\\]|\\.){0,1000}")[ \t\r\n]*:[ \t\r\n]*')
_decode_key = msgspec.json.Decoder(str).decode
_OPENING, _COMMA = frozenset(b"[{"), ord(",")


class Span(NamedTuple):
    """An element of an array, or a key of an object with its value; blanks around it included."""

    begin: int
    end: int
    depth: int
    """Levels of containers in it."""


class Elements:
    """The elements of the container that opens at `start`, in one linear pass.

    Only quotes, commas and brackets are looked at: that an element is JSON is for its decoder to say. Raises
    `UnreadableBodyError` when the body ends before the container does.
    """

    def __init__(self, body: bytes, start: int) -> None:
        self._body = body
        self._start = start
        self.after = start
        """Where the container has ended, once all elements were taken."""

    def __iter__(self) -> Iterator[Span]:
        begin = self._start + 1
        depth = deepest = 0
        for place, token in self._tokens():
            if token in _OPENING:
                depth += 1
                deepest = max(deepest, depth)
            elif token == _COMMA:
                if depth == 1:
                    yield Span(begin, place, deepest - 1)
                    begin, deepest = place + 1, 1
            else:
                depth -= 1
                if not depth:
                    self.after = place + 1
                    if begin > self._start + 1 or self._body[begin:place].strip(b" \t\r\n"):
                        yield Span(begin, place, deepest - 1)
                    return
        raise UnreadableBodyError(
            f"The body is not JSON: it ends in the middle of a value (byte {len(self._body)})."
        )

    def _tokens(self) -> Iterator[tuple[int, int]]:
        """Brackets and commas that stand in no text, each with its place."""
        in_text = False
        for begin, window in windows(self._body, self._start):
            place = begin
            for part in window.split(b'"'):
                if not in_text and part != b":":
                    if part == b",":
                        yield place, _COMMA
                    else:
                        for found in _STRUCTURE.finditer(part):
                            yield place + found.start(), part[found.start()]
                place += len(part) + 1
                in_text = not in_text
            in_text = not in_text  # the last part of a window has no quote behind it


def key_of(body: bytes, span: Span) -> tuple[str, int]:
    """The key of an object's element, and where its value begins. Raises `UnreadableBodyError` when it is none
    (or longer than any key of ours: 1,000 bytes).
    """
    found = _KEY.match(body, span.begin, span.end)
    if found is not None:
        with suppress(msgspec.DecodeError):
            return _decode_key(found[1]), found.end()
    raise UnreadableBodyError(f"The body is not JSON: there is no key at byte {span.begin}.")

"""Measure a JSON body without decoding it: number of values and keys, and depth.

A decoder holds the GIL from its first byte to its last: one decode of 15 MB takes 0.9 s in which no other
thread runs. So a body is measured first, in windows of 64 KiB and with fast linear operations on bytes; other
threads can run between two windows.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from msgspec import Struct

from callboard.errors import BodyTooLargeError, UnreadableBodyError

WINDOW: Final = 64 * 1024
DEPTH_MAX: Final = 64
"""Most levels of any body. Documents of events may have 16."""
KEYS_OF_ONE_MAX: Final = 10_000
"""Most keys of one object: more than fit into the largest document that is stored (64 KiB)."""

_NOT_STRUCTURE = bytes(set(range(256)) - set(b"{}[]:"))
_BLANK = re.compile(rb"[ \t\r\n]*")
_OPENING, _CLOSING, _COLON = frozenset(b"{["), frozenset(b"}]"), ord(":")


class Bounds(Struct, frozen=True, kw_only=True):
    """The bounds of a body."""

    values: int
    """Most values, counted by the commas between them; `depth` bounds containers that hold one value each."""
    keys: int
    """Most keys of all objects together."""
    keys_of_one: int = KEYS_OF_ONE_MAX
    depth: int = DEPTH_MAX


def check_shape(body: bytes, bounds: Bounds) -> None:
    """Raise `BodyTooLargeError` for too many values or keys, `UnreadableBodyError` for too many levels.

    Time and memory are linear in the body. A body that is not JSON may pass; the decoder finds that.
    """
    brackets = []
    values = keys = 0
    for part in without_strings(body):
        values += part.count(b",")
        keys += part.count(b":")
        if values > bounds.values:
            raise BodyTooLargeError(f"The body holds more than {bounds.values:,} values; send it in parts.")
        if keys > bounds.keys:
            raise BodyTooLargeError(f"The body holds more than {bounds.keys:,} keys; send it in parts.")
        brackets.append(part.translate(None, _NOT_STRUCTURE))
    # With no more brackets than levels are allowed, and no more keys than one object may have, both bounds
    # hold. That saves small bodies the slow pass byte by byte.
    opened = sum(part.count(b"{") + part.count(b"[") for part in brackets)
    if opened > bounds.depth or keys > bounds.keys_of_one:
        _check_levels(brackets, bounds)


def _check_levels(brackets: list[bytes], bounds: Bounds) -> None:
    keys_of: list[int] = []
    """The number of keys so far of each container that is open, outermost first."""
    for part in brackets:
        for token in part:
            if token in _OPENING:
                keys_of.append(0)
                if len(keys_of) > bounds.depth:
                    raise UnreadableBodyError("The body is nested too deeply.")
            elif not keys_of:
                return  # a colon or closing bracket outside any container: not JSON, as the decoder will find
            elif token in _CLOSING:
                keys_of.pop()
            else:
                keys_of[-1] += 1
                if keys_of[-1] > bounds.keys_of_one:
                    raise BodyTooLargeError(
                        f"The body holds an object of more than {bounds.keys_of_one:,} keys."
                    )


def is_deeper(body: bytes, levels: int) -> bool:
    """Whether containers are nested deeper than `levels`."""
    try:
        _check_levels(
            [part.translate(None, _NOT_STRUCTURE) for part in without_strings(body)],
            Bounds(values=0, keys=0, keys_of_one=len(body), depth=levels),
        )
    except UnreadableBodyError:
        return True
    return False


def without_strings(body: bytes) -> Iterator[bytes]:
    """The body without the texts between quotes, window by window."""
    # Split at quotes, every other part is outside texts. An even number of parts is an odd number of quotes:
    # the window ends in a text if it began outside one.
    in_text = False
    for _, window in windows(body):
        parts = window.split(b'"')
        yield b'"'.join(parts[in_text::2])
        if len(parts) % 2 == 0:
            in_text = not in_text


def windows(body: bytes, begin: int = 0, size: int = WINDOW) -> Iterator[tuple[int, bytes]]:
    """The body from `begin` on in parts, each with its place, with escaped quotes overwritten.

    So every quote in a part begins or ends a text. Bytes are replaced one for one, so places stay right.
    """
    while begin < len(body):
        part = body[begin : begin + size]
        # An odd number of backslashes at the end: the last one escapes the first byte of the next part. It is
        # moved there, so that no escape is cut in two.
        if (len(part) - len(part.rstrip(b"\\"))) % 2 and begin + len(part) < len(body):
            part = part[:-1]
        if b"\\" in part:
            # Escaped backslashes first: in \\" the quote is not escaped.
            yield begin, part.replace(b"\\\\", b"__").replace(b'\\"', b"__")
        else:
            yield begin, part
        begin += len(part)


def count_byte(body: bytes, byte: bytes) -> int:
    """How often a byte occurs in a body, inside texts or not."""
    if len(body) <= WINDOW:
        return body.count(byte)
    return sum(body.count(byte, at, at + WINDOW) for at in range(0, len(body), WINDOW))


def first_of(body: bytes, begin: int = 0) -> int:
    """The place of the first byte from `begin` on that is not white space; the body's length if none is."""
    while begin < len(body):
        found = _BLANK.match(body, begin, begin + WINDOW)
        assert found is not None, "no blank is a match too"
        if found.end() < min(begin + WINDOW, len(body)):
            return found.end()
        begin = found.end()
    return begin


def end_of(body: bytes) -> int:
    """The place where the white space at the end of a body begins."""
    end = len(body)
    while end:
        part = body[max(0, end - WINDOW) : end]
        kept = len(part.rstrip(b" \t\r\n"))
        if kept:
            return end - len(part) + kept
        end -= len(part)
    return 0

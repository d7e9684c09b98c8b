"""The shape of a JSON body, told without decoding it: how many values and keys, how deep.

A decoder holds the interpreter from its first byte to its last, for every other thread too: one decode of
15 MB is 0.9 s in which nothing else answers. So a body is measured first, in windows of 64 KiB, by primitives
that are linear and fast; between two windows others have their turn.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from msgspec import Struct

from callboard.errors import BodyTooLargeError, UnreadableBodyError

WINDOW: Final = 64 * 1024
DEPTH_MAX: Final = 64
"""Levels of any body. What events keep is nested 16 deep at most."""
KEYS_OF_ONE_MAX: Final = 10_000
"""Keys of one object: more than fit into the largest document that is kept (64 KiB)."""

_NOT_STRUCTURE = bytes(set(range(256)) - set(b"{}[]:"))
_BLANK = re.compile(rb"[ \t\r\n]*")
_OPENING, _CLOSING, _COLON = frozenset(b"{["), frozenset(b"}]"), ord(":")


class Bounds(Struct, frozen=True, kw_only=True):
    """What a body may hold."""

    values: int
    """Counted by the commas between them; containers in containers are bounded by `depth`."""
    keys: int
    """Of all its objects together."""
    keys_of_one: int = KEYS_OF_ONE_MAX
    depth: int = DEPTH_MAX


def check_shape(body: bytes, bounds: Bounds) -> None:
    """Raises `BodyTooLargeError` for too many values or keys, `UnreadableBodyError` for too many levels.

    Time and memory are linear in the body. What is no JSON at all may pass: the decoder says so.
    """
    brackets = []
    values = keys = 0
    for part in outside_texts(body):
        values += part.count(b",")
        keys += part.count(b":")
        if values > bounds.values:
            raise BodyTooLargeError(f"The body holds more than {bounds.values:,} values; send it in parts.")
        if keys > bounds.keys:
            raise BodyTooLargeError(f"The body holds more than {bounds.keys:,} keys; send it in parts.")
        brackets.append(part.translate(None, _NOT_STRUCTURE))
    opened = sum(part.count(b"{") + part.count(b"[") for part in brackets)
    if opened > bounds.depth or keys > bounds.keys_of_one:
        _check_levels(brackets, bounds)


def _check_levels(brackets: list[bytes], bounds: Bounds) -> None:
    keys_of: list[int] = []
    """Of each object that is open, how many keys it has so far."""
    for part in brackets:
        for token in part:
            if token in _OPENING:
                keys_of.append(0)
                if len(keys_of) > bounds.depth:
                    raise UnreadableBodyError("The body is nested too deeply.")
            elif not keys_of:
                return  # no JSON from here on
            elif token in _CLOSING:
                keys_of.pop()
            else:
                keys_of[-1] += 1
                if keys_of[-1] > bounds.keys_of_one:
                    raise BodyTooLargeError(
                        f"The body holds an object of more than {bounds.keys_of_one:,} keys."
                    )


def is_deeper(body: bytes, levels: int) -> bool:
    """Whether containers nest deeper than so many levels."""
    try:
        _check_levels(
            [part.translate(None, _NOT_STRUCTURE) for part in outside_texts(body)],
            Bounds(values=0, keys=0, keys_of_one=len(body), depth=levels),
        )
    except UnreadableBodyError:
        return True
    return False


def outside_texts(body: bytes) -> Iterator[bytes]:
    """The body without what stands between quotes, window by window."""
    in_text = False
    for _, window in windows(body):
        parts = window.split(b'"')
        yield b'"'.join(parts[in_text::2])
        if len(parts) % 2 == 0:
            in_text = not in_text


def windows(body: bytes, begin: int = 0, size: int = WINDOW) -> Iterator[tuple[int, bytes]]:
    """The body from `begin` on in parts, each with its place; no quote in them is an escaped one.

    Escaped quotes are overwritten, one byte for another. A part never ends between a backslash and what it
    escapes.
    """
    while begin < len(body):
        part = body[begin : begin + size]
        if (len(part) - len(part.rstrip(b"\\"))) % 2 and begin + len(part) < len(body):
            part = part[:-1]
        if b"\\" in part:
            yield begin, part.replace(b"\\\\", b"__").replace(b'\\"', b"__")
        else:
            yield begin, part
        begin += len(part)


def counted(body: bytes, byte: bytes) -> int:
    """How often a byte stands in a body, between quotes or not."""
    if len(body) <= WINDOW:
        return body.count(byte)
    return sum(body.count(byte, at, at + WINDOW) for at in range(0, len(body), WINDOW))


def first_of(body: bytes, begin: int = 0) -> int:
    """Where the first byte from `begin` on stands that is not blank; the body's length when all are."""
    while begin < len(body):
        found = _BLANK.match(body, begin, begin + WINDOW)
        assert found is not None, "no blank is a match too"
        if found.end() < min(begin + WINDOW, len(body)):
            return found.end()
        begin = found.end()
    return begin


def end_of(body: bytes) -> int:
    """Where the blanks at the end of a body begin."""
    end = len(body)
    while end:
        part = body[max(0, end - WINDOW) : end]
        kept = len(part.rstrip(b" \t\r\n"))
        if kept:
            return end - len(part) + kept
        end -= len(part)
    return 0

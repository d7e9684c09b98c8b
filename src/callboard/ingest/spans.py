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
from callboard.ingest.shape import first_of, windows

_STRUCTURE = re.compile(rb"[\[\]{},]")
_KEY = re.compile(rb'[ \t\r\n]*("(?:[^"\\]|\\.){0,1000}")[ \t\r\n]*:[ \t\r\n]*')
_decode_key = msgspec.json.Decoder(str).decode
_FAST_LEVELS = 8
_SMALL = 8 * 1024
_ONE_KIND = bytes.maketrans(b"{}", b"[]")
_NO_BRACKETS = bytes(set(range(256)) - set(b"{}[]"))
_NO_BRACKETS_NOR_QUOTES = bytes(set(range(256)) - set(b'{}[]"'))
_OPENING, _COMMA = frozenset(b"[{"), ord(",")


class Span(NamedTuple):
    """An element of an array, or a key of an object with its value; blanks around it included."""

    begin: int
    end: int
    depth: int
    """Levels of containers in it."""


def not_json(why: str) -> UnreadableBodyError:
    """What is said of a body that is none."""
    return UnreadableBodyError(f"The body is not JSON: {why}.")


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
        in_text = False
        for at, window in windows(self._body, self._start, _SMALL):
            if depth > 1:
                closed, opened, levels = _balance(_brackets(window, in_text=in_text))
                if closed < depth - 1:  # all of it is inside one element
                    deepest = max(deepest, depth + levels, depth + opened - closed + levels)
                    depth += opened - closed
                    in_text ^= window.count(b'"') % 2 == 1
                    continue
            parts = window.split(b'"')
            for place, token in _tokens(parts, at, in_text=in_text):
                if token in _OPENING:
                    depth += 1
                    deepest = max(deepest, depth)
                elif token != _COMMA:
                    depth -= 1
                    if not depth:
                        self.after = place + 1
                        if begin > self._start + 1 or first_of(self._body, begin) < place:
                            yield Span(begin, place, deepest - 1)
                        return
                elif depth == 1:
                    yield Span(begin, place, deepest - 1)
                    begin, deepest = place + 1, 1
            in_text ^= len(parts) % 2 == 0
        raise not_json(f"it ends in the middle of a value (byte {len(self._body)})")


class Slices:
    """The elements of the list that opens at `start`, many together: spans of about `size` bytes, cut between
    elements, in one linear pass. An element that is larger is in a span that is larger.

    How deep each small window ends is counted, which is fast; only the window that is cut is looked at byte
    by byte. Raises as `Elements`.
    """

    def __init__(self, body: bytes, start: int, size: int) -> None:
        self._body = body
        self._start = start
        self._size = size
        self.after = start
        """Where the list has ended, once all spans were taken."""

    def __iter__(self) -> Iterator[tuple[int, int]]:
        begin = self._start + 1
        seen: list[_Window] = []
        """Windows since `begin` in which a place to cut was not looked for yet."""
        in_text, depth = False, 1
        for at, text in windows(self._body, begin, _SMALL):
            window = _Window(at, text, in_text, depth)
            in_text ^= text.count(b'"') % 2 == 1
            depth += window.rises()
            if depth <= 0 and (end := window.end()) >= 0:
                self.after = end + 1
                if begin > self._start + 1 or first_of(self._body, begin) < end:
                    yield begin, end
                return
            seen.append(window)
            if at + len(text) - begin >= self._size:
                cut = next((place for each in reversed(seen) if (place := each.last_cut()) >= 0), -1)
                seen.clear()
                if cut >= 0:
                    yield begin, cut
                    begin = cut + 1
        raise not_json(f"it ends in the middle of a value (byte {len(self._body)})")


class _Window(NamedTuple):
    """A part of a list, and how it stands at its beginning."""

    at: int
    text: bytes
    in_text: bool
    depth: int

    def rises(self) -> int:
        """How much deeper it ends than it begins."""
        brackets = _brackets(self.text, in_text=self.in_text)
        return brackets.count(b"[") - brackets.count(b"]")

    def last_cut(self) -> int:
        """The place of its last comma between elements of the list; -1 when there is none."""
        closed, _, _ = _balance(_brackets(self.text, in_text=self.in_text))
        if closed < self.depth - 1:
            return -1
        depth, cut = self.depth, -1
        for place, token in _tokens(self.text.split(b'"'), self.at, in_text=self.in_text):
            if token == _COMMA:
                cut = place if depth == 1 else cut
            else:
                depth += 1 if token in _OPENING else -1
        return cut

    def end(self) -> int:
        """The place of the bracket that closes the list; -1 when it is none."""
        depth = self.depth
        for place, token in _tokens(self.text.split(b'"'), self.at, in_text=self.in_text):
            if token != _COMMA:
                depth += 1 if token in _OPENING else -1
                if not depth:
                    return place
        return -1


def _tokens(parts: list[bytes], place: int, *, in_text: bool) -> Iterator[tuple[int, int]]:
    """Brackets and commas that stand in no text, each with its place; `parts` were cut at quotes."""
    for part in parts:
        if not in_text and part != b":":
            if part == b",":
                yield place, _COMMA
            else:
                for found in _STRUCTURE.finditer(part):
                    yield place + found.start(), part[found.start()]
        place += len(part) + 1
        in_text = not in_text


def _brackets(window: bytes, *, in_text: bool) -> bytes:
    """The brackets that stand in no text, in order, all written as square ones.

    When all but brackets and quotes is taken out, a text without brackets is two quotes side by side. Where a
    quote is left over a text holds brackets, and the window is cut at its quotes, which takes longer.
    """
    left = (b'"' + window if in_text else window).translate(_ONE_KIND, _NO_BRACKETS_NOR_QUOTES)
    left = left.replace(b'""', b"").removesuffix(b'"')  # the last may be of a text that goes on
    if b'"' not in left:
        return left
    return b"".join(window.split(b'"')[in_text::2]).translate(_ONE_KIND, _NO_BRACKETS)


def _balance(left: bytes) -> tuple[int, int, int]:
    """How many brackets close what was open before, how many stay open, and how deep all of them go."""
    levels = 0
    while levels < _FAST_LEVELS and len(shorter := left.replace(b"[]", b"")) < len(left):
        left = shorter
        levels += 1
    if levels < _FAST_LEVELS:
        return left.count(b"]"), left.count(b"["), levels
    # Each level is a pass: what nests deeper is counted byte by byte.
    depth = least = most = 0
    for token in left:
        depth += 1 if token in _OPENING else -1
        least, most = min(least, depth), max(most, depth)
    return -least, depth - least, most + levels


def key_of(body: bytes, span: Span) -> tuple[str, int]:
    """The key of an object's element, and where its value begins. Raises `UnreadableBodyError` when it is
    none (or longer than any key of ours: 1,000 bytes).
    """
    found = _KEY.match(body, span.begin, span.end)
    if found is not None:
        with suppress(msgspec.DecodeError):
            return _decode_key(found[1]), found.end()
    raise not_json(f"there is no key (byte {span.begin})")

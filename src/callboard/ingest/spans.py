"""Find the elements of a JSON array or object without decoding them.

For bodies that are too large or too deeply nested to decode at once: each element is then decoded by itself,
and only those that are too large or too deep are rejected.
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
"""Nesting up to this depth is counted by replacing pairs of brackets, one fast pass a level."""
_SMALL = 8 * 1024
_SMALLER = 512
"""Parts of a small window in which elements begin or end: tokens take much longer to find than to count."""
_ONE_KIND = bytes.maketrans(b"{}", b"[]")
_NO_BRACKETS = bytes(set(range(256)) - set(b"{}[]"))
_NO_BRACKETS_NOR_QUOTES = bytes(set(range(256)) - set(b'{}[]"'))
_OPENING, _COMMA = frozenset(b"[{"), ord(",")


class Span(NamedTuple):
    """An element of an array, or a key of an object with its value; white space around it included."""

    begin: int
    end: int
    depth: int
    """Levels of containers in the element; 0 for a plain value."""


def not_json(why: str) -> UnreadableBodyError:
    """The error for a body that is not JSON."""
    return UnreadableBodyError(f"The body is not JSON: {why}.")


class Elements:
    """Iterates over the elements of the container that opens at `start`, in one linear pass.

    Only quotes, commas and brackets are read; whether an element is JSON is left to its decoder. Raises
    `UnreadableBodyError` when the body ends before the container does.
    """

    def __init__(self, body: bytes, start: int) -> None:
        self._body = body
        self._start = start
        self.after = start
        """The place after the container; set once all elements are read."""

    def __iter__(self) -> Iterator[Span]:
        begin = self._start + 1
        depth = deepest = 0
        in_text = False
        for at, window in windows(self._body, self._start, _SMALL):
            across = _across(window, depth, in_text=in_text)
            for part_at, part in [(at, window)] if across else _parts(at, window):
                if found := across or _across(part, depth, in_text=in_text):
                    depth, deepest = found.depth, max(deepest, found.deepest)
                    in_text ^= part.count(b'"') % 2 == 1
                    continue
                texts = part.split(b'"')
                for place, token in _tokens(texts, part_at, in_text=in_text):
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
                in_text ^= len(texts) % 2 == 0
        raise not_json(f"it ends in the middle of a value (byte {len(self._body)})")


class Slices:
    """Iterates over the list that opens at `start` in spans of about `size` bytes, cut between elements, in
    one linear pass. A larger element makes its span larger.

    For most windows only the change of depth is counted, which is fast; tokens are searched only in a window
    that is cut. Raises as `Elements`.
    """

    def __init__(self, body: bytes, start: int, size: int) -> None:
        self._body = body
        self._start = start
        self._size = size
        self.after = start
        """The place after the list; set once all spans are read."""

    def __iter__(self) -> Iterator[tuple[int, int]]:
        begin = self._start + 1
        seen: list[_Window] = []
        """Windows since `begin` that were not searched for a place to cut yet."""
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
                # From the last window back. Those without a place to cut are dropped either way: no later
                # search can find one in them, and searching them again would make the pass quadratic.
                cut = next((place for each in reversed(seen) if (place := each.last_cut()) >= 0), -1)
                seen.clear()
                if cut >= 0:
                    yield begin, cut
                    begin = cut + 1
        raise not_json(f"it ends in the middle of a value (byte {len(self._body)})")


class _Window(NamedTuple):
    """A part of a list, and the state at its beginning: in a text or not, and at which depth."""

    at: int
    text: bytes
    in_text: bool
    depth: int

    def rises(self) -> int:
        """The depth at its end minus the depth at its beginning."""
        brackets = _brackets(self.text, in_text=self.in_text)
        return brackets.count(b"[") - brackets.count(b"]")

    def last_cut(self) -> int:
        """The place of its last comma between elements of the list; -1 when there is none."""
        closed, _, _ = _balance(_brackets(self.text, in_text=self.in_text))
        if closed < self.depth - 1:
            return -1  # it never comes back to the level of the list
        depth, cut = self.depth, -1
        for place, token in _tokens(self.text.split(b'"'), self.at, in_text=self.in_text):
            if token == _COMMA:
                cut = place if depth == 1 else cut
            else:
                depth += 1 if token in _OPENING else -1
        return cut

    def end(self) -> int:
        """The place of the bracket that closes the list; -1 when it is not in this window."""
        depth = self.depth
        for place, token in _tokens(self.text.split(b'"'), self.at, in_text=self.in_text):
            if token != _COMMA:
                depth += 1 if token in _OPENING else -1
                if not depth:
                    return place
        return -1


class _Across(NamedTuple):
    """What a part of the body that is wholly inside one element does to the depth."""

    depth: int
    """At its end."""
    deepest: int


def _across(window: bytes, depth: int, *, in_text: bool) -> _Across | None:
    """None when an element may begin or end in the window: then its tokens have to be found."""
    if depth <= 1:
        return None
    closed, opened, levels = _balance(_brackets(window, in_text=in_text))
    if closed >= depth - 1:
        return None
    after = depth + opened - closed
    return _Across(after, max(depth, after) + levels)


def _parts(at: int, window: bytes) -> Iterator[tuple[int, bytes]]:
    """A window of `windows` in smaller ones: no quote in it is escaped, so it may be cut anywhere."""
    for begin in range(0, len(window), _SMALLER):
        yield at + begin, window[begin : begin + _SMALLER]


def _tokens(parts: list[bytes], place: int, *, in_text: bool) -> Iterator[tuple[int, int]]:
    """Brackets and commas outside texts, each with its place. `parts`: the bytes split at quotes."""
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
    """The brackets outside of texts, in order; braces become square brackets.

    Fast path: without everything but brackets and quotes, a text that contains no bracket is two adjacent
    quotes, which are removed. If a quote remains, some text contains brackets: then the window is split at
    its quotes, which is slower.
    """
    left = (b'"' + window if in_text else window).translate(_ONE_KIND, _NO_BRACKETS_NOR_QUOTES)
    left = left.replace(b'""', b"").removesuffix(b'"')  # the last text may be cut by the window
    if b'"' not in left:
        return left
    return b"".join(window.split(b'"')[in_text::2]).translate(_ONE_KIND, _NO_BRACKETS)


def _balance(left: bytes) -> tuple[int, int, int]:
    """How many brackets close containers opened before, how many stay open, and the depth of those between.

    Removing adjacent pairs takes away the innermost level each time; what is left is `]…][…[`.
    """
    levels = 0
    while levels < _FAST_LEVELS and len(shorter := left.replace(b"[]", b"")) < len(left):
        left = shorter
        levels += 1
    if levels < _FAST_LEVELS:
        return left.count(b"]"), left.count(b"["), levels
    # A pass for each level would be quadratic in a deep body: deeper nesting is counted byte by byte.
    depth = least = most = 0
    for token in left:
        depth += 1 if token in _OPENING else -1
        least, most = min(least, depth), max(most, depth)
    return -least, depth - least, most + levels


def key_of(body: bytes, span: Span) -> tuple[str, int]:
    """The key of an element of an object, and the place of its value.

    Raises `UnreadableBodyError` when there is no key, or one of more than 1,000 bytes: longer than any known
    name.
    """
    found = _KEY.match(body, span.begin, span.end)
    if found is not None:
        with suppress(msgspec.DecodeError):
            return _decode_key(found[1]), found.end()
    raise not_json(f"there is no key (byte {span.begin})")

"""A large body of events cut into slices, each of which is a body of whole events itself."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from callboard.ingest.shape import end_of, first_of

SLICE_BYTES: Final = 512 * 1024
"""What is decoded at once: 10 ms at most. A batch of 1,000 events of usual size is one slice."""

_LOOK_BACK = 64 * 1024
"""How far before the end of a slice a place to cut is looked for: longer than nearly every event."""
_ENVELOPE = re.compile(rb'\{\s{0,99}"events"\s{0,99}:\s{0,99}\[')
_EVENTS = re.compile(rb'\}\s{0,99}(,)\s{0,99}\{\s{0,99}"type"')
_BETWEEN = re.compile(rb'\}\s{0,99}(,)\s{0,99}\{\s{0,99}"')


def line_slices(body: bytes) -> Iterator[bytes]:
    """Slices of whole lines. A line that is longer than a slice is one by itself."""
    begin = 0
    while len(body) - begin > SLICE_BYTES:
        end = body.rfind(b"\n", begin, begin + SLICE_BYTES) + 1
        end = end or body.find(b"\n", begin + SLICE_BYTES) + 1 or len(body)
        yield body[begin:end]
        begin = end
    if begin < len(body):
        yield body[begin:]


def list_slices(body: bytes) -> Iterator[bytes]:
    """Slices of `[…]` or `{"events": […]}`, each a list, cut where one event ends and the next begins.

    By how it looks: where an event holds a list of objects the cut may be in that, and the slice is no JSON
    then. Where no place to cut is found, what is left is one slice that is none either: an open bracket.
    """
    begin, end = _inside(body)
    while end - begin > SLICE_BYTES:
        cut = _last(_EVENTS, body, begin) or _last(_BETWEEN, body, begin)
        if not cut:
            yield b"["
            return
        yield b"[" + body[begin:cut] + b"]"
        begin = cut + 1
    yield b"[" + body[begin:end] + b"]"


def _last(between: re.Pattern[bytes], body: bytes, begin: int) -> int:
    """The last place to cut within a slice; 0 when there is none."""
    cut = 0
    for found in between.finditer(body, begin + SLICE_BYTES - _LOOK_BACK, begin + SLICE_BYTES):
        cut = found.start(1)
    return cut


def _inside(body: bytes) -> tuple[int, int]:
    """Where what stands between the brackets of the list begins and ends; nothing where that is not plain."""
    start, end = first_of(body), end_of(body)
    if body[start : start + 1] == b"[" and body[end - 1 : end] == b"]":
        return start + 1, end - 1
    opened = _ENVELOPE.match(body, start)
    if opened is not None and body[end - 1 : end] == b"}":
        before = end_of(body[max(0, end - 128) : end - 1]) + max(0, end - 128)
        if body[before - 1 : before] == b"]":
            return opened.end(), before - 1
    return 0, 0

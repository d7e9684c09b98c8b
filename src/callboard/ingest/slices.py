"""Cut a large body of events into slices, each a body of whole events."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from callboard.ingest.shape import end_of, first_of

SLICE_BYTES: Final = 512 * 1024
"""Most bytes that are decoded in one call, which takes 10 ms at most. 1,000 events of usual size fit in."""

_LOOK_BACK = 64 * 1024
"""How far before the end of a slice a place to cut is searched: longer than nearly every event."""
# White space is bounded in these patterns: a match then spans a few hundred bytes, whatever a sender puts
# between events.
_ENVELOPE = re.compile(rb'\{\s{0,99}"events"\s{0,99}:\s{0,99}\[')
_EVENTS = re.compile(rb'\}\s{0,99}(,)\s{0,99}\{\s{0,99}"type"')
_BETWEEN = re.compile(rb'\}\s{0,99}(,)\s{0,99}\{\s{0,99}"')


def cut_lines(body: bytes) -> Iterator[bytes]:
    """Slices of whole lines. A line longer than a slice is a slice of its own."""
    begin = 0
    while len(body) - begin > SLICE_BYTES:
        end = body.rfind(b"\n", begin, begin + SLICE_BYTES) + 1
        end = end or body.find(b"\n", begin + SLICE_BYTES) + 1 or len(body)
        yield body[begin:end]
        begin = end
    if begin < len(body):
        yield body[begin:]


def cut_list(body: bytes) -> Iterator[bytes]:
    """Slices of `[…]` or `{"events": […]}`, each a list, cut between events.

    The place is found by pattern alone: it may be inside an event that contains a list of objects, and then
    the slice is not valid JSON. Where no place is found, the last slice is `[`, which is not valid either.
    The caller notices when it decodes the slice, and reads the body in a slower way.
    """
    begin, end = _inside(body)
    while end - begin > SLICE_BYTES:
        # First where the next object begins with "type", as most clients write events and documents do not.
        cut = _last(_EVENTS, body, begin) or _last(_BETWEEN, body, begin)
        if not cut:
            yield b"["
            return
        yield b"[" + body[begin:cut] + b"]"
        begin = cut + 1
    yield b"[" + body[begin:end] + b"]"


def _last(between: re.Pattern[bytes], body: bytes, begin: int) -> int:
    """The last place to cut in a slice; 0 when there is none."""
    cut = 0
    for found in between.finditer(body, begin + SLICE_BYTES - _LOOK_BACK, begin + SLICE_BYTES):
        cut = found.start(1)
    return cut


def _inside(body: bytes) -> tuple[int, int]:
    """Begin and end of the list's content, without its brackets; (0, 0) for a body of another form."""
    start, end = first_of(body), end_of(body)
    if body[start : start + 1] == b"[" and body[end - 1 : end] == b"]":
        return start + 1, end - 1
    opened = _ENVELOPE.match(body, start)
    if opened is not None and body[end - 1 : end] == b"}":
        before = end_of(body[max(0, end - 128) : end - 1]) + max(0, end - 128)
        if body[before - 1 : before] == b"]":
            return opened.end(), before - 1
    return 0, 0

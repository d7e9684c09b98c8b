"""Split a body into the JSON of each event, so that a wrong event is rejected without the others."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator, Sequence
from typing import Any

import msgspec
from msgspec import Raw

from callboard.errors import BodyTooLargeError, InvalidInputError, UnreadableBodyError
from callboard.ingest.rejected import RejectedEvent
from callboard.ingest.shape import DEPTH_MAX, count_byte, first_of
from callboard.ingest.slices import SLICE_BYTES
from callboard.ingest.spans import Elements, Slices, Span, key_of, not_json

EVENT_BYTES = 1024 * 1024
"""Most bytes of one event: an event whose fields keep within their own bounds is smaller."""
EVENT_VALUES = 100_000
"""Most values of one event: `input` and `output` hold at most 32,768 each."""

KEYS_OF_EVENT_MAX = 1_000
"""Most keys of an event, or of the object around `events`: there are some tens of known names."""
_MAX_LISTED_FAULTS = 20

_WHITESPACE = b" \t\r\n"
# An escape of a surrogate: a whole pair, which is tried first and left alone, or half of one (group 2).
# Backslashes in pairs before it are escaped backslashes (group 1); one more would mean that `\u` is text.
_SURROGATES = re.compile(
    rb"(?<!\\)((?:\\\\)*)\\u"
    rb"(?:[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|([dD][89a-fA-F][0-9a-fA-F]{2}))"
)
_FAULT = re.compile(r"(?:JSON is malformed: )?(?P<what>.*) \(byte (?P<byte>\d+)\)")

_NO_NUMBER = re.compile(rb"-?(?:NaN|Inf)")

_raw = msgspec.json.Decoder(Raw)
_raws = msgspec.json.Decoder(list[Raw])
_raw_fields = msgspec.json.Decoder(dict[str, Raw])


def items(body: bytes, ndjson: bool, max_items: int) -> list[bytes | RejectedEvent]:
    """The JSON of each event in a body that is not empty, or the rejection of an event too large to decode.

    Raises `UnreadableBodyError` when the body is not JSON, `InvalidInputError` when the object around the
    events is wrong, `BodyTooLargeError` for more than `max_items` events.
    """
    if ndjson:
        return _lines(body, max_items)
    if len(body) <= SLICE_BYTES:
        try:
            return [_bounded(item) for item in _decode_whole(_with_nul_for_half_pairs(body), max_items)]
        except RecursionError:
            pass  # an event is nested too deeply for the decoder; below, only that event is rejected
    return _decode_in_slices(body, max_items)


def _decode_whole(body: bytes, max_items: int) -> list[bytes]:
    opening = body.lstrip(_WHITESPACE)[:1]
    if opening == b"[":
        return _array(body, max_items)
    if opening == b"{":
        fields: dict[str, Raw] = _read(_raw_fields, body)
        if len(fields) > KEYS_OF_EVENT_MAX:
            raise _too_many_keys()
        if "events" in fields and "type" not in fields:
            return _envelope(body, fields, max_items)
    _read(_raw, body)
    return [body]


def _decode_in_slices(body: bytes, max_items: int) -> list[bytes | RejectedEvent]:
    """As `_decode_whole`, but never decodes more than a slice at once."""
    start = first_of(body)
    if body[start : start + 1] == b"[":
        return _list(body, start, len(body), max_items)
    if body[start : start + 1] != b"{":
        _read(_raw, body)
        return [_bounded(body)]
    elements = Elements(body, start)
    fields: list[tuple[str, Span]] = []
    for span in elements:
        if len(fields) >= KEYS_OF_EVENT_MAX:
            raise _too_many_keys()
        name, at = key_of(body, span)
        fields.append((name, Span(at, span.end, span.depth)))
    _check_end(body, elements.after, len(body))
    names = [name for name, _ in fields]
    if "events" not in names or "type" in names:
        return [
            _item(body, Span(start, elements.after, 1 + max((span.depth for _, span in fields), default=0)))
        ]
    _check_envelope(names)
    events = fields[0][1]
    if body[events.begin : events.begin + 1] != b"[":
        raise _no_array()
    return _list(body, events.begin, events.end, max_items)


def _list(body: bytes, start: int, end: int, max_items: int) -> list[bytes | RejectedEvent]:
    """The events of a list. It is read to its end even if there are too many events, so that a body that is
    not JSON gets that error wherever the fault is.
    """
    found: list[bytes | RejectedEvent] = []
    received = 0
    slices = Slices(body, start, SLICE_BYTES)
    for begin, cut in slices:
        items = _slice(body, begin, cut)
        received += len(items)
        if received <= max_items:
            found += [item if isinstance(item, RejectedEvent) else _bounded(bytes(item)) for item in items]
    _check_end(body, slices.after, end)
    if received > max_items:
        raise too_many_events(max_items)
    return found


def _slice(body: bytes, begin: int, end: int) -> Sequence[Raw | bytes | RejectedEvent]:
    text = b"[" + body[begin:end] + b"]"
    if len(text) <= 2 * SLICE_BYTES:
        try:
            return _elements(_with_nul_for_half_pairs(text), begin - 1)
        except RecursionError:
            pass  # an event is nested too deeply for the decoder; below, only that event is rejected
    return [_item(text, span, begin - 1) for span in Elements(text, 0)]


def _too_many_keys() -> BodyTooLargeError:
    return BodyTooLargeError(f"The body holds an object of more than {KEYS_OF_EVENT_MAX:,} keys.")


def _check_end(body: bytes, after: int, end: int) -> None:
    if (rest := first_of(body, after)) < end:
        raise not_json(fault(body, f"trailing characters (byte {rest})").removesuffix("."))


def _item(body: bytes, span: Span, before: int = 0) -> bytes | RejectedEvent:
    """The JSON of one event, checked to be JSON; or its rejection, without decoding, if it is too large."""
    if span.end - span.begin > EVENT_BYTES:
        return _too_large(span.end - span.begin)
    if span.depth > DEPTH_MAX:
        return RejectedEvent("too_large", "event", "nested too deeply")
    item = _with_nul_for_half_pairs(body[span.begin : span.end].strip(_WHITESPACE))
    _read(_raw, item, before=before + span.begin)
    return _bounded(item)


def _bounded(item: bytes) -> bytes | RejectedEvent:
    """The JSON of an event, or its rejection when it is larger than any valid event."""
    if len(item) > EVENT_BYTES:
        return _too_large(len(item))
    if len(item) > EVENT_VALUES and item.count(b",") > EVENT_VALUES:
        return RejectedEvent("too_large", "event", f"more than {EVENT_VALUES:,} values")
    return item


def _too_large(size: int) -> RejectedEvent:
    return RejectedEvent("too_large", "event", f"{size:,} bytes; at most {EVENT_BYTES:,}")


def too_many_events(max_events: int) -> BodyTooLargeError:
    """The error for a body of too many events."""
    return BodyTooLargeError(f"The body holds more than {max_events:,} events; send it in parts.")


def _with_nul_for_half_pairs(body: bytes) -> bytes:
    """The body with each escape of half a surrogate pair replaced by that of a NUL.

    The decoder fails the whole body at half a pair. A NUL it can read, and the field's check rejects it just
    the same, so that only the one event is rejected. Both escapes have six bytes: places in error messages
    stay right.
    """
    if b"\\" not in body or (b"\\ud" not in body and b"\\uD" not in body):
        return body  # one byte is much faster to search than three
    return _SURROGATES.sub(lambda found: found[1] + b"\\u0000" if found[2] else found[0], body)


def _lines(body: bytes, max_items: int) -> list[bytes | RejectedEvent]:
    found: list[bytes | RejectedEvent] = []
    for number, line in _numbered(body):
        if len(found) >= max_items:
            raise too_many_events(max_items)
        found.append(_line(line, number))
    return found


def _line(line: bytes, number: int) -> bytes | RejectedEvent:
    if len(line) > EVENT_BYTES:
        return _too_large(len(line))
    line = _with_nul_for_half_pairs(line)
    try:
        _read(_raw, line, f"Line {number}")
    except RecursionError:
        return _too_deep(line, f"Line {number}")
    return _bounded(line)


def _too_deep(line: bytes, where: str) -> RejectedEvent:
    """The rejection of a line nested too deeply for the decoder. Raises `UnreadableBodyError` when its
    brackets do not match or something follows them: the line is not JSON then.
    """
    elements = Elements(line, 0)
    try:
        deque(elements, maxlen=0)
    except UnreadableBodyError:
        raise UnreadableBodyError(f"{where} is not JSON: {fault(line, '')}") from None
    _check_end(line, elements.after, len(line))
    return RejectedEvent("too_large", "event", "nested too deeply")


def _numbered(body: bytes) -> Iterator[tuple[int, bytes]]:
    """The lines that are not blank, one by one, with their numbers from 1 (blank lines count)."""
    start = first_of(body)
    number = 1 + count_byte(body[:start], b"\n")
    while start < len(body):
        end = body.find(b"\n", start)
        end = len(body) if end < 0 else end
        yield number, body[start:end].strip(_WHITESPACE)
        start = first_of(body, end)
        number += count_byte(body[end:start], b"\n")


def _array(body: bytes, max_items: int) -> list[bytes]:
    found = _elements(body)
    if len(found) > max_items:
        raise too_many_events(max_items)
    return [bytes(item) for item in found]


def _elements(body: bytes, before: int = 0) -> list[Raw]:
    found: list[Raw] = _read(_raws, body, before=before)
    return found


def _envelope(body: bytes, fields: dict[str, Raw], max_items: int) -> list[bytes]:
    events = bytes(fields["events"])
    # The decoder keeps the last of two equal keys. If `events` is the only key, there are exactly two quotes
    # outside its value; more mean that the key is there twice.
    _check_envelope([*fields, *(["events"] * (body.count(b'"') - events.count(b'"') != 2))])
    if events[:1] != b"[":
        raise _no_array()
    return _array(events, max_items)


def _check_envelope(names: Sequence[str]) -> None:
    """Raise `InvalidInputError` when there is another key than `events`, or `events` twice."""
    if unknown := sorted(set(names) - {"events"}):
        faults = [(name[:64], "not known beside events") for name in unknown[:_MAX_LISTED_FAULTS]]
        raise InvalidInputError(": ".join(faults[0]) + ".", faults)
    if len(names) > 1:
        raise InvalidInputError("events: is there twice.", [("events", "is there twice")])


def _no_array() -> InvalidInputError:
    return InvalidInputError("events: is not an array.", [("events", "is not an array")])


def _read(
    decoder: msgspec.json.Decoder[Any], body: bytes, where: str = "The body", *, before: int = 0
) -> Any:
    try:
        return decoder.decode(body)
    except msgspec.DecodeError as error:
        raise UnreadableBodyError(f"{where} is not JSON: {fault(body, str(error), before)}") from None


def fault(body: bytes, error: str, before: int = 0) -> str:
    """What is wrong with a body, and at which byte: msgspec's message, with a hint for common mistakes.

    `before`: how many bytes of the whole body come before this part of it.
    """
    found = _FAULT.fullmatch(error)
    if found is None:
        return f"it ends in the middle of a value (byte {before + len(body)})."
    what, at = found["what"], int(found["byte"])
    if _NO_NUMBER.match(body, at) or _NO_NUMBER.match(body, max(0, at - 1)):
        return f"NaN and Infinity are no JSON numbers (byte {before + at})."
    if what == "trailing characters" and b"\n" in body:
        return f"{what} (byte {before + at}); one event a line needs Content-Type: application/x-ndjson."
    return f"{what} (byte {before + at})."

"""A body taken apart: the JSON of each event by itself, so that one that is wrong costs only itself."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import msgspec
from msgspec import Raw

from callboard.errors import BodyTooLargeError, InvalidInputError, UnreadableBodyError

_WHITESPACE = b" \t\r\n"
# A surrogate escape, whole pairs first. An even number of backslashes before it is text, and not its own.
_SURROGATES = re.compile(
    rb"(?<!\\)((?:\\\\)*)\\u"
    rb"(?:[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|([dD][89a-fA-F][0-9a-fA-F]{2}))"
)
_FAULT = re.compile(r"(?:JSON is malformed: )?(?P<what>.*) \(byte (?P<byte>\d+)\)")

_NO_NUMBER = re.compile(rb"-?(?:NaN|Inf)")

_raw = msgspec.json.Decoder(Raw)
_raws = msgspec.json.Decoder(list[Raw])
_raw_fields = msgspec.json.Decoder(dict[str, Raw])


def items(body: bytes, ndjson: bool, max_items: int) -> list[bytes]:
    """The JSON of each event in a body that is not empty.

    Raises `UnreadableBodyError` when the body is no JSON, `InvalidInputError` when it is an envelope that is
    none, `BodyTooLargeError` for more than `max_items` events.
    """
    body = _with_nul_for_half_pairs(body)
    if ndjson:
        return _lines(body, max_items)
    opening = body.lstrip(_WHITESPACE)[:1]
    if opening == b"[":
        return _array(body, max_items)
    if opening == b"{":
        fields: dict[str, Raw] = _read(_raw_fields, body)
        if "events" in fields and "type" not in fields:
            return _envelope(body, fields, max_items)
    _read(_raw, body)
    return [body]


def too_many_events(max_events: int) -> BodyTooLargeError:
    """What is said of a body of too many events."""
    return BodyTooLargeError(f"The body holds more than {max_events:,} events; send it in parts.")


def _with_nul_for_half_pairs(body: bytes) -> bytes:
    """The body with each escape that is half a surrogate pair made a NUL: as unkeepable, but readable.

    So the one event that holds it is rejected, not the whole body.
    """
    if b"\\ud" not in body and b"\\uD" not in body:
        return body
    return _SURROGATES.sub(lambda found: found[1] + b"\\u0000" if found[2] else found[0], body)


def _lines(body: bytes, max_items: int) -> list[bytes]:
    found: list[bytes] = []
    for number, line in _numbered(body):
        if len(found) >= max_items:
            raise too_many_events(max_items)
        _read(_raw, line, f"Line {number}")
        found.append(line)
    return found


def _numbered(body: bytes) -> Iterator[tuple[int, bytes]]:
    """The lines that are not blank, with their numbers from 1; never all of them in memory."""
    number = start = 0
    while start < len(body):
        number += 1
        end = body.find(b"\n", start)
        end = len(body) if end < 0 else end
        if line := body[start:end].strip(_WHITESPACE):
            yield number, line
        start = end + 1


def _array(body: bytes, max_items: int) -> list[bytes]:
    found: list[Raw] = _read(_raws, body)
    if len(found) > max_items:
        raise too_many_events(max_items)
    return [bytes(item) for item in found]


def _envelope(body: bytes, fields: dict[str, Raw], max_items: int) -> list[bytes]:
    if unknown := sorted(set(fields) - {"events"}):
        raise InvalidInputError(
            f"{unknown[0]}: not known beside events.", [(name, "not known beside events") for name in unknown]
        )
    events = bytes(fields["events"])
    if body.count(b'"') - events.count(b'"') != 2:
        raise InvalidInputError("events: is there twice.", [("events", "is there twice")])
    if events[:1] != b"[":
        raise InvalidInputError("events: is not an array.", [("events", "is not an array")])
    return _array(events, max_items)


def _read(decoder: msgspec.json.Decoder[Any], body: bytes, where: str = "The body") -> Any:
    try:
        return decoder.decode(body)
    except RecursionError:
        raise UnreadableBodyError(f"{where} is nested too deeply to be read.") from None
    except msgspec.DecodeError as error:
        raise UnreadableBodyError(f"{where} is not JSON: {fault(body, str(error))}") from None


def fault(body: bytes, error: str) -> str:
    """What is wrong with a body and where: msgspec's word, and what people most often meant."""
    found = _FAULT.fullmatch(error)
    if found is None:
        return f"it ends in the middle of a value (byte {len(body)})."
    what, at = found["what"], int(found["byte"])
    if _NO_NUMBER.match(body, at) or _NO_NUMBER.match(body, max(0, at - 1)):
        return f"NaN and Infinity are no JSON numbers (byte {at})."
    if what == "trailing characters" and b"\n" in body:
        return f"{what} (byte {at}); one event a line needs Content-Type: application/x-ndjson."
    return f"{what} (byte {at})."

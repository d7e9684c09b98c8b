"""Read the body of a delivery: a form, or a JSON object within bounds."""

from __future__ import annotations

import base64
import binascii
import re
from contextlib import suppress
from typing import Any, Final
from urllib.parse import unquote_plus

import msgspec

from callboard.errors import BodyTooLargeError, UnreadableBodyError
from callboard.ingest.documents import refuse_repeated_keys
from callboard.ingest.rejected import RejectedEvent
from callboard.ingest.shape import Bounds, check_shape
from callboard.ingest.sources.platforms.delivery import Delivery, Unfit

FIELDS_MAX: Final = 1_000
"""Most fields of a form. Platforms send about 40."""
VALUES_MAX: Final = 500_000
"""Most values of one answer of a list API, or of one row of a file."""
POSTED_VALUES_MAX: Final = 150_000
"""Most values of an object that is posted: a transcript of some hours, word by word, has about 100,000. They
are decoded in one piece, for which every other request of the worker waits.
"""
DEPTH_MAX: Final = 32
RECORDS_MAX: Final = 50_000
"""Most records of one delivery that follow each other."""
_MARK: Final = b"\xef\xbb\xbf"
JSON_TYPES: Final = ("application/json", "text/json", "application/webhook+json", "application/jwt")

_bounds = Bounds(values=VALUES_MAX, keys=VALUES_MAX, depth=DEPTH_MAX)
_posted = Bounds(values=POSTED_VALUES_MAX, keys=POSTED_VALUES_MAX, depth=DEPTH_MAX)
_decode = msgspec.json.Decoder(strict=True).decode
_encode = msgspec.json.Encoder().encode


def form_pairs(text: str) -> list[tuple[str, str]]:
    """The fields of a form, or of a query string, in their order; blank ones and repeated ones are kept.

    As `urllib.parse.parse_qsl`, in a quarter of its time: every delivery of some platforms is read twice, for
    its signature and for what it says. Raises `Unfit` for more than 1,000 fields.
    """
    if text.count("&") >= FIELDS_MAX:
        raise Unfit("unreadable", f"The form has more than {FIELDS_MAX:,} fields.")
    pairs = []
    for part in text.split("&"):
        name, _, value = part.partition("=")
        if "%" in value or "+" in value:
            value = unquote_plus(value)
        if "%" in name or "+" in name:
            name = unquote_plus(name)
        if part:
            pairs.append((name, value))
    return pairs


def sent_pairs(delivery: Delivery) -> list[tuple[str, str]]:
    """The fields that a platform sends: those of the query with GET, else those of the body."""
    return form_pairs(
        delivery.query if delivery.method == "GET" else delivery.body.decode("utf-8", "replace")
    )


def form_fields(delivery: Delivery) -> dict[str, str]:
    """Name → value of what a platform sends as a form; of a repeated field the first. Raises `Unfit`."""
    if delivery.method != "GET" and delivery.body[:1] in (b"{", b"["):
        raise Unfit("unreadable", "The body is JSON, but this platform sends forms.")
    pairs = sent_pairs(delivery)
    if not pairs:
        raise Unfit("unreadable", "The delivery has no form fields.")
    return dict(reversed(pairs))


def has_few_values(body: bytes) -> bool:
    """Whether a body has no more values and levels than an object that is posted may have."""
    try:
        check_shape(body, _posted)
    except (BodyTooLargeError, UnreadableBodyError):
        return False
    return True


def json_value(body: bytes, bounds: Bounds = _bounds) -> Any:
    """The JSON value of a body. Raises `Unfit` for no JSON, a repeated key, and too much of it."""
    body = body.removeprefix(_MARK)
    try:
        check_shape(body, bounds)
        try:
            value = _decode(body)
        except (msgspec.DecodeError, ValueError):
            body = _with_whole_characters(body)
            value = _decode(body)
        # A key that was dropped takes its quotes along; an escaped quote looks the same and is checked.
        if _encode(value).count(b'"') != body.count(b'"') or b"\\u0022" in body:
            refuse_repeated_keys(body)
    except (BodyTooLargeError, UnreadableBodyError) as fault:
        raise Unfit("unreadable", str(fault)) from None
    except RejectedEvent as fault:
        raise Unfit("unreadable", f"The body is ambiguous: {fault.rule}.") from None
    except (msgspec.DecodeError, ValueError, RecursionError):
        raise Unfit("unreadable", "The body is not JSON.") from None
    return value


def _with_whole_characters(body: bytes) -> bytes:
    """A body in which the halves of characters are replaced: a text that a program cut after so many units of
    UTF-16 costs no more than that character.
    """
    return _ESCAPE.sub(lambda found: _HALF if found[1] else found[0], body)


HALF_A_CHARACTER: Final = "\ufffd"
"""Stands for half a character: an id that has one may be any."""
_HALF: Final = rb"\ufffd"
_ESCAPE: Final = re.compile(
    rb"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|(u[dD][89a-fA-F][0-9a-fA-F]{2})|.)",
    re.DOTALL,
)
"""What is written by its number; the group: half of a pair, alone."""


def json_object(body: bytes) -> dict[str, Any]:
    """The JSON object of a body. Raises `Unfit`."""
    value = json_value(body, _posted)
    if not isinstance(value, dict):
        raise Unfit("unreadable", "The body is no JSON object.")
    return value


def claims_of(body: bytes) -> bytes | None:
    """The claims of a JSON Web Token, as JSON; None for what is none. Its signature is not looked at."""
    parts = body.strip().split(b".")
    if len(parts) != 3:
        return None
    try:
        header, claims = (
            base64.b64decode(part + b"=" * (-len(part) % 4), b"-_", validate=True) for part in parts[:2]
        )
    except (binascii.Error, ValueError):
        return None
    return claims if header.lstrip()[:1] == b"{" and claims.lstrip()[:1] == b"{" else None


def json_records(body: bytes, *under: str) -> list[Any]:
    """The records of a body: its JSON values, and of a list each that is in it. See `json_values`."""
    values = json_values(body, *under)
    return [each for value in values for each in (value if isinstance(value, list) else [value])]


def json_values(body: bytes, *under: str) -> list[Any]:
    """The JSON values of a body: one, or several behind each other, as lines of NDJSON and files of records
    that were written one after the other.

    In place of one that cannot be read stands why: an `Unfit`, which `readable` raises. So it does in place
    of an object in a list that cannot be read as a whole, also in the list of an object under one of the keys
    `under`. What is damaged costs none of its neighbours. Raises `Unfit` for more than 50,000 values, and for
    too much to look for them.
    """
    with suppress(Unfit):
        return [json_value(body)]
    text = body.removeprefix(_MARK).strip()
    if text.count(b'"') // 2 + text.count(b"{") + text.count(b"}") > TOKENS_MAX:
        raise Unfit("unreadable", f"The body has more than {TOKENS_MAX:,} texts and braces, and is no JSON.")
    parts = [each for part in _objects(text) if (each := _alone(part))] or [text]
    if len(parts) > RECORDS_MAX:
        raise Unfit("unreadable", f"The body has more than {RECORDS_MAX:,} records.")
    values = [_value_or_why(each, under) for each in parts]
    return [values] if text[:1] == b"[" else values


def readable(value: Any) -> Any:
    """A value of `json_values`. Raises the `Unfit` that stands in place of one."""
    if isinstance(value, Unfit):
        raise value
    return value


def _value_or_why(document: bytes, under: tuple[str, ...] = ()) -> Any:
    try:
        return json_value(document)
    except Unfit as fault:
        found = _LIST_INSIDE.fullmatch(document) if under else None
        key = found[1].decode("utf-8", "replace") if found else ""
        if found is None or key not in under:
            return fault
        [listed] = json_values(found[2])
        return {key: listed} if any(isinstance(each, Unfit) for each in listed) else fault


def documents(body: bytes) -> list[bytes]:
    """The JSON documents of a body: one in each line, over several lines, or glued together without a
    separator. At least one; what is none is a document as well, for its reader to refuse.

    A line that begins with an object begins a document: one that was cut off takes no other along. A list is
    one document.
    """
    body = body.removeprefix(_MARK).strip()
    return [body] if body[:1] == b"[" else _objects(body) or [body]


def _objects(text: bytes) -> list[bytes]:
    """The objects of a text at its first level, or in its list, and what stands between them."""
    found: list[bytes] = []
    for part in _NEW_OBJECT.split(text):
        depth = start = 0
        for token in _TOKEN.finditer(part):
            if token[0] == b"{":
                depth += 1
                if depth > LEVELS_MAX:
                    break
            elif token[0] == b"}":
                depth = max(depth - 1, 0)
                if depth == 0:
                    found.append(part[start : token.end()].strip())
                    start = token.end()
        if rest := part[start:].strip():
            found.append(rest)
    return found


def _alone(part: bytes) -> bytes:
    """An object, or what stands in its place, without what stands between objects."""
    part = part.lstrip(_BETWEEN)
    return part if part[:1] == b"{" else part.rstrip(_BETWEEN)


_BETWEEN: Final = b"[], \t\r\n\x1e"
TOKENS_MAX: Final = 2_000_000
"""Most texts and braces of a body that is cut into its values, for which every other request of the worker
waits: so many take two seconds.
"""
LEVELS_MAX: Final = 1_000
"""Most levels of a document whose end is looked for; what has more is none."""
_NEW_OBJECT: Final = re.compile(rb"[\r\n]+(?=\{)")
# A string that never ends reaches to the end, so that no part of a body is read twice.
_TOKEN: Final = re.compile(rb'"(?:[^"\\]|\\.)*+"?|[{}]', re.DOTALL)
_LIST_INSIDE: Final = re.compile(rb'\s*\{(?:[^\[{]*,)?\s*"([^"\\]*)"\s*:\s*(\[.*\])\s*\}\s*', re.DOTALL)
"""An object whose last value is a list, and no other before it."""


def rows(body: bytes, *under: str) -> list[Any]:
    """The rows of one answer of a list API, or of a file: a list, or the list under one of the keys. In place
    of one that cannot be read stands why; see `json_values`.

    An object without any of these keys is one row. Raises `Unfit`.
    """
    found: list[Any] = []
    for value in json_values(body, *under):
        listed = value
        if isinstance(value, dict):
            listed = next((value[key] for key in under if isinstance(value.get(key), list)), [value])
        if isinstance(value, Unfit):
            listed = [value]
        if not isinstance(listed, list):
            raise Unfit("unreadable", "The body is neither a JSON object nor a list of them.")
        found += listed
    return found


def at(value: Any, *path: str) -> Any:
    """What lies at a path of keys; None where there is nothing, or no object on the way."""
    for key in path:
        if not isinstance(value, dict):
            return None
        value = value.get(key)
    return value


def inner(value: Any, *path: str) -> dict[str, Any]:
    """The object at a path of keys; an empty one where there is none."""
    found = at(value, *path)
    return found if isinstance(found, dict) else {}

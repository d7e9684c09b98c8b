"""JSON bodies of requests: unreadable is 400, readable but invalid 422 with each field at fault."""

from __future__ import annotations

import json
import re
from typing import Any, TypeVar

import msgspec

from callboard.errors import InvalidInputError, UnreadableBodyError
from callboard.http.body_faults import BODY, faults
from callboard.http.request import Request
from callboard.ingest.items import fault
from callboard.ingest.shape import Bounds, check_shape

T = TypeVar("T")
_SURROGATE = re.compile(rb"\\u[dD][89a-fA-F]")
"""An escaped UTF-16 surrogate, U+D800 to U+DFFF."""
_TOO_LARGE = "holds a number too large to be kept"


def read_json(body: bytes, bounds: Bounds) -> Any:
    """The value of a JSON body.

    Raises `UnreadableBodyError` with the place (not UTF-8, not JSON, nested too deeply, a key twice),
    `BodyTooLargeError` for more values or keys than `bounds`, and `InvalidInputError` for a number that
    cannot be represented.
    """
    if not body.strip():
        raise UnreadableBodyError("The body is empty.")
    # Before the decoder: a small body of nothing but `[` or `1,` would take many times its size in memory.
    check_shape(body, bounds)
    return read_checked(body)


def read_checked(body: bytes, before: int = 0) -> Any:
    """As `read_json`, for JSON whose shape is within bounds already. `before`: how many bytes of the whole
    body precede it, for the places in error messages.
    """
    try:
        value = msgspec.json.decode(body)
        # The slow decoder only runs where the fast check has doubts, and settles them by raising.
        if not _has_no_repeated_key(body, value):
            json.loads(body.decode(), object_pairs_hook=_without_repeats)
    except UnicodeDecodeError as error:
        raise UnreadableBodyError(f"The body is not UTF-8: byte {before + error.start}.") from None
    except RecursionError:
        raise UnreadableBodyError("The body is nested too deeply.") from None
    except msgspec.DecodeError as error:
        # Decoding into plain types, msgspec raises its subclass only for numbers out of range.
        if isinstance(error, msgspec.ValidationError):
            raise _too_large() from None
        raise UnreadableBodyError(_why(body, str(error), before)) from None
    except ValueError:  # from `json.loads`: Python converts no whole number of more than 4,300 digits
        raise _too_large() from None
    return value


def _too_large() -> InvalidInputError:
    return InvalidInputError(f"body: {_TOO_LARGE}", [("body", _TOO_LARGE)])


def _has_no_repeated_key(body: bytes, value: Any) -> bool:
    r"""True if the body surely repeats no key in an object; False means that this is not certain.

    Of two equal keys msgspec keeps the last and says nothing. The trick: the value is encoded again and the
    quotes are counted, which is linear and allocates little. A repeated key, and a text it stood for, are
    lost with at least two quotes. The one other difference is a quote that was written as `\u0022` and comes
    back as `\"`, one quote more, which could make up for a lost one: then the count proves nothing.
    """
    try:
        quotes = msgspec.json.encode(value).count(b'"')
    except OverflowError:  # a whole number that msgspec decodes, but cannot encode
        return False
    return quotes == body.count(b'"') and b"\\u0022" not in body


def _why(body: bytes, error: str, before: int) -> str:
    # Valid JSON by its grammar (RFC 8259, 8.2), but no text that UTF-8 can hold: worth a message of its own.
    if _SURROGATE.search(body) and _is_json(body):
        return "The body holds half a surrogate pair, which cannot be kept."
    return f"The body is not JSON: {fault(body, error, before)}"


def _is_json(body: bytes) -> bool:
    """Whether Python's decoder reads it. It accepts half a surrogate pair; NaN and Infinity, which it would
    accept too, are no JSON.
    """
    try:
        json.loads(body, parse_constant=_no_number)
    except (ValueError, RecursionError):
        return False
    return True


def _no_number(word: str) -> None:
    raise ValueError(word)


def read_object(request: Request, kind: type[T]) -> T:
    """The body as one of our types; one that may be left out, and was, is `{}`. Raises as `read_json`, and
    `InvalidInputError` with each faulty field.
    """
    body = request.endpoint.body
    assert body is not None, "it has a body"
    sent = request.body if body.required or request.body.strip() else b"{}"
    return converted(normalise_integers(read_json(sent, body.bounds)), kind)


def converted(value: Any, kind: type[T]) -> T:
    """A decoded body as one of our types. Raises `InvalidInputError` with every field at fault."""
    try:
        return msgspec.convert(value, kind)
    except msgspec.ValidationError as error:
        # `faults` has its own rules; should it find nothing, msgspec's word still stands.
        found = faults(value, kind) or [(BODY, str(error))]
    field, what = found[0]
    raise InvalidInputError(f"{field}: {what}", found)


def normalise_integers(value: Any) -> Any:
    """The value with whole numbers as `int`: JSON does not tell 900.0 from 900, msgspec does. Values in lists
    stay as they are.
    """
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, dict):
        return {name: normalise_integers(inner) for name, inner in value.items()}
    return value


def _without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            raise UnreadableBodyError(f"The body has the key {name[:64]!r} twice in one object.")
        found[name] = value
    return found

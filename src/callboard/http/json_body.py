"""JSON bodies of the administration: unreadable is 400, readable but invalid 422 with the field."""

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
_TOO_LARGE = "holds a number too large to be kept"


def read_json(body: bytes, bounds: Bounds) -> Any:
    """What a body says, its shape checked before anything decodes it. Raises `UnreadableBodyError` (not
    UTF-8, not JSON, nested too deeply, a key twice), saying where, `BodyTooLargeError` for more values or
    keys than `bounds`, and `InvalidInputError` for a number that nothing can hold.
    """
    if not body.strip():
        raise UnreadableBodyError("The body is empty.")
    check_shape(body, bounds)
    return read_checked(body)


def read_checked(body: bytes, before: int = 0) -> Any:
    """The same of JSON whose shape is known to be within bounds; `before` bytes stand before it."""
    try:
        value = msgspec.json.decode(body)
        if not _has_no_repeated_key(body, value):
            json.loads(body.decode(), object_pairs_hook=_without_repeats)
    except UnicodeDecodeError as error:
        raise UnreadableBodyError(f"The body is not UTF-8: byte {before + error.start}.") from None
    except RecursionError:
        raise UnreadableBodyError("The body is nested too deeply.") from None
    except msgspec.DecodeError as error:
        if isinstance(error, msgspec.ValidationError):
            raise _too_large() from None
        raise UnreadableBodyError(_why(body, str(error), before)) from None
    except ValueError:  # a number of thousands of digits
        raise _too_large() from None
    return value


def _too_large() -> InvalidInputError:
    return InvalidInputError(f"body: {_TOO_LARGE}", [("body", _TOO_LARGE)])


def _has_no_repeated_key(body: bytes, value: Any) -> bool:
    r"""Whether what was decoded is all that the body says; false may also mean "look closer".

    Of two equal keys msgspec keeps the last. But encoded again, all that was kept has as many quotes as the
    body: a key that was there twice takes two away. Only a quote written as `\u0022` comes back as one more.
    """
    try:
        quotes = msgspec.json.encode(value).count(b'"')
    except OverflowError:  # a whole number that msgspec reads and does not write
        return False
    return quotes == body.count(b'"') and b"\\u0022" not in body


def _why(body: bytes, error: str, before: int) -> str:
    if _SURROGATE.search(body) and _is_json(body):
        return "The body holds half a surrogate pair, which cannot be kept."
    return f"The body is not JSON: {fault(body, error, before)}"


def _is_json(body: bytes) -> bool:
    """Whether Python reads it, which minds half a surrogate pair no more than NaN."""
    try:
        json.loads(body, parse_constant=_no_number)
    except (ValueError, RecursionError):
        return False
    return True


def _no_number(word: str) -> None:
    raise ValueError(word)


def read_object(request: Request, kind: type[T]) -> T:
    """A body as one of our types. Raises as `read_json`, and `InvalidInputError` with the fields."""
    assert request.endpoint.body is not None, "it has a body"
    return converted(whole_numbers(read_json(request.body, request.endpoint.body.bounds)), kind)


def converted(value: Any, kind: type[T]) -> T:
    """What a body says as one of our types. Raises `InvalidInputError` with every field at fault."""
    try:
        return msgspec.convert(value, kind)
    except msgspec.ValidationError as error:
        found = faults(value, kind) or [(BODY, str(error))]
    field, what = found[0]
    raise InvalidInputError(f"{field}: {what}", found)


def whole_numbers(value: Any) -> Any:
    """The value with whole numbers as such however they were written: to JSON, 900.0 and 900 are the same."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, dict):
        return {name: whole_numbers(inner) for name, inner in value.items()}
    return value


def _without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            raise UnreadableBodyError(f"The body has the key {name[:64]!r} twice in one object.")
        found[name] = value
    return found

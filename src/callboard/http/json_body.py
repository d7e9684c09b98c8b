"""JSON bodies of the administration: unreadable is 400, readable but invalid 422 with the field."""

from __future__ import annotations

import json
import re
from typing import Any, TypeVar

import msgspec

from callboard.errors import InvalidInputError, UnreadableBodyError
from callboard.http.body_faults import BODY, faults
from callboard.ingest.items import fault

T = TypeVar("T")
_SURROGATE = re.compile(rb"\\u[dD][89a-fA-F]")


def read_json(body: bytes) -> Any:
    """What a body says. Raises `UnreadableBodyError` (not UTF-8, not JSON, a key twice), saying where, and
    `InvalidInputError` for a number that nothing can hold.
    """
    if not body.strip():
        raise UnreadableBodyError("The body is empty.")
    try:
        value = msgspec.json.decode(body)
        json.loads(body, object_pairs_hook=_without_repeats)
    except UnicodeDecodeError as error:
        raise UnreadableBodyError(f"The body is not UTF-8: byte {error.start}.") from None
    except RecursionError:
        raise UnreadableBodyError("The body is nested too deeply.") from None
    except msgspec.ValidationError:
        why = "holds a number too large to be kept"
        raise InvalidInputError(f"body: {why}", [("body", why)]) from None
    except msgspec.DecodeError as error:
        raise UnreadableBodyError(_why(body, str(error))) from None
    return value


def _why(body: bytes, error: str) -> str:
    if _SURROGATE.search(body) and _is_json(body):
        return "The body holds half a surrogate pair, which cannot be kept."
    return f"The body is not JSON: {fault(body, error)}"


def _is_json(body: bytes) -> bool:
    """Whether Python reads it, which minds half a surrogate pair no more than NaN."""
    try:
        json.loads(body, parse_constant=_no_number)
    except (ValueError, RecursionError):
        return False
    return True


def _no_number(word: str) -> None:
    raise ValueError(word)


def read_object(body: bytes, kind: type[T]) -> T:
    """A body as one of our types. Raises `UnreadableBodyError`, `InvalidInputError` with the fields."""
    return converted(whole_numbers(read_json(body)), kind)


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
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise UnreadableBodyError(f"The body has the key {twice[:64]!r} twice in one object.")
    return found

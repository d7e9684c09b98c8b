"""JSON bodies of the administration: unreadable is 400, readable but invalid 422 with the field."""

from __future__ import annotations

import json
import re
from typing import Any, TypeVar

import msgspec

from callboard.errors import InvalidInputError, UnreadableBodyError

T = TypeVar("T")
_PATH = re.compile(r"(?P<what>.*) - at `(?P<path>\$.*)`", re.DOTALL)


def read_json(body: bytes) -> Any:
    """What a body says. Raises `UnreadableBodyError` (not UTF-8, not JSON, a key twice), saying where."""
    if not body.strip():
        raise UnreadableBodyError("The body is empty.")
    try:
        value = msgspec.json.decode(body)
        json.loads(body, object_pairs_hook=_without_repeats)
    except UnicodeDecodeError as error:
        raise UnreadableBodyError(f"The body is not UTF-8: byte {error.start}.") from None
    except RecursionError:
        raise UnreadableBodyError("The body is nested too deeply.") from None
    except (msgspec.DecodeError, ValueError) as error:
        raise UnreadableBodyError(f"The body is not JSON: {error}.") from None
    return value


def read_object(body: bytes, kind: type[T]) -> T:
    """A body as one of our types. Raises `UnreadableBodyError`, `InvalidInputError` with the field."""
    value = whole_numbers(read_json(body))
    try:
        return msgspec.convert(value, kind)
    except msgspec.ValidationError as error:
        raise invalid(str(error)) from None


def whole_numbers(value: Any) -> Any:
    """The value with whole numbers as such however they were written: to JSON, 900.0 and 900 are the same."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, dict):
        return {name: whole_numbers(inner) for name, inner in value.items()}
    return value


def invalid(error: str) -> InvalidInputError:
    """What msgspec says of a value, with the field it says it of."""
    found = _PATH.fullmatch(error)
    field = found["path"].removeprefix("$").removeprefix(".") if found else ""
    what = found["what"] if found else error
    if not field:
        named = re.search(r"(?:missing required field|unknown field) `(?P<field>[^`]*)`", what)
        field = named["field"] if named else "body"
    return InvalidInputError(f"{field}: {what}", [(field, what)])


def _without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise UnreadableBodyError(f"The body has the key {twice[:64]!r} twice in one object.")
    return found

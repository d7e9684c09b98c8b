"""Query parameters: each with its name, its reader and its documentation.

Reader and schema are defined together, so that the OpenAPI document does not promise what the server rejects.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal, InvalidOperation
from typing import Any
from urllib.parse import parse_qsl

from msgspec import Struct

from callboard.errors import ParameterError
from callboard.query.civil import Moment, read_moment, read_zone
from callboard.store.questions import UNKNOWN

MAX_PARAMETERS = 64
MAX_TEXT_BYTES = 255
MAX_SECONDS = 1_000_000_000


class Parameter(Struct, frozen=True, kw_only=True):
    """A query parameter of a path."""

    name: str
    text: str
    """The description in the reference."""
    schema: Mapping[str, Any]
    """The JSON schema of its value."""
    read: Callable[[str], Any]
    """Text → value; raises `ValueError` with a message for the caller."""
    example: Any = None


def read_query(query: bytes, declared: Mapping[str, Parameter]) -> dict[str, Any]:
    """The values of a query string. Raises `ParameterError`: an unknown or repeated name, a bad value."""
    texts: dict[str, str] = {}
    for name, text in _pairs(query):
        if name not in declared:
            known = ", ".join(declared) or "none"
            raise ParameterError(_shown(name), f"not a parameter of this path (it takes: {known})")
        if name in texts:
            raise ParameterError(name, "given more than once")
        texts[name] = text
    return {name: _value(declared[name], text) for name, text in texts.items()}


def _pairs(query: bytes) -> Sequence[tuple[str, str]]:
    if not query:
        return ()
    try:
        # Strict, because the default replaces invalid bytes by U+FFFD: a filter would then match nothing.
        return parse_qsl(
            query.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=MAX_PARAMETERS
        )
    except UnicodeError:
        raise ParameterError("query", "not percent-encoded UTF-8") from None
    except ValueError:
        raise ParameterError("query", f"more than {MAX_PARAMETERS} parameters") from None


def _value(parameter: Parameter, text: str) -> Any:
    try:
        return parameter.read(text)
    except ValueError as error:
        raise ParameterError(parameter.name, str(error)) from None


def _shown(name: str) -> str:
    printable = "".join(letter if letter.isprintable() else "?" for letter in name[:64])
    return printable or "(a parameter without a name)"


# --- kinds of parameters -----------------------------------------------------------------------------


def words(name: str, text: str, allowed: Sequence[str], *, unknown: bool = False) -> Parameter:
    """One of a closed list. With `unknown`, the word `unknown` finds items where the field is null."""
    choices = [*allowed, *(["unknown"] if unknown and "unknown" not in allowed else [])]

    def read(value: str) -> Any:
        if unknown and value == "unknown":
            return UNKNOWN
        if value not in choices:
            raise ValueError(f"must be one of {', '.join(choices)}")
        return value

    return Parameter(
        name=name, text=text, schema={"type": "string", "enum": choices}, read=read, example=choices[0]
    )


# Narrower than what is accepted: days 1 to 28 exist in every month, so that any text that a tool generates
# from these patterns is a valid time.
_PLATFORM_TIME = "^(0[1-9]|1[0-9]|2[0-8])-(0[1-9]|1[0-2])-20[0-9]{2} ([01][0-9]|2[0-3])(:[0-5][0-9]){2}$"
_ISO_TIME = (
    "20[0-9]{2}-(0[1-9]|1[0-2])-(0[1-9]|1[0-9]|2[0-8])(T([01][0-9]|2[0-3])(:[0-5][0-9]){2}([.][0-9]{1,6})?Z)?"
)
_MOMENTS = [{"format": "date"}, {"format": "date-time"}, {"pattern": _PLATFORM_TIME}]
TEXT_SCHEMA = {"type": "string", "minLength": 1, "maxLength": MAX_TEXT_BYTES, "pattern": "^[^\\x00]+$"}


def read_text(value: str) -> str:
    if not value:
        raise ValueError("must not be empty")
    if len(value) > MAX_TEXT_BYTES:
        raise ValueError(f"longer than {MAX_TEXT_BYTES} characters")
    if "\0" in value:
        raise ValueError("must not hold a NUL")
    return value


def texts(name: str, text: str, example: str | None = None) -> Parameter:
    """Any text. `unknown` finds items where the field is null."""

    def read(value: str) -> Any:
        return UNKNOWN if value == "unknown" else read_text(value)

    text = f"{text} `unknown`: those without one."
    return Parameter(name=name, text=text, schema=TEXT_SCHEMA, read=read, example=example)


def ids(name: str, text: str) -> Parameter:
    """An id, exactly."""
    return Parameter(name=name, text=text, schema=TEXT_SCHEMA, read=read_text)


def phone_numbers(name: str, text: str) -> Parameter:
    """A phone number as the source wrote it."""

    def read(value: str) -> Any:
        # In a query string an unescaped plus sign is decoded as a space; no number begins with a space.
        value = f"+{value[1:]}" if value[:1] == " " else value
        return UNKNOWN if value == "unknown" else read_text(value)

    text = f"{text} `unknown`: calls without one."
    return Parameter(name=name, text=text, schema=TEXT_SCHEMA, read=read, example="+12025550123")


def flags(name: str, text: str) -> Parameter:
    """`true` or `false`."""

    def read(value: str) -> bool:
        if value not in ("true", "false"):
            raise ValueError("must be true or false")
        return value == "true"

    return Parameter(name=name, text=text, schema={"type": "boolean"}, read=read, example=True)


_DIGITS = re.compile(r"[0-9]{1,10}")


def numbers(name: str, text: str, low: int, high: int, default: int | None = None) -> Parameter:
    """A whole number within bounds."""

    def read(value: str) -> int:
        if not _DIGITS.fullmatch(value) or not low <= int(value) <= high:
            raise ValueError(f"must be a whole number from {low} to {high}")
        return int(value)

    schema = {"type": "integer", "minimum": low, "maximum": high}
    if default is not None:
        schema["default"] = default
    return Parameter(name=name, text=text, schema=schema, read=read, example=default or low)


def seconds(name: str, text: str, *, at_least: bool) -> Parameter:
    """A duration in seconds, read as whole milliseconds.

    Rounded up for a lower bound and down for an upper one (`at_least`): durations are whole milliseconds, so
    no call outside the stated bound is found.
    """

    def read(value: str) -> int:
        try:
            number = Decimal(value)
        except InvalidOperation:
            raise ValueError("must be a number of seconds") from None
        if not number.is_finite() or not 0 <= number <= MAX_SECONDS:
            raise ValueError(f"must be from 0 to {MAX_SECONDS} seconds")
        return int((number * 1000).to_integral_value(ROUND_CEILING if at_least else ROUND_FLOOR))

    schema = {"type": "number", "minimum": 0, "maximum": MAX_SECONDS}
    return Parameter(name=name, text=text, schema=schema, read=read, example=30)


def moments(name: str, text: str) -> Parameter:
    """A time: an instant, or a wall time or whole day in the zone of `timezone`."""
    schema = {"type": "string", "anyOf": _MOMENTS}
    return Parameter(name=name, text=text, schema=schema, read=read_moment, example="2026-02-07")


def spans(name: str, text: str) -> Parameter:
    """A time as `moments` reads it, or two separated by a slash: from the first up to the second, excluded.
    An end that is not later than the start finds nothing.
    """

    def read(value: str) -> tuple[Moment, Moment | None]:
        begin, slash, end = value.partition("/")
        return read_moment(begin), read_moment(end) if slash else None

    schema = {"type": "string", "anyOf": [*_MOMENTS, {"pattern": f"^{_ISO_TIME}/{_ISO_TIME}$"}]}
    example = "2026-02-07T05:00:00Z/2026-02-07T06:00:00Z"
    return Parameter(name=name, text=text, schema=schema, read=read, example=example)


def zones(name: str, text: str) -> Parameter:
    """The name of a time zone."""
    return Parameter(
        name=name,
        text=text,
        schema={"$ref": "#/components/schemas/TimeZone"},
        read=read_zone,
        example="Asia/Kolkata",
    )

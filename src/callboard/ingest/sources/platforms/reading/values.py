"""Read single values, however a platform writes them. None where there is no value."""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation
from math import isfinite
from typing import Any, Final

from callboard.ingest.instants import DURATION_MS_MAX
from callboard.ingest.rejected import shown
from callboard.ingest.sources.platforms.delivery import Unfit

NO_VALUES: Final = frozenset(
    {
        "", "none", "null", "nil", "undefined", "nan", "n/a", "\\n",
        "<null>", "<none>", "<nil>", "<unknown>", "<undefined>", "<no value>", "(null)", "(none)", "(nil)",
        "(undefined)", "(n/a)", "[null]", "[object object]", "_undef_",
    }
)  # fmt: skip
"""What languages and telephone exchanges write for nothing: `<null>` Kamailio, `_undef_` FreeSWITCH,
`<unknown>` Asterisk, `(null)` C, `None` Python, `undefined` JavaScript, `<no value>` Go, `\\N` MySQL."""
SECONDS_MAX: Final = DURATION_MS_MAX // 1000
_UNSTORABLE = re.compile("[\0\ud800-\udfff]")
_UNFILLED = re.compile(
    r"\s*(\{\{.*\}\}|\$?\$\{.*\}|#\{.*\}|\$\w*\(.*\)|\{%.*%\}|<%.*%>|--A--.*--B--|%%.*%%)\s*", re.DOTALL
)
_NOTHING = re.compile(r"\s*[<(\[](null|none|nil|undefined|no value|object object)[>)\]]\s*", re.IGNORECASE)
_CLOCK = re.compile(r"(?:(\d{1,3}) days?, ?)?(?:(\d{1,4}):)?(\d{1,4}):(\d\d(?:\.\d{1,9})?)", re.ASCII)
_NUMBER = re.compile(r"[+-]?(\d{1,18}(\.\d{0,18})?|\.\d{1,18})([eE][+-]?\d{1,2})?")


def text(value: Any) -> str | None:
    """A text without the white space around it; a number as it is written. None for nothing, for `None` and
    `null` as words, and for a variable of a template that was left unfilled, as `{{name}}`.
    """
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, int | float):
        return str(value) if not isinstance(value, int) or abs(value) < 10**30 else None
    if not isinstance(value, str):
        return None
    word = value.strip()
    return None if word.lower() in NO_VALUES or _UNFILLED.fullmatch(word) else word


def is_unfilled(value: Any) -> bool:
    """Whether a text is a variable that was left unfilled, or what programs write in place of a value: no
    word of any language.
    """
    return isinstance(value, str) and (
        _UNFILLED.fullmatch(value) is not None or _NOTHING.fullmatch(value) is not None
    )


def first_text(*values: Any) -> str | None:
    """The first of some values that is a text."""
    return next((word for value in values if (word := text(value)) is not None), None)


def storable(word: str) -> str:
    """A text as every store keeps it: NUL, and halves of surrogate pairs, are replaced."""
    return _UNSTORABLE.sub("\ufffd", word)


def cut(word: str | None, bytes_max: int) -> str | None:
    """A text that explains something, cut to a number of bytes between two characters."""
    if word is None:
        return None
    if len(word) * 4 <= bytes_max:
        return word
    return word.encode("utf-8", "replace")[:bytes_max].decode("utf-8", "ignore")


def shape_of(value: Any) -> str:
    """How a value is written that cannot be read, and nothing of what it says: `9` stands for its digits, `a`
    for its letters, `?` for what is no text.
    """
    if not isinstance(value, str):
        return shown(value) if value is None or isinstance(value, bool | dict | list) else "a number"
    plain = "".join(each if each.isascii() and each.isprintable() else "?" for each in value[:SHAPED])
    return _RUNS.sub("?", _LETTERS.sub("a", _DIGITS.sub("9", plain)))[:32]


SHAPED: Final = 256
"""Characters of a value whose shape is told."""
_DIGITS: Final = re.compile(r"\d+")
_LETTERS: Final = re.compile(r"[A-Za-z]+")
_RUNS: Final = re.compile(r"\?+")


def number(value: Any, field: str) -> Decimal | None:
    """A number, also one written as a text. Raises `Unfit` for what is there and no number."""
    if isinstance(value, bool):
        raise Unfit("invalid", f"{field}: {shown(value)} is not a number")
    if isinstance(value, float) and not isfinite(value):
        return None
    word = text(value)
    if word is None:
        if value is None or isinstance(value, str):
            return None
        raise Unfit("invalid", f"{field}: {shown(value)} is not a number")
    try:
        return Decimal(word) if _NUMBER.fullmatch(word) else _not_a_number(field, value)
    except InvalidOperation:
        return _not_a_number(field, value)


def whole(value: Any, field: str) -> int | None:
    """A whole number; a fraction is cut off. Raises `Unfit`."""
    found = number(value, field)
    return None if found is None else int(found)


def seconds(value: Any, field: str, *, per_second: int = 1) -> float | int | None:
    """A length in seconds, to the millisecond; `per_second`: how many of the platform's units one second has.

    None for a negative one, which platforms write where they know none. Raises `Unfit` for no number, and for
    more than 7 days.
    """
    found = number(value, field)
    if found is None or found < 0:
        return None
    if found > SECONDS_MAX * per_second:
        raise Unfit("invalid", f"{field}: {shown(value)} is more than 7 days")
    length = round(found / per_second, 3)
    return int(length) if length == int(length) else float(length)


def length(value: Any, field: str) -> float | int | None:
    """A length in seconds: a number, or a clock as `0:05:25`, also of some days. Raises `Unfit`."""
    found = _CLOCK.fullmatch(value.strip()) if isinstance(value, str) else None
    if found is None:
        return seconds(value, field)
    days, hours, minutes, rest = (Decimal(part or 0) for part in found.groups())
    return seconds(str(((days * 24 + hours) * 60 + minutes) * 60 + rest), field)


def _not_a_number(field: str, value: Any) -> Decimal:
    raise Unfit("invalid", f"{field}: {shown(value)} is not a number")

"""Read numbers: `1060`, `1,060.5`, `1 060,5`, `1'060`."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any, Final

from callboard.ingest.sources.files.records import RowError

DECIMAL_SIGNS: Final = {"point": ".", "comma": ","}
"""Values of `--decimal` → the sign between a whole number and its fraction."""
_PLAIN: Final = re.compile(r"[+-]?[0-9]+(?:\.[0-9]+)?")
_GROUP_SIGNS: Final = " \u00a0\u202f\u2009'\u2019"
_LONGEST: Final = 64


def _pattern(decimal: str, other: str) -> re.Pattern[str]:
    # Thousands are groups of three, divided by one sign throughout; 0,060 has none, as it begins with 0.
    signs = re.escape(other + _GROUP_SIGNS)
    grouped = rf"[1-9][0-9]{{0,2}}(?P<group>[{signs}])[0-9]{{3}}(?:(?P=group)[0-9]{{3}})*"
    fraction = rf"(?:{re.escape(decimal)}(?P<fraction>[0-9]*))?"
    power = r"(?:[eE](?P<power>[+-]?[0-9]{1,2}))?"
    return re.compile(
        rf"(?P<sign>[+\-\u2212])?(?:(?P<whole>{grouped}|[0-9]+){fraction}|{re.escape(decimal)}(?P<only>[0-9]+)){power}"
    )


_PATTERNS: Final = {"point": _pattern(".", ","), "comma": _pattern(",", ".")}


def number(value: Any, decimal: str = "point") -> Decimal | None:
    """The number in a cell, exactly; None if it is none.

    `decimal` is the sign before a fraction, `point` or `comma`. The other one, a space or `'` may stand
    between thousands, in groups of three digits.
    """
    if isinstance(value, str):
        return _of_text(value, decimal)
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        return None
    found = Decimal(str(value))
    return found if found.is_finite() else None


def _of_text(value: str, decimal: str) -> Decimal | None:
    text = value.strip()
    if len(text) > _LONGEST:
        return None
    if decimal == "point" and _PLAIN.fullmatch(text):  # nearly every cell, and three times as fast
        return Decimal(text)
    found = _PATTERNS[decimal].fullmatch(text)
    if found is None:
        return None
    sign = "-" if found["sign"] in ("-", "\u2212") else ""
    whole = "".join(filter(str.isdecimal, found["whole"] or "0"))
    fraction = found["only"] or found["fraction"] or "0"
    return Decimal(f"{sign}{whole}.{fraction}e{found['power'] or 0}")


def whole(value: Any, decimal: str = "point") -> Any:
    """A whole number. `2.0`, as spreadsheets write it, is 2. Raises `RowError`."""
    if isinstance(value, str):
        found = number(value, decimal)
        if found is None or found != found.to_integral_value():
            raise RowError("invalid_value", f"{value[:60]!r} is not a whole number")
        return int(found)
    return value

"""Lengths that a template reads: the units they are told in, and those that cannot be true."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any, Final

from callboard.clock import SECOND, Micros
from callboard.ingest.sources.platforms.delivery import Unfit
from callboard.ingest.sources.platforms.reading.values import length, number, seconds

LENGTHS: Final = ("call_duration", "billed_seconds")
UNITS: Final[Mapping[str, Decimal]] = {
    **dict.fromkeys(("s", "seconds"), Decimal(1)),
    **dict.fromkeys(("ms", "milliseconds"), Decimal("0.001")),
    **dict.fromkeys(("us", "microseconds"), Decimal("0.000001")),
    **dict.fromkeys(("min", "minutes"), Decimal(60)),
    **dict.fromkeys(("h", "hours"), Decimal(3_600)),
}
"""Unit → how many seconds it has. Without one, a length is in seconds."""
_TOLD: Final = ", ".join(f"`:{unit}`" for unit in UNITS)
_NAMED: Final = re.compile(
    r"(^|_|-|(?<=[a-z])(?=[A-Z]))(?i:ms|msecs?|millis|milliseconds?|us|usecs?|micros|microseconds?"
    r"|mins?|minutes?|hrs?|hours?)$"
)
"""Names that tell another unit than seconds: `talk_ms`, `durationMillis`."""
TOO_LONG: Final = 100
"""How many times the time from start to end a length is that must be of another unit. One of the seconds
that are rounded away is allowed for.
"""


def with_unit(told: str) -> tuple[str, Decimal | None]:
    """The paths of a length, and its unit; None for none. Raises `ValueError` where they do not agree."""
    path, colon, unit = told.rpartition(":")
    if colon and unit.strip() not in UNITS:
        raise ValueError(f"{unit.strip()!r} is no unit of a length: {_TOLD}.")
    paths = (path if colon else told).split("|")
    for each in map(str.strip, paths):
        if _has_unit(each):
            raise ValueError(
                f"{told!r}: the unit of a length stands once, behind its last path, as in `a|b:ms`."
            )
        if not colon and _NAMED.search(each):
            raise ValueError(f"{told!r} seems to be in no seconds: put its unit behind it, one of {_TOLD}.")
    return "|".join(paths), UNITS[unit.strip()] if colon else None


def _has_unit(path: str) -> bool:
    _, colon, unit = path.rpartition(":")
    return bool(colon) and unit.strip() in UNITS


def check_units(fields: Iterable[tuple[str, str]]) -> None:
    """Raises `ValueError` for a unit behind what is no length."""
    for field, told in fields:
        if field not in LENGTHS and not told.startswith("=") and _has_unit(told):
            raise ValueError(f"{field}: {told!r} ends in a unit, which only {' and '.join(LENGTHS)} have.")


def length_in(value: Any, field: str, unit: Decimal | None) -> float | int | None:
    """A length in seconds. In seconds, a clock is one, too. Raises `Unfit`."""
    if unit is None or unit == 1:
        return length(value, field)
    found = number(value, field)
    return None if found is None else seconds(f"{found * unit:.6f}", field)


def check_length(talk: float | None, unit: Decimal | None, start: Micros | None, end: Micros | None) -> None:
    """Raises `Unfit` for a length that is told in another unit than the template says: a hundred times the
    time from start to end or more, or, in a unit below a second, a thousandth of it.
    """
    if not talk or start is None or end is None or end < start:
        return
    span = (end - start) / SECOND
    is_small = unit is not None and unit < 1
    is_thousandth = is_small and span >= TOO_LONG / 10 and abs(talk * 1_000 - span) <= 1
    if talk > TOO_LONG * (span + 1) or is_thousandth:
        raise Unfit(
            "invalid",
            f"call_duration: {talk:,} s, and {span:,.3f} s from start to end: "
            "it is told in another unit than that of the template.",
        )

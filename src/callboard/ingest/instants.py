"""Convert times and durations from requests to microseconds and milliseconds."""

from __future__ import annotations

import re
from datetime import datetime
from decimal import ROUND_HALF_EVEN, Decimal

from callboard.clock import DAY, EPOCH, Micros, iso, moment
from callboard.ingest.rejected import RejectedEvent, shown

EARLIEST: Micros = 946_684_800_000_000
"""2000-01-01T00:00:00Z: the earliest time of a live event. An earlier one comes from a clock that was never
set."""
EARLIEST_ON_RECORD: Micros = 631_152_000_000_000
"""1990-01-01T00:00:00Z: the earliest time in an imported file. Unset clocks start at 1970 or 1980."""
YEAR_9999: Micros = 253_370_764_800_000_000
"""9999-01-01T00:00:00Z: the latest time of a field that may lie in the future."""
AHEAD_MAX: Micros = DAY
"""How far ahead of the server's clock the other times may be."""
DURATION_MS_MAX = 7 * 24 * 3600 * 1000

_DATE_AND_TIME = re.compile(r"\d{4}-?(?:\d\d-?\d\d|W\d\d-?\d)[T ]\d\d[\d:]*(?:[.,]\d+)?(?:Z|[+-]\d[\d:.]*)")


def instant(text: str) -> Micros:
    """The instant of an ISO 8601 time with an offset. Fraction digits after the sixth are cut off.

    Raises ValueError, or TypeError when there is no offset.
    """
    # `fromisoformat` accepts any character between date and time, so unusual forms are checked first. The
    # usual one has its T at this place and skips the slower check.
    if text[10:11] != "T":
        text = text.upper()
        if _DATE_AND_TIME.fullmatch(text) is None:
            raise ValueError(text)
    # Integer arithmetic: `timestamp()` is a float and loses microseconds. Without an offset the subtraction
    # raises TypeError.
    since = datetime.fromisoformat(text) - EPOCH
    return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds


def checked_instant(field: str, text: str, latest: Micros, earliest: Micros = EARLIEST) -> Micros:
    """The instant of a time within bounds. Raises `RejectedEvent` that names the field."""
    try:
        at = instant(text)
    except (ValueError, TypeError):
        rule = "is no ISO 8601 time with an offset, like 2026-02-07T05:57:45.250Z"
        raise RejectedEvent("invalid_time", field, f"{shown(text)} {rule}") from None
    if at < earliest:
        raise RejectedEvent("time_out_of_range", field, f"{shown(text)} is before {moment(earliest).year}")
    if at > latest:
        raise RejectedEvent(
            "time_out_of_range", field, f"{shown(text)} is after {iso(latest)}, too far ahead"
        )
    return at


def duration_ms(field: str, seconds: int | float) -> int:  # noqa: PYI041 - a whole number stays exact
    """Seconds as whole milliseconds, rounded half-even from the decimal number as it was written.

    Raises `RejectedEvent` when they are negative, not finite or more than 7 days.
    """
    if not 0 <= seconds <= DURATION_MS_MAX / 1000:  # written so that NaN, which compares false, is refused
        raise RejectedEvent(
            "invalid_duration", field, f"{shown(seconds)} is not 0 to 604800 seconds (7 days)"
        )
    if isinstance(seconds, int):
        return seconds * 1000
    # The float product may be off in its last bits, which matters only close to a half millisecond: there the
    # decimal digits decide (`repr` gives the shortest ones, those that were sent). `Decimal` is slow.
    rough = seconds * 1000
    nearest = round(rough)
    if abs(rough - nearest) < 0.499_999:
        return nearest
    return int((Decimal(repr(seconds)) * 1000).to_integral_value(ROUND_HALF_EVEN))

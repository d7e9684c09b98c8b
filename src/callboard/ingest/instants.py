"""Times and durations as sent → microseconds and milliseconds."""

from __future__ import annotations

import re
from datetime import datetime
from decimal import ROUND_HALF_EVEN, Decimal

from callboard.clock import DAY, EPOCH, Micros, iso, moment
from callboard.ingest.rejected import RejectedEvent, shown

EARLIEST: Micros = 946_684_800_000_000
"""2000-01-01T00:00:00Z: what happens now did not happen before; a clock that says so was never set."""
EARLIEST_ON_RECORD: Micros = 631_152_000_000_000
"""1990-01-01T00:00:00Z: files of records may be older, yet not older than clocks that were never set (1970,
1980)."""
YEAR_9999: Micros = 253_370_764_800_000_000
"""9999-01-01T00:00:00Z: where times that may lie in the future end."""
AHEAD_MAX: Micros = DAY
DURATION_MS_MAX = 7 * 24 * 3600 * 1000

_DATE_AND_TIME = re.compile(r"\d{4}-?(?:\d\d-?\d\d|W\d\d-?\d)[T ]\d\d[\d:]*(?:[.,]\d+)?(?:Z|[+-]\d[\d:.]*)")


def instant(text: str) -> Micros:
    """The instant of an ISO 8601 time with an offset; of more than six fraction digits the rest is cut.

    Raises ValueError, or TypeError when there is no offset.
    """
    if text[10:11] != "T":  # not the usual form: `datetime` takes any character between date and time
        text = text.upper()
        if _DATE_AND_TIME.fullmatch(text) is None:
            raise ValueError(text)
    since = datetime.fromisoformat(text) - EPOCH
    return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds


def placed_instant(field: str, text: str, latest: Micros, earliest: Micros = EARLIEST) -> Micros:
    """The instant of a time, checked; raises `RejectedEvent` that names the field."""
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
    """Seconds as whole milliseconds, rounded half-even from the decimal number that was written.

    Raises `RejectedEvent` when they are negative, not finite or more than 7 days.
    """
    if not 0 <= seconds <= DURATION_MS_MAX / 1000:  # also what is not a number
        raise RejectedEvent(
            "invalid_duration", field, f"{shown(seconds)} is not 0 to 604800 seconds (7 days)"
        )
    if isinstance(seconds, int):
        return seconds * 1000
    rough = seconds * 1000
    nearest = round(rough)
    if abs(rough - nearest) < 0.499_999:
        return nearest
    return int((Decimal(repr(seconds)) * 1000).to_integral_value(ROUND_HALF_EVEN))

"""The clock comes in through the door, so that tests can hold it still."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

Micros = int
"""An instant: microseconds since 1970-01-01T00:00:00Z."""

Clock = Callable[[], Micros]

SECOND: Micros = 1_000_000
MINUTE: Micros = 60 * SECOND
HOUR: Micros = 60 * MINUTE
DAY: Micros = 24 * HOUR
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def system_clock() -> Micros:
    """Now, by this machine."""
    return time.time_ns() // 1000


def monotonic_clock() -> Micros:
    """Microseconds since some moment: goes on evenly when the system's time is set."""
    return time.monotonic_ns() // 1000


def micros(moment: datetime) -> Micros:
    """The instant of an aware datetime, exactly (no float on the way)."""
    return (moment - EPOCH) // _MICROSECOND


def moment(instant: Micros) -> datetime:
    """The aware UTC datetime of an instant."""
    return EPOCH + timedelta(microseconds=instant)


def iso(instant: Micros | None) -> str | None:
    """An instant as the API sends it: UTC, milliseconds only when there are any.

    Stored microseconds are cut, never rounded up: a time shown is never later than the time kept.
    """
    if instant is None:
        return None
    text = moment(instant).isoformat()[:19]
    millis = instant // 1000 % 1000
    return f"{text}.{millis:03d}Z" if millis else f"{text}Z"


def exact(instant: Micros | None) -> str | None:
    """The same to the microsecond, where there are any: for what is read back and must say the same."""
    if instant is None or not instant % 1000:
        return iso(instant)
    return f"{moment(instant).isoformat()[:19]}.{instant % SECOND:06d}Z"

"""Instants and clocks. A clock is passed in as an argument, so that tests can stop it."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

Micros = int
"""An instant: microseconds since 1970-01-01T00:00:00Z."""

Clock = Callable[[], Micros]
"""Returns the current instant."""

SECOND: Micros = 1_000_000
MINUTE: Micros = 60 * SECOND
HOUR: Micros = 60 * MINUTE
DAY: Micros = 24 * HOUR
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def system_clock() -> Micros:
    """The current time of this machine. It may jump, in both directions, when the time is set."""
    return time.time_ns() // 1000


def monotonic_clock() -> Micros:
    """Microseconds since an arbitrary moment. It runs on evenly when the system's time is set."""
    return time.monotonic_ns() // 1000


def micros(moment: datetime) -> Micros:
    """The instant of an aware datetime. Exact: `datetime.timestamp()` would round through a float."""
    return (moment - EPOCH) // _MICROSECOND


def moment(instant: Micros) -> datetime:
    """The aware UTC datetime of an instant."""
    return EPOCH + timedelta(microseconds=instant)


def iso(instant: Micros | None) -> str | None:
    """An instant as the API sends it: ISO 8601 in UTC, with milliseconds only if they are not zero.

    Microseconds are truncated, never rounded: a time that is shown is never later than the time that is kept.
    """
    if instant is None:
        return None
    text = moment(instant).isoformat()[:19]
    millis = instant // 1000 % 1000
    return f"{text}.{millis:03d}Z" if millis else f"{text}Z"


def exact(instant: Micros | None) -> str | None:
    """As `iso`, but with microseconds where there are any: for files that are imported again, exactly."""
    if instant is None or not instant % 1000:
        return iso(instant)
    return f"{moment(instant).isoformat()[:19]}.{instant % SECOND:06d}Z"

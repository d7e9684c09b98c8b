"""Buckets of durations that grow with them: counts by bucket give percentiles of any union of days.

The bounds are whole milliseconds, made by integer arithmetic: the same on every machine and in every store.
Up to 200 ms a bucket is one value; beyond, it is 1.8 % wide, so that its middle is within 0.9 % of each value
in it. The idea is DDSketch's (Masson, Rim, Lee: "DDSketch: A Fast and Fully-Mergeable Quantile Sketch with
Relative-Error Guarantees", 2019); logarithms are left out because their last bit is not the same everywhere.
"""

from __future__ import annotations

from bisect import bisect_right

RELATIVE_ERROR = 0.01
"""What is promised of a value told from its bucket; what is kept is 0.009."""
MOST_MS = 2 * 10**12
"""Beyond the longest duration that is taken (10^9 s): longer ones fall into the last bucket."""


def _bounds() -> tuple[int, ...]:
    bounds = list(range(201))
    while bounds[-1] < MOST_MS:
        bounds.append(bounds[-1] + bounds[-1] * 18 // 1000)
    return tuple(bounds)


BOUNDS = _bounds()
"""The least value of each bucket, ms."""


def bucket(duration_ms: int) -> int:
    """The bucket that holds a duration."""
    return bisect_right(BOUNDS, duration_ms) - 1


def span(number: int) -> tuple[int, int]:
    """The values of a bucket, half-open, ms."""
    return BOUNDS[number], BOUNDS[number + 1] if number + 1 < len(BOUNDS) else MOST_MS * 2


def middle(number: int) -> int:
    """The value told for a bucket, ms: within `RELATIVE_ERROR` of every one in it."""
    low, high = span(number)
    return (low + high - 1) // 2


def bucket_text(duration_ms: int | None) -> str:
    """How counters name a bucket; "" for what is not known."""
    return "" if duration_ms is None else str(bucket(duration_ms))

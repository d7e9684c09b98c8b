"""Duration buckets of constant relative width. Counts by bucket add up over days and give percentiles.

Up to 200 ms a bucket holds one value; above, it is 1.8 % wide, so that its middle is within 0.9 % of each
value in it. The idea is DDSketch's (Masson, Rim, Lee: "DDSketch: A Fast and Fully-Mergeable Quantile Sketch
with Relative-Error Guarantees", 2019). DDSketch computes the bucket by a logarithm; here the bounds are whole
milliseconds from integer arithmetic, because the last bit of a logarithm differs between machines.
"""

from __future__ import annotations

from bisect import bisect_right

RELATIVE_ERROR = 0.01
"""The promised bound on the error of `middle`; the buckets are narrow enough for 0.009."""
MAX_MS = 2 * 10**12
"""Where the bounds end: above any duration that is accepted. A longer one falls into the last bucket."""


def _bounds() -> tuple[int, ...]:
    # One value a bucket at first: below 56 ms, 1.8 % rounds down to 0 and the bounds would not grow.
    # Counters store bucket numbers, so these bounds must never change.
    bounds = list(range(201))
    while bounds[-1] < MAX_MS:
        bounds.append(bounds[-1] + bounds[-1] * 18 // 1000)
    return tuple(bounds)


BOUNDS = _bounds()
"""The lowest value of each bucket, ms."""


def bucket(duration_ms: int) -> int:
    """The number of the bucket that holds a duration."""
    return bisect_right(BOUNDS, duration_ms) - 1


def span(number: int) -> tuple[int, int]:
    """The range of a bucket in ms: lowest value, and the first value above it."""
    # The last bucket has no upper bound; twice its lower bound gives its middle some value.
    return BOUNDS[number], BOUNDS[number + 1] if number + 1 < len(BOUNDS) else MAX_MS * 2


def middle(number: int) -> int:
    """The value reported for a bucket, ms: within `RELATIVE_ERROR` of each value in it."""
    low, high = span(number)
    return (low + high - 1) // 2


def bucket_text(duration_ms: int | None) -> str:
    """A duration's bucket as a counter dimension; "" for an unknown duration."""
    return "" if duration_ms is None else str(bucket(duration_ms))

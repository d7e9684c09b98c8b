"""Which of several half-open ranges hold a value."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable
from itertools import pairwise


def holding(ranges: Iterable[tuple[int, int]]) -> Callable[[int], list[int]]:
    """A function that answers the places, in `ranges`, of those that hold a value."""
    ordered = sorted((begin, end, place) for place, (begin, end) in enumerate(ranges))
    if any(end > begin for (_, end, _), (begin, _, _) in pairwise(ordered)):
        # Some overlap, so that a value may lie in several: compared with each. Few ranges do.
        return lambda value: [place for begin, end, place in ordered if begin <= value < end]
    begins = [begin for begin, _, _ in ordered]

    def of(value: int) -> list[int]:
        # Without overlap only the last range that begins at or before the value can hold it.
        at = bisect_right(begins, value) - 1
        return [ordered[at][2]] if at >= 0 and value < ordered[at][1] else []

    return of

"""Finds which of several half-open ranges contain a value."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable
from itertools import pairwise


def indexes_containing(ranges: Iterable[tuple[int, int]]) -> Callable[[int], list[int]]:
    """A function that returns the indexes, in `ranges`, of the ranges that contain a value."""
    ordered = sorted((begin, end, place) for place, (begin, end) in enumerate(ranges))
    if any(end > begin for (_, end, _), (begin, _, _) in pairwise(ordered)):
        # Some ranges overlap, so several can contain a value: compare with each. There are few of them then.
        return lambda value: [place for begin, end, place in ordered if begin <= value < end]
    begins = [begin for begin, _, _ in ordered]

    def of(value: int) -> list[int]:
        # Without overlap only the last range that begins at or before the value can contain it.
        at = bisect_right(begins, value) - 1
        return [ordered[at][2]] if at >= 0 and value < ordered[at][1] else []

    return of

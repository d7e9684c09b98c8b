"""How long the completed calls of a file are, in its order: the usual length, and where it jumps."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate
from math import log, sqrt
from statistics import median
from typing import Final

from msgspec import Struct

from callboard.model.event import CallEvent, Event

MAX_LENGTHS: Final = 1_000
"""Lengths that are kept, from all parts of the file."""
FACTOR_OF_A_FEW: Final = 20
"""By what factor two medians differ that are not of one unit: chance makes less of a few calls."""
FACTOR_OF_MANY: Final = sqrt(60)
"""The same of many calls: from here on, a factor of 60 is nearer than none."""
MANY: Final = 10
_LEAST: Final = 3
"""Calls on each side of a jump."""
_NEXT_TO_IT: Final = 20
"""Calls on each side that lie next to a jump: in a sorted file they are alike."""
_ON_ITS_SIDE: Final = 0.8
"""The share of the calls before a jump that are nearer to their median than to that behind it."""


class LengthJump(Struct, frozen=True):
    """A place in a file behind which lengths are in another unit."""

    row: int
    """The first row behind it that is known, from 1."""
    before_s: float
    """The median length before it."""
    after_s: float


class LengthSample:
    """Collects the lengths of completed calls, of which `MAX_LENGTHS` are kept."""

    def __init__(self) -> None:
        self._kept: list[tuple[int, float]] = []
        self._seen = 0
        self._stride = 1

    def add(self, row: int, event: Event) -> None:
        """Note the length that a row says of a completed call."""
        if not isinstance(event, CallEvent) or event.call_status != "completed":
            return
        length = event.duration_ms
        if not isinstance(length, int):
            return
        self._seen += 1
        if self._seen % self._stride == 0:
            self._kept.append((row, length / 1000))
            if len(self._kept) >= MAX_LENGTHS:
                self._kept, self._stride = self._kept[1::2], self._stride * 2

    @property
    def count(self) -> int:
        """The lengths that are kept."""
        return len(self._kept)

    def usual(self) -> float | None:
        """The median in seconds, calls of no length included; None without any."""
        return median(seconds for _, seconds in self._kept) if self._kept else None

    def jump(self) -> LengthJump | None:
        """Where the file begins to say lengths in another unit; None if nowhere. Calls of no length tell
        nothing.
        """
        told = [(row, seconds) for row, seconds in self._kept if seconds]
        lengths = [seconds for _, seconds in told]
        if lengths == sorted(lengths) or lengths == sorted(lengths, reverse=True):
            return None  # of a file in the order of its lengths
        at = _likeliest(lengths)
        if at is None:
            return None
        before, after = lengths[:at], lengths[at:]
        near = _factor(before[-_NEXT_TO_IT:], after[:_NEXT_TO_IT])
        if near < FACTOR_OF_MANY or not _are_apart(before, after):
            return None
        return LengthJump(told[at][0], median(before), median(after))


def is_far(one: float, other: float, count: int) -> bool:
    """Whether two medians are not those of one unit. `count`: the calls of the smaller sample."""
    least = FACTOR_OF_MANY if count >= MANY else FACTOR_OF_A_FEW
    return max(one, other) >= least * min(one, other)


def _likeliest(lengths: Sequence[float]) -> int | None:
    """Where a sequence is cut into the two parts whose logarithms differ most; None for a short one."""
    sums = list(accumulate(map(log, lengths), initial=0.0))
    many, total = len(lengths), sums[-1]
    places = range(_LEAST, many - _LEAST + 1)
    return max(places, key=lambda at: (sums[at] * many - total * at) ** 2 / (at * (many - at)), default=None)


def _factor(before: Sequence[float], after: Sequence[float]) -> float:
    one, other = median(before), median(after)
    return max(one, other) / min(one, other)


def _are_apart(before: Sequence[float], after: Sequence[float]) -> bool:
    one, other = median(before), median(after)
    if not is_far(one, other, min(len(before), len(after))):
        return False
    middle = sqrt(one * other)
    return all(
        sum((each < middle) == (own < middle) for each in some) >= len(some) * _ON_ITS_SIDE
        for some, own in ((before, one), (after, other))
    )

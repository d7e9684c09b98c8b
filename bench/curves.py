"""Curves through the figures of a growing store, and where they lead."""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence

from msgspec import Struct


class Curve(Struct, frozen=True):
    """`factor * calls ** power`: power 0 does not grow at all, 1 grows as the calls do."""

    factor: float
    power: float
    worst: float
    """The greatest ratio between a measured figure and the curve, either way: 1 is a curve through all."""

    def at(self, calls: int) -> float:
        """The figure at so many calls."""
        return self.factor * float(calls) ** self.power


def fitted(calls: Sequence[int], figures: Sequence[float]) -> Curve | None:
    """The curve through at least three figures, by least squares of their logarithms. None for fewer,
    and where one is not above 0.
    """
    if len(calls) < 3 or min(figures) <= 0:
        return None
    line = statistics.linear_regression(
        [math.log(each) for each in calls], [math.log(each) for each in figures]
    )
    curve = Curve(math.exp(line.intercept), line.slope, 1.0)
    off = [figure / curve.at(many) for many, figure in zip(calls, figures, strict=True)]
    return Curve(curve.factor, curve.power, max(max(each, 1 / each) for each in off))

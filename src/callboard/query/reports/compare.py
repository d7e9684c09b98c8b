"""Which stretch of the period before stands beside each bucket of a period, and what stands beside none.

Matched by the clock: 09h beside 09h, the 5th beside the 5th, so that under constant traffic buckets of equal
length do not differ. An hour that only one side has, because clocks changed or a month is longer, has no
counterpart; with those of the period before told apart its parts add up.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from msgspec import Struct

from callboard.clock import Micros
from callboard.query.reports.period import Before, Period, Range, before_of, buckets, whole
from callboard.query.wall import MICROSECOND, first_passed, first_shown, highest_shown, is_repeated, wall_time

_CIVIL_DAYS = ("day", "week", "month")
"""Intervals whose buckets begin with a civil day, also where the clock skips its midnight."""


class Comparison(Struct, frozen=True):
    """A period before, cut to stand beside the buckets of a period."""

    period: Period
    ranges: tuple[Range | None, ...]
    """For each bucket its counterpart; none where the period before has none."""
    unmatched: tuple[Range, ...]
    """What is left of the period before, by the interval."""

    @property
    def parts(self) -> tuple[Range, ...]:
        """All of the period before: its counterparts in their order, then the rest."""
        return tuple(each for each in self.ranges if each is not None) + self.unmatched

    def whole(self, interval: str, zone: str) -> frozenset[Range]:
        """Of these parts those that are whole civil periods."""
        if self.period.start == self.period.end:
            return frozenset()
        civil = buckets(self.period, interval, zone)
        return whole(civil, interval, zone) & frozenset(self.parts)


def comparison(
    period: Period, ranges: Sequence[Range], interval: str, zone: str, now: Micros | None = None
) -> Comparison:
    """The counterparts of a period's buckets. Raises `InvalidInputError` where the rest is too many."""
    before = before_of(period, zone, now)
    found = tuple(_counterpart(each, before, interval, zone) for each in ranges)
    rest: list[Range] = []
    reached = before.period.start
    for begin, end in (*filter(None, found), (before.period.end, before.period.end)):
        if reached < begin:
            rest += buckets(Period(reached, begin), interval, zone)
        reached = end
    return Comparison(before.period, found, tuple(rest))


def _counterpart(bucket: Range, before: Before, interval: str, zone: str) -> Range | None:
    begin, end = bucket[0], min(bucket[1], before.until)
    if begin >= end:  # yet to come
        return None
    if interval == "total":
        found = (before.period.start, before.period.end)
    elif not before.months and not before.days:
        length = before.period.end - before.until
        found = (begin + length, end + length)
    elif is_repeated(begin, zone):
        return None
    else:
        try:
            found = _by_the_clock(begin, end, before, interval, zone)
        except (OverflowError, ValueError):  # before the first year
            return None
    first, last = (min(max(each, before.period.start), before.period.end) for each in found)
    return (first, last) if first < last else None


def _by_the_clock(begin: Micros, end: Micros, before: Before, interval: str, zone: str) -> Range:
    starts, ends = wall_time(begin, zone), highest_shown(end, zone)
    if interval in _CIVIL_DAYS:
        starts = datetime(starts.year, starts.month, starts.day)  # noqa: DTZ001 - a day, in whichever zone
    if interval == "month":
        return first_shown(before.back(starts), zone), first_shown(before.back(ends), zone)
    # The end of a month's last day is the end of that day before, not of that month.
    ends = before.back(ends - MICROSECOND) + MICROSECOND
    shown = first_shown if interval in _CIVIL_DAYS else first_passed
    return first_shown(before.back(starts), zone), shown(ends, zone)

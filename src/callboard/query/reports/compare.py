"""Match the buckets of a period with those of the period before it.

They are matched by wall time, 09h with 09h and the 5th with the 5th, so that under constant traffic buckets
of equal length do not differ. What only one side has, because clocks changed or one month is longer, has no
counterpart. Such parts of the period before are listed separately, so that its parts add up to the whole.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from msgspec import Struct

from callboard.clock import Micros
from callboard.query.reports.period import Period, PeriodShift, Range, buckets, complete_buckets, shift_of
from callboard.query.wall_clock import (
    MICROSECOND,
    first_instant,
    first_passed,
    is_repeated,
    latest_wall_clock,
    wall_clock_time,
)

_CIVIL_DAYS = ("day", "week", "month")
"""Intervals whose buckets begin with a civil day, even where the zone skips its midnight."""


class Comparison(Struct, frozen=True):
    """The period before, cut into the counterparts of the buckets of a period."""

    period: Period
    ranges: tuple[Range | None, ...]
    """The counterpart of each bucket; None where there is none."""
    unmatched: tuple[Range, ...]
    """The rest of the period before, in buckets of the interval."""

    @property
    def all_ranges(self) -> tuple[Range, ...]:
        """All of the period before: the counterparts in their order, then the rest."""
        return tuple(each for each in self.ranges if each is not None) + self.unmatched

    def complete_ranges(self, interval: str, zone: str) -> frozenset[Range]:
        """Those of `all_ranges` that are whole civil periods. Only sums of these can be cached."""
        if self.period.start == self.period.end:
            return frozenset()
        civil = buckets(self.period, interval, zone)
        return complete_buckets(civil, interval, zone) & frozenset(self.all_ranges)


def comparison(
    period: Period, ranges: Sequence[Range], interval: str, zone: str, now: Micros | None = None
) -> Comparison:
    """The counterparts of a period's buckets. Raises `InvalidInputError` for too many unmatched buckets."""
    shift = shift_of(period, zone, now)
    found = tuple(_counterpart(each, shift, interval, zone) for each in ranges)
    # Counterparts are in order and do not overlap: the gaps between them, and after the last, are the rest.
    rest: list[Range] = []
    reached = shift.period.start
    for begin, end in (*filter(None, found), (shift.period.end, shift.period.end)):
        if reached < begin:
            rest += buckets(Period(reached, begin), interval, zone)
        reached = end
    return Comparison(shift.period, found, tuple(rest))


def _counterpart(bucket: Range, shift: PeriodShift, interval: str, zone: str) -> Range | None:
    begin, end = bucket[0], min(bucket[1], shift.until)
    if begin >= end:  # the bucket is in the future
        return None
    if interval == "total":
        found = (shift.period.start, shift.period.end)
    elif not shift.months and not shift.days:
        length = shift.period.end - shift.until
        found = (begin + length, end + length)
    elif is_repeated(begin, zone):
        return None
    else:
        try:
            found = _by_the_clock(begin, end, shift, interval, zone)
        except (OverflowError, ValueError):  # before the year 1
            return None
    # A day that its month lacks maps to the end of that month: nothing is left of it, so no counterpart.
    first, last = (min(max(each, shift.period.start), shift.period.end) for each in found)
    return (first, last) if first < last else None


def _by_the_clock(begin: Micros, end: Micros, shift: PeriodShift, interval: str, zone: str) -> Range:
    starts, ends = wall_clock_time(begin, zone), latest_wall_clock(end, zone)
    if interval in _CIVIL_DAYS:
        # Where midnight is skipped the day begins at 01:00, but its counterpart begins at midnight.
        starts = datetime(starts.year, starts.month, starts.day)  # noqa: DTZ001 - a wall time
    if interval == "month":
        return first_instant(shift.moved_back(starts), zone), first_instant(shift.moved_back(ends), zone)
    # The end of 28 February is midnight of 1 March, and a month before that is 1 February; but its
    # counterpart ends with 28 January. So the last moment within the bucket is moved, not the end.
    ends = shift.moved_back(ends - MICROSECOND) + MICROSECOND
    # Buckets of days end where the next day begins. Those of hours end where the clock has passed the hour:
    # before a repeated hour, not after it, because that hour has no counterpart.
    shown = first_instant if interval in _CIVIL_DAYS else first_passed
    return first_instant(shift.moved_back(starts), zone), shown(ends, zone)

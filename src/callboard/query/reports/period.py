"""Periods and their buckets: civil hours, days, weeks and months of any zone, as ranges of instants.

A bucket begins where the civil period begins in the zone: days have 23 or 25 hours where clocks change, weeks
begin on Monday. The first and last bucket are cut at the edges of the period.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from functools import lru_cache
from itertools import takewhile
from zoneinfo import ZoneInfo

from msgspec import Struct

from callboard.clock import DAY, EPOCH, Micros
from callboard.errors import InvalidInputError
from callboard.fold.grain import QUARTER_HOUR_US, Grain, bucket_of, day_start
from callboard.query.civil import Moment
from callboard.query.wall_clock import LATEST, first_instant, latest_wall_clock, local_time, wall_clock_time

INTERVALS = ("15m", "hour", "day", "week", "month", "total")
MAX_BUCKETS = 10_000
EARLIEST: Micros = 0
"""1970: reports have no numbers from before."""
DEFAULT_DAYS = 30
BLOCKS: dict[str, Micros] = {"hour": 4 * DAY, "day": 64 * DAY, "week": 448 * DAY, "month": 1_920 * DAY}
"""Interval → length of the blocks of time in which the edges of civil periods are cached, about a hundred
edges in each. Edges of quarter-hours are not cached: they are plain additions."""
CACHED_BLOCKS = 1_000

Range = tuple[Micros, Micros]
"""Start and exclusive end."""


class Period(Struct, frozen=True):
    """From `start` up to, and not including, `end`."""

    start: Micros
    end: Micros


def read_period(start: Moment | None, end: Moment | None, zone: ZoneInfo, now: Micros) -> Period:
    """The period that a request asks for.

    Without an end it ends now. Without a start it begins with a civil day and covers `DEFAULT_DAYS` days, the
    last one included. An end after the year 9999 is moved to its last microsecond. Days that the zone skipped
    give an empty period; every other period has a length.

    Raises `InvalidInputError` when the end is not later than the start.
    """
    until = min(now if end is None else end.ends(zone), LATEST)
    if start is None:
        last = wall_clock_time(max(until - 1, EARLIEST), zone.key)
        begin = day_start(_midnight(last) - timedelta(days=DEFAULT_DAYS - 1), zone.key)
        # Not before 1970; but where the end itself is that early, still before the end.
        begin = max(begin, min(EARLIEST, until - 1))
    else:
        begin = start.starts(zone)
    if begin > until or (begin == until and not _are_skipped(start, end)):
        raise incompatible("end", "must be later than start")
    if begin < EARLIEST:
        raise incompatible("start", "must lie between 1970 and 9999")
    return Period(begin, until)


def _are_skipped(start: Moment | None, end: Moment | None) -> bool:
    """Whether start and end are given as days: if the period is empty, the zone skipped all of them (as Samoa
    skipped 30 December 2011).
    """
    if start is None or end is None or start.day is None or end.day is None:
        return False
    return start.day <= end.day


def incompatible(name: str, message: str) -> InvalidInputError:
    """The error for parameters that are each valid but cannot be answered together."""
    return InvalidInputError(f"{name}: {message}", [(name, message)])


def buckets(period: Period, interval: str, zone: str) -> tuple[Range, ...]:
    """The buckets of a period, in order and without gaps; none for an empty period. Raises
    `InvalidInputError` for more than `MAX_BUCKETS`.
    """
    if period.start == period.end:
        return ()
    # A quick refusal before the calendar is walked. No bucket is longer than 40 times `shortest` (a month has
    # 31 days, an hour 4 quarter-hours), so a longer period certainly has too many.
    shortest = {"15m": QUARTER_HOUR_US, "hour": QUARTER_HOUR_US, "day": DAY, "week": DAY, "month": DAY}.get(
        interval
    )
    if shortest is not None and (period.end - period.start) // shortest > 40 * MAX_BUCKETS:
        raise _too_many_buckets(interval)
    found: list[Range] = []
    begin = period.start
    for edge in _edges_within(period.start, period.end, interval, zone):
        if edge > begin:
            found.append((begin, edge))
            begin = edge
        if len(found) > MAX_BUCKETS:
            raise _too_many_buckets(interval)
    found.append((begin, period.end))
    return tuple(found)


def _edges_within(start: Micros, end: Micros, interval: str, zone: str) -> Iterator[Micros]:
    """The instants between `start` and `end`, both excluded, at which civil periods begin."""
    length = BLOCKS.get(interval)
    if length is None:
        yield from takewhile(lambda edge: edge < end, _edges(start, interval, zone))
        return
    for block in range(start // length, -(-end // length)):
        yield from (edge for edge in _edges_of_block(block, interval, zone) if start < edge < end)


# Cached by fixed blocks of time, not by period: most periods end now, so their key would never be hit again.
@lru_cache(maxsize=CACHED_BLOCKS)
def _edges_of_block(block: int, interval: str, zone: str) -> tuple[Micros, ...]:
    # From one microsecond earlier, because `_edges` leaves out its start and an edge may be there.
    first, after = block * BLOCKS[interval], (block + 1) * BLOCKS[interval]
    return tuple(takewhile(lambda edge: edge < min(after, LATEST), _edges(first - 1, interval, zone)))


def complete_buckets(ranges: Sequence[Range], interval: str, zone: str) -> frozenset[Range]:
    """The buckets that are whole civil periods: not cut by the edges of the period they make up."""
    if interval == "total" or not ranges:
        return frozenset()
    cut = set()
    if not _is_edge(ranges[0][0], interval, zone):
        cut.add(ranges[0])
    if not _is_edge(ranges[-1][1], interval, zone):
        cut.add(ranges[-1])
    return frozenset(ranges) - cut


def _is_edge(instant: Micros, interval: str, zone: str) -> bool:
    return instant > EARLIEST and next(_edges(instant - 1, interval, zone), None) == instant


def _too_many_buckets(interval: str) -> InvalidInputError:
    message = f"more than {MAX_BUCKETS:,} buckets: take a longer interval or a shorter period"
    return InvalidInputError(f"interval {interval}: {message}", [("interval", message)])


def _edges(start: Micros, interval: str, zone: str) -> Iterator[Micros]:
    """The instants after `start` at which civil periods begin, in order, up to the end of the calendar.

    A day that the zone skipped begins at the same instant as the next one: each instant is given once.
    """
    latest = start
    # The errors are those of `datetime` after the year 9999.
    with suppress(OverflowError, ValueError):
        for edge in _civil_starts(start, interval, zone):
            if edge > latest:
                yield edge
                latest = edge


def _civil_starts(start: Micros, interval: str, zone: str) -> Iterator[Micros]:
    if interval == "total":
        return iter(())
    if interval == "15m":
        return _quarter_hours(start)
    if interval == "hour":
        return _hours(start, zone)
    return _days(start, interval, zone)


def _quarter_hours(start: Micros) -> Iterator[Micros]:
    edge = (start // QUARTER_HOUR_US + 1) * QUARTER_HOUR_US
    while True:
        yield edge
        edge += QUARTER_HOUR_US


def _hours(start: Micros, zone: str) -> Iterator[Micros]:
    quarter_hour = bucket_of(start // QUARTER_HOUR_US, Grain.HOUR, zone)
    while True:
        quarter_hour = next_hour(quarter_hour, zone)
        yield quarter_hour * QUARTER_HOUR_US


CACHED_HOURS = 20_000


@lru_cache(maxsize=CACHED_HOURS)
def next_hour(quarter_hour: int, zone: str) -> int:
    """The quarter-hour at which the civil hour that begins with `quarter_hour` ends."""
    following = quarter_hour + 4
    # An hour without a clock change has four quarter-hours. Otherwise search for the next one that begins an
    # hour.
    if (
        bucket_of(following - 1, Grain.HOUR, zone) == quarter_hour
        and bucket_of(following, Grain.HOUR, zone) == following
    ):
        return following
    following = quarter_hour + 1
    while bucket_of(following, Grain.HOUR, zone) != following:
        following += 1
    return following


def _days(start: Micros, interval: str, zone: str) -> Iterator[Micros]:
    day = _midnight(wall_clock_time(start, zone))
    if interval == "week":
        day -= timedelta(days=day.weekday())
    elif interval == "month":
        day = day.replace(day=1)
    while True:
        day = _next_start(day, interval)
        edge = day_start(day, zone)
        if edge > start:
            yield edge


def _next_start(day: datetime, interval: str) -> datetime:
    if interval == "day":
        return day + timedelta(days=1)
    if interval == "week":
        return day + timedelta(days=7)
    return (day + timedelta(days=31)).replace(day=1)


def civil_day(instant: Micros, zone: str) -> Micros:
    """The instant at which the civil day that contains `instant` begins."""
    return day_start(_midnight(wall_clock_time(max(instant, EARLIEST), zone)), zone)


def _midnight(local: datetime) -> datetime:
    """The civil day of a wall time, as its midnight."""
    return datetime(local.year, local.month, local.day)  # noqa: DTZ001 - a wall time


class PeriodShift(Struct, frozen=True):
    """The period before another one, and how to move a wall time from that one back into it.

    It is `months` or `days` earlier. If both are 0, it is the same number of microseconds before.
    """

    period: Period
    until: Micros
    """The end of what is compared: the end of the period, or now if now is within it."""
    months: int = 0
    """Civil months back, to the same day of the month."""
    days: int = 0
    """Civil days back."""

    def moved_back(self, wall_time: datetime) -> datetime:
        """The same wall time in the period before. A day that its month lacks becomes that month's end."""
        if not self.months:
            return wall_time - timedelta(days=self.days)
        first = _midnight(wall_time).replace(day=1)
        earlier = _months_before(first, self.months)
        return min(earlier + (wall_time - first), _next_start(earlier, "month"))


def shift_of(period: Period, zone: str, now: Micros | None = None) -> PeriodShift:
    """The period that `period` is compared with. The rules are in docs/reference/reports.md, "Compared with
    the period before".
    """
    until = now if now is not None and period.start < now < period.end else period.end
    first = _civil_day(period.start, zone)
    if first is None:
        length = until - period.start
        return PeriodShift(
            Period(max(period.start - length, min(EARLIEST, period.start)), period.start), until
        )
    months, days = _unit(period, first, until, zone, now)
    found = PeriodShift(period, until, months, days)
    try:
        begin = day_start(found.moved_back(first), zone)
        end = first_instant(found.moved_back(latest_wall_clock(until, zone)), zone)
    except (OverflowError, ValueError):  # before the year 1
        begin = end = EARLIEST
    # Not before 1970, where no numbers are; and it must not overlap the period itself.
    begin, end = (min(max(each, EARLIEST), period.start) for each in (begin, end))
    return PeriodShift(Period(begin, end), until, months, days)


def previous(period: Period, zone: str, now: Micros | None = None) -> Period:
    """The period before, without the way to move times into it."""
    return shift_of(period, zone, now).period


def _unit(period: Period, first: datetime, until: Micros, zone: str, now: Micros | None) -> tuple[int, int]:
    """How many (months, days) back the period before is, for a period that begins with a civil day."""
    after = _civil_day(period.end, zone)
    if after is not None and first.day == after.day == 1 and after > first:
        return (after.year - first.year) * 12 + after.month - first.month, 0
    if after is not None and first.weekday() == after.weekday() == 0 and after > first:
        return 0, (after - first).days
    last = _midnight(wall_clock_time(until - 1, zone))
    # Only a period that runs until now, or ends within a day, is a month or week "so far". Whole past days
    # are compared with as many days before, even if the first one begins a month or a week.
    if until == now or _civil_day(until, zone) is None:
        if first.day == 1 and last < _next_start(first, "month"):
            return 1, 0
        if first.weekday() == 0 and last < _next_start(first, "week"):
            return 0, 7
    return 0, (last - first).days + 1


def _months_before(first: datetime, months: int) -> datetime:
    number = first.year * 12 + first.month - 1 - months
    return datetime(number // 12, number % 12 + 1, 1)  # noqa: DTZ001 - a wall time


def _civil_day(instant: Micros, zone: str) -> datetime | None:
    """The civil day that begins at this very instant; None when none does."""
    day = _midnight(wall_clock_time(instant, zone))
    try:
        return day if day_start(day, zone) == instant else None
    except (OverflowError, ValueError):
        return None


# Cached, because every report writes hundreds of bounds, mostly the same ones; it took half of its time.
CACHED_TEXTS = 10_000


@lru_cache(maxsize=CACHED_TEXTS)
def exact_iso(instant: Micros) -> str:
    """An instant in UTC, to the microsecond if needed: clients send the bounds of answers back unchanged."""
    text = (EPOCH + timedelta(microseconds=instant)).isoformat()[:19]
    rest = instant % 1_000_000
    if rest % 1000:
        return f"{text}.{rest:06d}Z"
    return f"{text}.{rest // 1000:03d}Z" if rest else f"{text}Z"


@lru_cache(maxsize=CACHED_TEXTS)
def local_iso(instant: Micros, zone: ZoneInfo) -> str:
    """An instant as local time of the zone, with its offset."""
    local = local_time(instant, zone)
    return local.isoformat(timespec="auto" if local.microsecond else "seconds")

"""Cover a range of time with the fewest cells of a space's home zone, some added and some subtracted.

A day of another zone is one day cell of the home zone, minus the hours before the day begins in that zone,
plus the hours until it ends there: one day and a few hours instead of 24 hours. Cells hold integers, so the
subtraction is exact.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from msgspec import Struct

from callboard.clock import Micros, micros, moment
from callboard.fold.grain import QUARTER_HOUR_US, QUARTER_HOURS_PER_DAY, Grain, bucket_of, day_start
from callboard.query.reports.period import Range, next_hour

LAST_TILED: Micros = micros(datetime(9999, 12, 1, tzinfo=UTC))
"""A month before the end of the calendar, so that the end of the civil day exists for every instant."""

CellRange = tuple[Grain, int, int, int]
"""Grain, first quarter-hour, exclusive last quarter-hour, and 1 to add the cells or -1 to subtract them."""


class Tiles(Struct, frozen=True):
    """A range as cells, and the parts at its edges that are smaller than a cell."""

    cells: list[CellRange]
    edges: list[tuple[Range, int]]
    """Ranges within one quarter-hour, to be counted from rows; 1 to add, -1 to subtract them."""


CACHED_TILES = 20_000


@lru_cache(maxsize=CACHED_TILES)
def tiles_of(begin: Micros, end: Micros, zone: str) -> Tiles:
    """The cells of a zone that make up a range. Nothing can be counted after `LAST_TILED`."""
    begin, end = min(begin, LAST_TILED), min(end, LAST_TILED)
    if begin >= end:
        return Tiles([], [])
    if -(-begin // QUARTER_HOUR_US) >= end // QUARTER_HOUR_US:
        inner = -(-begin // QUARTER_HOUR_US) * QUARTER_HOUR_US
        # No whole quarter-hour: within one, or parts of two. An edge must lie in one, so it is cut there.
        split = [(begin, inner), (inner, end)] if begin < inner < end else [(begin, end)]
        return Tiles([], [(each, 1) for each in split])
    # From the nearest quarter-hour, not always the inner one: the rows to count at an edge are then those of
    # half a quarter-hour at most, added or subtracted.
    first, before = _nearest_quarter_hour(begin)
    last, after = _nearest_quarter_hour(end)
    edges = [
        (before, -1 if first * QUARTER_HOUR_US < begin else 1),
        (after, -1 if last * QUARTER_HOUR_US > end else 1),
    ]
    return Tiles(_fewest(first, last, zone), [edge for edge in edges if edge[0][0] < edge[0][1]])


def _nearest_quarter_hour(instant: Micros) -> tuple[int, Range]:
    """The quarter-hour that begins nearest to an instant, and the range between the two."""
    quarter_hour = (instant + QUARTER_HOUR_US // 2) // QUARTER_HOUR_US
    boundary = quarter_hour * QUARTER_HOUR_US
    return quarter_hour, (min(instant, boundary), max(instant, boundary))


def _fewest(first: int, last: int, zone: str) -> list[CellRange]:
    """Cells for the quarter-hours from `first` up to `last`, of the grains that need the fewest."""
    quarter_hours = _not_empty((Grain.QUARTER_HOUR, first, last, 1))
    if last - first < _QUARTER_HOURS_PER_HOUR:
        return quarter_hours
    hour_from, hour_to = _nearest_hour(first, zone), _nearest_hour(last, zone)
    if hour_from >= hour_to:
        return quarter_hours
    around = [
        *_between(Grain.QUARTER_HOUR, hour_from, first, -1),
        *_between(Grain.QUARTER_HOUR, hour_to, last, 1),
    ]
    hours = [(Grain.HOUR, hour_from, hour_to, 1), *around]
    if hour_to - hour_from < QUARTER_HOURS_PER_DAY // 2:
        return hours
    day_from, day_to = _nearest_day(hour_from, zone), _nearest_day(hour_to, zone)
    if day_from >= day_to:
        return hours
    days = [
        (Grain.DAY, day_from, day_to, 1),
        *_between(Grain.HOUR, day_from, hour_from, -1),
        *_between(Grain.HOUR, day_to, hour_to, 1),
        *around,
    ]
    return min(hours, days, key=_cell_count)


_QUARTER_HOURS_PER_HOUR = 4
_QUARTER_HOURS_PER_CELL = {
    Grain.QUARTER_HOUR: 1,
    Grain.HOUR: _QUARTER_HOURS_PER_HOUR,
    Grain.DAY: QUARTER_HOURS_PER_DAY,
}


def _cell_count(cells: list[CellRange]) -> float:
    """About how many cells are read; days of 23 or 25 hours make it inexact, which only costs speed."""
    return sum((end - begin) / _QUARTER_HOURS_PER_CELL[grain] for grain, begin, end, _ in cells)


def _between(grain: Grain, boundary: int, target: int, sign: int) -> list[CellRange]:
    """The cells that move a bound from `boundary` to `target`. `sign`: 1 for an end, whose move to later adds
    cells; -1 for a begin, whose move to later takes cells away.
    """
    return _not_empty((grain, boundary, target, sign), (grain, target, boundary, -sign))


def _not_empty(*cells: CellRange) -> list[CellRange]:
    return [each for each in cells if each[1] < each[2]]


def _nearest_hour(quarter_hour: int, zone: str) -> int:
    return _nearest(
        quarter_hour, bucket_of(quarter_hour, Grain.HOUR, zone), lambda begin: next_hour(begin, zone)
    )


def _nearest_day(quarter_hour: int, zone: str) -> int:
    return _nearest(
        quarter_hour, bucket_of(quarter_hour, Grain.DAY, zone), lambda begin: _next_day(begin, zone)
    )


def _nearest(quarter_hour: int, begin: int, following: Callable[[int], int]) -> int:
    """The nearer of the begins of its bucket and the next one; the earlier one when they are equally near."""
    if begin == quarter_hour:
        return begin
    end = following(begin)
    return begin if quarter_hour - begin <= end - quarter_hour else end


def _next_day(begin: int, zone: str) -> int:
    local = moment(begin * QUARTER_HOUR_US).astimezone(ZoneInfo(zone))
    following = datetime(local.year, local.month, local.day) + timedelta(days=1)  # noqa: DTZ001
    return day_start(following, zone) // QUARTER_HOUR_US

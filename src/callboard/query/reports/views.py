"""Materialized views: sums of civil periods in memory, kept up to date by the deltas of commits.

The sums of a period are read from cells once. After that only the deltas since the last read are queried, by
quarter-hour, and added to the ranges that contain them. So a view equals the cells and deltas of the store up
to a delta number. If the store no longer has the deltas since that number, the view is emptied and read
again. Nothing expires by time.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from threading import Lock
from typing import Any

from callboard.fold.grain import QUARTER_HOUR_US
from callboard.fold.ranges import indexes_containing
from callboard.query.reports.period import Range
from callboard.store.questions import Aggregate, Rows

MAX_NUMBERS = 1_000_000
"""Limit for all views of a process together, about 40 MB. Beyond it the least recently used are evicted."""
MAX_NUMBERS_PER_VIEW = MAX_NUMBERS // 2
"""A larger view is not kept, because it would evict all others."""
MAX_VIEWS = 1_000
NUMBERS_PER_RANGE = 16
"""The memory that a range takes in addition to its numbers, counted in numbers. An empty range takes it
too."""
NUMBERS_PER_GROUP = 24
"""The memory that the name of a group takes, counted in numbers: up to two texts of 255 bytes."""

Group = tuple[Any, ...]
"""The values of a group's dimensions; null is "unknown"."""
Targets = Sequence[Sequence[tuple[Range, int]]]
"""For each range that was read: the ranges of the view that it counts in, and the sign (1 or -1)."""
Columns = dict[Group, list[Sequence[int]]]
"""Group → one column per sum, with a number for each range."""


ViewKey = tuple[int, Aggregate, str, str]
"""Organization, aggregate, interval and zone. Queries that differ only in their period share a view."""


class View:
    """Sums by range and group. Its ranges are whole civil periods of one interval, so they do not overlap."""

    def __init__(self, sums: int) -> None:
        self.lock = Lock()
        self.delta_number: int | None = None
        """The delta number up to which all ranges are current; None for an empty view."""
        self._sum_count = sums
        self._groups: dict[Group, int] = {}
        self._sums: dict[Range, list[list[int]]] = {}
        """Range → one column per sum, with a number for each group, by the group's index. A column may be
        shorter than the number of groups: the groups that are missing have 0 (see `_padded`)."""
        self._ranges_at: Callable[[int], list[int]] | None = None
        """Instant → indexes of the ranges that contain it. Built when needed; None after the ranges
        changed."""

    def __contains__(self, requested: Range) -> bool:
        return requested in self._sums

    @property
    def numbers(self) -> int:
        """Upper bound of its size, in numbers."""
        ranges, groups = len(self._sums), len(self._groups)
        return ranges * (groups * self._sum_count + NUMBERS_PER_RANGE) + groups * NUMBERS_PER_GROUP

    def evict(self, ranges: Iterable[Range] | None = None) -> None:
        """Remove these ranges, or everything."""
        if ranges is None:
            self._sums, self._groups, self.delta_number = {}, {}, None
            self._ranges_at = None
        else:
            for each in ranges:
                self._sums.pop(each, None)
                self._ranges_at = None

    def add_ranges(self, ranges: Iterable[Range]) -> None:
        """Add ranges whose sums are all 0, until `add` adds their rows."""
        for each in ranges:
            self._sums[each] = [[] for _ in range(self._sum_count)]
            self._ranges_at = None

    def add(self, rows: Rows, targets: Targets) -> None:
        """Add rows of the store. Element 0 of a row is the index of its range in the scan; `targets` says
        what that range counts in.
        """
        if not rows:
            return
        # There may be tens of thousands of rows: everything that does not depend on the row is done before.
        first = len(rows[0]) - self._sum_count
        group_indexes = self._group_indexes(rows, first)
        sums = [[(self._padded(each), sign) for each, sign in counted] for counted in targets]
        for sum_at in range(self._sum_count):
            of_sum = [[(columns[sum_at], sign) for columns, sign in counted] for counted in sums]
            number_at = first + sum_at
            for at, row in zip(group_indexes, rows, strict=True):
                for column, sign in of_sum[row[0]]:
                    column[at] += sign * row[number_at]

    def _padded(self, requested: Range) -> list[list[int]]:
        """The columns of a range, extended to a number for every group."""
        columns, count = self._sums[requested], len(self._groups)
        for column in columns:
            if len(column) < count:
                column.extend([0] * (count - len(column)))
        return columns

    def _group_indexes(self, rows: Rows, first: int) -> list[int]:
        """The index of each row's group. A group that is seen for the first time gets the next one."""
        groups = self._groups
        if first == 2:
            named: list[Group] = [(row[1] or "unknown",) for row in rows]
        else:
            named = [tuple([value or "unknown" for value in row[1:first]]) for row in rows]
        for group in named:
            if group not in groups:
                groups[group] = len(groups)
        return [groups[group] for group in named]

    def apply_changes(self, changes: Rows, delta_number: int | None) -> None:
        """Add the changes since `delta_number` of the view, which is then current up to the new one."""
        self.delta_number = delta_number
        if not changes:
            return
        ranges = list(self._sums)
        if self._ranges_at is None:
            self._ranges_at = indexes_containing(ranges)
        # A commit changes few ranges, mostly one: only these are touched.
        by_range: dict[Range, Rows] = {}
        for quarter_hour, *rest in changes:
            for range_index in self._ranges_at(quarter_hour * QUARTER_HOUR_US):
                by_range.setdefault(ranges[range_index], []).append((0, *rest))
        for each, rows in by_range.items():
            self.add(rows, [[(each, 1)]])

    def columns(self, ranges: Sequence[Range]) -> Columns:
        """The sums of these ranges, in this order, for the groups that have any number other than 0."""
        rows = [self._padded(each) for each in ranges]
        by_sum = [
            list(zip(*[row[sum_index] for row in rows], strict=True)) for sum_index in range(self._sum_count)
        ]
        columns: Columns = {}
        for group, at in self._groups.items():
            numbers: list[Sequence[int]] = [of_groups[at] for of_groups in by_sum]
            if any(map(any, numbers)):
                columns[group] = numbers
        return columns


class Views:
    """The most recently used views of a process. Thread-safe."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._views: OrderedDict[ViewKey, View] = OrderedDict()

    @contextmanager
    def locked(self, keys: Mapping[int, ViewKey]) -> Iterator[dict[int, View]]:
        """The views of these keys, locked for the caller until the end. A caller that names several names
        them in one order (calls, then tasks), so that two callers cannot wait for each other.
        """
        with self._lock:
            views = {at: self._views.setdefault(each, View(len(each[1].sums))) for at, each in keys.items()}
            for each in keys.values():
                self._views.move_to_end(each)
        with ExitStack() as locks:
            for view in views.values():
                locks.enter_context(view.lock)
            try:
                yield views
            except BaseException:
                # The changes may have been added in part: these sums must not be used again.
                for view in views.values():
                    view.evict()
                raise
            for view in views.values():
                if view.numbers > MAX_NUMBERS_PER_VIEW:
                    view.evict()
        self._evict_oldest()

    def _evict_oldest(self) -> None:
        with self._lock:
            # A list, not a dict by key: hashing the keys of all views costs more than counting their numbers.
            sizes = [view.numbers + len(of.spaces) for (_, of, _, _), view in self._views.items()]
            numbers, count = sum(sizes), len(sizes)
            for oldest in sizes:
                if numbers <= MAX_NUMBERS and count <= MAX_VIEWS:
                    break
                self._views.popitem(last=False)
                numbers, count = numbers - oldest, count - 1

"""Sums of civil periods, held in memory and moved on by what commits changed: materialized views.

A period's sums are read from cells once. From then on only what moved since is asked for, by quarter, and
added where it lies. What a view holds is therefore what the cells and deltas hold, as of a mark; where the
store no longer knows what moved since that mark, the view is emptied and read anew. Nothing expires.
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
"""That all views of a process hold together, at most about forty megabytes; then the oldest question's go."""
MAX_NUMBERS_PER_VIEW = MAX_NUMBERS // 2
"""A view of more is not kept: it would drive out all others."""
MAX_VIEWS = 1_000
NUMBERS_PER_RANGE = 16
"""What a range takes beside its numbers, in numbers: also one that holds none."""
NUMBERS_PER_GROUP = 24
"""What a group's name takes, in numbers: up to two texts of 255 bytes."""

Group = tuple[Any, ...]
"""Values of a group; what is null is "unknown"."""
Targets = Sequence[Sequence[tuple[Range, int]]]
"""What each range that was read counts for: ranges of the view, and the sign it counts with."""
Columns = dict[Group, list[Sequence[int]]]
"""Group → for each sum a number for each range."""


ViewKey = tuple[int, Aggregate, str, str]
"""What a view is of: organization, aggregate, interval and zone. Queries that differ in their period alone
share a view."""


class View:
    """Sums by range and group. Ranges do not overlap, as long as only whole civil periods stay."""

    def __init__(self, sums: int) -> None:
        self.lock = Lock()
        self.mark: int | None = None
        """As of which all ranges are told."""
        self._many = sums
        self._groups: dict[Group, int] = {}
        self._sums: dict[Range, list[list[int]]] = {}
        """Range → for each sum a number for each group, by its place; groups behind the end have none."""
        self._holding: Callable[[int], list[int]] | None = None
        """Which of the ranges hold an instant; None until it is needed, and when the ranges have changed."""

    def __contains__(self, asked: Range) -> bool:
        return asked in self._sums

    @property
    def numbers(self) -> int:
        """How much it holds, at most."""
        ranges, groups = len(self._sums), len(self._groups)
        return ranges * (groups * self._many + NUMBERS_PER_RANGE) + groups * NUMBERS_PER_GROUP

    def forget(self, ranges: Iterable[Range] | None = None) -> None:
        """Let go of these ranges; without, of everything."""
        if ranges is None:
            self._sums, self._groups, self.mark = {}, {}, None
            self._holding = None
        else:
            for each in ranges:
                self._sums.pop(each, None)
                self._holding = None

    def begin(self, ranges: Iterable[Range]) -> None:
        """Ranges of which nothing is known yet: all their sums are 0 until some are added."""
        for each in ranges:
            self._sums[each] = [[] for _ in range(self._many)]
            self._holding = None

    def add(self, rows: Rows, targets: Targets) -> None:
        """Add rows of the store's to ranges that were begun, by what each row's place counts for."""
        if not rows:
            return
        # Tens of thousands of rows: what they have in common is done once.
        first = len(rows[0]) - self._many
        places = self._places(rows, first)
        sums = [[(self._padded(each), sign) for each, sign in counted] for counted in targets]
        for sum_at in range(self._many):
            of_sum = [[(columns[sum_at], sign) for columns, sign in counted] for counted in sums]
            number_at = first + sum_at
            for at, row in zip(places, rows, strict=True):
                for column, sign in of_sum[row[0]]:
                    column[at] += sign * row[number_at]

    def _padded(self, asked: Range) -> list[list[int]]:
        """The sums of a range, with a number for every group there is."""
        columns, many = self._sums[asked], len(self._groups)
        for column in columns:
            if len(column) < many:
                column.extend([0] * (many - len(column)))
        return columns

    def _places(self, rows: Rows, first: int) -> list[int]:
        """Of each row's group: its place, a new one where it has none yet."""
        groups = self._groups
        if first == 2:
            named: list[Group] = [(row[1] or "unknown",) for row in rows]
        else:
            named = [tuple([value or "unknown" for value in row[1:first]]) for row in rows]
        for group in named:
            if group not in groups:
                groups[group] = len(groups)
        return [groups[group] for group in named]

    def move(self, changes: Rows, mark: int | None) -> None:
        """Add what moved since the mark; it is as of the new one then."""
        self.mark = mark
        if not changes:
            return
        ranges = list(self._sums)
        if self._holding is None:
            self._holding = indexes_containing(ranges)
        # A commit moves few of the ranges, mostly one: only these are touched.
        moved: dict[Range, Rows] = {}
        for quarter, *rest in changes:
            for place in self._holding(quarter * QUARTER_HOUR_US):
                moved.setdefault(ranges[place], []).append((0, *rest))
        for each, rows in moved.items():
            self.add(rows, [[(each, 1)]])

    def columns(self, ranges: Sequence[Range]) -> Columns:
        """The sums of these ranges, in their order, of the groups that have any."""
        rows = [self._padded(each) for each in ranges]
        by_sum = [list(zip(*[row[place] for row in rows], strict=True)) for place in range(self._many)]
        columns: Columns = {}
        for group, at in self._groups.items():
            numbers: list[Sequence[int]] = [of_groups[at] for of_groups in by_sum]
            if any(map(any, numbers)):
                columns[group] = numbers
        return columns


class Views:
    """The views of a process, those asked for last; any thread may ask."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._views: OrderedDict[ViewKey, View] = OrderedDict()

    @contextmanager
    def held(self, viewed: Mapping[int, ViewKey]) -> Iterator[dict[int, View]]:
        """The views of these keys, locked for the caller until the end. A caller that names several names
        them in one order (calls, then tasks), so that two callers cannot wait for each other.
        """
        with self._lock:
            views = {at: self._views.setdefault(each, View(len(each[1].sums))) for at, each in viewed.items()}
            for each in viewed.values():
                self._views.move_to_end(each)
        with ExitStack() as held:
            for view in views.values():
                held.enter_context(view.lock)
            try:
                yield views
            except BaseException:
                # Half of an answer may be in it.
                for view in views.values():
                    view.forget()
                raise
            for view in views.values():
                if view.numbers > MAX_NUMBERS_PER_VIEW:
                    view.forget()
        self._keep_to_bounds()

    def _keep_to_bounds(self) -> None:
        with self._lock:
            # A list, not a dict by key: hashing the keys of all views costs more than counting their numbers.
            held = [view.numbers + len(of.spaces) for (_, of, _, _), view in self._views.items()]
            numbers, many = sum(held), len(held)
            for of_oldest in held:
                if numbers <= MAX_NUMBERS and many <= MAX_VIEWS:
                    break
                self._views.popitem(last=False)
                numbers, many = numbers - of_oldest, many - 1

"""Sums by range and group, for every report that counts by time.

An aggregate over ranges is planned as scans (`plan`), read, and added up. Whole civil periods are held in
memory (`views`), so that of them only what changed since is read. All numbers of an answer are read from one
snapshot.
"""

from __future__ import annotations

from collections.abc import Sequence

from callboard.errors import InvalidInputError
from callboard.fold.catalogue import CALL_DIMENSIONS
from callboard.fold.grain import QUARTER_HOUR_US, QUARTER_HOURS_PER_DAY, Grain
from callboard.query.metrics import MADE, OF_CALLS, OF_TASKS, places_of
from callboard.query.parameters import DIMENSION_FILTERS
from callboard.query.reports.period import Range
from callboard.query.reports.plan import Plan, call_filter, counter_of, stored
from callboard.query.reports.query import SeriesQuery
from callboard.query.reports.scope import ReportScope
from callboard.query.reports.views import Group, View, Views
from callboard.store.budget import check
from callboard.store.interface import Store
from callboard.store.questions import CONTACT_SPACES, Aggregate, Scan, Sum, TaskFilter

MAX_ROWS = 1_000_000
"""Calls that a report reads one by one at most."""
LONGEST_DAY = 25 * 4
"""In quarters: where clocks go back."""

Table = dict[Group, dict[int, Sequence[int]]]
"""Group → place of `metrics.Sums` → a number for each range."""


def tabulate(
    store: Store,
    query: SeriesQuery,
    ranges: Sequence[Range],
    *,
    whole: frozenset[Range] = frozenset(),
    views: Views | None = None,
) -> Table:
    """The sums that the query's metrics need, by group and by these ranges, all read from one snapshot. The
    ranges among them that are `whole` civil periods are kept in `views`: they are likely asked for again.

    A group is in the table when it has calls made, or tasks, even where the metrics count none of them.
    Raises `InvalidInputError` when more than `MAX_ROWS` rows would have to be read.
    """
    plan = Plan(query.scope.spaces, together=query.scope.contact and "space_token" not in query.group)
    aggregates = _aggregates(query, plan.holders)
    if any(each.counter is None and each.of == "call" for each in aggregates):
        check_rows(store, query.scope, ranges)
    viewed = {
        at: (query.scope.org_id, each, query.interval, query.zone.key)
        for at, each in enumerate(aggregates)
        if each.counter is not None and whole
    }
    with (views or Views()).held(viewed) as held:
        of_each = [held.get(at) or View(len(each.sums)) for at, each in enumerate(aggregates)]
        return _tabulated(_Reading(store, query.scope.org_id, plan, ranges), aggregates, of_each, whole)


def _aggregates(query: SeriesQuery, spaces: tuple[int, ...]) -> list[Aggregate]:
    """Of calls, of tasks, or of both: what the metrics need."""
    needed = {place for metric in query.metrics for place in metric.needs}
    aggregates = []
    if needed & OF_CALLS.keys():
        counter = counter_of(query.group, query.where) if query.counters else None
        aggregates.append(
            Aggregate(
                spaces=spaces,
                where=call_filter(query.where),
                group=stored(query.group),
                # Calls made decide whether a group is there.
                sums=tuple(OF_CALLS[place] for place in sorted(needed & OF_CALLS.keys() | {MADE})),
                counter=None if counter is None else counter.name,
            )
        )
    if needed & OF_TASKS.keys():
        aggregates.append(
            Aggregate(
                spaces=spaces,
                where=TaskFilter(),
                group=stored(query.group),
                sums=tuple(OF_TASKS.values()),
                counter="tasks" if query.counters else None,
            )
        )
    return aggregates


class _Reading:
    """Reads aggregates over ranges: from views where they hold them, else from the store."""

    def __init__(self, store: Store, org_id: int, plan: Plan, ranges: Sequence[Range]) -> None:
        self.ranges = ranges
        self._store = store
        self._org_id = org_id
        self._plan = plan

    def bring_up_to_date(self, aggregates: Sequence[Aggregate], views: Sequence[View]) -> list[list[Range]]:
        """All ranges are in the views then, as of one snapshot. Answers which were not in each before."""
        missing = self._read(aggregates, views)
        if missing is None:
            # A view is older than the store's deltas: everything is read, still from one snapshot.
            for view in views:
                view.forget()
            missing = self._read(aggregates, views)
            assert missing is not None, "an empty view asks for no changes"
        return missing

    def _read(self, aggregates: Sequence[Aggregate], views: Sequence[View]) -> list[list[Range]] | None:
        """None, and nothing done, where the store cannot tell what changed since the views were read."""
        missing = [[each for each in self.ranges if each not in view] for view in views]
        scans = [self._plan.scans(*each) for each in zip(aggregates, missing, strict=True)]
        moved = [at for at, view in enumerate(views) if view.mark is not None]
        since = [(aggregates[at], mark) for at in moved if (mark := views[at].mark) is not None]
        to_read = [scan for of_one in scans for scan, _ in of_one]
        rows, changes, mark = self._store.sums_since(self._org_id, to_read, since)
        by_view = dict(zip(moved, changes, strict=True))
        if None in by_view.values():
            return None
        answers = iter(rows)
        for at, view in enumerate(views):
            # First what changed, in the ranges that were held: those read now have it already.
            view.move(by_view.get(at) or [], mark)
            view.begin(missing[at])
            for _, targets in scans[at]:
                check()
                view.add(next(answers), targets)
        return missing


def _tabulated(
    reading: _Reading, aggregates: Sequence[Aggregate], views: Sequence[View], whole: frozenset[Range]
) -> Table:
    missing = reading.bring_up_to_date(aggregates, views)
    table: Table = {}
    for aggregate, view, ranges in zip(aggregates, views, missing, strict=True):
        for group, columns in view.columns(reading.ranges).items():
            table.setdefault(group, {}).update(zip(places_of(aggregate), columns, strict=True))
        view.forget(each for each in ranges if each not in whole or not _is_quarter_aligned(each))
        if view.mark is None:
            view.forget()
    return table


def _is_quarter_aligned(asked: Range) -> bool:
    """Whether it is made of whole quarter-hours. Changes are told by quarter-hour, so that only such a range
    can be kept up to date.
    """
    return asked[0] % QUARTER_HOUR_US == asked[1] % QUARTER_HOUR_US == 0


def rows_of(store: Store, scope: ReportScope, ranges: Sequence[Range]) -> int:
    """About how many calls the ranges span, as the counters have it: by quarter-hours, or for a longer time
    by the days that it touches.
    """
    if not ranges:
        return 0
    begin = min(begin for begin, _ in ranges) // QUARTER_HOUR_US
    end = -(-max(end for _, end in ranges) // QUARTER_HOUR_US)
    grain = Grain.QUARTER_HOUR
    if end - begin > 2 * QUARTER_HOURS_PER_DAY:
        # A cell belongs to its day's first quarter-hour: the day that holds `begin` starts before it.
        grain, begin = Grain.DAY, begin - LONGEST_DAY
    spaces = (CONTACT_SPACES,) if scope.contact else tuple(space.id for space in scope.spaces)
    calls = Aggregate(spaces=spaces, sums=(Sum("items"),), counter="calls")
    scan = Scan(aggregate=calls, grain=grain, ranges=((begin, end),))
    return sum(row[1] for row in store.sums(scope.org_id, [scan])[0])


_UNCOUNTED = ", ".join(name for name in DIMENSION_FILTERS if name not in CALL_DIMENSIONS)


def check_rows(store: Store, scope: ReportScope, ranges: Sequence[Range]) -> None:
    """Raises `InvalidInputError`, with what to narrow, when the ranges span more than `MAX_ROWS` calls."""
    rows = rows_of(store, scope, ranges)
    if rows > MAX_ROWS:
        message = (
            f"about {rows:,} calls would have to be read one by one, more than {MAX_ROWS:,}: take a shorter "
            f"period or one space, or leave out what no counter holds ({_UNCOUNTED}, or end_reason "
            "and agent together)"
        )
        raise InvalidInputError(message, [("start", message)])

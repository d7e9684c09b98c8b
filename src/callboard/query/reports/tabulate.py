"""Sums by range and group, for every report that counts by time.

An aggregate over ranges is planned as scans (`plan`), read, and added up. The sums of whole civil periods are
kept in materialized views (`views`): of these only the changes are read. All numbers of an answer are read
from one snapshot.
"""

from __future__ import annotations

from collections.abc import Sequence

from callboard.errors import InvalidInputError
from callboard.fold.catalogue import CALL_DIMENSIONS
from callboard.fold.grain import QUARTER_HOUR_US, QUARTER_HOURS_PER_DAY, Grain
from callboard.query.metrics import CALL_SUMS, MADE, TASK_SUMS, sum_indexes
from callboard.query.parameters import DIMENSION_FILTERS
from callboard.query.reports.period import Range
from callboard.query.reports.plan import Plan, call_filter, counter_of, stored_names
from callboard.query.reports.query import SeriesQuery
from callboard.query.reports.scope import ReportScope
from callboard.query.reports.views import Group, View, Views
from callboard.store.budget import check
from callboard.store.interface import Store
from callboard.store.questions import CONTACT_SPACES, Aggregate, Scan, Sum, TaskFilter

MAX_ROWS = 1_000_000
"""Most calls that a report may read from rows, about."""
LONGEST_DAY = 25 * 4
"""In quarter-hours: a day on which clocks are set back."""

Table = dict[Group, dict[int, Sequence[int]]]
"""Group → index in `metrics.Sums` → a number for each range."""


def tabulate(
    store: Store,
    query: SeriesQuery,
    ranges: Sequence[Range],
    *,
    complete: frozenset[Range] = frozenset(),
    views: Views | None = None,
) -> Table:
    """The sums that the query's metrics need, by group and by these ranges, all read from one snapshot. The
    ranges among them that are `complete` civil periods are kept in `views`, because later requests will
    likely need them.

    A group is in the table if it has calls that were made, or tasks, even if the metrics count none of them.
    Raises `InvalidInputError` when more than `MAX_ROWS` rows would have to be read.
    """
    plan = Plan(query.scope.spaces, as_one=query.scope.contact and "space_token" not in query.group)
    aggregates = _aggregates(query, plan.cell_owners)
    if any(each.counter is None and each.of == "call" for each in aggregates):
        check_row_limit(store, query.scope, ranges)
    keys = {
        at: (query.scope.org_id, each, query.interval, query.zone.key)
        for at, each in enumerate(aggregates)
        if each.counter is not None and complete
    }
    with (views or Views()).locked(keys) as locked_views:
        view_of_each = [locked_views.get(at) or View(len(each.sums)) for at, each in enumerate(aggregates)]
        return _table(_Reader(store, query.scope.org_id, plan, ranges), aggregates, view_of_each, complete)


def _aggregates(query: SeriesQuery, spaces: tuple[int, ...]) -> list[Aggregate]:
    """The aggregates that the metrics need: of calls, of tasks, or one of each."""
    needed = {index for metric in query.metrics for index in metric.needs}
    aggregates = []
    if needed & CALL_SUMS.keys():
        counter = counter_of(query.group, query.where) if query.counters else None
        aggregates.append(
            Aggregate(
                spaces=spaces,
                where=call_filter(query.where),
                group=stored_names(query.group),
                # Always with the calls made: they decide whether a group is in the table.
                sums=tuple(CALL_SUMS[index] for index in sorted(needed & CALL_SUMS.keys() | {MADE})),
                counter=None if counter is None else counter.name,
            )
        )
    if needed & TASK_SUMS.keys():
        aggregates.append(
            Aggregate(
                spaces=spaces,
                where=TaskFilter(),
                group=stored_names(query.group),
                sums=tuple(TASK_SUMS.values()),
                counter="tasks" if query.counters else None,
            )
        )
    return aggregates


class _Reader:
    """Reads aggregates over ranges: from views if they have them, otherwise from the store."""

    def __init__(self, store: Store, org_id: int, plan: Plan, ranges: Sequence[Range]) -> None:
        self.ranges = ranges
        self._store = store
        self._org_id = org_id
        self._plan = plan

    def refresh(self, aggregates: Sequence[Aggregate], views: Sequence[View]) -> list[list[Range]]:
        """Bring all ranges into the views, current as of one snapshot. Returns, for each view, the ranges
        that it did not have.
        """
        missing = self._read(aggregates, views)
        if missing is None:
            # The store has deleted deltas that a view still needs. Everything is read again, not only that
            # view: all numbers must be of one snapshot.
            for view in views:
                view.evict()
            missing = self._read(aggregates, views)
            assert missing is not None, "an empty view asks for no changes"
        return missing

    def _read(self, aggregates: Sequence[Aggregate], views: Sequence[View]) -> list[list[Range]] | None:
        """See `refresh`; None, with the views unchanged, if the store no longer has the deltas that a view
        needs.
        """
        missing = [[each for each in self.ranges if each not in view] for view in views]
        scans = [self._plan.scans(*each) for each in zip(aggregates, missing, strict=True)]
        since = {
            at: (aggregates[at], view.delta_number)
            for at, view in enumerate(views)
            if view.delta_number is not None
        }
        to_read = [scan for of_one in scans for scan, _ in of_one]
        rows, changes, delta_number = self._store.sums_since(self._org_id, to_read, list(since.values()))
        by_view = dict(zip(since, changes, strict=True))
        if None in by_view.values():
            return None
        answers = iter(rows)
        for at, view in enumerate(views):
            # Changes first, while the view has only its old ranges: the sums read now include them already.
            view.apply_changes(by_view.get(at) or [], delta_number)
            view.add_ranges(missing[at])
            for _, targets in scans[at]:
                check()
                view.add(next(answers), targets)
        return missing


def _table(
    reader: _Reader, aggregates: Sequence[Aggregate], views: Sequence[View], complete: frozenset[Range]
) -> Table:
    missing = reader.refresh(aggregates, views)
    table: Table = {}
    for aggregate, view, ranges in zip(aggregates, views, missing, strict=True):
        for group, columns in view.columns(reader.ranges).items():
            table.setdefault(group, {}).update(zip(sum_indexes(aggregate), columns, strict=True))
        view.evict(each for each in ranges if each not in complete or not _is_quarter_aligned(each))
        if view.delta_number is None:
            view.evict()
    return table


def _is_quarter_aligned(requested: Range) -> bool:
    """Whether the range consists of whole quarter-hours. Changes are counted by quarter-hour, so only such a
    range can be kept up to date by them.
    """
    return requested[0] % QUARTER_HOUR_US == requested[1] % QUARTER_HOUR_US == 0


def estimate_rows(store: Store, scope: ReportScope, ranges: Sequence[Range]) -> int:
    """About how many calls the ranges span, from counters: by the quarter-hours, or for more than two days by
    the days, that the span of all ranges touches.
    """
    if not ranges:
        return 0
    begin = min(begin for begin, _ in ranges) // QUARTER_HOUR_US
    end = -(-max(end for _, end in ranges) // QUARTER_HOUR_US)
    grain = Grain.QUARTER_HOUR
    if end - begin > 2 * QUARTER_HOURS_PER_DAY:
        # A day's cell is numbered by the first quarter-hour of the day, which may be before `begin`.
        grain, begin = Grain.DAY, begin - LONGEST_DAY
    spaces = (CONTACT_SPACES,) if scope.contact else tuple(space.id for space in scope.spaces)
    calls = Aggregate(spaces=spaces, sums=(Sum("items"),), counter="calls")
    scan = Scan(aggregate=calls, grain=grain, ranges=((begin, end),))
    return sum(row[1] for row in store.sums(scope.org_id, [scan])[0])


_UNCOUNTED = ", ".join(name for name in DIMENSION_FILTERS if name not in CALL_DIMENSIONS)


def check_row_limit(store: Store, scope: ReportScope, ranges: Sequence[Range]) -> None:
    """Raises `InvalidInputError`, with what to narrow, when the ranges span more than `MAX_ROWS` calls."""
    rows = estimate_rows(store, scope, ranges)
    if rows > MAX_ROWS:
        message = (
            f"about {rows:,} calls would have to be read one by one, more than {MAX_ROWS:,}: take a shorter "
            f"period or one space, or leave out what no counter holds ({_UNCOUNTED}, or end_reason "
            "and agent together)"
        )
        raise InvalidInputError(message, [("start", message)])

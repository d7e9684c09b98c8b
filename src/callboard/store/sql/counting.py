"""Counts from counters: the length of a list without reading its rows.

Exact, not estimated: a count answers from counters only when the filter is a union of whole cells.
"""

from __future__ import annotations

from typing import Any

from msgspec import structs

from callboard.fold.catalogue import CALL_DIMENSIONS, CATALOGUE, Counter
from callboard.fold.grain import QUARTER_HOUR_US, Grain
from callboard.store.questions import (
    CONTACT_SPACES,
    Aggregate,
    CallFilter,
    Scan,
    Scope,
    Sum,
    TaskFilter,
)
from callboard.store.sql.database import Database
from callboard.store.sql.sums import sums

_ALL_TIME = (-(2**40), 2**40)
"""A range of quarter-hours that contains every bucket."""


_DIMENSION_FILTERS = tuple(name for name in CALL_DIMENSIONS if name in CallFilter.__struct_fields__)
"""Filters that are dimensions of a counter."""


def count_calls_in_cells(db: Database, scope: Scope, where: CallFilter) -> int | None:
    """The number of calls that match, from cells; None if no counter has the filters as dimensions."""
    counted: dict[str, Any] = {name: getattr(where, name) for name in _DIMENSION_FILTERS}
    by_dimensions = CallFilter(**counted)
    if where != structs.replace(by_dimensions, made=where.made, start=where.start, end=where.end):
        return None
    if where.made is None:
        return _count_cells(db, scope, by_dimensions, where.start, where.end)
    if where.call_status is not None:
        made = where.call_status != "queued"
        return _count_cells(db, scope, by_dimensions, where.start, where.end) if made == where.made else 0
    only_queued = structs.replace(by_dimensions, call_status="queued")
    queued = _count_cells(db, scope, only_queued, where.start, where.end)
    if not where.made or queued is None:
        return queued
    # One snapshot for both: the caller reads within a transaction.
    every = _count_cells(db, scope, by_dimensions, where.start, where.end)
    return None if every is None else every - queued


def count_tasks_in_cells(db: Database, scope: Scope, where: TaskFilter) -> int | None:
    """The number of tasks that match, from cells; None if no counter has the filters as dimensions."""
    by_dimensions = TaskFilter(status=where.status)
    by_cells = structs.replace(
        by_dimensions, created_from=where.created_from, created_to=where.created_to, now=where.now
    )
    if where != by_cells:
        return None
    return _count_cells(db, scope, by_dimensions, where.created_from, where.created_to)


def _count_cells(
    db: Database, scope: Scope, by_dimensions: CallFilter | TaskFilter, start: int | None, end: int | None
) -> int | None:
    """`by_dimensions` filters by dimensions only. Counts items created in [`start`, `end`)."""
    if any(edge is not None and edge % QUARTER_HOUR_US for edge in (start, end)):
        return None
    aggregate = Aggregate(spaces=_spaces(db, scope), where=by_dimensions, sums=(Sum("items"),))
    counter = _counter(aggregate.of, {name for name, _ in aggregate.conditions})
    if counter is None:
        return None
    scan = Scan(
        aggregate=structs.replace(aggregate, counter=counter.name),
        grain=Grain.DAY if start is None and end is None else Grain.QUARTER_HOUR,
        ranges=(
            (
                _ALL_TIME[0] if start is None else start // QUARTER_HOUR_US,
                _ALL_TIME[1] if end is None else end // QUARTER_HOUR_US,
            ),
        ),
    )
    return sum(int(row[1]) for row in sums(db, scope.org_id, [scan])[0])


def _spaces(db: Database, scope: Scope) -> tuple[int, ...]:
    if scope.space_id is not None:
        return (scope.space_id,)
    if not scope.all_content:
        return (CONTACT_SPACES,)
    return tuple(row[0] for row in db.rows("space.ids", {"org_id": scope.org_id}))


def _counter(of: str, dimensions: set[str]) -> Counter | None:
    """The counter with the fewest dimensions that has all of these."""
    fitting = [
        each
        for each in CATALOGUE
        if each.of == of and Grain.DAY in each.grains and dimensions <= set(each.dimensions)
    ]
    return min(fitting, key=lambda each: len(each.dimensions), default=None)

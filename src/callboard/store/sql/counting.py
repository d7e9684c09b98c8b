"""Counts that the counters hold: the length of a list without walking it.

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

_EVER = (-(2**40), 2**40)
"""A range of quarters that holds every bucket there can be."""


_COUNTED = tuple(name for name in CALL_DIMENSIONS if name in CallFilter.__struct_fields__)
"""Filters that counters tell apart."""


def calls_counted(db: Database, scope: Scope, where: CallFilter) -> int | None:
    """How many calls the filter takes, from cells; none when no counter holds it."""
    counted: dict[str, Any] = {name: getattr(where, name) for name in _COUNTED}
    wanted = CallFilter(**counted)
    if where != structs.replace(wanted, made=where.made, start=where.start, end=where.end):
        return None
    if where.made is None:
        return _counted(db, scope, wanted, where.start, where.end)
    if where.call_status is not None:
        made = where.call_status != "queued"
        return _counted(db, scope, wanted, where.start, where.end) if made == where.made else 0
    only_queued = structs.replace(wanted, call_status="queued")
    queued = _counted(db, scope, only_queued, where.start, where.end)
    if not where.made or queued is None:
        return queued
    # One snapshot for both: the caller reads within a transaction.
    every = _counted(db, scope, wanted, where.start, where.end)
    return None if every is None else every - queued


def tasks_counted(db: Database, scope: Scope, where: TaskFilter) -> int | None:
    """How many tasks the filter takes, from cells; none when no counter holds it."""
    wanted = TaskFilter(status=where.status)
    by_cells = structs.replace(
        wanted, created_from=where.created_from, created_to=where.created_to, now=where.now
    )
    if where != by_cells:
        return None
    return _counted(db, scope, wanted, where.created_from, where.created_to)


def _counted(
    db: Database, scope: Scope, wanted: CallFilter | TaskFilter, start: int | None, end: int | None
) -> int | None:
    """`wanted` filters by dimensions alone; its items were created from `start` on and before `end`."""
    if any(edge is not None and edge % QUARTER_HOUR_US for edge in (start, end)):
        return None
    aggregate = Aggregate(spaces=_spaces(db, scope), where=wanted, sums=(Sum("items"),))
    counter = _counter(aggregate.of, {name for name, _ in aggregate.conditions})
    if counter is None:
        return None
    scan = Scan(
        aggregate=structs.replace(aggregate, counter=counter.name),
        grain=Grain.DAY if start is None and end is None else Grain.QUARTER_HOUR,
        ranges=(
            (
                _EVER[0] if start is None else start // QUARTER_HOUR_US,
                _EVER[1] if end is None else end // QUARTER_HOUR_US,
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
    """The coarsest counter that tells these dimensions apart."""
    fitting = [
        each
        for each in CATALOGUE
        if each.of == of and Grain.DAY in each.grains and dimensions <= set(each.dimensions)
    ]
    return min(fitting, key=lambda each: len(each.dimensions), default=None)

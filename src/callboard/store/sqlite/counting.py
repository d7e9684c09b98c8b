"""Counts that the counters hold: the length of a list without walking it.

Exact, not estimated: a count answers from counters only when the filter is a union of whole cells.
"""

from __future__ import annotations

from typing import LiteralString

import apsw

from callboard.fold.catalogue import CATALOGUE, Counter
from callboard.fold.grain import QUARTER_US, Grain
from callboard.store.interface import CallFilter, Match, Scope, TaskFilter, Unknown
from callboard.store.sqlite.filters import Conditions, in_scope

_COLUMNS: tuple[LiteralString, ...] = ("d1", "d2", "d3")
_EVERY_CALL = CallFilter()
_EVERY_TASK = TaskFilter()


def calls_counted(db: apsw.Connection, scope: Scope, where: CallFilter) -> int | None:
    """How many calls the filter takes, from cells; none when no counter holds it."""
    wanted: dict[str, Match] = {
        "call_type": where.call_type,
        "call_status": where.call_status,
        "end_reason": where.end_reason,
        "agent": where.agent,
    }
    by_cells = CallFilter(
        call_type=where.call_type,
        call_status=where.call_status,
        end_reason=where.end_reason,
        agent=where.agent,
        made=where.made,
        start=where.start,
        end=where.end,
    )
    if where != by_cells:
        return None
    return _counted(db, scope, "call", wanted, where.start, where.end, where.made)


def tasks_counted(db: apsw.Connection, scope: Scope, where: TaskFilter) -> int | None:
    """How many tasks the filter takes, from cells; none when no counter holds it."""
    by_cells = TaskFilter(
        status=where.status, created_from=where.created_from, created_to=where.created_to, now=where.now
    )
    if where != by_cells:
        return None
    return _counted(db, scope, "task", {"status": where.status}, where.created_from, where.created_to, None)


def _counted(
    db: apsw.Connection,
    scope: Scope,
    of: str,
    wanted: dict[str, Match],
    start: int | None,
    end: int | None,
    made: bool | None,
) -> int | None:
    if any(edge is not None and edge % QUARTER_US for edge in (start, end)):
        return None
    stated = {name: value for name, value in wanted.items() if value is not None}
    counter = _counter(of, set(stated))
    if counter is None:
        return None
    conditions = Conditions()
    in_scope(scope, conditions, by_time=False)
    ranged = start is not None or end is not None
    conditions.add(
        "counter = :counter AND grain = :grain",
        counter=counter.code,
        grain=str(Grain.QUARTER if ranged else Grain.DAY),
    )
    if start is not None:
        conditions.add("bucket >= :from_bucket", from_bucket=start // QUARTER_US)
    if end is not None:
        conditions.add("bucket < :to_bucket", to_bucket=end // QUARTER_US)
    for column, dimension in zip(_COLUMNS, counter.dimensions, strict=False):
        if dimension in stated:
            value = stated[dimension]
            if isinstance(value, Unknown):  # cells hold null as ""; see Conditions.match
                conditions.add(column + " IN ('', 'unknown')")
            else:
                conditions.match(column, value)
        if dimension == "call_status" and made is not None:
            conditions.add(column + (" <> 'queued'" if made else " = 'queued'"))
    sql = f"SELECT coalesce(sum(items), 0) FROM cell WHERE {conditions.where}"
    return int(db.execute(sql, conditions.values).get)


def _counter(of: str, dimensions: set[str]) -> Counter | None:
    """The coarsest counter that tells these dimensions apart."""
    fitting = [each for each in CATALOGUE if each.of == of and dimensions <= set(each.dimensions)]
    return min(fitting, key=lambda each: len(each.dimensions), default=None)

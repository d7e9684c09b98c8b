"""Recount a space from its rows in SQL, which shares no arithmetic with the differences that it checks.

Both take the catalogue and the numbers of buckets from `fold`: a wrong bucket number would not be noticed
here.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from callboard.clock import DAY
from callboard.fold.catalogue import BY_NAME, CALL_DIMENSIONS, CALL_FIELD_DIMENSIONS, CATALOGUE, Counter
from callboard.fold.grain import QUARTER_HOUR_US, QUARTER_HOURS_PER_DAY, Grain, bucket_of
from callboard.fold.tally import CellKey
from callboard.model.totals import Totals
from callboard.store.sql.database import Database

CellSums = dict[CellKey, tuple[int, ...]]
Counted = dict[CellKey, list[int]]

COUNTERS = [counter.code for counter in CATALOGUE]
"""The codes of all counters, for statements on all cells of a space."""


def recounted_totals(db: Database, org_id: int, space_id: int) -> Totals:
    """A space's totals, counted from its rows."""
    where = {"org_id": org_id, "space_id": space_id}
    row = db.row("totals.recount", where)
    assert row is not None
    return Totals(*row)


def recounted_cells(db: Database, org_id: int, space_id: int, zone: str) -> CellSums:
    """A space's cells, counted from its rows, at every grain of the catalogue."""
    where = {"org_id": org_id, "space_id": space_id}
    cells: Counted = {}
    for quarter_hour, values, measures in _by_quarter_hour(db, where):
        for counter in CATALOGUE:
            if Grain.UTC_DAY not in counter.grains and values.keys() >= set(counter.dimensions):
                _add_to_cells(cells, counter, quarter_hour, values, measures, zone)
    for name, sql in (("talk_times", "cell.recount_talk"), ("answer_times", "cell.recount_wait")):
        code = BY_NAME[name].code
        for day, *dimensions, a, b, c, d, e in db.rows(sql, {**where, "day_us": DAY}):
            key = (code, str(Grain.UTC_DAY), day * QUARTER_HOURS_PER_DAY, *dimensions)
            cells[key] = [a, b, c, d, e]
    return {key: tuple(measures) for key, measures in cells.items()}


def stored_cells(db: Database, org_id: int, space_id: int, zone: str) -> CellSums:
    """A space's stored cells, plus the deltas that are not merged into them yet."""
    where = {"org_id": org_id, "space_id": space_id, "counters": COUNTERS}
    found = db.rows("cell.of_space", where)
    cells: Counted = {(row[0], row[1], row[2], row[3], row[4], row[5]): list(row[6:]) for row in found}
    return {key: tuple(measures) for key, measures in with_deltas(db, org_id, space_id, zone, cells).items()}


def with_deltas(db: Database, org_id: int, space_id: int, zone: str, cells: Counted) -> Counted:
    """These cells plus the space's deltas, in the buckets of this zone."""
    may_be_zero = False
    where = {"org_id": org_id, "space_id": space_id}
    for kind, quarter_hour, *values, status, a, b, c, d, e in db.rows("delta.of_space", where):
        named = dict(zip(CALL_DIMENSIONS, values, strict=True)) if kind == "call" else {"status": status}
        may_be_zero = may_be_zero or min(a, b, c, d, e) < 0
        for counter in CATALOGUE:
            if counter.of == kind:
                _add_to_cells(cells, counter, quarter_hour, named, (a, b, c, d, e), zone)
    # A cell of zeros is not stored. Only a negative delta can bring a cell to zero.
    return {key: measures for key, measures in cells.items() if any(measures)} if may_be_zero else cells


def _by_quarter_hour(
    db: Database, where: dict[str, int]
) -> Iterator[tuple[int, dict[str, Any], tuple[int, ...]]]:
    within = {**where, "quarter_hour_us": QUARTER_HOUR_US}
    for quarter_hour, *values, a, b, c, d, e in db.rows("cell.recount_calls", within):
        yield quarter_hour, dict(zip(CALL_FIELD_DIMENSIONS, values, strict=True)), (a, b, c, d, e)
    for quarter_hour, status, items in db.rows("cell.recount_tasks", within):
        yield quarter_hour, {"status": status}, (items, 0, 0, 0, 0)


def _add_to_cells(
    cells: Counted,
    counter: Counter,
    quarter_hour: int,
    named: dict[str, Any],
    measures: tuple[int, ...],
    zone: str,
) -> None:
    first, second, third = (*[named[name] for name in counter.dimensions], "", "", "")[:3]
    for grain in counter.grains:
        key = (counter.code, str(grain), bucket_of(quarter_hour, Grain(grain), zone), first, second, third)
        cell = cells.setdefault(key, [0, 0, 0, 0, 0])
        for place, value in enumerate(measures):
            cell[place] += value

"""Recounting a space from its rows: by SQL, so that it shares no arithmetic with the differences it checks.

The catalogue and the buckets of `fold.grain` are the same for both: what a bucket is called is not recounted.
"""

from __future__ import annotations

from collections.abc import Iterator

import apsw

from callboard.fold.catalogue import CALL_DIMENSIONS, CATALOGUE, Counter
from callboard.fold.grain import QUARTER_US, Grain, bucket_of
from callboard.fold.tally import CellKey
from callboard.model.totals import Totals
from callboard.store.sqlite.statements import statement

Cells = dict[CellKey, tuple[int, ...]]


def counted_totals(db: apsw.Connection, org_id: int, space_id: int) -> Totals:
    """The totals that the space's rows make."""
    where = {"org_id": org_id, "space_id": space_id}
    row = db.execute(statement("totals.recount"), where).fetchone()
    assert row is not None
    return Totals(*row)


def counted_cells(db: apsw.Connection, org_id: int, space_id: int, zone: str) -> Cells:
    """The cells that the space's rows make, at every grain of the catalogue."""
    cells: dict[CellKey, list[int]] = {}
    where = {"org_id": org_id, "space_id": space_id, "quarter_us": QUARTER_US}
    for quarter, values, measures in _quarters(db, where):
        for counter in CATALOGUE:
            if len(values) == len(CALL_DIMENSIONS) and counter.of == "call":
                named = dict(zip(CALL_DIMENSIONS, values, strict=True))
            elif len(values) == 1 and counter.of == "task":
                named = {"status": values[0]}
            else:
                continue
            _spread(cells, counter, quarter, named, measures, zone)
    return {key: tuple(measures) for key, measures in cells.items()}


def kept_cells(db: apsw.Connection, org_id: int, space_id: int) -> Cells:
    """The cells as they are kept."""
    found = db.execute(statement("cell.of_space"), {"org_id": org_id, "space_id": space_id})
    return {(row[0], row[1], row[2], row[3], row[4], row[5]): row[6:] for row in found}


def _quarters(
    db: apsw.Connection, where: dict[str, int]
) -> Iterator[tuple[int, tuple[str, ...], tuple[int, ...]]]:
    for quarter, call_type, status, end_reason, agent, *measures in db.execute(
        statement("cell.recount_calls"), where
    ):
        yield quarter, (call_type, status, end_reason, agent), tuple(measures)
    for quarter, status, items in db.execute(statement("cell.recount_tasks"), where):
        yield quarter, (status,), (items, 0, 0, 0)


def _spread(
    cells: dict[CellKey, list[int]],
    counter: Counter,
    quarter: int,
    named: dict[str, str],
    measures: tuple[int, ...],
    zone: str,
) -> None:
    first, second, third = (*[named[name] for name in counter.dimensions], "", "", "")[:3]
    for grain in counter.grains:
        key = (counter.code, str(grain), bucket_of(quarter, Grain(grain), zone), first, second, third)
        cell = cells.setdefault(key, [0, 0, 0, 0])
        for place, value in enumerate(measures):
            cell[place] += value

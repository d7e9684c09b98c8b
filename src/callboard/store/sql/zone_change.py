"""A new home zone: the hours and days of a space are made anew from its quarters, in the same commit."""

from __future__ import annotations

from callboard.fold.catalogue import CATALOGUE
from callboard.fold.grain import Grain, bucket_of
from callboard.fold.tally import CellKey
from callboard.model.directory import Space
from callboard.store.sql.database import Database
from callboard.store.sql.recount import COUNTERS
from callboard.store.sql.save import settle_now

CIVIL = (Grain.HOUR, Grain.DAY)
"""The grains that depend on the zone."""


def rebuild_grains(db: Database, space: Space) -> None:
    """Hours and days by the space's home zone as it is now."""
    where = {"org_id": space.org_id, "space_id": space.id, "counters": COUNTERS}
    settle_now(db, space.org_id)
    grains = {counter.code: counter.grains for counter in CATALOGUE}
    cells: dict[CellKey, list[int]] = {}
    for counter, quarter, d1, d2, d3, *measures in db.rows("cell.quarters", where):
        for grain in grains[counter]:
            if grain not in CIVIL:
                continue
            bucket = bucket_of(quarter, grain, space.settings.timezone)
            cell = cells.setdefault((counter, str(grain), bucket, d1, d2, d3), [0, 0, 0, 0, 0])
            for place, value in enumerate(measures):
                cell[place] += value
    for grain in CIVIL:
        db.change("cell.drop_grain", {**where, "grain": str(grain)})
    db.change_many(
        "cell.add",
        [(space.org_id, space.id, *key, *measures) for key, measures in sorted(cells.items())],
    )

"""A new home zone: the hours and days of a space are made anew from its quarters, in one commit.

A space's own zone is changed in that commit. An organization's zone moves all spaces that have none of their
own: each in a commit of its own, so that none is longer than a space is large. Until its turn comes a space
is counted by the zone it had (`cell_zone`), and every number is the same; where this ends early, it goes on
when it is begun again, or when the space itself is changed.
"""

from __future__ import annotations

from callboard.fold.catalogue import CATALOGUE
from callboard.fold.grain import Grain, bucket_of
from callboard.fold.tally import CellKey
from callboard.model.directory import Space
from callboard.store.sql.database import Database
from callboard.store.sql.directory import move_directory, space_by_id
from callboard.store.sql.recount import COUNTERS
from callboard.store.sql.save import compact_now, find_clock

CIVIL = (Grain.HOUR, Grain.DAY)
"""The grains that depend on the zone."""


def follow_home_zone(db: Database, org_id: int, space_id: int) -> None:
    """Count a space by its home zone, whatever zone it was counted by."""
    find_clock(db, org_id)
    space = space_by_id(db, org_id, space_id)
    if space.cell_zone == space.home_zone:
        return
    rebuild_grains(db, space, space.home_zone)
    where = {"org_id": org_id, "space_id": space_id, "zone": space.home_zone}
    db.change("space.set_cell_zone", where)
    move_directory(db)


def rebuild_grains(db: Database, space: Space, zone: str) -> None:
    """The hours and days of a space, by a zone. Its lock is held."""
    where = {"org_id": space.org_id, "space_id": space.id, "counters": COUNTERS}
    compact_now(db, space.org_id)
    grains = {counter.code: counter.grains for counter in CATALOGUE}
    cells: dict[CellKey, list[int]] = {}
    for counter, quarter, d1, d2, d3, *measures in db.rows("cell.quarters", where):
        for grain in grains[counter]:
            if grain not in CIVIL:
                continue
            bucket = bucket_of(quarter, grain, zone)
            cell = cells.setdefault((counter, str(grain), bucket, d1, d2, d3), [0, 0, 0, 0, 0])
            for place, value in enumerate(measures):
                cell[place] += value
    for grain in CIVIL:
        db.change("cell.drop_grain", {**where, "grain": str(grain)})
    db.change_many(
        "cell.add",
        [(space.org_id, space.id, *key, *measures) for key, measures in sorted(cells.items())],
    )

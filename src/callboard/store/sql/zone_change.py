"""Changes a home zone: rebuilds the hour and day cells of a space from its quarter-hour cells, in one commit.

A space's own zone is changed in that commit. A new zone of an organization moves every space that has no
zone itself, each in a separate commit, so that the lock is held for one space at a time. Until then a space
is counted by its previous zone (`cell_zone`), and every number is the same. If this is interrupted, it
continues when it is called again, or when the space itself is changed.
"""

from __future__ import annotations

from callboard.fold.catalogue import CATALOGUE
from callboard.fold.grain import Grain, bucket_of
from callboard.fold.tally import CellKey
from callboard.model.directory import Space
from callboard.store.sql.database import Database
from callboard.store.sql.directory import bump_directory_version, space_by_id
from callboard.store.sql.recount import COUNTERS
from callboard.store.sql.save import compact_now, find_clock

CIVIL = (Grain.HOUR, Grain.DAY)
"""The grains that depend on the zone; quarter-hours and UTC days do not."""


def follow_home_zone(db: Database, org_id: int, space_id: int) -> None:
    """Count a space by its home zone from now on. Idempotent."""
    # The lock first: a concurrent commit would add deltas with the hours and days of the old zone.
    find_clock(db, org_id)
    space = space_by_id(db, org_id, space_id)
    if space.cell_zone == space.home_zone:
        return
    rebuild_grains(db, space, space.home_zone)
    version = bump_directory_version(db)
    where = {"org_id": org_id, "space_id": space_id, "zone": space.home_zone, "directory_version": version}
    db.change("space.set_cell_zone", where)


def rebuild_grains(db: Database, space: Space, zone: str) -> None:
    """Rebuild the hour and day cells of a space in a zone. The caller holds the organization's lock."""
    where = {"org_id": space.org_id, "space_id": space.id, "counters": COUNTERS}
    # Deltas carry hours and days of the old zone: merge them before the cells are rebuilt.
    compact_now(db, space.org_id)
    grains = {counter.code: counter.grains for counter in CATALOGUE}
    cells: dict[CellKey, list[int]] = {}
    for counter, quarter_hour, d1, d2, d3, *measures in db.rows("cell.quarter_hours", where):
        for grain in grains[counter]:
            if grain not in CIVIL:
                continue
            bucket = bucket_of(quarter_hour, grain, zone)
            cell = cells.setdefault((counter, str(grain), bucket, d1, d2, d3), [0, 0, 0, 0, 0])
            for place, value in enumerate(measures):
                cell[place] += value
    # In one commit with the new cells: no reader sees a space without its days.
    for grain in CIVIL:
        db.change("cell.drop_grain", {**where, "grain": str(grain)})
    db.change_many(
        "cell.add",
        [(space.org_id, space.id, *key, *measures) for key, measures in sorted(cells.items())],
    )

"""Rebuilds counters from rows: for a file whose counters were made by an older catalogue, and for repairs."""

from __future__ import annotations

import msgspec

from callboard.store.sql.compaction import recount_contact
from callboard.store.sql.database import Database
from callboard.store.sql.recount import recounted_cells, recounted_totals
from callboard.store.sql.save import home_zones, read_clock


def refill_cells(db: Database) -> None:
    """Fill the empty table of cells, and rewrite totals, for all organizations. Runs in the migration's
    transaction, so that no reader sees counters that are missing.
    """
    org_ids: list[int] = [row[0] for row in db.rows("organization.ids")]
    for org_id in org_ids:
        space_ids: list[int] = [row[0] for row in db.rows("space.ids", {"org_id": org_id})]
        for space_id, zone in home_zones(db, org_id, space_ids).items():
            insert_cells(db, org_id, space_id, zone)
            put_totals(db, org_id, space_id, read_clock(db, org_id).version)
        recount_contact(db, org_id)


def put_totals(db: Database, org_id: int, space_id: int, version: int) -> None:
    """Write a space's totals as counted from its rows, as of a version of its organization."""
    totals = recounted_totals(db, org_id, space_id)
    db.change("totals.put", (org_id, space_id, version, *msgspec.structs.astuple(totals)))


def insert_cells(db: Database, org_id: int, space_id: int, zone: str) -> None:
    """Write the cells of a space as counted from its rows. The space must have none: `cell.add` adds to
    them.
    """
    cells = recounted_cells(db, org_id, space_id, zone)
    db.change_many(
        "cell.add",
        [(org_id, space_id, *key, *measures) for key, measures in sorted(cells.items())],
    )

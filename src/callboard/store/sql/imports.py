"""Imports on record: many requests under one batch, begun, carried on, finished."""

from __future__ import annotations

from typing import Any

from callboard.clock import Micros
from callboard.errors import NotFoundError
from callboard.store.interface import ImportBatch, batch_id
from callboard.store.sql.database import Database
from callboard.store.sql.save import read_clock, write_clock


def begin_import(db: Database, org_id: int, label: str, now: Micros) -> ImportBatch:
    """A new import, or the unfinished one of this label."""
    clock = read_clock(db, org_id)
    row = db.row("batch.unfinished", {"org_id": org_id, "label": label})
    if row is not None:
        return _import(row)
    db.change("batch.open", {"org_id": org_id, "no": clock.next_batch, "label": label, "now": now})
    begun = ImportBatch(batch_no=clock.next_batch, label=label, received_at=now)
    clock.next_batch += 1
    write_clock(db, clock)
    return begun


def finish_import(db: Database, org_id: int, batch_no: int, now: Micros) -> ImportBatch:
    """The import is complete: begun again under its label it is another batch."""
    db.change("batch.finish", {"org_id": org_id, "no": batch_no, "now": now})
    found = import_of(db, org_id, batch_no)
    if found is None:
        raise NotFoundError(f"No import {batch_id(batch_no)} in this organization.")
    return found


def import_of(db: Database, org_id: int, batch_no: int) -> ImportBatch | None:
    """A batch as it is on record; also one of a single request."""
    row = db.row("batch.find", {"org_id": org_id, "no": batch_no})
    return None if row is None else _import(row)


def _import(row: tuple[Any, ...]) -> ImportBatch:
    return ImportBatch(
        batch_no=row[0],
        label=row[1] or "",
        received_at=row[2],
        finished_at=row[3],
        withdrawn_at=row[4],
        applied=row[5],
        duplicate=row[6],
        stale=row[7],
        rejected=row[8],
    )

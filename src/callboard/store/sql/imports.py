"""The records of imports, many requests under one batch: begin, claim, advance, finish."""

from __future__ import annotations

from typing import Any

import msgspec

from callboard.clock import Micros
from callboard.errors import NotFoundError
from callboard.store.importing import ImportBatch, ImportClaim, ImportOwner, check_claim, check_owner
from callboard.store.interface import batch_id
from callboard.store.sql.database import Database
from callboard.store.sql.save import read_clock, write_clock


def begin_import(db: Database, org_id: int, label: str, now: Micros) -> ImportBatch:
    """Open an import, or return the unfinished one with this label. Takes the organization's lock, so that
    two runs under one label get the same import.
    """
    clock = read_clock(db, org_id)
    row = db.row("batch.unfinished", {"org_id": org_id, "label": label})
    if row is not None:
        if row[_POSITION] is not None:
            return _import(row)
        # Begun by a version that derived the position from the outcomes counted, which exceed the rows read
        # when rows were sent twice. Start from the first row: rows that are stored already are duplicates.
        db.change("batch.restart", {"org_id": org_id, "no": row[0]})
        write_clock(db, clock)
        return need_import(db, org_id, row[0])
    db.change("batch.open", {"org_id": org_id, "no": clock.next_batch, "label": label, "now": now})
    begun = ImportBatch(batch_no=clock.next_batch, label=label, received_at=now)
    clock.next_batch += 1
    write_clock(db, clock)
    return begun


def claim_import(db: Database, org_id: int, batch_no: int, claim: ImportClaim) -> ImportBatch:
    """See `Store.claim_import`."""
    clock = read_clock(db, org_id)
    check_claim(need_import(db, org_id, batch_no), claim)
    where = {"org_id": org_id, "no": batch_no}
    if claim.from_start:
        db.change("batch.restart", where)
    db.change("batch.claim", {**where, "owner": None if claim.owner is None else _owner_text(claim.owner)})
    write_clock(db, clock)
    return need_import(db, org_id, batch_no)


def heartbeat_import(db: Database, org_id: int, batch_no: int, owner: ImportOwner) -> None:
    """See `Store.heartbeat_import`. Takes no organization lock: a heartbeat must not wait for a long
    commit. Its statement compares the owner, so it changes nothing after the import was taken over.
    """
    db.change("batch.heartbeat", {"org_id": org_id, "no": batch_no, "owner": _owner_text(owner)})


def advance_import(
    db: Database, found: ImportBatch, org_id: int, from_row: int, to_row: int, more: int
) -> None:
    """Move an import's position from row `from_row` to `to_row`, and count `more` rejected rows."""
    assert found.owner is not None, "rows of an import come from its owner"
    db.change(
        "batch.advance",
        {
            "org_id": org_id,
            "no": found.batch_no,
            "begins": from_row,
            "ends": to_row,
            "unplaced": more,
            "owner": _owner_text(found.owner),
        },
    )


def finish_import(
    db: Database, org_id: int, batch_no: int, now: Micros, owner: str | None = None
) -> ImportBatch:
    """Close the import; a later import under its label is a new batch. Idempotent. Raises `ImportTakenError`
    when it belongs to another owner.
    """
    clock = read_clock(db, org_id)
    found = need_import(db, org_id, batch_no)
    if found.finished_at is not None:
        return found
    check_owner(found, owner)
    db.change("batch.finish", {"org_id": org_id, "no": batch_no, "now": now})
    write_clock(db, clock)
    return need_import(db, org_id, batch_no)


def import_of(db: Database, org_id: int, batch_no: int) -> ImportBatch | None:
    """The record of a batch, of an import or of a single request; None without one."""
    row = db.row("batch.find", {"org_id": org_id, "no": batch_no})
    return None if row is None else _import(row)


def need_import(db: Database, org_id: int, batch_no: int) -> ImportBatch:
    """See `import_of`; raises `NotFoundError` without a record."""
    found = import_of(db, org_id, batch_no)
    if found is None:
        raise NotFoundError(f"No import {batch_id(batch_no)} in this organization.")
    return found


_POSITION = 9
"""Index of the column `position` in the rows of `batch.find` and `batch.unfinished`."""


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
        position=row[_POSITION] or 0,
        owner=None if row[10] is None else msgspec.json.decode(row[10], type=ImportOwner),
        heartbeat=row[11],
    )


def _owner_text(owner: ImportOwner) -> str:
    return msgspec.json.encode(owner).decode()

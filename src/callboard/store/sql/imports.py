"""The records of imports, many requests under one batch: begin, claim, advance, finish."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import msgspec

from callboard.clock import Micros
from callboard.errors import NotFoundError
from callboard.store.importing import (
    ImportBatch,
    ImportClaim,
    ImportOwner,
    Reading,
    Seen,
    check_claim,
    check_owner,
    check_seen,
    collisions,
    replacements,
)
from callboard.store.interface import batch_id
from callboard.store.sql.database import Database
from callboard.store.sql.save import OrgClock, read_clock, write_clock


def begin_import(
    db: Database,
    org_id: int,
    label: str,
    now: Micros,
    reading: Reading | None = None,
    *,
    replace: bool = False,
    overlapping: Collection[int] = (),
    seen: Seen | None = None,
) -> ImportBatch:
    """Open an import, or return the unfinished one with this label. Takes the organization's lock, so that
    two runs under one label get the same import, and of two that collide the second sees the first.
    """
    clock = read_clock(db, org_id)
    if reading is not None and seen is not None:
        check_seen(earlier_imports(db, org_id, reading.record_type), reading, label, seen)
    unfinished = unfinished_import(db, org_id, label)
    found = [] if reading is None else colliding_imports(db, org_id, reading)
    replaces = replacements(unfinished, found, overlapping, reading, replace=replace)
    if unfinished is not None and replaces.carries_on:
        return _carried_on(db, clock, unfinished, replaces.all)
    for batch_no in replaces.whole:
        # Withdrawn from here on: an import that is still running adds nothing more. Its events are withdrawn
        # by the rows that replace them, and the rest at the end.
        db.change("batch.withdraw", {"org_id": org_id, "no": batch_no, "now": now})
    begun = ImportBatch(
        batch_no=clock.next_batch, label=label, received_at=now, reading=reading, replaces=replaces.all
    )
    db.change(
        "batch.open", {"org_id": org_id, "no": begun.batch_no, "label": label, "now": now, **_read_by(begun)}
    )
    clock.next_batch += 1
    write_clock(db, clock)
    return begun


def _carried_on(db: Database, clock: OrgClock, begun: ImportBatch, replaces: tuple[int, ...]) -> ImportBatch:
    where = {"org_id": clock.org_id, "no": begun.batch_no}
    if replaces:
        more = msgspec.json.encode(sorted({*begun.replaces, *replaces})).decode()
        db.change("batch.set_replaces", {**where, "replaces": more})
        write_clock(db, clock)
    row = db.row("batch.find", where)
    if row is not None and row[_POSITION] is None:
        # Begun by a version that derived the position from the outcomes counted, which exceed the rows read
        # when rows were sent twice. Start from the first row: rows that are stored already are duplicates.
        db.change("batch.restart", where)
        write_clock(db, clock)
    return need_import(db, clock.org_id, begun.batch_no)


def unfinished_import(db: Database, org_id: int, label: str) -> ImportBatch | None:
    """See `Store.unfinished_import`."""
    row = db.row("batch.unfinished", {"org_id": org_id, "label": label})
    return None if row is None else _import(row)


def earlier_imports(db: Database, org_id: int, record_type: str) -> list[ImportBatch]:
    """See `Store.earlier_imports`."""
    return _found(db, "batch.of_type", {"org_id": org_id, "record_type": record_type})


def colliding_imports(db: Database, org_id: int, reading: Reading) -> list[ImportBatch]:
    """See `Store.colliding_imports`."""
    same_file = _found(db, "batch.of_file", {"org_id": org_id, "file_digest": reading.file_digest})
    series = _found(db, "batch.of_mapping", {"org_id": org_id, "mapping": reading.mapping})
    return collisions(same_file, series, reading)


def _found(db: Database, name: str, where: dict[str, Any]) -> list[ImportBatch]:
    # Nothing is found by a digest or a name that is not known.
    return [] if None in where.values() else [_import(row) for row in db.rows(name, where)]


def count_items(db: Database, org_id: int, batch_no: int, beside: int) -> int:
    """See `Store.count_import_items`."""
    found = db.value("batch.range", {"org_id": org_id, "no": batch_no})
    if found is None or found[0] is None:
        return 0
    where = {"org_id": org_id, "no": batch_no, "from_seq": found[0], "last_seq": found[1], "beside": beside}
    return int(db.value("event.items_of_batch", where))


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
        reading=None if row[13] is None else Reading(**dict(zip(_READING, row[12:17], strict=True))),
        replaces=() if row[17] is None else tuple(msgspec.json.decode(row[17], type=list[int])),
        replaced=row[18],
    )


_READING = ("file_digest", "options_digest", "record_type", "place", "mapping")
"""The columns of a reading, as the rows have them from index 12 on."""


def _read_by(begun: ImportBatch) -> dict[str, Any]:
    """The columns that say what an import reads, and what it replaces."""
    reading = begun.reading
    return {
        **{name: None if reading is None else getattr(reading, name) for name in _READING},
        "replaces": msgspec.json.encode(begun.replaces).decode() if begun.replaces else None,
    }


def _owner_text(owner: ImportOwner) -> str:
    return msgspec.json.encode(owner).decode()

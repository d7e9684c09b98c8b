"""Saved mappings: how the files of a system are read, under a name that an organization gives."""

from __future__ import annotations

from callboard.clock import Micros
from callboard.errors import NotFoundError
from callboard.store.importing import SavedMapping, check_mapping
from callboard.store.sql.database import Database
from callboard.store.sql.save import read_clock, write_clock


def save(db: Database, org_id: int, name: str, reading: str, now: Micros) -> SavedMapping:
    """See `Store.save_mapping`. Takes the organization's lock, under which the number of mappings is read."""
    clock = read_clock(db, org_id)
    before = find(db, org_id, name)
    check_mapping(name, reading, int(db.value("import_mapping.count", {"org_id": org_id, "name": name})))
    if before is not None and before.reading == reading:
        return before
    version = 1 if before is None else before.version + 1
    saved = SavedMapping(name=name, version=version, saved_at=now, reading=reading)
    values = {"name": name, "version": version, "saved_at": now, "reading": reading}
    db.change("import_mapping.put", {"org_id": org_id, **values})
    write_clock(db, clock)
    return saved


def every(db: Database, org_id: int) -> list[SavedMapping]:
    """See `Store.mappings`."""
    return [_mapping(row) for row in db.rows("import_mapping.list", {"org_id": org_id})]


def find(db: Database, org_id: int, name: str) -> SavedMapping | None:
    """See `Store.find_mapping`."""
    row = db.row("import_mapping.find", {"org_id": org_id, "name": name})
    return None if row is None else _mapping(row)


def delete(db: Database, org_id: int, name: str) -> None:
    """See `Store.delete_mapping`."""
    clock = read_clock(db, org_id)
    if find(db, org_id, name) is None:
        raise NotFoundError(f"No saved mapping {name!r} in this organization.")
    db.change("import_mapping.drop", {"org_id": org_id, "name": name})
    write_clock(db, clock)


def _mapping(row: tuple[str, int, int, str]) -> SavedMapping:
    name, version, saved_at, reading = row
    return SavedMapping(name=name, version=version, saved_at=saved_at, reading=reading)

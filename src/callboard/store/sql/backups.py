"""What a store notes of backups, in its table `meta`."""

from __future__ import annotations

from callboard.clock import Micros
from callboard.store.sql.database import Database

BACKED_UP = "backed_up_at"
"""The moment of the latest backup that was made of the store. A backup says its own."""
MADE = "backup_made_at"
"""In a backup alone: the moment of which it is."""


def note_backed_up(db: Database, at: Micros) -> None:
    """The later one stays: backups may end in another order than they began."""
    noted = last_backup(db)
    if noted is None or at > noted:
        _note(db, BACKED_UP, at)


def last_backup(db: Database) -> Micros | None:
    """See `Store.last_backup`."""
    return _noted(db, BACKED_UP)


def note_made(db: Database, at: Micros) -> None:
    """Mark a store as a backup of this moment."""
    _note(db, BACKED_UP, at)
    _note(db, MADE, at)


def made_at(db: Database) -> Micros | None:
    """The moment of a backup; None of a store that is none."""
    return _noted(db, MADE)


def note_restored(db: Database) -> None:
    """It is a store again: the backup that it came from stays the latest one."""
    db.run("DELETE FROM meta WHERE name = :name", {"name": MADE})


def _noted(db: Database, name: str) -> Micros | None:
    found = db.select("SELECT value FROM meta WHERE name = :name", {"name": name})
    return int(found[0][0]) if found else None


def _note(db: Database, name: str, value: Micros) -> None:
    db.run("DELETE FROM meta WHERE name = :name", {"name": name})
    db.run("INSERT INTO meta (name, value) VALUES (:name, :value)", {"name": name, "value": value})

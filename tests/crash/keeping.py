"""What a file keeps, compared with the books: nothing acknowledged is missing, nothing is there unsent."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import apsw
from msgspec import Struct

from callboard.errors import StoreFileError
from callboard.model.directory import Space
from callboard.model.event import Entry, from_canonical
from callboard.store.sqlite.store import SqliteStore
from tests.crash.sending import Books
from tests.property.plain_fold import PlainSpace, SentEvent
from tests.stores import bits, dump


class Kept(Struct):
    """What became of what was sent."""

    lost: list[str]
    """The calls and tasks of events acknowledged, and not there: the promise broken."""
    unasked: int
    """Not acknowledged, and there all the same: the answer was cut off, not the event."""
    damage: list[str]
    """What SQLite's own check, or verification, finds wrong."""


def bodies_in(path: Path) -> set[bytes]:
    """The canonical forms in a file's event log, read while a server may have it open."""
    db = apsw.Connection(str(path), flags=apsw.SQLITE_OPEN_READWRITE)
    try:
        db.set_busy_timeout(5_000)
        return {body for (body,) in db.execute("SELECT body FROM event")}
    finally:
        db.close()


def kept_in(path: Path, space: Space, books: Books) -> Kept:
    """Open the file, as a start after the crash would, and compare it with the books."""
    try:
        store = SqliteStore(str(path))
    except StoreFileError as error:
        return Kept(lost=books.lost(set()), unasked=0, damage=[error.message])
    try:
        damage = _damage(path, store)
        bodies = bodies_in(path)
        unsent = bodies - books.sent.keys()
        assert not unsent, f"events that nobody sent: {[from_canonical(body) for body in unsent]}"
        damage += _differences(store, space, [books.sent[body] for body in bodies])
    except (StoreFileError, apsw.CorruptError) as error:
        return Kept(lost=books.lost(set()), unasked=0, damage=[str(error)])
    finally:
        store.close()
    return Kept(
        lost=books.lost(bodies),
        unasked=len(bodies - books.acknowledged.keys()),
        damage=damage,
    )


def _damage(path: Path, store: SqliteStore) -> list[str]:
    db = apsw.Connection(str(path))
    try:
        said = [text for (text,) in db.execute("PRAGMA integrity_check")]
    finally:
        db.close()
    found = store.verify(deep=True)
    return [text for text in said if text != "ok"] + [str(each) for each in found.differences]


def _differences(store: SqliteStore, space: Space, entries: Iterable[Entry]) -> list[str]:
    """Where rows and totals are not the plain fold of those events. (Cells: verification compares them.)"""
    plain = PlainSpace(
        space.id, "UTC", [SentEvent(entry.event, entry.occurred_at, entry.source) for entry in entries]
    )
    expected = bits(
        {
            "calls": {(space.id, call.call_id): call for call in plain.calls},
            "tasks": {(space.id, task.task_id): task for task in plain.tasks},
            "totals": {space.id: plain.totals()},
            "runs": plain.runs(),
        }
    )
    found = bits(dump(store, space.org_id))
    return [
        f"{what} {key}: kept {found[what].get(key)!r}, expected {things.get(key)!r}"
        for what, things in expected.items()
        for key in things.keys() | found[what].keys()
        if found[what].get(key) != things.get(key)
    ]

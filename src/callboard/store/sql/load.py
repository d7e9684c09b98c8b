"""Loads the items that a batch touches, with their events, for the fold."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from hashlib import blake2b
from typing import Any

from msgspec import MsgspecError

from callboard.errors import StoreDamagedError
from callboard.fold.batch import GroupEnds, Item, Kind, Loaded
from callboard.fold.sources import set_sources
from callboard.model.event import CallEvent, Entry, TaskEvent, from_canonical
from callboard.store.sql.database import Database
from callboard.store.sql.rows import call_of, task_of


def event_key(event_id: str) -> int:
    """The log's index key for an event id: 64 bits of its BLAKE2b digest, signed as a BIGINT is. Two ids may
    share a key, so a reader compares the id in the body.
    """
    return int.from_bytes(blake2b(event_id.encode(), digest_size=8).digest(), "big", signed=True)


def body_digest(body: bytes) -> bytes:
    """Identifies a canonical event among the events of one call or task: 128 bits of its BLAKE2b digest."""
    return blake2b(body, digest_size=16).digest()


def load(db: Database, org_id: int, arrived: Mapping[int, Sequence[Entry]]) -> dict[int, Loaded]:
    """What one organization's part of a commit touches, by space: the existing items among those that the
    entries name, with their events, and the event ids that are known. The number of statements does not
    depend on the number of spaces.

    The caller holds the organization's lock: what is read here must not change before the commit.
    """
    call_ids: set[tuple[int, str]] = set()
    task_ids: set[tuple[int, str]] = set()
    group_ids: set[tuple[int, str]] = set()
    event_keys: dict[tuple[int, int], str] = {}
    for space_id, entries in arrived.items():
        for entry in entries:
            event = entry.event
            if event.__class__ is CallEvent:
                call_ids.add((space_id, event.item_id))
            elif event.__class__ is TaskEvent:
                task_ids.add((space_id, event.item_id))
            else:
                group_ids.add((space_id, event.item_id))
            if event.event_id.__class__ is str:
                event_keys[space_id, event_key(event.event_id)] = event.event_id
    loaded = {space_id: Loaded({}, {}, {}) for space_id in arrived}
    items = [
        *(find_items(db, org_id, call_ids, "call") if call_ids else ()),
        *(find_items(db, org_id, task_ids, "task") if task_ids else ()),
        *(find_items(db, org_id, group_ids, "end") if group_ids else ()),
    ]
    add_entries(db, org_id, items)
    add_sources(db, org_id, items)
    for item in items:
        loaded[item.space_id].of_kind(item.kind)[item.item_id] = item
    if event_keys:
        _add_bodies(db, org_id, event_keys, loaded)
    return loaded


_LOAD: dict[Kind, str] = {"call": "call.load", "task": "task.load", "end": "group_end.load"}
_BY_NO: dict[Kind, str] = {"call": "call.by_no", "task": "task.by_no", "end": "group_end.by_no"}


def find_items(db: Database, org_id: int, keys: Iterable[tuple[int, str]], kind: Kind) -> list[Item]:
    """The existing items among these (space, id), without their events."""
    where = {"wanted": list(keys), "org_id": org_id}
    found = db.rows(_LOAD[kind], where)
    return [item_of(row, kind) for row in found]


def item_of(row: tuple[Any, ...], kind: Kind) -> Item:
    """The item of a row whose first columns are its number and its space."""
    stored = call_of(row[2:]) if kind == "call" else task_of(row[2:]) if kind == "task" else GroupEnds(row[2])
    return Item(row[2], kind, row[0], stored, stored, space_id=row[1])


def items_of(db: Database, org_id: int, nos: Iterable[int]) -> list[Item]:
    """The items with these numbers that have a row, without their events."""
    where = {"nos": sorted(nos), "org_id": org_id}
    return [item_of(row, kind) for kind, name in _BY_NO.items() for row in db.rows(name, where)]


def add_entries(
    db: Database, org_id: int, items: Sequence[Item], *, withdrawn_batch: int | None = None
) -> None:
    """Load each item's events that are not withdrawn, in the order received. An event that cannot be decoded
    raises `StoreDamagedError`, unless it belongs to the batch `withdrawn_batch`, which is being withdrawn
    anyway.
    """
    if not items:
        return
    by_no = {item.no: item for item in items}
    found = db.rows("event.load", {"item_nos": list(by_no), "org_id": org_id})
    for item_no, body, received_at, source, batch_no in found:
        try:
            event = from_canonical(body)
        except MsgspecError as error:
            if batch_no == withdrawn_batch:
                continue
            item_id = by_no[item_no].item_id
            raise StoreDamagedError(
                f"An event of {item_id!r} cannot be read: callboard verify --deep says which."
            ) from error
        by_no[item_no].entries.append(Entry(event, body, received_at, source, batch_no))


def add_sources(db: Database, org_id: int, items: Iterable[Item]) -> None:
    """Set the ways by which the items' events came, which must be loaded, and the least source of each. Tasks
    have no source.
    """
    of_calls = {item.no: item for item in items if item.kind != "task"}
    if not of_calls:
        return
    for item in of_calls.values():
        item.ways = {}
    where = {"org_id": org_id, "item_nos": list(of_calls)}
    for no, digest, source in db.rows("event_repeat.ways", where):
        of_calls[no].ways.setdefault(bytes(digest), []).append(source)
    for item in of_calls.values():
        for entry in item.entries if item.ways else ():
            set_sources(entry, item.ways.get(body_digest(entry.body), ()))


def _add_bodies(
    db: Database, org_id: int, keys: Mapping[tuple[int, int], str], loaded: Mapping[int, Loaded]
) -> None:
    found = db.rows("event.known", {"wanted": list(keys), "org_id": org_id})
    for space_id, body in found:
        # Under the id in the body, not under the key: another id may have the same key.
        event_id = from_canonical(body).event_id
        assert isinstance(event_id, str)
        loaded[space_id].event_bodies[event_id] = body

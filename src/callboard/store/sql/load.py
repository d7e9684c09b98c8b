"""Loads the items that a batch touches, with their events, for the fold."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from hashlib import blake2b
from typing import Any

from msgspec import MsgspecError

from callboard.errors import StoreDamagedError
from callboard.fold.batch import KINDS, GroupEnds, Item, Kind, Loaded
from callboard.fold.sources import set_sources
from callboard.model.event import Entry, from_canonical
from callboard.store.sql.database import Answer, Database, SqlRow
from callboard.store.sql.rows import call_of, task_of


def event_key(event_id: str) -> int:
    """The log's index key for an event id: 64 bits of its BLAKE2b digest, signed as a BIGINT is. Two ids may
    share a key, so a reader compares the id in the body.
    """
    return int.from_bytes(blake2b(event_id.encode(), digest_size=8).digest(), "big", signed=True)


def body_digest(body: bytes) -> bytes:
    """Identifies a canonical event among the events of one call or task: 128 bits of its BLAKE2b digest."""
    return blake2b(body, digest_size=16).digest()


class Loading:
    """What one organization's part of a commit touches, by space: the existing items among those that the
    entries name, with their events, and the event ids that are known. The number of statements does not
    depend on the number of spaces.

    It is asked for at once, behind the statement that takes the organization's lock: what is read here must
    not change before the commit.
    """

    def __init__(self, db: Database, org_id: int, arrived: Mapping[int, Sequence[Entry]]) -> None:
        ids: dict[Kind, set[tuple[int, str]]] = {kind: set() for kind in _LOAD}
        self._event_keys: set[tuple[int, int]] = set()
        for space_id, entries in arrived.items():
            for entry in entries:
                event = entry.event
                key = (space_id, event.item_id)
                ids[KINDS[event.__class__]].add(key)
                if event.event_id.__class__ is str:
                    self._event_keys.add((space_id, event_key(event.event_id)))
        self._db = db
        self._org_id = org_id
        self._items = {kind: ask_items(db, org_id, keys, kind) for kind, keys in ids.items() if keys}
        self._known = (
            db.ask("event.known", {"wanted": list(self._event_keys), "org_id": org_id})
            if self._event_keys
            else None
        )

    def go_on(self) -> None:
        """Read the items, and ask for their events."""
        self._found = [item_of(row, kind) for kind, rows in self._items.items() for row in rows()]
        self._add_events = ask_events(self._db, self._org_id, self._found)

    def finish(self, spaces: Collection[int]) -> dict[int, Loaded]:
        """Read the rest; returns what is of these spaces."""
        loaded = {space_id: Loaded({}, {}, {}) for space_id in spaces}
        bodies = self._known() if self._known is not None else ()
        self._add_events()
        for item in self._found:
            loaded[item.space_id].of_kind(item.kind)[item.item_id] = item
        for space_id, body in bodies:
            # Under the id in the body, not under the key: another id may have the same key.
            event_id = from_canonical(body).event_id
            assert isinstance(event_id, str)
            loaded[space_id].event_bodies[event_id] = body
        return loaded


_LOAD: dict[Kind, str] = {"call": "call.load", "task": "task.load", "end": "group_end.load"}
_BY_NO: dict[Kind, str] = {"call": "call.by_no", "task": "task.by_no", "end": "group_end.by_no"}


def ask_items(db: Database, org_id: int, keys: Iterable[tuple[int, str]], kind: Kind) -> Answer:
    """Begin to look for the existing items among these (space, id); `item_of` makes them of the rows."""
    return db.ask(_LOAD[kind], {"wanted": list(keys), "org_id": org_id})


def find_items(db: Database, org_id: int, keys: Iterable[tuple[int, str]], kind: Kind) -> list[Item]:
    """The existing items among these (space, id), without their events."""
    return [item_of(row, kind) for row in ask_items(db, org_id, keys, kind)()]


def item_of(row: tuple[Any, ...], kind: Kind) -> Item:
    """The item of a row whose first columns are its number and its space."""
    stored = call_of(row[2:]) if kind == "call" else task_of(row[2:]) if kind == "task" else GroupEnds(row[2])
    return Item(row[2], kind, row[0], stored, stored, space_id=row[1])


def items_of(db: Database, org_id: int, nos: Iterable[int]) -> list[Item]:
    """The items with these numbers that have a row, without their events."""
    where = {"nos": sorted(nos), "org_id": org_id}
    return [item_of(row, kind) for kind, name in _BY_NO.items() for row in db.rows(name, where)]


def ask_events(db: Database, org_id: int, items: Sequence[Item]) -> Callable[[], None]:
    """Begin `add_entries` and `add_sources`, both asked at once; what is returned ends them."""
    if not items:
        return lambda: None
    entries, ways = _ask_entries(db, org_id, items), _ask_ways(db, org_id, items)

    def add() -> None:
        _add_entries(items, entries(), None)
        _add_sources(items, ways())

    return add


def add_events(db: Database, org_id: int, items: Sequence[Item]) -> None:
    """See `ask_events`."""
    ask_events(db, org_id, items)()


def add_entries(
    db: Database, org_id: int, items: Sequence[Item], *, withdrawn_batch: int | None = None
) -> None:
    """Load each item's events that are not withdrawn, in the order received. An event that cannot be decoded
    raises `StoreDamagedError`, unless it belongs to the batch `withdrawn_batch`, which is being withdrawn
    anyway.
    """
    if items:
        _add_entries(items, _ask_entries(db, org_id, items)(), withdrawn_batch)


def add_sources(db: Database, org_id: int, items: Sequence[Item]) -> None:
    """Set the ways by which the items' events came, which must be loaded, and the least source of each. Tasks
    have no source.
    """
    _add_sources(items, _ask_ways(db, org_id, items)())


def _ask_entries(db: Database, org_id: int, items: Iterable[Item]) -> Answer:
    return db.ask("event.load", {"item_nos": [item.no for item in items], "org_id": org_id})


def _ask_ways(db: Database, org_id: int, items: Iterable[Item]) -> Answer:
    numbers = [item.no for item in items if item.kind != "task"]
    return db.ask("event_repeat.ways", {"org_id": org_id, "item_nos": numbers}) if numbers else list


def _add_entries(items: Iterable[Item], found: Iterable[SqlRow], withdrawn_batch: int | None) -> None:
    by_no = {item.no: item for item in items}
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


def _add_sources(items: Iterable[Item], ways: Iterable[SqlRow]) -> None:
    of_calls = {item.no: item for item in items if item.kind != "task"}
    for item in of_calls.values():
        item.ways = {}
    for no, digest, source in ways:
        of_calls[no].ways.setdefault(bytes(digest), []).append(source)
    for item in of_calls.values():
        for entry in item.entries if item.ways else ():
            set_sources(entry, item.ways.get(body_digest(entry.body), ()))

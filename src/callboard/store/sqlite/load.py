"""LOAD: what a batch touches, as the fold wants it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from hashlib import blake2b

import apsw
import msgspec

from callboard.fold.batch import Item, Loaded
from callboard.model.event import CallEvent, Entry, from_canonical
from callboard.store.sqlite.rows import call_of, task_of
from callboard.store.sqlite.statements import statement

_json = msgspec.json.Encoder().encode


def event_key(event_id: str) -> int:
    """Where the log looks an event id up: 64 bits of its digest.

    Two ids may share a key; the body decides.
    """
    return int.from_bytes(blake2b(event_id.encode(), digest_size=8).digest(), "big", signed=True)


def load(db: apsw.Connection, org_id: int, space_id: int, entries: Sequence[Entry]) -> Loaded:
    """The items that exist among those the entries name, with their events, and the event ids known."""
    call_ids: set[str] = set()
    task_ids: set[str] = set()
    event_ids: set[str] = set()
    for entry in entries:
        event = entry.event
        if isinstance(event, CallEvent):
            call_ids.add(event.call_id)
        else:
            task_ids.add(event.task_id)
        if isinstance(event.event_id, str):
            event_ids.add(event.event_id)
    calls = _items(db, org_id, space_id, call_ids, is_call=True) if call_ids else {}
    tasks = _items(db, org_id, space_id, task_ids, is_call=False) if task_ids else {}
    add_entries(db, org_id, [*calls.values(), *tasks.values()])
    return Loaded(calls, tasks, _bodies(db, org_id, space_id, event_ids) if event_ids else {})


def _items(
    db: apsw.Connection, org_id: int, space_id: int, ids: set[str], *, is_call: bool
) -> dict[str, Item]:
    found = db.execute(
        statement("call.load" if is_call else "task.load"),
        {"ids": _text(ids), "org_id": org_id, "space_id": space_id},
    )
    items: dict[str, Item] = {}
    for no, *values in found:
        row = call_of(tuple(values)) if is_call else task_of(tuple(values))
        items[values[0]] = Item(values[0], is_call, no, row, row)
    return items


def add_entries(db: apsw.Connection, org_id: int, items: Sequence[Item]) -> None:
    """Give items the events that count of each, in the order received."""
    if not items:
        return
    by_no = {item.no: item for item in items}
    found = db.execute(statement("event.load"), {"item_nos": _text(by_no), "org_id": org_id})
    for item_no, body, received_at, source, batch_no in found:
        by_no[item_no].entries.append(Entry(from_canonical(body), body, received_at, source, batch_no))


def _bodies(db: apsw.Connection, org_id: int, space_id: int, event_ids: set[str]) -> dict[str, bytes]:
    keys = _text(event_key(event_id) for event_id in event_ids)
    found = db.execute(statement("event.known"), {"keys": keys, "org_id": org_id, "space_id": space_id})
    bodies: dict[str, bytes] = {}
    for (body,) in found:
        event_id = from_canonical(body).event_id
        if isinstance(event_id, str) and event_id in event_ids:
            bodies[event_id] = body
    return bodies


def _text(values: Iterable[str | int]) -> str:
    return _json(list(values)).decode()

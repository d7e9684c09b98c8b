"""Lookups of one call or task, and of its events."""

from __future__ import annotations

from typing import Literal

from callboard.fold.batch import Item
from callboard.model.call import OVERSIZED, Call
from callboard.model.event import Entry
from callboard.model.task import Task
from callboard.store.sql.database import Database
from callboard.store.sql.load import add_events, find_items
from callboard.store.sql.rows import call_of, task_of


def find_call(db: Database, org_id: int, space_id: int, call_id: str) -> Call | None:
    """A call of a space, or a leg of one; None when there is none, or it is withdrawn."""
    where = {"org_id": org_id, "space_id": space_id, "id": call_id}
    row = db.row("call.find", where)
    call = None if row is None else call_of(row[1:])
    return call if call is not None and call.is_call else None


def legs_of(db: Database, org_id: int, space_id: int, call_id: str) -> list[Call]:
    """The legs of a call, earliest first."""
    rows = db.rows("call.legs", {"org_id": org_id, "space_id": space_id, "id": call_id})
    return [call_of(row) for row in rows]


def find_task(db: Database, org_id: int, space_id: int, task_id: str) -> Task | None:
    """A task of a space; None when there is none, or it is void."""
    where = {"org_id": org_id, "space_id": space_id, "id": task_id}
    row = db.row("task.find", where)
    task = None if row is None else task_of(row[1:])
    return None if task is None or task.void else task


def entries_of(
    db: Database, table: Literal["call", "task"], org_id: int, space_id: int, item_id: str
) -> list[Entry]:
    """The events of a call or task that are not withdrawn, in the order received; of a call also the ends
    that were said of its group.
    """
    where = {"org_id": org_id, "space_id": space_id, "id": item_id}
    row = db.row(f"{table}.find", where)
    if row is None:
        return []
    items = [Item(item_id, table, row[0])]
    if table == "call":
        call = call_of(row[1:])
        if call.links and not call.time_marks & OVERSIZED:
            items += find_items(db, org_id, [(space_id, each) for each in call.links], "end")
    add_events(db, org_id, items)
    # Entries of several items: each is in order, and the receipt orders them among themselves.
    entries = [entry for item in items for entry in item.entries]
    return entries if len(items) == 1 else sorted(entries, key=lambda entry: entry.received_at)

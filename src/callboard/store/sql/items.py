"""Lookups of one call or task, and of its events."""

from __future__ import annotations

from typing import Literal

from callboard.fold.batch import Item
from callboard.model.call import Call
from callboard.model.event import Entry
from callboard.model.task import Task
from callboard.store.sql.database import Database
from callboard.store.sql.load import add_entries
from callboard.store.sql.rows import call_of, task_of


def find_call(db: Database, org_id: int, space_id: int, call_id: str) -> Call | None:
    """A call of a space; None when there is none, or it is void."""
    where = {"org_id": org_id, "space_id": space_id, "id": call_id}
    row = db.row("call.find", where)
    call = None if row is None else call_of(row[1:])
    return None if call is None or call.void else call


def find_task(db: Database, org_id: int, space_id: int, task_id: str) -> Task | None:
    """A task of a space; None when there is none, or it is void."""
    where = {"org_id": org_id, "space_id": space_id, "id": task_id}
    row = db.row("task.find", where)
    task = None if row is None else task_of(row[1:])
    return None if task is None or task.void else task


def entries_of(
    db: Database, table: Literal["call", "task"], org_id: int, space_id: int, item_id: str
) -> list[Entry]:
    """The events of a call or task that are not withdrawn, in the order received."""
    where = {"org_id": org_id, "space_id": space_id, "id": item_id}
    row = db.row(f"{table}.find", where)
    if row is None:
        return []
    item = Item(item_id, table == "call", row[0])
    add_entries(db, org_id, [item])
    return item.entries

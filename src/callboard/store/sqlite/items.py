"""One call or task, and its events."""

from __future__ import annotations

from typing import Literal

import apsw

from callboard.fold.batch import Item
from callboard.model.call import Call
from callboard.model.event import Entry
from callboard.model.task import Task
from callboard.store.sqlite.load import add_entries
from callboard.store.sqlite.rows import call_of, task_of
from callboard.store.sqlite.statements import statement


def find_call(db: apsw.Connection, org_id: int, space_id: int, call_id: str) -> Call | None:
    """A call of a space; a void one is none."""
    where = {"org_id": org_id, "space_id": space_id, "id": call_id}
    row = db.execute(statement("call.find"), where).fetchone()
    call = None if row is None else call_of(row[1:])
    return None if call is None or call.void else call


def find_task(db: apsw.Connection, org_id: int, space_id: int, task_id: str) -> Task | None:
    """A task of a space; a void one is none."""
    where = {"org_id": org_id, "space_id": space_id, "id": task_id}
    row = db.execute(statement("task.find"), where).fetchone()
    task = None if row is None else task_of(row[1:])
    return None if task is None or task.void else task


def entries_of(
    db: apsw.Connection, noun: Literal["call", "task"], org_id: int, space_id: int, item_id: str
) -> list[Entry]:
    """The events of a call or task that count, as received."""
    where = {"org_id": org_id, "space_id": space_id, "id": item_id}
    row = db.execute(statement(f"{noun}.find"), where).fetchone()
    if row is None:
        return []
    item = Item(item_id, noun == "call", row[0])
    add_entries(db, org_id, [item])
    return item.entries

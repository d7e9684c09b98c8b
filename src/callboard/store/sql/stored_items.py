"""What a store has under its item numbers: rows of calls, tasks and ends of groups, with the events that they
are folded from.
"""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct

from callboard.errors import StoreDamagedError
from callboard.fold.batch import KINDS, Item, Kind, refold
from callboard.fold.call import fold_call
from callboard.fold.sources import set_sources
from callboard.model.call import COUNTED, LEG, OVERSIZED, WITHDRAWN_WITH_HEAD, Call
from callboard.model.event import Entry, from_canonical
from callboard.store.sql.database import Database, SqlRow
from callboard.store.sql.load import add_entries, add_sources, body_digest, find_items
from callboard.store.sql.rows import CALL_COLUMNS, TASK_COLUMNS
from callboard.store.sql.table_walk import UNREADABLE

_HEAD = ("org_id", "no", "space_id")
COLUMNS = {
    "call": (*_HEAD, *CALL_COLUMNS.split(", ")),
    "task": (*_HEAD, *TASK_COLUMNS.split(", ")),
    "group_end": (*_HEAD, "group_id"),
}
TABLE: dict[Kind, str] = {"call": "call", "task": "task", "end": "group_end"}
_PLACE, _MARKS, _LEG_OF = (COLUMNS["call"].index(name) for name in ("void", "time_marks", "leg_of"))
_NAMES_GROUPS = b"\xa2gi"
"""In the body of an event that names groups; in few others."""


class StoredItem(Struct):
    """What the store has under one item number: its events that are not withdrawn, and its row. More than one
    row is damage.
    """

    no: int
    calls: list[SqlRow] = []
    tasks: list[SqlRow] = []
    events: list[SqlRow] = []
    ends: list[SqlRow] = []
    """Rows of the ends of a group."""
    repeats: list[SqlRow] = []
    """(digest of an event, another way by which it came)"""
    said: dict[str, list[Entry]] = {}
    """Group id → the ends that were said of the groups that its events name."""

    @property
    def rows(self) -> list[tuple[str, SqlRow]]:
        """Its rows, each with its table."""
        found = (("call", self.calls), ("task", self.tasks), ("group_end", self.ends))
        return [(table, row) for table, rows in found for row in rows]


def read_stored(db: Database, org_id: int, begin: int, end: int) -> list[StoredItem]:
    """What the store has under a range of item numbers, in one snapshot."""
    where = {"org_id": org_id, "begin": begin, "end": end}
    stored: dict[int, StoredItem] = {}

    def of(no: int) -> StoredItem:
        found = stored.get(no)
        if found is None:
            found = stored[no] = StoredItem(no)
        return found

    for row in db.select(_numbered("call", db), where):
        of(row[1]).calls.append(row)
    for row in db.select(_numbered("task", db), where):
        of(row[1]).tasks.append(row)
    for row in db.select(_numbered("group_end", db), where):
        of(row[1]).ends.append(row)
    for event in db.rows("event.numbered", where):
        of(event[4]).events.append(event)
    for no, digest, source in db.rows("event_repeat.numbered", where):
        if no in stored:
            stored[no].repeats.append((bytes(digest), source))
    _add_said(db, org_id, stored.values())
    return list(stored.values())


def _add_said(db: Database, org_id: int, stored: Iterable[StoredItem]) -> None:
    """Add the ends that were said of the groups that these items name."""
    named = [(each, key) for each in stored for key in _named_groups(each)]
    if not named:
        return
    found = find_items(db, org_id, {key for _, key in named}, "end")
    try:
        add_entries(db, org_id, found)
    except StoreDamagedError:
        return  # these ends are reported where their own item is checked
    add_sources(db, org_id, found)
    said = {(item.space_id, item.item_id): item.entries for item in found}
    for each, (space_id, group_id) in named:
        if (space_id, group_id) in said:
            each.said[group_id] = said[space_id, group_id]


def _named_groups(stored: StoredItem) -> set[tuple[int, str]]:
    named: set[tuple[int, str]] = set()
    for event in stored.events:
        if _NAMES_GROUPS in event[9]:
            try:
                ids = getattr(from_canonical(event[9]), "group_ids", None)
            except UNREADABLE:
                continue
            named |= {(event[3], each) for each in ids or ()}
    return named


def _numbered(table: str, db: Database) -> str:
    """Query for the rows with a number in a range, void ones included, from the table and not an index."""
    return (
        f"SELECT {', '.join(COLUMNS[table])} FROM {table}{db.dialect.table_only} "
        "WHERE org_id = :org_id AND no >= :begin AND no < :end"
    )


def folded(stored: StoredItem) -> Item:
    entries = [
        Entry(from_canonical(body), body, received_at, source, batch_no)
        for _, _, _, _, _, batch_no, received_at, _, source, body in stored.events
    ]
    if not entries:
        return Item("", "call" if stored.calls else "task")
    if stored.repeats:
        for entry in entries:
            digest = body_digest(entry.body)
            set_sources(entry, (source for found, source in stored.repeats if found == digest))
    first = entries[0].event
    spaces = {event[3] for event in stored.events}
    ids = {(each.event.__class__, each.event.item_id) for each in entries}
    # A damaged item number can make events of several items meet here.
    if len(ids) > 1 or len(spaces) > 1:
        raise ValueError("they name several calls or tasks")
    item = Item(first.item_id, KINDS[first.__class__], stored.no, entries=entries, space_id=spaces.pop())
    refold(item)
    if stored.said and isinstance(item.row, Call) and not _is_oversized(stored):
        said = [entry for each in item.row.links for entry in stored.said.get(each, ())]
        if said:
            item.row = fold_call([*entries, *said])
    return item


def _is_oversized(stored: StoredItem) -> bool:
    """Whether its row says that its group has too many rows; `group_check` finds out whether it has."""
    marks = stored.calls[0][_MARKS] if stored.calls else 0
    return isinstance(marks, int) and bool(marks & OVERSIZED)


def as_placed(expected: SqlRow, stored: SqlRow) -> SqlRow:
    """The row with its place in its group as it is stored, where it may have that place: `group_check` finds
    out whether it does.
    """
    values = [*expected]
    if values[_PLACE] == COUNTED and stored[_PLACE] in (LEG, WITHDRAWN_WITH_HEAD):
        values[_PLACE] = stored[_PLACE]
    if isinstance(stored[_MARKS], int):
        values[_MARKS] |= stored[_MARKS] & OVERSIZED
    values[_LEG_OF] = stored[_LEG_OF]
    return tuple(values)

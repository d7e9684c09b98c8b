"""Events → rows: refolds every call and task from its events, and compares it with its row column by column.

Walks by item number, not by space or id, so that it also meets rows whose space or id was changed, and events
without a row. A row is rebuilt only when all its events are there and pass their checksums.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from callboard.fold.batch import GroupEnds, Item
from callboard.model.call import Call
from callboard.model.event import from_canonical
from callboard.store.sql.checksum import is_sound
from callboard.store.sql.database import Database, SqlRow
from callboard.store.sql.findings import Findings
from callboard.store.sql.grouping import settle
from callboard.store.sql.load import add_events, items_of
from callboard.store.sql.log_check import LogState
from callboard.store.sql.rows import call_values, task_values
from callboard.store.sql.save import find_clock, save_rows
from callboard.store.sql.stored_items import COLUMNS, TABLE, StoredItem, as_placed, folded, read_stored
from callboard.store.sql.table_walk import (
    UNREADABLE,
    ReadingEndsError,
    Snapshot,
    TableWalk,
    UnreadableRange,
    fault_text,
    run_with_retry,
)

PAGE = 2_000
"""Item numbers refolded in one snapshot, or in one commit of a repair."""


class WrongRow(NamedTuple):
    """An item number whose row does not follow from its events."""

    no: int
    found_in: str
    space_id: int
    key: str
    stored: Any
    expected: Any
    column: str
    table: str
    """The table of the row as it should be: `call`, `task` or `group_end`. `found_in` is the one that it was
    found in."""
    row: SqlRow | None
    """The row as it should be; None when there should be none."""
    unknown_because: str
    """Why it is unknown what the row should be; empty when it is known. Such a row is not repaired."""
    spaces: frozenset[int]
    """Spaces whose counters have to be recounted after the repair."""


class Refolding:
    """The check of one organization's calls and tasks."""

    def __init__(self, read: Snapshot, org_id: int, log: LogState, findings: Findings) -> None:
        self._read = read
        self._org_id = org_id
        self._log = log
        self._findings = findings
        self._walks = {table: TableWalk(read, table, ("no",), org_id) for table in COLUMNS}

    def pages(self) -> Iterator[tuple[int, int, list[WrongRow]]]:
        """(first number, number after the last, differences): each page is reported before it is yielded."""
        end = run_with_retry(self._read, lambda db: db.value("clock.read", {"org_id": self._org_id}))[1]
        begin = 1
        while True:
            after = begin + PAGE
            yield from self._page(begin, after)
            # A row with a damaged number may lie billions further: jump to the next number that has a row, in
            # place of walking empty pages. Up to the clock's next number every page is read, for its events.
            next_numbers = [walk.next_number(after) for walk in self._walks.values()]
            further = [no for no in next_numbers if no is not None]
            if after < end:
                further.append(after)
            if not further:
                return
            begin = min(further)

    def _page(self, begin: int, end: int) -> Iterator[tuple[int, int, list[WrongRow]]]:
        try:
            stored = run_with_retry(self._read, lambda db: read_stored(db, self._org_id, begin, end))
        except ReadingEndsError as error:
            # Reading this page ends the server process: bisecting would end it again at each step.
            for table in self._walks:
                self._findings.report(
                    table, (self._org_id, 0), f"numbers {begin}-{end - 1}", fault_text(error), None
                )
            return
        except UNREADABLE as error:
            message = fault_text(error)
            # Bisect down to the one number that cannot be read.
            if end - begin > 1:
                middle = (begin + end) // 2
                yield from self._page(begin, middle)
                yield from self._page(middle, end)
            else:
                yield begin, end, self._unreadable(begin, message)
            return
        wrong_rows = []
        for each in stored:
            self._findings.count("calls", len(each.calls))
            self._findings.count("tasks", len(each.tasks))
            self._findings.count("events", len(each.events))
            found = check_item(self._org_id, each, self._log)
            if found is not None:
                self._report(found)
                wrong_rows.append(found)
        yield begin, end, wrong_rows

    def _report(self, found: WrongRow) -> None:
        expected = found.unknown_because or found.expected
        place = (self._org_id, found.space_id)
        self._findings.report(found.found_in, place, found.key, found.stored, expected, found.column)

    def _unreadable(self, no: int, message: str) -> list[WrongRow]:
        """The differences of a single number of which a row or an event cannot be read."""
        was_reported = False
        for table, walk in self._walks.items():
            _, unreadable = walk.numbered(no, no + 1)
            for each in unreadable:
                was_reported = True
                self._findings.count(f"{table}s", 1)
                self._findings.report_fault(table, (self._org_id, _space_of(walk, each)), each)
        try:
            where = {"org_id": self._org_id, "begin": no, "end": no + 1}
            events = run_with_retry(self._read, lambda db: db.rows("event.numbered", where))
        except UNREADABLE as error:
            text = f"the events of number {no}: {fault_text(error)}"
            self._findings.report("event", (self._org_id, 0), text, message, None)
            return []
        # The row is unreadable, so the comparison is made without it: what follows from its events replaces
        # it.
        found = check_item(self._org_id, StoredItem(no, events=events), self._log)
        if found is None or found.unknown_because:
            if found is not None or not was_reported:
                self._findings.note(
                    f"Number {no} of organization {self._org_id} is kept as it is: {message}."
                )
            return []
        return [found]


def check_item(org_id: int, stored: StoredItem, log: LogState) -> WrongRow | None:
    """The difference between the row of a number and the fold of its events; None when they agree."""
    rows = stored.rows
    unknown_because = _checksum_fault(org_id, stored)
    item: Item | None = None
    if not unknown_because:
        try:
            item = folded(stored)
        except UNREADABLE as error:
            unknown_because = f"its events cannot be folded: {fault_text(error)}"
    if item is None:
        found_in, row = rows[0] if rows else ("call", None)
        space_id, key = (row[2], str(row[3])) if row else _name_of(stored)
        shown = _shown(found_in, row, None)[0]
        return WrongRow(
            stored.no,
            found_in,
            _int_or_0(space_id),
            key,
            shown,
            None,
            "",
            found_in,
            None,
            unknown_because,
            frozenset(),
        )
    expected = None if item.row is None else _values(org_id, stored.no, item)
    table = TABLE[item.kind]
    if expected is not None and rows and rows[0][0] == table == "call":
        expected = as_placed(expected, rows[0][1])
    if rows == ([] if expected is None else [(table, expected)]) and _same_types(rows, expected):
        return None
    found_in, row = rows[0] if rows else (table, None)
    right = expected if found_in == table else None
    shown, should, columns = _shown(found_in, row, right)
    spaces = frozenset(each[2] for each in ([row, expected] if row else [expected]) if each is not None)
    # Even with sound events: one that failed its checksum may belong to this item under a damaged number.
    if not log.is_known_sound(org_id, stored.no):
        unknown_because = "not known: events are damaged or missing that may be its own"
    named = expected or row
    assert named is not None
    key = row[3] if row is not None and expected is None else named[3]
    place = _int_or_0(named[2])
    return WrongRow(
        stored.no, found_in, place, str(key), shown, should, columns, table, expected, unknown_because, spaces
    )


def _checksum_fault(org_id: int, stored: StoredItem) -> str:
    for checksum, withdrawn, *covered in stored.events:
        # NULL: stored before checksums existed; `check_log` reports it where none may be missing any more.
        if checksum is not None and not is_sound(checksum, withdrawn, (org_id, *covered)):
            return f"not known: event {covered[0]} fails its checksum, the row is kept as it is"
    return ""


def _values(org_id: int, no: int, item: Item) -> SqlRow:
    row = item.row
    assert row is not None
    values: SqlRow = (
        call_values(row)
        if isinstance(row, Call)
        else (row.group_id,)
        if isinstance(row, GroupEnds)
        else task_values(row)
    )
    return (org_id, no, item.space_id, *values)


def _same_types(rows: list[tuple[str, SqlRow]], expected: SqlRow | None) -> bool:
    """Compare types too: 1 == 1.0 == True, and SQLite stores any type in any column."""
    return expected is None or [type(each) for each in rows[0][1]] == [type(each) for each in expected]


def _shown(found_in: str, row: SqlRow | None, right: SqlRow | None) -> tuple[Any, Any, str]:
    """The stored values, the right ones, and the names of the columns that differ. Of two rows only these
    columns are shown; where one is missing, all columns of the other.
    """
    names = COLUMNS[found_in]
    if row is None or right is None:
        stored = None if row is None else dict(zip(names, row, strict=True))
        expected = None if right is None else dict(zip(names, right, strict=True))
        return stored, expected, ""
    differ = [
        place
        for place, (one, other) in enumerate(zip(row, right, strict=True))
        if one != other or type(one) is not type(other)
    ]
    return (
        {names[place]: row[place] for place in differ},
        {names[place]: right[place] for place in differ},
        ", ".join(names[place] for place in differ),
    )


def _name_of(stored: StoredItem) -> tuple[Any, str]:
    """Space and item id of a number without a row, from the first event that can be read."""
    for event in stored.events:
        try:
            return event[3], from_canonical(event[9]).item_id
        except UNREADABLE:
            continue
    return (stored.events[0][3] if stored.events else 0), f"number {stored.no}"


def _space_of(walk: TableWalk, unreadable: UnreadableRange) -> int:
    if unreadable.row is None:
        return 0
    return _int_or_0(unreadable.row[[each.name for each in walk.columns].index("space_id")])


def _int_or_0(value: Any) -> int:
    return value if isinstance(value, int) else 0


def repair_page(db: Database, org_id: int, begin: int, end: int, log: LogState) -> frozenset[int]:
    """Rebuild the wrong rows of a range of numbers, those whose events are sound. Returns the spaces whose
    counters have to be recounted.
    """
    # The lock first, then compare again: since the snapshot a writer may have changed these rows.
    find_clock(db, org_id)
    wrong_rows = [found for found in _differences(db, org_id, begin, end, log) if not found.unknown_because]
    for found in list(wrong_rows):
        if found.row is not None:
            wrong_rows += _id_holders(db, org_id, found, {each.no for each in wrong_rows}, log)
    # Delete all before inserting any: two damaged rows may each hold the id of the other, which is unique.
    # From both tables, because a damaged number may have a row in the wrong one.
    for found in wrong_rows:
        for table in COLUMNS:
            db.change_many(f"{table}.delete", [(org_id, found.no)])
    for found in wrong_rows:
        if found.row is not None:
            db.change_many(f"{found.table}.insert", [found.row])
    _settle_ended(
        db, org_id, [found.no for found in wrong_rows if "group_end" in (found.table, found.found_in)]
    )
    return frozenset(space_id for found in wrong_rows for space_id in found.spaces)


def _settle_ended(db: Database, org_id: int, numbers: list[int]) -> None:
    """Fold the calls anew that name the groups of these repaired ends: they were folded without them."""
    ends = [item for item in items_of(db, org_id, numbers) if item.kind == "end"] if numbers else []
    if ends:
        add_events(db, org_id, ends)
        save_rows(db, org_id, settle(db, org_id, ends))


def _differences(db: Database, org_id: int, begin: int, end: int, log: LogState) -> list[WrongRow]:
    try:
        stored = read_stored(db, org_id, begin, end)
    except UNREADABLE as error:
        if end - begin > 1:
            raise
        fault_text(error)  # raises again when the store does not answer
        # The row cannot be read; its events can.
        where = {"org_id": org_id, "begin": begin, "end": end}
        stored = [StoredItem(begin, events=db.rows("event.numbered", where))]
    found = [check_item(org_id, each, log) for each in stored]
    return [each for each in found if each is not None]


def _id_holders(db: Database, org_id: int, found: WrongRow, nos: set[int], log: LogState) -> list[WrongRow]:
    """The row under another number that holds the id of a row to be inserted, if it is wrong itself: it has
    to go first, because ids are unique within a space.
    """
    assert found.row is not None
    table, where = found.table, {"org_id": org_id, "space_id": found.row[2], "id": found.row[3]}
    no = db.value(f"{table}.holder", where)
    if no is None or no in nos:
        return []
    return [each for each in _differences(db, org_id, no, no + 1, log) if not each.unknown_because]

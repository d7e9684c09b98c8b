"""Checks the event log: every number has its event, and every event matches its checksum."""

from __future__ import annotations

from typing import NamedTuple

from msgspec import MsgspecError

from callboard.model.event import from_canonical
from callboard.store.sql.checksum import are_complete, event_checksum, is_sound
from callboard.store.sql.database import SqlRow
from callboard.store.sql.findings import Findings
from callboard.store.sql.table_walk import (
    CHUNK_ROWS,
    UNREADABLE,
    Snapshot,
    TableWalk,
    UnreadableRange,
    fault_text,
    run_with_retry,
)

MAX_FAILING = 1_000
"""Damaged events remembered one by one. With more of them the log counts as incomplete, and no row is
rebuilt.
"""

COVERED = ("seq", "space_id", "item_no", "batch_no", "received_at", "event_key", "source", "body")
"""The columns that a checksum covers after `org_id`, in the order of `event_checksum`."""


class LogState(NamedTuple):
    """Which items of an organization's log may be refolded."""

    failing: list[SqlRow]
    """Damaged events: the stored checksum, then the columns `COVERED`."""
    items: set[int]
    """Item numbers that these name."""
    is_complete: bool
    """Whether every event was found: a row must not be rebuilt when one of its events is missing."""

    def is_known_sound(self, org_id: int, item_no: int) -> bool:
        """Whether all events of a call or task are known to be sound: no damaged event belongs to it, also if
        the damaged column is the item number itself.
        """
        if not self.is_complete or item_no in self.items:
            return False
        for checksum, *row in self.failing:
            # If the stored checksum matches with this item's number, the event was this item's. `*row` is a
            # copy: the remembered event keeps the number that is stored.
            row[2] = item_no
            if checksum in _either(org_id, row):
                return False
        return True


def check_log(read: Snapshot, org_id: int, findings: Findings) -> LogState:
    """Walk an organization's log, withdrawn events included."""
    clock, complete = run_with_retry(
        read, lambda db: (db.row("clock.read", {"org_id": org_id}), are_complete(db))
    )
    # Without its clock the length of the log is unknown. The check of the directory reports that.
    end = 1 if clock is None else clock[2]
    walk = TableWalk(read, "event", ("seq",), org_id)
    log = _Log(walk, org_id, findings, complete=complete)
    begin = 1
    while begin < end:
        after = min(begin + CHUNK_ROWS, end)
        rows, unreadable = walk.numbered(begin, after)
        log.add(rows, unreadable, begin, after)
        _name_batches(read, org_id, begin, after, log, findings)
        if rows or unreadable:
            begin = after
            continue
        # An empty piece: jump to the next event, so that a gap of any length is one difference.
        found = walk.next_number(after)
        log.missing(begin, end if found is None else min(found, end))
        begin = end if found is None else found
    if clock is None:
        log.is_complete = False
        return LogState(log.failing, log.items, log.is_complete)
    # Writers go on: an event after the clock's number is damage only if the clock has not advanced since.
    beyond = walk.next_number(end)
    if beyond is not None and _counted(read, org_id) == end:
        findings.report("event", (org_id, 0), str(beyond), "lies behind the end of the log", None, "seq")
        log.is_complete = False
    return LogState(log.failing, log.items, log.is_complete)


_OF_NO_BATCH = (
    "SELECT DISTINCT batch_no FROM event WHERE org_id = :org_id AND seq >= :begin AND seq < :end "
    "AND NOT EXISTS (SELECT 1 FROM batch WHERE batch.org_id = :org_id AND batch.no = event.batch_no)"
)


def _name_batches(read: Snapshot, org_id: int, begin: int, end: int, log: _Log, findings: Findings) -> None:
    """Report batches that events name and that are missing: such an event cannot be withdrawn, and its sender
    is unknown.
    """
    try:
        where = {"org_id": org_id, "begin": begin, "end": end}
        found = run_with_retry(read, lambda db: db.select(_OF_NO_BATCH, where))
    except UNREADABLE as error:
        fault_text(error)  # reported elsewhere, as events or batches that cannot be read
        return
    for (batch_no,) in sorted(found):
        # Bounded, as the memory for them is: the rest is not reported one by one.
        if batch_no not in log.lost_batches and len(log.lost_batches) < MAX_FAILING:
            log.lost_batches.add(batch_no)
            findings.report("batch", (org_id, 0), str(batch_no), None, "events name it", "no")


class _Log:
    """Collects the findings of one walk."""

    def __init__(self, walk: TableWalk, org_id: int, findings: Findings, *, complete: bool) -> None:
        names = [each.name for each in walk.columns]
        self._covered = [names.index(name) for name in COVERED]
        self._places = names.index("org_id"), names.index("withdrawn"), names.index("checksum")
        self._walk = walk
        self._org_id = org_id
        self._findings = findings
        self._complete = complete
        self.failing: list[SqlRow] = []
        self.items: set[int] = set()
        self.lost_batches: set[int] = set()
        self.is_complete = True

    def add(self, rows: list[SqlRow], unreadable: list[UnreadableRange], begin: int, end: int) -> None:
        existing = set()
        for row in rows:
            covered = tuple(row[place] for place in self._covered)
            existing.add(covered[0])
            fault = self._fault_of(row, covered)
            if fault is not None:
                self._report(row, covered, fault)
        for each in unreadable:
            self._findings.report_fault("event", (self._org_id, 0), each)
            if each.row is None:
                self.is_complete = False
            else:
                self._remember(each.row, tuple(each.row[place] for place in self._covered))
                existing.add(each.row[self._covered[0]])
            if each.key.isdecimal():
                existing.add(int(each.key))
        # `end` as a sentinel also finds a gap at the end of the piece. Damaged numbers may be of any type.
        gap = begin
        for seq in [*sorted(seq for seq in existing if isinstance(seq, int) and begin <= seq < end), end]:
            if seq > gap:
                self.missing(gap, seq)
            gap = seq + 1

    def missing(self, begin: int, end: int) -> None:
        key = str(begin) if end - begin == 1 else f"{begin}-{end - 1}"
        self._findings.report("event", (self._org_id, 0), key, None, "every number has its event")
        self.is_complete = False

    def _fault_of(self, row: SqlRow, covered: SqlRow) -> tuple[str, str] | None:
        """The column at fault (empty for the whole event) and the fault; None for a sound event."""
        org_place, withdrawn, checksum = self._places
        for wrong in self._walk.faults(row):
            return wrong.column, wrong.fault_text
        if row[org_place] != self._org_id:
            return "org_id", f"holds {row[org_place]}"
        if row[checksum] is None:
            # From before checksums: damage once all others have been filled, else only the decoding shows
            # any.
            if self._complete:
                return "checksum", "is missing"
            self._findings.count("events_without_checksum", 1)
            return None if _decodes(covered[-1]) else ("body", "cannot be read")
        if is_sound(row[checksum], row[withdrawn], (self._org_id, *covered)):
            return None
        return "", "fails its checksum"

    def _report(self, row: SqlRow, covered: SqlRow, fault: tuple[str, str]) -> None:
        column, message = fault
        space_id = covered[1] if isinstance(covered[1], int) else 0
        self._findings.report(
            "event", (self._org_id, space_id), str(covered[0]), message, "what was once kept", column
        )
        self._remember(row, covered)

    def _remember(self, row: SqlRow, covered: SqlRow) -> None:
        if len(self.failing) >= MAX_FAILING:
            self.is_complete = False
            return
        self.failing.append((row[self._places[2]], *covered))
        self.items.add(covered[2])


def _either(org_id: int, row: list[object]) -> tuple[int, ...]:
    """Both checksums that an event may have, counting and withdrawn (the complement); none when its values
    cannot be encoded.
    """
    try:
        checksum = event_checksum((org_id, *row))
    except (TypeError, ValueError, OverflowError):
        return ()
    return checksum, ~checksum


def _decodes(body: bytes) -> bool:
    try:
        from_canonical(body)
    except MsgspecError:
        return False
    return True


def _counted(read: Snapshot, org_id: int) -> int:
    """The log's next number by now."""
    return int(run_with_retry(read, lambda db: db.value("clock.read", {"org_id": org_id}))[2])

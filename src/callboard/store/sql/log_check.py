"""The event log against its checksums: every event is there under its number, and is what was once kept."""

from __future__ import annotations

from typing import NamedTuple

from msgspec import MsgspecError

from callboard.model.event import from_canonical
from callboard.store.sql.checksum import are_complete, event_checksum, is_sound
from callboard.store.sql.database import SqlRow
from callboard.store.sql.findings import Findings
from callboard.store.sql.table_walk import PIECE, UNREADABLE, Lost, Snapshot, TableWalk, attempt, why

MOST_FAILING = 1_000
"""Events that fail and are remembered one by one; of a log with more of them no row is made anew."""

COVERED = ("seq", "space_id", "item_no", "batch_no", "received_at", "event_key", "source", "body")
"""What a checksum covers beside the organization, in the order of `event_checksum`."""


class LogState(NamedTuple):
    """What may be folded of an organization's log."""

    failing: list[SqlRow]
    """Events that fail, as `COVERED`, each with its checksum before it."""
    items: set[int]
    """Numbers of the calls and tasks that these name."""
    whole: bool
    """Whether every event was found: a row that lacks one must not be made anew without it."""

    def spares(self, org_id: int, item_no: int) -> bool:
        """Whether all events of a call or task are known to be sound: none that fails is its own, also if
        what was damaged is the very number that says whose it is.
        """
        if not self.whole or item_no in self.items:
            return False
        for checksum, *row in self.failing:
            row[2] = item_no
            if checksum in _either(org_id, row):
                return False
        return True


def check_log(read: Snapshot, org_id: int, findings: Findings) -> LogState:
    """Walk an organization's log, withdrawn events too."""
    clock, complete = attempt(read, lambda db: (db.row("clock.read", {"org_id": org_id}), are_complete(db)))
    # Without its clock nobody knows how long it is: told by the check of the directory.
    end = 1 if clock is None else clock[2]
    walk = TableWalk(read, "event", ("seq",), org_id)
    log = _Log(walk, org_id, findings, complete=complete)
    begin = 1
    while begin < end:
        behind = min(begin + PIECE, end)
        rows, lost = walk.numbered(begin, behind)
        log.take(rows, lost, begin, behind)
        _name_batches(read, org_id, begin, behind, log, findings)
        if rows or lost:
            begin = behind
            continue
        # A gap of any length is told once, and not walked.
        found = walk.next_number(behind)
        log.missing(begin, end if found is None else min(found, end))
        begin = end if found is None else found
    if clock is None:
        log.whole = False
        return LogState(log.failing, log.items, log.whole)
    after = walk.next_number(end)
    if after is not None and _counted(read, org_id) == end:
        findings.tell("event", (org_id, 0), str(after), "lies behind the end of the log", None, "seq")
        log.whole = False
    return LogState(log.failing, log.items, log.whole)


_OF_NO_BATCH = (
    "SELECT DISTINCT batch_no FROM event WHERE org_id = :org_id AND seq >= :begin AND seq < :end "
    "AND NOT EXISTS (SELECT 1 FROM batch WHERE batch.org_id = :org_id AND batch.no = event.batch_no)"
)


def _name_batches(read: Snapshot, org_id: int, begin: int, end: int, log: _Log, findings: Findings) -> None:
    """Every event's batch is there: without it nobody can withdraw the event, nor say who sent it."""
    try:
        where = {"org_id": org_id, "begin": begin, "end": end}
        found = attempt(read, lambda db: db.select(_OF_NO_BATCH, where))
    except UNREADABLE as error:
        why(error)  # told as events, or batches, that cannot be read
        return
    for (batch_no,) in sorted(found):
        if batch_no not in log.lost_batches and len(log.lost_batches) < MOST_FAILING:
            log.lost_batches.add(batch_no)
            findings.tell("batch", (org_id, 0), str(batch_no), None, "events name it", "no")


class _Log:
    def __init__(self, walk: TableWalk, org_id: int, findings: Findings, *, complete: bool) -> None:
        names = [each.name for each in walk.columns]
        self._covered = [names.index(name) for name in COVERED]
        self._marks = names.index("org_id"), names.index("withdrawn"), names.index("checksum")
        self._walk = walk
        self._org_id = org_id
        self._findings = findings
        self._complete = complete
        self.failing: list[SqlRow] = []
        self.items: set[int] = set()
        self.lost_batches: set[int] = set()
        self.whole = True

    def take(self, rows: list[SqlRow], lost: list[Lost], begin: int, end: int) -> None:
        there = set()
        for row in rows:
            covered = tuple(row[place] for place in self._covered)
            there.add(covered[0])
            fault = self._fault(row, covered)
            if fault is not None:
                self._fails(row, covered, fault)
        for each in lost:
            self._findings.lost("event", (self._org_id, 0), each)
            if each.row is None:
                self.whole = False
            else:
                self._remember(each.row, tuple(each.row[place] for place in self._covered))
                there.add(each.row[self._covered[0]])
            if each.key.isdecimal():
                there.add(int(each.key))
        gap = begin
        for seq in [*sorted(seq for seq in there if isinstance(seq, int) and begin <= seq < end), end]:
            if seq > gap:
                self.missing(gap, seq)
            gap = seq + 1

    def missing(self, begin: int, end: int) -> None:
        key = str(begin) if end - begin == 1 else f"{begin}-{end - 1}"
        self._findings.tell("event", (self._org_id, 0), key, None, "every number has its event")
        self.whole = False

    def _fault(self, row: SqlRow, covered: SqlRow) -> tuple[str, str] | None:
        """Which column, and what is wrong."""
        org_place, withdrawn, checksum = self._marks
        for wrong in self._walk.faults(row):
            return wrong.column, wrong.why
        if row[org_place] != self._org_id:
            return "org_id", f"holds {row[org_place]}"
        if row[checksum] is None:
            if self._complete:
                return "checksum", "is missing"
            self._findings.count("events_without_checksum", 1)
            return None if _decodes(covered[-1]) else ("body", "cannot be read")
        if is_sound(row[checksum], row[withdrawn], (self._org_id, *covered)):
            return None
        return "", "fails its checksum"

    def _fails(self, row: SqlRow, covered: SqlRow, fault: tuple[str, str]) -> None:
        column, said = fault
        space_id = covered[1] if isinstance(covered[1], int) else 0
        self._findings.tell(
            "event", (self._org_id, space_id), str(covered[0]), said, "what was once kept", column
        )
        self._remember(row, covered)

    def _remember(self, row: SqlRow, covered: SqlRow) -> None:
        if len(self.failing) >= MOST_FAILING:
            self.whole = False
            return
        self.failing.append((row[self._marks[2]], *covered))
        self.items.add(covered[2])


def _either(org_id: int, row: list[object]) -> tuple[int, ...]:
    """The checksums of an event, counting and withdrawn; none where it cannot have one."""
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
    """Where the log ends now: writers go on."""
    return int(attempt(read, lambda db: db.value("clock.read", {"org_id": org_id}))[2])

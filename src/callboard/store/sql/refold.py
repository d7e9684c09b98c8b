"""Refolds all rows from their events when a store is upgraded: rules of the fold changed, or a column was
added that only the events can fill.

Walks one organization after the other, in short commits. Each commit also stores the position, so that
after a kill the refold continues where the last commit ended; refolding an item twice is harmless. Counters
change by the difference between the old and the new row, as in every other commit: after each one they
count the rows that are there. A counter that counts an unchanged row differently than before sees no
difference here; for that, a migration empties the cells and fills them from rows (`refill.py`).

The engine makes sure that one process does this at a time, and that nobody else writes meanwhile.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import LiteralString, Protocol

import msgspec
from msgspec import Struct

from callboard.errors import StoreDamagedError, StoreVersionError
from callboard.fold.batch import Item, refold, same_row
from callboard.fold.version import FOLD_VERSION
from callboard.store.sql.checksum import fill_event_checksums, fill_run_checksums, mark_complete
from callboard.store.sql.database import Database
from callboard.store.sql.grouping import settle
from callboard.store.sql.load import add_events, items_of
from callboard.store.sql.said import fill_ways
from callboard.store.sql.save import compact_now, read_clock, save_folded

EVENTS_PER_COMMIT = 20_000
"""Most events that one commit refolds. A call or task is never split, so one with more events exceeds this.
"""
BYTES_PER_COMMIT = 16 * 1024 * 1024
"""Most bytes of their bodies, with the same exception."""

FIRST_RULES = 1
"""The rules of a store that names none."""

_RULES = "fold_rules"
_TARGET = "refold_rules"
_ORGANIZATION = "refold_organization"
_STEP = "refold_step"
_AFTER = "refold_after"

EventFill = Callable[[Database, int, int, int], None]

EVENT_FILLS: tuple[EventFill, ...] = (fill_event_checksums, fill_ways)
"""Functions that fill what follows from events and an older version did not have. Each is called as `fill(db,
org_id, first, last)` for one piece of an organization's log after the other (`first <= seq <= last`,
withdrawn events included), in one commit with the position. A piece has the bounds of a commit. Must be
idempotent: after a kill the same piece may be filled again. An organization's events are all filled before
any of its rows is refolded.
"""

Write = Callable[[], AbstractContextManager[Database]]


class UpgradeObserver(Protocol):
    """Receives the progress of an upgrade."""

    def waits(self) -> None:
        """Another process is upgrading; this one waits for it to end."""

    def begin(self, items: int, needs: str) -> None:
        """`items` calls and tasks will be refolded; `needs` is a sentence on the disk space that takes."""

    def progress(self, done: int, total: int) -> None:
        """`done` of `total` items and events are processed."""

    def skipped(self, what: str) -> None:
        """A call or task keeps its old row, because its events cannot be read."""

    def end(self) -> None:
        """The refold is complete."""


class Position(Struct, frozen=True):
    """The position of an unfinished refold: everything up to it is committed."""

    org_id: int
    step: int
    """0 fills columns of events, 1 refolds items."""
    after: int
    """The number of the last event (step 0) or item (step 1) that is done."""


def rules_of(db: Database) -> int:
    """The number of the rules that the store's rows follow. Raises `StoreVersionError` when these, or the
    target of an unfinished refold, are newer than this program's rules.
    """
    rules = _noted(db, _RULES, FIRST_RULES)
    if max(rules, _noted(db, _TARGET, 0)) > FOLD_VERSION:
        raise StoreVersionError(
            f"The store's rows were made by a newer version of Callboard (by its rules {rules}, this program "
            f"knows {FOLD_VERSION}): use that version, or restore a backup."
        )
    return rules


def is_due(db: Database) -> bool:
    """Whether rows follow older rules. That includes an unfinished refold: the rules are noted at its end."""
    return rules_of(db) < FOLD_VERSION


def note_rules(db: Database) -> None:
    """Note that all rows follow this program's rules: for a new store, and when a refold ends."""
    for name in (_TARGET, _ORGANIZATION, _STEP, _AFTER):
        _drop(db, name)
    _note(db, _RULES, FOLD_VERSION)
    mark_complete(db)


def is_empty(db: Database) -> bool:
    """Whether the store has no event, and so nothing to refold."""
    return bool(db.select_value("SELECT count(*) = 0 FROM organization_clock WHERE next_event > 1"))


class Refolding:
    """One refold of a whole store. `write` opens a transaction, committed when its block ends."""

    def __init__(self, write: Write, observer: UpgradeObserver | None = None) -> None:
        self._write = write
        self._observer = observer
        self._done = 0
        self._total = 0

    def run(self, needs: str) -> None:
        """Begin or continue the refold, and complete it. `needs` is a sentence on the disk space it needs."""
        with self._write() as db:
            position = _start(db)
            clocks = sorted(db.select("SELECT org_id, next_event, next_item FROM organization_clock"))
        self._total = sum(_work(*clock[1:]) for clock in clocks)
        if self._observer is not None:
            self._observer.begin(sum(next_item - 1 for _, _, next_item in clocks), needs)
        # In order of org_id: the position says which organizations are complete.
        for org_id, next_event, next_item in clocks:
            if position is not None and org_id < position.org_id:
                self._report_progress(_work(next_event, next_item))
            elif position is not None and org_id == position.org_id:
                self._report_progress(position.after + (_fills(next_event) if position.step > 0 else 0))
                self._refold_organization(position)
            else:
                self._refold_organization(Position(org_id, 0, 0))
        with self._write() as db:
            note_rules(db)
        if self._observer is not None:
            self._observer.end()

    def _refold_organization(self, position: Position) -> None:
        while position.step < _STEPS:
            # The position is in the commit of the work itself: killed between any two commits, it continues.
            with self._write() as db:
                following = self._chunk(db, position)
                _note_position(db, following)
            self._report_progress(_between(position, following))
            position = following

    def _chunk(self, db: Database, position: Position) -> Position:
        """Do one chunk of the work. Returns the position after it."""
        fills = position.step == 0
        if fills and position.after == 0:
            _fill_other_checksums(db, position.org_id)
        if fills and not EVENT_FILLS:
            return Position(position.org_id, 1, 0)
        numbers = _next_chunk(db, position, "event.log_sizes" if fills else "event.sizes")
        if not numbers:
            return Position(position.org_id, position.step + 1, 0)
        if fills:
            for fill in EVENT_FILLS:
                fill(db, position.org_id, numbers[0], numbers[-1])
        else:
            self._fold(db, position.org_id, numbers)
        return Position(position.org_id, position.step, numbers[-1])

    def _fold(self, db: Database, org_id: int, numbers: list[int]) -> None:
        # Locks the organization as every commit does; the clock is written by `save_folded`.
        clock = read_clock(db, org_id)
        items = self._load(db, org_id, numbers)
        calls_and_tasks = [item for item in items if item.kind != "end"]
        for item in calls_and_tasks:
            refold(item)
        others = settle(db, org_id, calls_and_tasks)
        changed = [item for item in calls_and_tasks if not same_row(item.row, item.before)]
        save_folded(db, clock, [*changed, *others])

    def _load(self, db: Database, org_id: int, numbers: list[int]) -> list[Item]:
        """The items with their events. One that cannot be read keeps its row and is reported: a damaged event
        must not prevent an upgrade. `verify --deep` finds it again.
        """
        try:
            return _with_events(db, org_id, numbers)
        except _UNREADABLE:
            return [item for number in numbers for item in self._load_one(db, org_id, number)]

    def _load_one(self, db: Database, org_id: int, number: int) -> list[Item]:
        try:
            return _with_events(db, org_id, [number])
        except _UNREADABLE:
            if self._observer is not None:
                self._observer.skipped(f"number {number} of organization {org_id}")
            return []

    def _report_progress(self, more: int) -> None:
        self._done += more
        if self._observer is not None:
            self._observer.progress(min(self._done, self._total), self._total)


_STEPS = 2
_UNREADABLE = (msgspec.MsgspecError, StoreDamagedError)
"""Raised by loading a row or an event that cannot be decoded."""


def _fill_other_checksums(db: Database, org_id: int) -> None:
    """The other rows that an older version stored without checksums: registered runs get theirs; deltas are
    merged into cells, which can be recounted from rows. Idempotent.
    """
    compact_now(db, org_id)
    fill_run_checksums(db, org_id)


def _work(next_event: int, next_item: int) -> int:
    """An organization's share of the total: its items, and its events where columns of these are filled."""
    return next_item - 1 + _fills(next_event)


def _fills(next_event: int) -> int:
    return next_event - 1 if EVENT_FILLS else 0


def _between(position: Position, following: Position) -> int:
    """The work between two positions of one step, for the progress. Numbers after the last one that has an
    event are not counted, so the progress may end below its total.
    """
    return following.after - position.after if following.step == position.step else 0


def _with_events(db: Database, org_id: int, numbers: list[int]) -> list[Item]:
    items = items_of(db, org_id, numbers)
    add_events(db, org_id, items)
    return items


def _next_chunk(db: Database, position: Position, sizes: LiteralString) -> list[int]:
    """The event or item numbers of the next chunk, ascending, each once."""
    where = {"org_id": position.org_id, "after": position.after, "most": EVENTS_PER_COMMIT}
    return within_bounds(db.rows(sizes, where))


def within_bounds(rows: list[tuple[int, int]]) -> list[int]:
    """From rows (number, bytes of one of its events), ordered by number: the first numbers that fit in a
    commit.

    When the query was cut off at its LIMIT, its last number may have more events than were returned: it is
    left to the next chunk, unless it is the only one.
    """
    sizes: dict[int, int] = {}
    for number, size in rows:
        sizes[number] = sizes.get(number, 0) + size
    numbers = list(sizes)
    if len(rows) >= EVENTS_PER_COMMIT and len(numbers) > 1:
        numbers.pop()
    taken, size_sum = 0, 0
    for number in numbers:
        size_sum += sizes[number]
        # At least one number, however large: otherwise the refold would not advance.
        if taken and size_sum > BYTES_PER_COMMIT:
            break
        taken += 1
    return numbers[:taken]


def _start(db: Database) -> Position | None:
    """Note that a refold is in progress. Returns the position of an interrupted one, or None. One that was
    begun for other rules starts again from the beginning.
    """
    if _noted(db, _TARGET, 0) == FOLD_VERSION:
        found = [_noted(db, name, -1) for name in (_ORGANIZATION, _STEP, _AFTER)]
        return None if -1 in found else Position(*found)
    for name in (_ORGANIZATION, _STEP, _AFTER):
        _drop(db, name)
    _note(db, _TARGET, FOLD_VERSION)
    return None


def _note_position(db: Database, position: Position) -> None:
    _note(db, _ORGANIZATION, position.org_id)
    _note(db, _STEP, position.step)
    _note(db, _AFTER, position.after)


def _noted(db: Database, name: str, default: int) -> int:
    found = db.select("SELECT value FROM meta WHERE name = :name", {"name": name})
    if not found:
        return default
    if not isinstance(found[0][0], int):  # SQLite stores any type in any column
        raise StoreDamagedError(
            f"The store is damaged: in its table meta, {name} is {found[0][0]!r:.60} and no number. "
            "Restore a backup."
        )
    return int(found[0][0])


def _note(db: Database, name: str, value: int) -> None:
    db.run(
        "INSERT INTO meta (name, value) VALUES (:name, :value) "
        "ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        {"name": name, "value": value},
    )


def _drop(db: Database, name: str) -> None:
    db.run("DELETE FROM meta WHERE name = :name", {"name": name})


def format_bytes(size: int) -> str:
    """A size as text: `128 MiB`, `1.5 GiB`."""
    mib = size / 1024**2
    return f"{mib:,.0f} MiB" if mib < 1024 else f"{mib / 1024:,.1f} GiB"

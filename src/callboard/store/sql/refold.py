"""Rows folded anew from their events when a store is upgraded: rules of the fold changed, or a column was
added that only the events can fill.

A walk over the log of one organization after the other, in short commits. Each commit moves the position on,
so that after a kill it goes on where the last commit ended; folding an item twice does no harm. Counters
move by the difference between the row that was and the row that is, as in every other commit: at every
moment they count the rows that are there. What counts an unchanged row differently than before has no
difference here: its migration empties the cells and fills them again (`refill.py`).

Engines see to it that only one process does this, and that nobody else reads or writes meanwhile.
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
from callboard.store.sql.checksum import fill_event_checksums, fill_run_checksums, say_complete
from callboard.store.sql.database import Database
from callboard.store.sql.load import add_entries, items_of
from callboard.store.sql.save import compact_now, read_clock, save_folded

EVENTS_PER_COMMIT = 20_000
"""Events that one commit folds anew at most, and the bytes of their bodies. One call or task is never split:
alone it may be more."""
BYTES_PER_COMMIT = 16 * 1024 * 1024

FIRST_RULES = 1
"""Those of a store that does not say which rules its rows follow."""

_RULES = "fold_rules"
_TARGET = "refold_rules"
_ORGANIZATION = "refold_organization"
_STEP = "refold_step"
_AFTER = "refold_after"

EventFill = Callable[[Database, int, int, int], None]

EVENT_FILLS: tuple[EventFill, ...] = (fill_event_checksums,)
"""What fills columns of events that an older version did not have: called as `fill(db, org_id, first, last)`
for one piece of an organization's log after the other (`first <= seq <= last`, withdrawn events too), in one
commit with the position. A piece is bounded as a commit is. It may be called again for a piece that it has
filled. All events are filled before any row is folded anew."""

Write = Callable[[], AbstractContextManager[Database]]


class Watch(Protocol):
    """Who is told how an upgrade goes."""

    def waits(self) -> None:
        """Another process does it; its end is waited for."""

    def begin(self, items: int, needs: str) -> None:
        """So many calls and tasks will be folded anew, which needs this (a sentence on disk space)."""

    def progress(self, done: int, total: int) -> None:
        """Parts of the work that are done."""

    def skipped(self, what: str) -> None:
        """A call or task that stays as it was, because its events cannot be read."""

    def end(self) -> None:
        """All of it is done."""


class Position(Struct, frozen=True):
    """Up to where an unfinished refold has come: everything before it is committed."""

    org_id: int
    step: int
    """0 fills the columns of events, 1 folds items anew."""
    after: int
    """The last event (step 0) or item (step 1) that is done."""


def rules_of(db: Database) -> int:
    """The number of the rules that the store's rows follow. Raises `StoreVersionError` when it is newer than
    this program's.
    """
    rules = _noted(db, _RULES, FIRST_RULES)
    if max(rules, _noted(db, _TARGET, 0)) > FOLD_VERSION:
        raise StoreVersionError(
            f"The store's rows were made by a newer version of Callboard (by its rules {rules}, this program "
            f"knows {FOLD_VERSION}): use that version, or restore a backup."
        )
    return rules


def is_due(db: Database) -> bool:
    """Whether rows follow older rules, or a refold was begun and has not ended."""
    return rules_of(db) < FOLD_VERSION


def note_rules(db: Database) -> None:
    """Put on record that the rows follow this program's rules: of a new store, or when a refold ends."""
    for name in (_TARGET, _ORGANIZATION, _STEP, _AFTER):
        _drop(db, name)
    _note(db, _RULES, FOLD_VERSION)
    say_complete(db)


def is_empty(db: Database) -> bool:
    """Whether the store holds no event at all: then there is nothing to fold anew."""
    return bool(db.select_value("SELECT count(*) = 0 FROM organization_clock WHERE next_event > 1"))


class Refolding:
    """One refold of a whole store. `write` opens a commit."""

    def __init__(self, write: Write, watch: Watch | None = None) -> None:
        self._write = write
        self._watch = watch
        self._done = 0
        self._total = 0

    def run(self, needs: str) -> None:
        """Begin it, or go on with it, to its end. `needs` says what it needs of the disk."""
        with self._write() as db:
            position = _begin(db)
            clocks = sorted(db.select("SELECT org_id, next_event, next_item FROM organization_clock"))
        self._total = sum(_work(*clock[1:]) for clock in clocks)
        if self._watch is not None:
            self._watch.begin(sum(next_item - 1 for _, _, next_item in clocks), needs)
        for org_id, next_event, next_item in clocks:
            if position is not None and org_id < position.org_id:
                self._tell(_work(next_event, next_item))
            elif position is not None and org_id == position.org_id:
                self._tell(position.after + (_fills(next_event) if position.step > 0 else 0))
                self._organization(position)
            else:
                self._organization(Position(org_id, 0, 0))
        with self._write() as db:
            note_rules(db)
        if self._watch is not None:
            self._watch.end()

    def _organization(self, position: Position) -> None:
        while position.step < _STEPS:
            with self._write() as db:
                following = self._piece(db, position)
                _note_position(db, following)
            self._tell(_between(position, following))
            position = following

    def _piece(self, db: Database, position: Position) -> Position:
        """Do one piece of the work; where the next begins."""
        fills = position.step == 0
        if fills and position.after == 0:
            _seal_the_rest(db, position.org_id)
        if fills and not EVENT_FILLS:
            return Position(position.org_id, 1, 0)
        numbers = _next_piece(db, position, "event.log_sizes" if fills else "event.sizes")
        if not numbers:
            return Position(position.org_id, position.step + 1, 0)
        if fills:
            for fill in EVENT_FILLS:
                fill(db, position.org_id, numbers[0], numbers[-1])
        else:
            self._fold(db, position.org_id, numbers)
        return Position(position.org_id, position.step, numbers[-1])

    def _fold(self, db: Database, org_id: int, numbers: list[int]) -> None:
        clock = read_clock(db, org_id)
        items = self._load(db, org_id, numbers)
        for item in items:
            refold(item)
        save_folded(db, clock, [item for item in items if not same_row(item.row, item.before)])

    def _load(self, db: Database, org_id: int, numbers: list[int]) -> list[Item]:
        """The items with their events. One that cannot be read is left as it is and named: a damaged event
        must not keep a store shut. `verify --deep` finds it again.
        """
        try:
            return _with_events(db, org_id, numbers)
        except _UNREADABLE:
            return [item for number in numbers for item in self._load_one(db, org_id, number)]

    def _load_one(self, db: Database, org_id: int, number: int) -> list[Item]:
        try:
            return _with_events(db, org_id, [number])
        except _UNREADABLE:
            if self._watch is not None:
                self._watch.skipped(f"number {number} of organization {org_id}")
            return []

    def _tell(self, more: int) -> None:
        self._done += more
        if self._watch is not None:
            self._watch.progress(min(self._done, self._total), self._total)


_STEPS = 2
_UNREADABLE = (msgspec.MsgspecError, StoreDamagedError)
"""What loading a row or an event raises that nothing can be made of."""


def _seal_the_rest(db: Database, org_id: int) -> None:
    """What else an older version kept without a checksum: runs get theirs; differences go into the cells,
    from where they can be counted again. Doing it twice does no harm.
    """
    compact_now(db, org_id)
    fill_run_checksums(db, org_id)


def _work(next_event: int, next_item: int) -> int:
    """An organization's share: what the progress counts of it, the numbers of its items and events."""
    return next_item - 1 + _fills(next_event)


def _fills(next_event: int) -> int:
    return next_event - 1 if EVENT_FILLS else 0


def _between(position: Position, following: Position) -> int:
    """How much of the work lies between two positions. The numbers behind the last one that has an event are
    not told: the end of the whole work is.
    """
    return following.after - position.after if following.step == position.step else 0


def _with_events(db: Database, org_id: int, numbers: list[int]) -> list[Item]:
    items = items_of(db, org_id, numbers)
    add_entries(db, org_id, items)
    return items


def _next_piece(db: Database, position: Position, sizes: LiteralString) -> list[int]:
    """The numbers of the next piece, in order, each once."""
    where = {"org_id": position.org_id, "after": position.after, "most": EVENTS_PER_COMMIT}
    return within_bounds(db.rows(sizes, where))


def within_bounds(rows: list[tuple[int, int]]) -> list[int]:
    """Of (number, bytes of an event of it), ordered by number: the first numbers that are a piece together.

    The last number of a look that was cut off at its bound may have more events: it waits for the next look,
    unless it is the only one.
    """
    sizes: dict[int, int] = {}
    for number, size in rows:
        sizes[number] = sizes.get(number, 0) + size
    numbers = list(sizes)
    if len(rows) >= EVENTS_PER_COMMIT and len(numbers) > 1:
        numbers.pop()
    taken, together = 0, 0
    for number in numbers:
        together += sizes[number]
        if taken and together > BYTES_PER_COMMIT:
            break
        taken += 1
    return numbers[:taken]


def _begin(db: Database) -> Position | None:
    """Put on record that a refold is under way; where one that was broken off has come to. One that was begun
    for other rules starts anew.
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
    if not isinstance(found[0][0], int):
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


def told_bytes(size: int) -> str:
    """A size for people: `128 MiB`, `1.5 GiB`."""
    mib = size / 1024**2
    return f"{mib:,.0f} MiB" if mib < 1024 else f"{mib / 1024:,.1f} GiB"

"""Verification: rows → counters, and events → rows. Online: it reads in snapshots, writers go on.

A space's counters and the rows they count are read in one snapshot; rows and their events page by page.
Repairing takes the write lock, a space (or a page of one) at a time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager, nullcontext
from typing import Any

import msgspec

from callboard.fold.batch import Item, refold, same_row
from callboard.model.directory import Space
from callboard.model.event import CallEvent
from callboard.model.totals import Totals
from callboard.store.interface import Progress
from callboard.store.questions import CONTACT_SPACES
from callboard.store.reporting import Difference, Verification
from callboard.store.sql.contact_check import wrong_cells
from callboard.store.sql.database import Database
from callboard.store.sql.load import add_entries, find_items, item_of
from callboard.store.sql.recount import COUNTERS, counted_cells, counted_totals, kept_cells
from callboard.store.sql.refill import insert_cells, put_totals
from callboard.store.sql.save import (
    find_clock,
    home_zones,
    read_clock,
    save_rows,
    settle_for_change,
    settle_now,
    write_clock,
)
from callboard.store.sql.settling import recount_contact

MOST_TOLD = 1_000
"""Differences told one by one; `drift` counts all."""
EVENTS_AT_ONCE = 50_000
"""Events of the log whose rows are looked for in one snapshot."""
PAGE = 2_000
"""Rows refolded in one snapshot."""

Snapshot = Callable[[], AbstractContextManager[Database]]


class Verifier:
    """One verification of a whole store."""

    def __init__(self, read: Snapshot, write: Snapshot, *, deep: bool, repair: bool) -> None:
        self._read = read
        self._write = write
        self._deep = deep
        self._repair = repair
        self.found = Verification(
            checked=dict.fromkeys(("spaces", "totals", "cells", "runs", "calls", "tasks", "events"), 0)
        )

    def run(self, spaces: Iterable[Space], progress: Progress | None) -> Verification:
        """Check every space. Rows come first: counters are compared with the rows they should count."""
        every = list(spaces)
        if self._deep:
            for org_id in sorted({space.org_id for space in every}):
                self._orphans(org_id)
        for done, space in enumerate(every):
            if self._deep:
                self._items(space, is_call=True)
                self._items(space, is_call=False)
            self._counters(space)
            self.found.checked["spaces"] += 1
            if progress is not None:
                progress(done + 1, len(every))
        for org_id in sorted({space.org_id for space in every}):
            self._contact_spaces(org_id)
        return self.found

    def _tell(self, what: str, space: tuple[int, int], key: str, kept: Any, expected: Any) -> None:
        self.found.drift += 1
        self.found.drift_of[space[0]] = self.found.drift_of.get(space[0], 0) + 1
        if len(self.found.differences) < MOST_TOLD:
            self.found.differences.append(Difference(what, *space, key, _plain(kept), _plain(expected)))

    # rows → counters

    def _counters(self, space: Space) -> None:
        with self._read() as db:
            before = self.found.drift
            self._compare_totals(db, space)
            self._compare_cells(db, space)
            self._compare_runs(db, space)
        if self._repair and self.found.drift > before:
            with self._write() as db:
                self.found.repaired += self.found.drift - before
                _rewrite_counters(db, space.org_id, space.id)

    def _compare_totals(self, db: Database, space: Space) -> None:
        where = {"org_id": space.org_id, "space_id": space.id}
        row = db.row("totals.of_space", where)
        kept = None if row is None else Totals(*row)
        counted = counted_totals(db, space.org_id, space.id)
        self.found.checked["totals"] += 1
        if kept != counted:
            self._tell("totals", (space.org_id, space.id), "totals", kept, counted)
        if not self._deep:
            self.found.checked["calls"] += sum(
                getattr(counted, name) for name in Totals.__struct_fields__ if name.startswith("calls_")
            )
            self.found.checked["tasks"] += counted.total_tasks

    def _compare_cells(self, db: Database, space: Space) -> None:
        zone = _zone(db, space.org_id, space.id)
        kept = kept_cells(db, space.org_id, space.id, zone)
        counted = counted_cells(db, space.org_id, space.id, zone)
        self.found.checked["cells"] += len(counted)
        if kept == counted:
            return
        for key in sorted(kept.keys() | counted.keys()):
            if kept.get(key) != counted.get(key):
                name = "/".join(map(str, key))
                self._tell("cell", (space.org_id, space.id), name, kept.get(key), counted.get(key))

    def _compare_runs(self, db: Database, space: Space) -> None:
        kept = _kept_runs(db, space.org_id, space.id)
        expected = _counted_runs(db, space.org_id, space.id)
        self.found.checked["runs"] += len(expected)
        for run_id in sorted(kept.keys() | expected.keys()):
            if kept.get(run_id) != expected.get(run_id):
                self._tell("run", (space.org_id, space.id), run_id, kept.get(run_id), expected.get(run_id))

    def _contact_spaces(self, org_id: int) -> None:
        wrong = 0
        for name, kept, expected in wrong_cells(self._read, org_id):
            wrong += 1
            self._tell("cell", (org_id, CONTACT_SPACES), name, kept, expected)
        if wrong and self._repair:
            with self._write() as db:
                settle_now(db, org_id)
                recount_contact(db, org_id)
            self.found.repaired += wrong

    # events → rows

    def _items(self, space: Space, *, is_call: bool) -> None:
        after = ""
        while True:
            with self._read() as db:
                items = _page(db, space, after, is_call=is_call)
            if not items:
                return
            after = items[-1].item_id
            wrong = self._refold(space, items)
            if wrong and self._repair:
                with self._write() as db:
                    find_clock(db, space.org_id)
                    # Read again under the lock: what a writer changed meanwhile is right already.
                    again = [
                        item for item in _page(db, space, "", is_call=is_call, only=wrong) if _is_wrong(item)
                    ]
                    self.found.repaired += len(wrong)
                    save_rows(db, space.org_id, again)
                    # In the same commit: a row and what counts it never part, not even on the way back.
                    _rewrite_counters(db, space.org_id, space.id)

    def _refold(self, space: Space, items: list[Item]) -> list[str]:
        wrong = []
        for item in items:
            kind = "call" if item.is_call else "task"
            self.found.checked["calls" if item.is_call else "tasks"] += 1
            self.found.checked["events"] += len(item.entries)
            if _is_wrong(item):
                self._tell(kind, (space.org_id, space.id), item.item_id, item.before, item.row)
                wrong.append(item.item_id)
        return wrong

    def _orphans(self, org_id: int) -> None:
        """Events whose call or task is missing: the log is walked in pieces."""
        with self._read() as db:
            end = db.value("clock.read", {"org_id": org_id})[2]
        told: set[int] = set()
        for begin in range(1, end, EVENTS_AT_ONCE):
            piece = {"org_id": org_id, "from_seq": begin, "to_seq": begin + EVENTS_AT_ONCE}
            with self._read() as db:
                items = _without_row(db, piece)
            for item in items:
                if item.no not in told:
                    told.add(item.no)
                    kind = "call" if item.is_call else "task"
                    self._tell(kind, (org_id, item.space_id), item.item_id, None, item.row)
                    self.found.repaired += self._repair
            if items and self._repair:
                with self._write() as db:
                    find_clock(db, org_id)
                    again = _without_row(db, piece)
                    save_rows(db, org_id, again)
                    for space_id in sorted({item.space_id for item in again}):
                        _rewrite_counters(db, org_id, space_id)


def _is_wrong(item: Item) -> bool:
    refold(item)
    return not same_row(item.row, item.before)


def _page(
    db: Database, space: Space, after: str, *, is_call: bool, only: list[str] | None = None
) -> list[Item]:
    if only is None:
        where = {"org_id": space.org_id, "space_id": space.id, "after": after, "most": PAGE}
        found = db.rows("call.page" if is_call else "task.page", where)
        items = [item_of(row, is_call=is_call) for row in found]
    else:
        items = find_items(db, space.org_id, [(space.id, item_id) for item_id in only], is_call=is_call)
    add_entries(db, space.org_id, items)
    return items


def _without_row(db: Database, piece: dict[str, int]) -> list[Item]:
    """The items of a piece of the log that have no row, as they should be."""
    org_id = piece["org_id"]
    found: list[tuple[Any, ...]] = db.rows("event.orphans", piece)
    items = [Item("", True, no, space_id=space_id) for space_id, no in found]
    add_entries(db, org_id, items)
    for item in items:
        event = item.entries[0].event
        item.item_id, item.is_call = event.item_id, isinstance(event, CallEvent)
        refold(item)
    return items


def _zone(db: Database, org_id: int, space_id: int) -> str:
    """The space's home zone as of this snapshot: it may have changed since the verification began."""
    return home_zones(db, org_id, [space_id])[space_id]


def _rewrite_counters(db: Database, org_id: int, space_id: int) -> None:
    """Counters as the rows make them, whatever was kept."""
    where = {"org_id": org_id, "space_id": space_id}
    clock = read_clock(db, org_id)
    settle_for_change(db, clock)
    put_totals(db, org_id, space_id, clock.version)
    db.change("cell.drop_space", {**where, "counters": COUNTERS})
    insert_cells(db, org_id, space_id, _zone(db, org_id, space_id))
    # In the same commit: a list of all contact spaces counts by their cells together.
    if any(wrong_cells(lambda: nullcontext(db), org_id)):
        recount_contact(db, org_id)
    kept, counted = _kept_runs(db, org_id, space_id), _counted_runs(db, org_id, space_id)
    db.change_many("run.drop", [(org_id, space_id, run_id) for run_id in kept.keys() - counted.keys()])
    db.change_many("run.put", [(org_id, space_id, run_id, *values) for run_id, values in counted.items()])
    write_clock(db, clock)


def _kept_runs(db: Database, org_id: int, space_id: int) -> dict[str, tuple[int, ...]]:
    where = {"org_id": org_id, "space_id": space_id}
    return {row[0]: row[3:] for row in db.rows("run.of_space", where)}


def _counted_runs(db: Database, org_id: int, space_id: int) -> dict[str, tuple[int, ...]]:
    """Runs as their tasks make them; registered ones stand without any."""
    where = {"org_id": org_id, "space_id": space_id}
    runs = {row[0]: row[1:] for row in db.rows("run.recount", where)}
    for run_id, registered, batch_count, *_ in db.rows("run.of_space", where):
        if batch_count == 0:
            continue
        counted = runs.get(run_id, (registered, registered, 0, 0, 0, 0))
        runs[run_id] = (registered, max(registered, counted[1]), *counted[2:])
    return runs


def _plain(value: Any) -> Any:
    """A value as it can be shown as JSON."""
    return msgspec.to_builtins(value)

"""Verification: rows → counters, and events → rows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from msgspec import structs

from callboard.clock import Micros
from callboard.fold.batch import same_row
from callboard.store.interface import IDLE, READY_S, Activity, Progress, StoreFacts
from callboard.store.questions import CONTACT_SPACES
from callboard.store.reporting import Difference, LastVerification, Verification
from tests.model.counters import contact_cells, recount
from tests.model.groups import refolded, right_rows
from tests.model.state import SpaceState, State, StateMixin

MAX_LISTED = 1_000


class Maintenance(StateMixin):
    """`verify`, `ready`, `close`, `dump`."""

    def verify(
        self, *, deep: bool = False, repair: bool = False, progress: Progress | None = None
    ) -> Verification:
        with self.state.lock:
            found = Verification()
            spaces = list(self.state.spaces.values())
            for done, space in enumerate(spaces, 1):
                differences = list(_differences(self.state, space, deep=deep))
                found.drift += len(differences)
                if differences:
                    org_id = space.space.org_id
                    found.drift_of[org_id] = found.drift_of.get(org_id, 0) + len(differences)
                found.differences += differences[: MAX_LISTED - len(found.differences)]
                _count_checked(found.checked, space, deep=deep)
                if repair and differences:
                    _repair(self.state, space, deep=deep)
                    self.state.bump_version(space)
                    found.repaired += len(differences)
                if progress is not None:
                    progress(done, len(spaces))
            return found

    def record_verification(self, found: Verification, *, deep: bool, now: Micros) -> None:
        with self.state.lock:
            self.state.verified = LastVerification(now, deep, found.repaired, dict(found.drift_of))

    def last_verification(self) -> LastVerification | None:
        with self.state.lock:
            return self.state.verified

    def record_backup(self, at: Micros) -> None:
        with self.state.lock:
            self.state.backed_up_at = max(at, self.state.backed_up_at or at)

    def last_backup(self) -> Micros | None:
        with self.state.lock:
            return self.state.backed_up_at

    def ready(self, within_s: float = READY_S) -> StoreFacts:
        return {"engine": "memory", "version": "1", "durable": "no"}

    activity: Activity = IDLE
    lanes = 1

    @property
    def identity(self) -> str:
        return ""

    def close(self) -> None:
        """Does nothing: there are no files or connections."""

    def dump(self, org_id: int) -> dict[str, dict[Any, Any]]:
        """Every row, counter and run of an organization, to compare stores with; no cells that are zero."""
        with self.state.lock:
            dumped: dict[str, dict[Any, Any]] = {
                "calls": {},
                "tasks": {},
                "cells": {},
                "totals": {},
                "runs": {},
            }
            for space in self.state.spaces_of(org_id):
                space_id = space.space.id
                for item in space.items():
                    if item.kind != "end":
                        dumped[f"{item.kind}s"][space_id, item.item_id] = item.row
                for key, measures in space.cells.items():
                    dumped["cells"][space_id, *key] = tuple(measures)
                for run_id in space.runs:
                    dumped["runs"][space_id, run_id] = space.run(run_id)
                dumped["totals"][space_id] = space.totals
            for key, measures in contact_cells(self.state, org_id).items():
                dumped["cells"][CONTACT_SPACES, *key] = tuple(measures)
            return dumped


def _differences(state: State, space: SpaceState, *, deep: bool) -> Iterator[Difference]:
    expected = _expected(state, space, deep=deep)
    if deep:
        for item in (*space.calls.values(), *space.tasks.values()):
            fresh = expected.of_kind(item.kind)[item.item_id]
            if not same_row(fresh.row, item.row):
                yield _difference(space, item.kind, item.item_id, item.row, fresh.row)
    totals, cells, runs = recount(expected)
    if totals != space.totals:
        yield _difference(space, "totals", "", space.totals, totals)
    yield from _compared(space, "cell", space.cells, cells)
    yield from _compared(space, "run", space.runs, runs)


def _compared(
    space: SpaceState, what: str, stored: Mapping[Any, Any], right: Mapping[Any, Any]
) -> Iterator[Difference]:
    for key in sorted(stored.keys() | right.keys()):
        if stored.get(key) != right.get(key):
            yield _difference(space, what, str(key), stored.get(key), right.get(key))


def _difference(space: SpaceState, what: str, key: str, stored: Any, expected: Any) -> Difference:
    return Difference(what, space.space.org_id, space.space.id, key, stored, expected)


def _expected(state: State, space: SpaceState, *, deep: bool) -> SpaceState:
    """The space with the rows that its counters are compared with: with `deep` refolded ones."""
    if not deep:
        return space
    expected = SpaceState(space.space)
    rows = right_rows(space)
    expected.calls = {
        item_id: structs.replace(item, row=rows[item_id]) for item_id, item in space.calls.items()
    }
    expected.tasks = {item_id: refolded(item) for item_id, item in space.tasks.items()}
    expected.runs = space.runs
    return expected


def _repair(state: State, space: SpaceState, *, deep: bool) -> None:
    expected = _expected(state, space, deep=deep)
    space.totals, space.cells, space.runs = recount(expected)
    space.calls, space.tasks = expected.calls, expected.tasks


def _count_checked(checked: dict[str, int], space: SpaceState, *, deep: bool) -> None:
    counted = {
        "spaces": 1,
        "calls": len(space.calls),
        "tasks": len(space.tasks),
        "cells": len(space.cells),
        "totals": 1,
        "runs": len(space.runs),
        "events": sum(len(item.entries) for item in space.items()) if deep else 0,
    }
    for what, number in counted.items():
        checked[what] = checked.get(what, 0) + number

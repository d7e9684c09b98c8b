"""The part of the SQLite store that reports ask: each question in one snapshot."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import Literal

import apsw
import msgspec

from callboard.clock import Micros
from callboard.store.questions import CallFilter, CallPart, CellPart, Sums, TaskPart
from callboard.store.reporting import Intervals, LastVerification, Overdue, Received, Verification
from callboard.store.sqlite.extremes import extreme_ms
from callboard.store.sqlite.intervals import intervals
from callboard.store.sqlite.overdue import last_verification, overdue, received, run_times_ms
from callboard.store.sqlite.statements import statement
from callboard.store.sqlite.sums import sums


class SqliteReporting(ABC):
    """See `Reporting`."""

    @abstractmethod
    def _reading(self) -> AbstractContextManager[apsw.Connection]:
        """One snapshot, within the query time."""

    @abstractmethod
    def _writing(self) -> AbstractContextManager[apsw.Connection]:
        """The write lock, for one commit."""

    def sums(self, org_id: int, parts: Sequence[CellPart | CallPart | TaskPart]) -> list[Sums]:
        with self._reading() as db:
            return sums(db, org_id, parts)

    def extreme_ms(
        self,
        org_id: int,
        spaces: Sequence[int],
        ranges: Sequence[tuple[Micros, Micros]],
        where: CallFilter,
        of: Literal["talk", "wait"],
        bounds: tuple[int, int],
        *,
        greatest: bool,
        most_rows: int,
    ) -> int | None:
        with self._reading() as db:
            return extreme_ms(
                db, org_id, (spaces, ranges), where, of, bounds, greatest=greatest, most_rows=most_rows
            )

    def received(self, org_id: int, spaces: Sequence[int], since: Micros, most: int) -> Received:
        with self._reading() as db:
            return received(db, org_id, spaces, since, most)

    def long_live_calls(self, org_id: int, space_id: int, status: str, before: Micros, most: int) -> Overdue:
        where = {"org_id": org_id, "space_id": space_id, "status": status, "before": before, "most": most}
        with self._reading() as db:
            return overdue(db, ("call.long_live", "call.count_long_live"), where)

    def waiting_tasks(self, org_id: int, space_id: int, status: str, before: Micros, most: int) -> Overdue:
        where = {"org_id": org_id, "space_id": space_id, "status": status, "before": before, "most": most}
        with self._reading() as db:
            return overdue(db, ("task.waiting", "task.count_waiting"), where)

    def run_times_ms(self, org_id: int, space_id: int, most: int) -> list[int]:
        with self._reading() as db:
            return run_times_ms(db, org_id, space_id, most)

    def record_verification(self, found: Verification, *, deep: bool, now: Micros) -> None:
        drift = msgspec.json.encode(found.drift_of).decode()
        with self._writing() as db:
            db.execute(
                statement("verification.insert"),
                {"now": now, "deep": int(deep), "repaired": found.repaired, "drift": drift},
            )

    def last_verification(self) -> LastVerification | None:
        with self._reading() as db:
            return last_verification(db)

    def intervals(
        self,
        org_id: int,
        spaces: Sequence[int],
        period: tuple[Micros, Micros],
        where: CallFilter,
        kind: Literal["talk", "offered"],
    ) -> Intervals:
        with self._reading() as db:
            return intervals(db, org_id, spaces, period, where, kind)

    def stuck_tasks(self, org_id: int, now: Micros) -> dict[int, int]:
        with self._reading() as db:
            found = db.execute(statement("task.stuck_by_space"), {"org_id": org_id, "now": now})
            return {space_id: stuck for space_id, stuck in found if stuck}

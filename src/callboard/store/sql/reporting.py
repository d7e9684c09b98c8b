"""The queries of a store for reports: each reads one snapshot."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal, TypeVar

import msgspec

from callboard.clock import Micros
from callboard.store.questions import (
    Aggregate,
    CallFilter,
    Extreme,
    GroupDurations,
    Rows,
    Scan,
    Scope,
    Window,
)
from callboard.store.reporting import (
    AgentTasks,
    Arrivals,
    BesideCalls,
    Intervals,
    LastVerification,
    Overdue,
    Verification,
)
from callboard.store.sql.agents import count_agents, list_agents
from callboard.store.sql.backups import last_backup, note_backed_up
from callboard.store.sql.database import Database
from callboard.store.sql.durations import durations
from callboard.store.sql.extremes import extremes_ms
from callboard.store.sql.intervals import intervals
from callboard.store.sql.overdue import (
    LONG_LIVE_CALLS,
    WAITING_TASKS,
    arrivals,
    last_verification,
    overdue,
    run_times_ms,
)
from callboard.store.sql.sums import sums, sums_since

T = TypeVar("T")


class SqlReporting(ABC):
    """See `Reporting`."""

    @abstractmethod
    def _at_once(self, query: Callable[..., T], *args: Any) -> T:
        """One snapshot for several statements, within the query time. `query` may be called again."""

    @abstractmethod
    def _write_unsynced(self, change: Callable[[Database], T]) -> T:
        """A commit that a power cut may undo whole, until a later commit is synced. For what follows from
        other rows alone.
        """

    @abstractmethod
    def _write(self, change: Callable[[Database], T], waited_s: float = 0.0) -> T:
        """One commit. `change` may be called again, when nothing was committed."""

    def sums(self, org_id: int, scans: Sequence[Scan]) -> list[Rows]:
        return self._at_once(sums, org_id, scans)

    def sums_since(
        self, org_id: int, scans: Sequence[Scan], since: Sequence[tuple[Aggregate, int]]
    ) -> tuple[list[Rows], list[Rows | None], int | None]:
        return self._at_once(sums_since, org_id, scans, since)

    def extremes_ms(
        self, org_id: int, where: CallFilter, wanted: Sequence[Extreme], max_rows: int
    ) -> list[int | None]:
        return self._at_once(extremes_ms, org_id, where, wanted, max_rows)

    def durations(
        self, org_id: int, aggregate: Aggregate, ranges: Sequence[tuple[Micros, Micros]]
    ) -> GroupDurations:
        return self._at_once(durations, org_id, aggregate, ranges)

    def arrivals(self, org_id: int, spaces: Sequence[int], since: Micros, max_events: int) -> Arrivals:
        return self._at_once(arrivals, org_id, spaces, since, max_events)

    def long_live_calls(
        self, org_id: int, status: str, spaces: Sequence[int], now: Micros, max_ids: int
    ) -> dict[int, Overdue]:
        # A call created later is not past any limit.
        before = dict.fromkeys(spaces, now)
        return self._at_once(overdue, LONG_LIVE_CALLS, org_id, status, before, max_ids, now)

    def waiting_tasks(
        self, org_id: int, status: str, before: Mapping[int, Micros], max_ids: int
    ) -> dict[int, Overdue]:
        return self._at_once(overdue, WAITING_TASKS, org_id, status, before, max_ids)

    def run_times_ms(self, org_id: int, spaces: Sequence[int], max_tasks: int) -> dict[int, list[int]]:
        return self._at_once(run_times_ms, org_id, spaces, max_tasks)

    def record_verification(self, found: Verification, *, deep: bool, now: Micros) -> None:
        drift = msgspec.json.encode(found.drift_of).decode()
        values = {"now": now, "deep": int(deep), "repaired": found.repaired, "drift": drift}
        self._write(lambda db: db.change("verification.insert", values))

    def last_verification(self) -> LastVerification | None:
        return self._at_once(last_verification)

    def record_backup(self, at: Micros) -> None:
        self._write(lambda db: note_backed_up(db, at))

    def last_backup(self) -> Micros | None:
        return self._at_once(last_backup)

    def intervals(
        self,
        org_id: int,
        spaces: Sequence[int],
        period: tuple[Micros, Micros],
        where: CallFilter,
        kind: Literal["talk", "offered"],
    ) -> Intervals:
        return self._at_once(intervals, org_id, spaces, period, where, kind)

    def first_item_at(
        self, org_id: int, spaces: Sequence[int], kind: Literal["call", "task"]
    ) -> Micros | None:
        where = {"org_id": org_id, "spaces": list(spaces)}
        found: Micros | None = self._at_once(
            lambda db: db.value("call.first" if kind == "call" else "task.first", where)
        )
        return found

    def beside_calls(self, org_id: int, spaces: Sequence[int]) -> BesideCalls:
        where = {"org_id": org_id, "spaces": list(spaces)}
        return BesideCalls(*self._at_once(lambda db: db.row("call.beside", where)) or (0, 0))

    def stuck_tasks(self, org_id: int, now: Micros) -> dict[int, int]:
        where = {"org_id": org_id, "now": now}
        found = self._at_once(lambda db: db.rows("task.stuck_by_space", where))
        return {space_id: stuck for space_id, stuck in found if stuck}

    def agents(self, scope: Scope, window: Window, max_pairs: int) -> list[AgentTasks] | None:
        return self._at_once(list_agents, scope, window, max_pairs)

    def count_agents(self, scope: Scope) -> int:
        return self._at_once(count_agents, scope)

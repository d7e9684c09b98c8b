"""What was received and what is overdue: computed each time from all rows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Literal

from msgspec import UNSET

from callboard.clock import Micros
from callboard.fold.task import run_time_ms
from callboard.model.call import MAX_CALL_SPAN, Call
from callboard.model.task import Task
from callboard.model.words import Outcome
from callboard.store.questions import NO_SPACE, CallFilter
from callboard.store.reporting import Arrivals, BesideCalls, Intervals, Overdue
from tests.model.filters import call_passes, is_past_limit
from tests.model.state import StateMixin


class OverdueItems(StateMixin):
    """`arrivals`, `long_live_calls`, `waiting_tasks`, `run_times_ms`."""

    def beside_calls(self, org_id: int, spaces: Sequence[int]) -> BesideCalls:
        with self.state.lock:
            rows = [
                item.row
                for space in self.state.spaces_of(org_id)
                if space.space.id in spaces
                for item in space.calls.values()
                if isinstance(item.row, Call)
            ]
            oversized = [row for row in rows if row.void == 0 and row.time_marks & 16]
            return BesideCalls(sum(row.void == 2 for row in rows), len(oversized))

    def arrivals(self, org_id: int, spaces: Sequence[int], since: Micros, max_events: int) -> Arrivals:
        with self.state.lock:
            every = [
                (
                    entry.received_at,
                    None if entry.event.occurred_at is UNSET else entry.event.occurred_at,
                    space_id,
                )
                for space_id, space in self.state.spaces.items()
                if space.space.org_id == org_id
                for item in space.items()
                for entry in item.entries
                if entry.received_at >= since
            ]
            every.sort(key=lambda each: -each[0])
            examined = every[:max_events]
            outcomes: Counter[tuple[Outcome, str]] = Counter()
            last: list[Micros] = []
            for space_id in spaces:
                if space_id == NO_SPACE:
                    outcomes.update(self.state.without_space[org_id])
                    last += (
                        [self.state.without_space_at[org_id]] if org_id in self.state.without_space_at else []
                    )
                    continue
                space = self.state.need_space(org_id, space_id)
                outcomes.update(space.outcomes)
                last += [] if space.last_received_at is None else [space.last_received_at]
        return Arrivals(
            outcomes={ending: events for ending, events in outcomes.items() if events},
            last_received_at=max(last, default=None),
            recent=[(at, occurred) for at, occurred, space_id in examined if space_id in set(spaces)],
            looked_back_to=examined[-1][0] if len(examined) == max_events else None,
        )

    def long_live_calls(
        self, org_id: int, status: str, spaces: Sequence[int], now: Micros, max_ids: int
    ) -> dict[int, Overdue]:
        with self.state.lock:
            found = {
                space_id: [
                    (call.creation_time, call.call_id)
                    for call in self.state.need_space(org_id, space_id).non_void_calls()
                    if call.call_status == status
                    and is_past_limit(call, now, self.state.call_limits(org_id, space_id))
                ]
                for space_id in spaces
            }
        return {space_id: _longest(overdue, max_ids) for space_id, overdue in found.items() if overdue}

    def intervals(
        self,
        org_id: int,
        spaces: Sequence[int],
        period: tuple[Micros, Micros],
        where: CallFilter,
        kind: Literal["talk", "offered"],
    ) -> Intervals:
        spans, unplaced = [], 0
        with self.state.lock:
            for space_id in spaces:
                space = self.state.need_space(org_id, space_id)
                limits = self.state.call_limits(org_id, space_id)
                for call in space.non_void_calls():
                    if not call_passes(call, where, limits):
                        continue
                    unplaced += period[0] <= call.creation_time < period[1] and call.has_unknown_time(kind)
                    began = call.begins(kind)
                    if began is None or not period[0] - MAX_CALL_SPAN <= call.creation_time < period[1]:
                        continue
                    ended = call.ends(began, limits.of(call))
                    if ended is None:
                        continue
                    ended = min(ended, call.creation_time + MAX_CALL_SPAN)
                    if began < ended and began < period[1] and ended > period[0]:
                        spans.append((began, ended, int(call.call_status in ("ringing", "in_progress"))))
        return Intervals(spans=spans, unplaced=unplaced)

    def waiting_tasks(
        self, org_id: int, status: str, before: Mapping[int, Micros], max_ids: int
    ) -> dict[int, Overdue]:
        with self.state.lock:
            found = {
                space_id: [
                    (task.waiting_since, task.task_id)
                    for task in self.state.need_space(org_id, space_id).non_void_tasks()
                    if task.status == status
                    and task.waiting_since is not None
                    and task.waiting_since < moment
                ]
                for space_id, moment in before.items()
            }
        return {space_id: _longest(overdue, max_ids) for space_id, overdue in found.items() if overdue}

    def run_times_ms(self, org_id: int, spaces: Sequence[int], max_tasks: int) -> dict[int, list[int]]:
        every = {space_id: self._run_times_ms(org_id, space_id, max_tasks) for space_id in spaces}
        return {space_id: times for space_id, times in every.items() if times}

    def _run_times_ms(self, org_id: int, space_id: int, most: int) -> list[int]:
        with self.state.lock:
            items = [
                (item.row.created, item)
                for item in self.state.need_space(org_id, space_id).tasks.values()
                if isinstance(item.row, Task) and not item.row.void and item.row.status == "completed"
            ]
            items.sort(key=lambda each: -each[0])
            times = (run_time_ms(item.entries) for _, item in items[:most])
            return [time for time in times if time is not None]


def _longest(found: list[tuple[Micros, str]], most: int) -> Overdue:
    found = sorted(found)
    return Overdue(
        count=len(found), since=found[0][0] if found else None, ids=[name for _, name in found[:most]]
    )

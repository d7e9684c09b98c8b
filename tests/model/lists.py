"""Reading: every list is computed each time from all rows: filtered, sorted and cut."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from msgspec import structs

from callboard.fold.batch import Row
from callboard.model.call import Call
from callboard.model.event import Entry
from callboard.model.run import Run
from callboard.model.task import Task
from callboard.model.words import Outcome
from callboard.store.interface import CallAt, Changes, TaskAt
from callboard.store.questions import CallFilter, Scope, TaskFilter, Window
from callboard.store.reporting import AgentTasks
from tests.model.filters import call_passes, task_passes, windowed
from tests.model.state import SpaceState, StateMixin


class Lists(StateMixin):
    """Lists, single items, outcomes, and what moved."""

    def refresher(self) -> None:
        return None

    def change_counter(self) -> int:
        with self.state.lock:
            return self.state.commits

    def directory_version(self) -> int:
        with self.state.lock:
            return self.state.directory_version

    def changes_since(self, org_id: int, since: int) -> Changes:
        with self.state.lock:
            return Changes(
                self.state.versions[org_id],
                self.state.directory_version,
                {
                    space.space.id: space.totals
                    for space in self.state.spaces_of(org_id)
                    if space.version > since
                },
            )

    def calls(self, scope: Scope, where: CallFilter, window: Window) -> list[CallAt]:
        with self.state.lock:
            return windowed(self._calls(scope, where), window)

    def count_calls(self, scope: Scope, where: CallFilter) -> int:
        with self.state.lock:
            return sum(1 for _ in self._calls(scope, where))

    def tasks(self, scope: Scope, where: TaskFilter, window: Window) -> list[TaskAt]:
        with self.state.lock:
            return windowed(self._tasks(scope, where), window)

    def count_tasks(self, scope: Scope, where: TaskFilter) -> int:
        with self.state.lock:
            return sum(1 for _ in self._tasks(scope, where))

    def call(self, org_id: int, space_id: int, call_id: str) -> Call | None:
        with self.state.lock:
            row = self._row(org_id, space_id, call_id, is_call=True)
            return row if isinstance(row, Call) and row.void in (0, 3) else None

    def legs(self, org_id: int, space_id: int, call_id: str) -> list[Call]:
        with self.state.lock:
            space = self.state.space_of(org_id, space_id)
            rows = [item.row for item in space.calls.values()] if space is not None else []
            legs = [row for row in rows if isinstance(row, Call) and row.leg_of == call_id]
            return sorted(legs, key=lambda leg: (leg.creation_time, leg.call_id))

    def call_entries(self, org_id: int, space_id: int, call_id: str) -> list[Entry]:
        with self.state.lock:
            own = self._entries(org_id, space_id, call_id, is_call=True)
            space = self.state.space_of(org_id, space_id)
            row = self._row(org_id, space_id, call_id, is_call=True)
            if space is None or not isinstance(row, Call) or row.time_marks & 16:
                return own
            said = [entry for each in row.links if each in space.ends for entry in space.ends[each].entries]
            if not said:
                return own
            said = [structs.replace(entry, stamp=None) for entry in said]
            return sorted([*own, *said], key=lambda entry: entry.received_at)

    def agents(self, scope: Scope, window: Window, max_pairs: int) -> list[AgentTasks] | None:
        with self.state.lock:
            found: dict[str | None, list[TaskAt]] = {}
            for row in self._tasks(scope, TaskFilter()):
                found.setdefault(row.task.assignee, []).append(row)
        ordered = sorted(found, key=lambda handle: (handle is None, handle or ""))
        if window.after is not None:
            after = window.after.item_id
            ordered = [handle for handle in ordered if handle is None or handle > after]
        page = [_agent(handle, found[handle]) for handle in ordered[window.offset :][: window.limit]]
        return page if sum(len(each.spaces) for each in page) <= max_pairs else None

    def count_agents(self, scope: Scope) -> int:
        with self.state.lock:
            return len({row.task.assignee for row in self._tasks(scope, TaskFilter())})

    def task(self, org_id: int, space_id: int, task_id: str) -> Task | None:
        with self.state.lock:
            row = self._row(org_id, space_id, task_id, is_call=False)
            return row if isinstance(row, Task) and not row.void else None

    def task_entries(self, org_id: int, space_id: int, task_id: str) -> list[Entry]:
        with self.state.lock:
            return self._entries(org_id, space_id, task_id, is_call=False)

    def runs(self, org_id: int, space_id: int, window: Window) -> list[Run]:
        with self.state.lock:
            return windowed(self._runs(org_id, space_id), window)

    def count_runs(self, org_id: int, space_id: int) -> int:
        with self.state.lock:
            return sum(1 for _ in self._runs(org_id, space_id))

    def run(self, org_id: int, space_id: int, run_id: str) -> Run | None:
        with self.state.lock:
            space = self.state.space_of(org_id, space_id)
            return space.run(run_id) if space is not None else None

    def outcomes(self, org_id: int, space_id: int | None = None) -> dict[tuple[Outcome, str], int]:
        with self.state.lock:
            counts: Counter[tuple[Outcome, str]] = Counter()
            for space in self._in_scope(Scope(org_id, space_id, all_content=True)):
                counts.update(space.outcomes)
            if space_id is None:
                counts.update(self.state.without_space[org_id])
            return {ending: events for ending, events in counts.items() if events}

    def _in_scope(self, scope: Scope) -> Iterator[SpaceState]:
        for space in self.state.spaces_of(scope.org_id):
            if scope.space_id is None:
                wanted = scope.all_content or space.space.content_type == "contact"
            else:
                wanted = space.space.id == scope.space_id
            if wanted:
                yield space

    def _calls(self, scope: Scope, where: CallFilter) -> Iterator[CallAt]:
        for space in self._in_scope(scope):
            limits = self.state.call_limits(scope.org_id, space.space.id)
            for call in space.non_void_calls():
                if _of_group_passes(space, call, where) and call_passes(call, where, limits):
                    yield CallAt(space.space.id, call)

    def _tasks(self, scope: Scope, where: TaskFilter) -> Iterator[TaskAt]:
        for space in self._in_scope(scope):
            for task in space.non_void_tasks():
                if task_passes(task, where, space.space.settings, space.non_void_calls()):
                    yield TaskAt(space.space.id, task)

    def _runs(self, org_id: int, space_id: int) -> Iterator[Run]:
        space = self.state.space_of(org_id, space_id)
        for run_id in space.runs if space is not None else ():
            run = space.run(run_id) if space is not None else None
            if run is not None:
                yield run

    def _row(self, org_id: int, space_id: int, item_id: str, *, is_call: bool) -> Row | None:
        space = self.state.space_of(org_id, space_id)
        item = space.item(item_id, is_call=is_call) if space is not None else None
        return item.row if item is not None else None

    def _entries(self, org_id: int, space_id: int, item_id: str, *, is_call: bool) -> list[Entry]:
        space = self.state.space_of(org_id, space_id)
        item = space.item(item_id, is_call=is_call) if space is not None else None
        return [structs.replace(entry, stamp=None) for entry in item.entries] if item is not None else []


def _of_group_passes(space: SpaceState, call: Call, where: CallFilter) -> bool:
    """What is asked of the whole group of a call."""
    if where.external_id is None and where.has_legs is None:
        return True
    rows = [item.row for item in space.calls.values() if isinstance(item.row, Call)]
    legs = [row for row in rows if row.leg_of == call.call_id]
    values = [value for row in (call, *legs) for value in (row.external_ids or {}).values()]
    return (where.external_id is None or where.external_id in values) and where.has_legs in (None, bool(legs))


def _agent(handle: str | None, rows: list[TaskAt]) -> AgentTasks:
    by_status = Counter(row.task.status for row in rows)
    return AgentTasks(handle, dict(by_status), sorted({row.space_id for row in rows}, reverse=True))

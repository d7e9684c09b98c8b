"""Promise 4: where an answer shows a partition it adds up, and asked two ways the number is the same."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given

from callboard.fold.tally import as_tuple
from callboard.model.totals import sum_totals
from callboard.model.words import ANSWERED_BY, CALL_STATUSES, CALL_TYPES, END_REASONS, TASK_STATUSES
from callboard.store.questions import UNKNOWN, CallFilter, Scope, TaskFilter
from tests.property import walks
from tests.property.histories import HALF_HOUR_CHANGE, History, histories
from tests.property.lengths import examples_on
from tests.property.worlds import CONTENT, World, Worlds
from tests.stores import NOW, STORES

AGENTS = ("ann", "bot")
PARTITIONS: dict[str, tuple[Any, ...]] = {
    "call_type": (*CALL_TYPES, UNKNOWN),
    "call_status": CALL_STATUSES,
    "end_reason": (*[reason for reason in END_REASONS if reason != "unknown"], UNKNOWN),
    "agent": (*AGENTS, UNKNOWN),
    "answered_by": (*ANSWERED_BY, UNKNOWN),
    "source_number": ("+12025550123", "+12025550124", UNKNOWN),
    "answered": (True, False),
    "made": (True, False),
}
TASK_PARTITIONS: dict[str, tuple[Any, ...]] = {
    "status": TASK_STATUSES,
    "run_id": ("r1", "r2", UNKNOWN),
    "failure_reason": ("cancelled", "busy", UNKNOWN),
    "assignee": ("ann", "ben", UNKNOWN),
    "attempt": (1, 2, 3, 4, 5),
}
CUTS = (NOW, NOW + 1, HALF_HOUR_CHANGE)


def scopes(world: World) -> list[Scope]:
    """Each space, and each organization's contact spaces, and all of them."""
    of_space = [Scope(space.org_id, space.id) for space in world.spaces.values()]
    of_all = [
        Scope(org.id, all_content=all_content) for org in world.organizations for all_content in (False, True)
    ]
    return of_space + of_all


def calls_balance(world: World, scope: Scope) -> None:
    """Every partition of the calls in scope."""
    store = world.store
    every = walks.calls(store, scope, CallFilter())
    for name, values in PARTITIONS.items():
        parts = [store.count_calls(scope, CallFilter(**{name: value})) for value in values]
        assert sum(parts) == len(every), name
    for cut in CUTS:
        parts = [store.count_calls(scope, where) for where in (CallFilter(end=cut), CallFilter(start=cut))]
        assert sum(parts) == len(every)
    known = store.count_calls(scope, CallFilter(min_duration_ms=0))
    assert known == sum(each.call.duration_ms is not None for each in every)
    for status in CALL_STATUSES:
        walks.calls(store, scope, CallFilter(call_status=status, answered=True))


def tasks_balance(world: World, scope: Scope) -> None:
    """Every partition of the tasks in scope."""
    store = world.store
    every = walks.tasks(store, scope, TaskFilter())
    for name, values in TASK_PARTITIONS.items():
        parts = [store.count_tasks(scope, TaskFilter(**{name: value})) for value in values]
        assert sum(parts) == len(every), name
    for cut in CUTS:
        before, after = TaskFilter(created_to=cut), TaskFilter(created_from=cut)
        assert store.count_tasks(scope, before) + store.count_tasks(scope, after) == len(every)
        stuck = [len(walks.tasks(store, scope, TaskFilter(stuck=stuck, now=cut))) for stuck in (True, False)]
        assert sum(stuck) == len(every)


def totals_balance(world: World) -> None:
    """The totals are the lists', and an organization's are its contact spaces' together."""
    store = world.store
    for org in world.organizations:
        told = store.changes_since(org.id, -1).totals
        of_org = {name: space for name, space in world.spaces.items() if space.org_id == org.id}
        assert told.keys() == {space.id for space in of_org.values()}
        contact = sum_totals(told[space.id] for name, space in of_org.items() if CONTENT[name] == "contact")
        for scope, totals in [
            (Scope(org.id), contact),
            (Scope(org.id, all_content=True), sum_totals(iter(told.values()))),
            *[(Scope(org.id, space.id), told[space.id]) for space in of_org.values()],
        ]:
            assert min(as_tuple(totals)) >= 0
            by_status = {
                status: store.count_calls(scope, CallFilter(call_status=status)) for status in CALL_STATUSES
            }
            assert {status: getattr(totals, f"calls_{status}") for status in CALL_STATUSES} == by_status
            assert totals.total_calls == store.count_calls(scope, CallFilter(made=True))
            assert {status: getattr(totals, f"tasks_{status}") for status in TASK_STATUSES} == {
                status: store.count_tasks(scope, TaskFilter(status=status)) for status in TASK_STATUSES
            }
            assert totals.total_tasks == store.count_tasks(scope, TaskFilter())
            completed = walks.calls(store, scope, CallFilter(call_status="completed", min_duration_ms=0))
            assert totals.completed_timed == len(completed)
            assert totals.completed_talk_ms == sum(each.call.duration_ms or 0 for each in completed)


def runs_balance(world: World) -> None:
    """The runs of a space hold its tasks that have one."""
    store = world.store
    for space in world.spaces.values():
        scope = Scope(space.org_id, space.id)
        runs = walks.runs(store, space.org_id, space.id)
        for run in runs:
            assert run == store.run(space.org_id, space.id, run.run_id)
            of_run = walks.tasks(store, scope, TaskFilter(run_id=run.run_id))
            assert run.total_tasks == len(of_run) > 0
        without = store.count_tasks(scope, TaskFilter(run_id=UNKNOWN))
        assert sum(run.total_tasks for run in runs) + without == store.count_tasks(scope, TaskFilter())


@pytest.mark.parametrize("kind", STORES)
def test_after_any_history_the_books_balance(worlds: Worlds, kind: str) -> None:
    """Status parts add up, each list is as long as its count says however it is walked, each filter's values
    with the unknown make up the whole, an organization is the sum over its contact spaces.
    """

    @examples_on(kind, 0.2)
    @given(histories())
    def holds(history: History) -> None:
        world = worlds.make(kind, history.zones).told(history)
        for scope in scopes(world):
            calls_balance(world, scope)
            tasks_balance(world, scope)
        totals_balance(world)
        runs_balance(world)
        worlds.end(world)

    holds()

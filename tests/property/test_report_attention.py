"""What needs attention equals a plain look at every row, and trust adds up; on every store."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import UNSET

from callboard.clock import DAY, HOUR, MINUTE, SECOND
from callboard.model.directory import SpaceSettings
from callboard.model.totals import Totals
from callboard.query.analytics import Analytics
from callboard.query.reports.attention import AttentionData, attention
from callboard.query.reports.trust import trust
from callboard.store.questions import Scope
from tests import events
from tests.events import send
from tests.property.lengths import examples_on
from tests.property.plain_reports import all_calls, all_tasks
from tests.property.test_report_series import scopes
from tests.property.worlds import World, Worlds
from tests.stores import NOW, STORES

AGES = (
    0,
    30 * SECOND,
    2 * MINUTE,
    14 * MINUTE,
    16 * MINUTE,
    HOUR - 1,
    HOUR,
    HOUR + 1,
    4 * HOUR,
    4 * HOUR + 1,
    9 * DAY,
)
ages = st.sampled_from(AGES)
spaces = st.sampled_from(["spring", "summer", "letters", "hidden"])
drawn_calls = st.lists(
    st.fixed_dictionaries(
        {
            "status": st.sampled_from(["in_progress", "ringing", "queued", "completed", "missed"]),
            "age": ages,
            "answered": st.one_of(st.none(), ages),
            "ended": ages,
            "task": st.sampled_from([None, "t0", "t1", "t2"]),
            "space": spaces,
        }
    ),
    max_size=14,
)
drawn_tasks = st.lists(
    st.fixed_dictionaries(
        {
            "status": st.sampled_from(["pending", "running", "running", "failed", "completed"]),
            "age": ages,
            "reason": st.sampled_from([None, "busy", "unknown", "=1"]),
            "space": spaces,
        }
    ),
    max_size=14,
)


def told(worlds: Worlds, kind: str, calls: list[Any], tasks: list[Any]) -> World:
    world = worlds.make(kind, dict.fromkeys(("spring", "summer", "letters", "hidden"), "UTC"))
    summer = world.spaces["summer"]
    world.store.update_space(summer.org_id, summer.id, {"settings": SpaceSettings(live_call_limit=3600)})
    for number, each in enumerate(tasks):
        at = -each["age"] / SECOND
        entry = events.task(
            f"t{number}", each["status"], at=at, created=NOW - each["age"], failure_reason=each["reason"]
        )
        send(world.store, world.spaces[each["space"]], entry)
    for number, each in enumerate(calls):
        at = -min(each["ended"], each["age"]) / SECOND
        entry = events.call(
            f"c{number}",
            each["status"],
            at=at,
            creation_time=NOW - each["age"],
            start_time=UNSET if each["answered"] is None else NOW - each["answered"],
            task_id=each["task"],
        )
        send(world.store, world.spaces[each["space"]], entry)
    return world


def plain(world: World, listed: Scope, tokens: dict[int, str]) -> dict[tuple[Any, ...], int]:
    """(cause, space, reason) → how many, by looking at every row."""
    found: dict[tuple[Any, ...], int] = {}

    def count(cause: str, space_id: int, reason: str | None = None) -> None:
        key = (cause, tokens[space_id], reason)
        found[key] = found.get(key, 0) + 1

    calls = all_calls(world.store, listed)
    for space_id, call in calls:
        limit = HOUR if space_id == world.spaces["summer"].id else 4 * HOUR
        # It may have been scheduled long before it was made.
        live_since = max(call.creation_time, call.start_time or 0)
        if call.call_status in ("in_progress", "ringing") and NOW - live_since > limit:
            count(f"call_{call.call_status}_too_long", space_id)
    for space_id, task in all_tasks(world.store, listed):
        since = task.waiting_since
        patience = {"running": 15 * MINUTE, "pending": HOUR}.get(task.status)
        if since is not None and patience is not None and NOW - since > patience:
            count(f"task_{task.status}_too_long", space_id)
        if task.status == "failed" and NOW - 30 * DAY <= task.created < NOW:
            count("tasks_failed", space_id, task.failure_reason or "unknown")
        mine = [call for other, call in calls if other == space_id and call.task_id == task.task_id]
        over = [
            call
            for call in mine
            if call.call_status in ("completed", "missed", "failed")
            and since is not None
            and since < (call.end_time or 0) < NOW - MINUTE
        ]
        if (
            task.status == "running"
            and over
            and not any(c.call_status in ("in_progress", "ringing") for c in mine)
        ):
            count("task_open_after_its_call", space_id)
    return found


def counted(data: AttentionData) -> dict[tuple[Any, ...], int]:
    found: dict[tuple[Any, ...], int] = {}
    for each in data.items:
        key = (each.cause, each.space_token, each.reason)
        assert key not in found
        found[key] = each.count
        assert len(each.ids) == (0 if each.cause == "tasks_failed" else min(each.count, 20))
    return found


@pytest.mark.parametrize("kind", STORES)
def test_what_needs_attention_is_what_every_row_says(worlds: Worlds, kind: str) -> None:
    """Cause by cause, space by space; counters or not; and trust counts everything that came."""

    @examples_on(kind, 1)
    @given(drawn_calls, drawn_tasks)
    def holds(calls: list[Any], tasks: list[Any]) -> None:
        world = told(worlds, kind, calls, tasks)
        for scope, listed in scopes(world):
            looked = Analytics(world.store).refresh(scope.org_id)
            totals: dict[int, Totals] = {
                space.id: looked.totals_of(space.id).totals for space in scope.spaces
            }
            data = attention(world.store, scope, totals, NOW)
            assert attention(world.store, scope, totals, NOW, counters=False) == data
            expected = plain(world, listed, {space.id: space.token for space in scope.spaces})
            # What is null and what is that very word are two groups of rows, and one reason.
            assert _merged(counted(data)) == _merged(expected)
            facts = trust(world.store, scope, [totals[space.id] for space in scope.spaces], NOW)
            names = {space.id for space in scope.spaces}
            sent = [each for each in [*calls, *tasks] if world.spaces[each["space"]].id in names]
            assert facts.outcomes.received == len(sent)
            assert facts.outcomes.applied + facts.outcomes.stale == len(sent)
            assert facts.calls_past_limit == sum(
                many for (cause, _, _), many in expected.items() if cause.startswith("call_")
            )
            assert facts.lag.events + facts.lag.ahead == len(sent)
        worlds.end(world)

    holds()


def _merged(found: dict[tuple[Any, ...], int]) -> dict[tuple[Any, ...], int]:
    return dict(sorted(found.items(), key=str))

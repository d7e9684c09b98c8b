"""Reports, the slow and obvious way: over all rows, one by one, as lists show them.

Nothing of `query.reports` is used here but the shapes of a question.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import strategies as st
from msgspec import UNSET

from callboard.clock import DAY, HOUR, MINUTE, SECOND, micros
from callboard.model.call import Call
from callboard.model.task import Task
from callboard.store.interface import Store
from callboard.store.questions import CallFilter, Scope, TaskFilter, Unknown, Window
from tests import events
from tests.events import send
from tests.property.worlds import World
from tests.stores import NOW

ZONES = ("UTC", "Asia/Kolkata", "Asia/Kathmandu", "America/New_York", "Australia/Lord_Howe", "Africa/Cairo")

NEAR = (
    NOW,
    NOW + DAY,
    NOW + 18 * HOUR + 30 * MINUTE,  # midnight in India
    NOW + 18 * HOUR + 15 * MINUTE,  # and in Nepal
    micros(datetime(2026, 3, 8, 7, tzinfo=UTC)),  # New York's clocks go forward
    micros(datetime(2026, 4, 4, 15, tzinfo=UTC)),  # Lord Howe's go back by half an hour
    micros(datetime(2026, 4, 23, 22, tzinfo=UTC)),  # Cairo skips its midnight
    micros(datetime(2026, 2, 1, tzinfo=UTC)),
)
"""Instants around which things happen, and periods begin and end."""
STEPS = (
    0,
    0,
    1,
    -1,
    7 * MINUTE + 11,
    15 * MINUTE,
    -15 * MINUTE,
    61 * MINUTE,
    -HOUR,
    5 * HOUR,
    DAY,
    -DAY,
    -7 * DAY,
)

instants = st.builds(lambda near, step: near + step, st.sampled_from(NEAR), st.sampled_from(STEPS))

crowd_calls = st.fixed_dictionaries(
    {
        "call_status": st.sampled_from(
            ["completed", "completed", "missed", "failed", "queued", "in_progress"]
        ),
        "creation_time": instants,
        "wait": st.sampled_from([None, -SECOND, 0, 3 * SECOND, 250_000_000, 7 * DAY, 7 * DAY + SECOND]),
        "ended": st.sampled_from([None, None, -SECOND, 0, 61_000_000, 7 * DAY, 7 * DAY + SECOND]),
        "stated": st.sampled_from([True, True, True, False]),
        "duration_ms": st.sampled_from([UNSET, 0, 1, 999, 61_000, 61_001, 3_600_000]),
        "call_type": st.sampled_from([UNSET, "inbound", "outbound"]),
        "end_reason": st.sampled_from([UNSET, "busy", "hangup", "unknown"]),
        "agent": st.sampled_from([UNSET, "ann", "bob"]),
        "answered_by": st.sampled_from([UNSET, "human", "machine"]),
        "space": st.sampled_from(["spring", "spring", "summer", "letters", "hidden"]),
    }
)
crowd_tasks = st.fixed_dictionaries(
    {
        "status": st.sampled_from(["pending", "running", "completed", "failed"]),
        "created": instants,
        "space": st.sampled_from(["spring", "summer", "letters", "hidden"]),
    }
)
crowds = st.tuples(
    st.lists(crowd_calls, min_size=4, max_size=24),
    st.lists(crowd_tasks, max_size=8),
    st.fixed_dictionaries(
        {name: st.sampled_from(ZONES) for name in ("spring", "summer", "letters", "hidden")}
    ),
)
"""Calls, tasks, and the home zones of the spaces."""


def with_times(drawn: dict[str, Any]) -> dict[str, Any]:
    """The fields of a call's event: start and end, each after the one before; the creation stated or not."""
    fields = dict(drawn)
    wait, ended, stated = fields.pop("wait"), fields.pop("ended"), fields.pop("stated")
    if wait is not None:
        fields["start_time"] = fields["creation_time"] + wait
    if ended is not None:
        fields["end_time"] = fields.get("start_time", fields["creation_time"]) + ended
    if not stated:
        del fields["creation_time"]
    return fields


def crowded(world: World, calls: list[dict[str, Any]], tasks: list[dict[str, Any]]) -> World:
    """A world with these in it, some in later commits than others."""
    for number, each in enumerate(calls):
        drawn = with_times(each)
        space, status = world.spaces[drawn.pop("space")], drawn.pop("call_status")
        at = (each["creation_time"] - NOW) / SECOND
        send(world.store, space, events.call(f"c{number}", status, at=at, **drawn))
    for number, each in enumerate(tasks):
        drawn = dict(each)
        space = world.spaces[drawn.pop("space")]
        send(world.store, space, events.task(f"t{number}", drawn.pop("status"), **drawn))
    return world


EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)


def all_calls(store: Store, scope: Scope) -> list[tuple[int, Call]]:
    """Every call in scope."""
    found = store.calls(scope, CallFilter(), Window(limit=10_000))
    return [(each.space_id, each.call) for each in found]


def all_tasks(store: Store, scope: Scope) -> list[tuple[int, Task]]:
    """Every task in scope."""
    return [(each.space_id, each.task) for each in store.tasks(scope, TaskFilter(), Window(limit=10_000))]


def civil(instant: int, zone: ZoneInfo) -> datetime:
    """An instant by the zone's clock, without its offset."""
    return (EPOCH + instant * MICROSECOND).astimezone(zone).replace(tzinfo=None)


def label(instant: int, interval: str, zone: ZoneInfo) -> Any:
    """What names the civil period that holds an instant."""
    aware = (EPOCH + instant * MICROSECOND).astimezone(zone)
    local = aware.replace(tzinfo=None)
    if interval == "15m":
        return instant // (15 * 60 * 1_000_000)
    if interval == "hour":
        # The hour that happens twice is two; half an hour that is left of one is one.
        return (local.date(), local.hour, aware.utcoffset())
    if interval == "day":
        return local.date()
    if interval == "week":
        return local.date() - timedelta(days=local.weekday())
    if interval == "month":
        return (local.year, local.month)
    return "total"


def value(call: Call, space_token: str, name: str) -> str:
    """A call's value of a dimension; null as "unknown"."""
    if name == "space_token":
        return space_token
    if name == "answered":
        return "true" if call.start_time is not None or (call.duration_ms or 0) > 0 else "false"
    return getattr(call, name) or "unknown"


def passes(call: Call, where: Iterable[tuple[str, Any]]) -> bool:
    """Whether it passes filters on dimensions."""
    for name, wanted in where:
        found = value(call, "", name)
        if isinstance(wanted, Unknown):
            wanted = "unknown"  # noqa: PLW2901
        elif isinstance(wanted, bool):
            wanted = str(wanted).lower()  # noqa: PLW2901
        if found != wanted:
            return False
    return True


def numbers(calls: Sequence[Call], tasks: Sequence[Task]) -> dict[str, Any]:
    """Every metric of these calls and tasks."""
    made = [call for call in calls if call.call_status != "queued"]
    of = {
        status: [call for call in made if call.call_status == status]
        for status in ("completed", "missed", "failed")
    }
    ended = of["completed"] + of["missed"] + of["failed"]
    answered = [call for call in made if value(call, "", "answered") == "true"]
    timed = [call.duration_ms for call in of["completed"] if call.duration_ms is not None]
    return {
        "total_calls": len(made),
        "completed_calls": len(of["completed"]),
        "missed_calls": len(of["missed"]),
        "failed_calls": len(of["failed"]),
        "answered_calls": len(answered),
        "talk_seconds": sum(call.duration_ms or 0 for call in made) / 1000,
        "avg_duration_seconds": mean(timed),
        "success_rate": len(of["completed"]) / len(made) * 100 if made else None,
        "answer_rate": (
            len([call for call in ended if call in answered]) / len(ended) * 100 if ended else None
        ),
        "total_tasks": len(tasks),
        **{
            f"tasks_{status}": sum(task.status == status for task in tasks)
            for status in ("pending", "running", "completed", "failed")
        },
    }


def mean(values: Sequence[int]) -> float | None:
    """Of milliseconds, in seconds, half-even to three decimals."""
    from fractions import Fraction

    return round(Fraction(sum(values), len(values))) / 1000 if values else None

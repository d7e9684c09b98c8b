"""The comparison of spaces: numbers, rates and stuck tasks of each space, and of all together."""

from __future__ import annotations

import struct
from collections.abc import Callable, Mapping, Sequence
from math import isnan, nan
from typing import Any

from msgspec import Struct

from callboard.model.directory import Space
from callboard.model.totals import Totals, answer_rate, success_rate, sum_totals
from callboard.query.analytics import TaskStatusBreakdown
from callboard.query.cursor import ID_BYTES, write_cursor
from callboard.query.messages import fetched
from callboard.query.reports.links import list_link
from callboard.query.reports.scope import ReportScope
from callboard.store.questions import Position

SORTS = (
    "name",
    "created_at",
    "total_calls",
    "completed_calls",
    "failed_calls",
    "avg_duration_seconds",
    "total_tasks",
    "success_rate",
    "answer_rate",
    "stuck_tasks",
)
DEFAULT_SORT = "-total_calls"
MAX_SPACES = 1_000
"""Most spaces on one page; as many as it has unless said."""


class SpaceNumbers(Struct, frozen=True, kw_only=True):
    """One space's numbers, of all time."""

    space_token: str
    name: str
    content_type: str
    archived: bool
    total_calls: int
    completed_calls: int
    failed_calls: int
    avg_duration_seconds: float
    total_tasks: int
    task_status_breakdown: TaskStatusBreakdown
    success_rate: float | None
    answer_rate: float | None
    stuck_tasks: int
    links: dict[str, str]
    """Name of a number → link to the rows it counts; for rates and means, to the rows that they are over."""


class AllSpaces(Struct, frozen=True, kw_only=True):
    """The spaces in scope together."""

    total_calls: int
    completed_calls: int
    failed_calls: int
    avg_duration_seconds: float
    total_tasks: int
    task_status_breakdown: TaskStatusBreakdown
    success_rate: float | None
    answer_rate: float | None
    stuck_tasks: int
    links: dict[str, str]


class SpacesData(Struct, frozen=True):
    """The answer."""

    count: int
    """Number of spaces in scope, on all pages."""
    timezone: str
    """The organization's home zone."""
    all: AllSpaces
    """The sum over all spaces in scope; the same on every page."""
    spaces: list[SpaceNumbers]
    next_cursor: str | None
    """For the page after this one; null on the last."""


def spaces_report(
    scope: ReportScope,
    totals: Callable[[int], Totals],
    stuck: Mapping[int, int],
    *,
    sort: str = DEFAULT_SORT,
    after: Position | None = None,
    page: int = 1,
    page_size: int = MAX_SPACES,
) -> SpacesData:
    """The report. `totals` and `stuck` give the totals and the number of stuck tasks of a space by its id.

    `after`: the position at which the page before ended. Pages count from there. A space whose number passes
    that position between two pages comes on both or on none; `count` and `all` are those of the moment.
    """
    rows = [(space, totals(space.id), stuck.get(space.id, 0)) for space in scope.spaces]
    keyed = _after(_ordered(rows, sort), sort, after)
    begin, end = (page - 1) * page_size, page * page_size
    shown = [row for _, row in keyed[begin:end]]
    total = sum_totals(each for _, each, _ in rows)
    return SpacesData(
        len(rows),
        scope.timezone,
        AllSpaces(
            **_numbers(total),
            stuck_tasks=sum(stuck for _, _, stuck in rows),
            links=_links(scope.parameters),
        ),
        [
            SpaceNumbers(
                space_token=space.token,
                name=space.name,
                content_type=space.content_type,
                archived=space.archived,
                **_numbers(each),
                stuck_tasks=stuck,
                links=_links({"space_token": space.token}),
            )
            for space, each, stuck in shown
        ],
        write_cursor(_position(keyed[end - 1][0])) if len(keyed) > end else None,
    )


def spaces_message(data: SpacesData, values: Mapping[str, Any]) -> str:
    """The message of an answer. A caller that asked for no part of the list is told that this is one."""
    said = fetched("Spaces")
    if data.next_cursor is None or "page" in values or "page_size" in values:
        return said
    return f"{said}: {len(data.spaces):,} of {data.count:,}; next_cursor leads to the rest"


_Row = tuple[Space, Totals, int]
_Key = tuple[bool, float, str, int]
"""A space's place: without a value last, by the value, by name and by id. So the order is total, and pages do
not overlap.
"""


def _ordered(rows: Sequence[_Row], sort: str) -> list[tuple[_Key, _Row]]:
    """Sorted by one field, with the key of each."""
    keyed = [(_key(sort, *row), row) for row in rows]
    return sorted(keyed, key=lambda each: each[0], reverse=sort == "-name")


def _after(keyed: list[tuple[_Key, _Row]], sort: str, after: Position | None) -> list[tuple[_Key, _Row]]:
    if after is None:
        return keyed
    passed = _key_at(after)
    if sort == "-name":
        return [each for each in keyed if each[0] < passed]
    return [each for each in keyed if each[0] > passed]


def _key(sort: str, space: Space, totals: Totals, stuck: int) -> _Key:
    name = space.name.casefold().encode()[:ID_BYTES].decode(errors="ignore")
    field = sort.removeprefix("-")
    if field == "name":
        return False, 0.0, name, space.id
    value = _sorted_by(field, space, totals, stuck)
    if value is None:
        return True, 0.0, name, space.id
    return False, float(-value if sort.startswith("-") else value), name, space.id


def _position(key: _Key) -> Position:
    """The key as a cursor holds it: the bits of its value, or of "not a number" for none, in the place of the
    time. Whole numbers and times in microseconds are exact as floats.
    """
    unknown, value, name, space_id = key
    (bits,) = struct.unpack(">q", struct.pack(">d", nan if unknown else value))
    return Position(bits, name, space_id)


def _key_at(position: Position) -> _Key:
    (value,) = struct.unpack(">d", struct.pack(">q", position.at))
    unknown = isnan(value)
    return unknown, 0.0 if unknown else value, position.item_id, position.space_id


def _sorted_by(field: str, space: Space, totals: Totals, stuck: int) -> float | None:
    if field == "created_at":
        return space.created_at
    if field == "stuck_tasks":
        return stuck
    if field == "avg_duration_seconds" and not totals.completed_timed:
        return None
    return _SORTED_BY[field](totals)


_SORTED_BY: dict[str, Callable[[Totals], float | None]] = {
    "total_calls": lambda totals: totals.total_calls,
    "completed_calls": lambda totals: totals.calls_completed,
    "failed_calls": lambda totals: totals.calls_failed,
    "avg_duration_seconds": lambda totals: totals.avg_duration_seconds,
    "total_tasks": lambda totals: totals.total_tasks,
    "success_rate": success_rate,
    "answer_rate": answer_rate,
}


def _numbers(totals: Totals) -> dict[str, Any]:
    return {
        "total_calls": totals.total_calls,
        "completed_calls": totals.calls_completed,
        "failed_calls": totals.calls_failed,
        "avg_duration_seconds": totals.avg_duration_seconds,
        "total_tasks": totals.total_tasks,
        "task_status_breakdown": TaskStatusBreakdown(
            totals.tasks_pending, totals.tasks_running, totals.tasks_completed, totals.tasks_failed
        ),
        "success_rate": success_rate(totals),
        "answer_rate": answer_rate(totals),
    }


def _links(scope: Mapping[str, str]) -> dict[str, str]:
    calls = {
        "total_calls": {"made": "true"},
        "completed_calls": {"call_status": "completed"},
        "failed_calls": {"call_status": "failed"},
        "avg_duration_seconds": {"call_status": "completed", "duration_known": "true"},
        "success_rate": {"made": "true"},
        "answer_rate": {"final": "true"},
    }
    tasks = {
        "total_tasks": {},
        **{f"tasks_{status}": {"status": status} for status in ("pending", "running", "completed", "failed")},
        "stuck_tasks": {"stuck": "true"},
    }
    return {
        **{name: list_link("call-logs", **scope, **own) for name, own in calls.items()},
        **{name: list_link("tasks", **scope, **own) for name, own in tasks.items()},
    }

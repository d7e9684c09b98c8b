"""The comparison of spaces: numbers, rates and stuck tasks of each space, and of all together."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from msgspec import Struct

from callboard.model.directory import Space
from callboard.model.totals import Totals, answer_rate, success_rate, sum_totals
from callboard.query.analytics import TaskStatusBreakdown
from callboard.query.reports.links import list_link
from callboard.query.reports.scope import ReportScope

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
MAX_SPACES = 10_000
"""Most spaces on one page."""


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


def spaces_report(
    scope: ReportScope,
    totals: Callable[[int], Totals],
    stuck: Mapping[int, int],
    *,
    sort: str = DEFAULT_SORT,
    page: int = 1,
    page_size: int = MAX_SPACES,
) -> SpacesData:
    """The report. `totals` and `stuck` give the totals and the number of stuck tasks of a space by its id."""
    rows = [(space, totals(space.id), stuck.get(space.id, 0)) for space in scope.spaces]
    ordered = _ordered(rows, sort)
    shown = ordered[(page - 1) * page_size : page * page_size]
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
    )


def _ordered(rows: Sequence[tuple[Space, Totals, int]], sort: str) -> list[tuple[Space, Totals, int]]:
    """Sorted by one field; spaces without a value come last. Ties go by name, then by age and id, so that the
    order is total and pages do not overlap.
    """
    descending, name = sort.startswith("-"), sort.removeprefix("-")
    # Sorting is stable, also with `reverse`: ties of the second sort stay in the order of the first.
    ranked = sorted(rows, key=lambda each: (each[0].name.casefold(), each[0].created_at, each[0].id))
    known = [each for each in ranked if _sorted_by(name, *each) is not None]
    unknown = [each for each in ranked if _sorted_by(name, *each) is None]
    known.sort(key=lambda each: _sorted_by(name, *each), reverse=descending)
    return known + unknown


def _sorted_by(name: str, space: Space, totals: Totals, stuck: int) -> Any:
    if name == "name":
        return space.name.casefold()
    if name == "created_at":
        return space.created_at
    if name == "stuck_tasks":
        return stuck
    if name == "avg_duration_seconds" and not totals.completed_timed:
        return None
    return _numbers(totals)[name]


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

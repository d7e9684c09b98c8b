"""`callboard report spaces`: all campaigns side by side."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial
from typing import Any

import click

from callboard.cli.output import show_table
from callboard.cli.report.report_command import ReportRequest, report_options, run_report, shown
from callboard.clock import system_clock
from callboard.http.answers import One
from callboard.query.analytics import Analytics
from callboard.query.reports.parameters import SPACES, sort_of
from callboard.query.reports.spaces import (
    MAX_SPACES,
    AllSpaces,
    SpaceNumbers,
    SpacesData,
    spaces_message,
    spaces_report,
)


@click.command()
@report_options(SPACES)
def spaces(**options: Any) -> None:
    """The six numbers, success rate, answer rate and stuck tasks of every campaign."""
    run_report(options, partial(_answer, as_json=options["as_json"]), _table, _rows)


def _answer(request: ReportRequest, *, as_json: bool) -> One[SpacesData]:
    """What the endpoint answers; for people and spreadsheets every campaign, unless a page is asked for."""
    values = request.values
    whole = not (as_json or values.keys() & {"page", "page_size", "cursor"})
    stuck = request.store.stuck_tasks(request.scope.org_id, system_clock())
    organization = Analytics(request.store).refresh(request.scope.org_id)
    data = spaces_report(
        request.scope,
        lambda space_id: organization.totals_of(space_id).totals,
        stuck,
        sort=sort_of(values),
        after=values.get("cursor"),
        page=values.get("page", 1),
        page_size=len(request.scope.spaces) if whole else values.get("page_size", MAX_SPACES),
    )
    return One(200, spaces_message(data, values), data)


def _table(data: SpacesData) -> None:
    rows = [(each.name, *_numbers(each)) for each in data.spaces]
    if rows:
        rows.append(("All", *_numbers(data.all)))
    show_table(
        (
            "Campaign",
            "Calls",
            "Completed",
            "Failed",
            "Avg s",
            "Success %",
            "Answer %",
            "Tasks",
            "Pending",
            "Running",
            "Failed",
            "Stuck",
        ),
        rows,
        empty="There is no space yet. callboard space create makes one.",
    )


def _numbers(each: SpaceNumbers | AllSpaces) -> tuple[Any, ...]:
    tasks = each.task_status_breakdown
    return (
        each.total_calls,
        each.completed_calls,
        each.failed_calls,
        each.avg_duration_seconds,
        shown(each.success_rate),
        shown(each.answer_rate),
        each.total_tasks,
        tasks.pending,
        tasks.running,
        tasks.failed,
        each.stuck_tasks,
    )


def _rows(data: SpacesData) -> tuple[Sequence[str], Iterable[Sequence[Any]]]:
    columns = (
        "space_token",
        "name",
        "total_calls",
        "completed_calls",
        "failed_calls",
        "avg_duration_seconds",
        "success_rate",
        "answer_rate",
        "total_tasks",
        "tasks_pending",
        "tasks_running",
        "tasks_completed",
        "tasks_failed",
        "stuck_tasks",
    )
    rows = (
        (
            each.space_token,
            each.name,
            each.total_calls,
            each.completed_calls,
            each.failed_calls,
            each.avg_duration_seconds,
            each.success_rate,
            each.answer_rate,
            each.total_tasks,
            each.task_status_breakdown.pending,
            each.task_status_breakdown.running,
            each.task_status_breakdown.completed,
            each.task_status_breakdown.failed,
            each.stuck_tasks,
        )
        for each in data.spaces
    )
    return columns, rows

"""`callboard tasks`: lists tasks, and those that need attention."""

from __future__ import annotations

from functools import partial
from typing import Any

import click

from callboard.cli import find
from callboard.cli.filters import filter_options, filters_of
from callboard.cli.listing import merge_pages, more_line
from callboard.cli.options import opened, org_option, settings_of, store_options
from callboard.cli.output import UTC, show_json_array, show_table, when
from callboard.clock import system_clock
from callboard.query.items import TaskItem, task_item
from callboard.store.interface import Store, TaskAt
from callboard.store.questions import Scope, TaskFilter, Window

SHOWN = 50


@click.command()
@org_option
@click.option("--space", "space_token", metavar="TOKEN", help="One space alone.")
@filter_options(
    "task",
    listing=True,
    others={
        10: click.option(
            "--stuck", is_flag=True, help="Only those that run or wait longer than their space allows."
        )
    },
)
@click.option("--limit", type=click.IntRange(1), help=f"Show at most so many (a table: {SHOWN}).")
@store_options
def tasks(
    *,
    handle: str | None,
    space_token: str | None,
    stuck: bool,
    limit: int | None,
    db: str | None,
    config: str | None,
    as_json: bool,
    **fields: Any,
) -> None:
    """List tasks, newest first. Without --space: those of all contact spaces."""
    now = system_clock()
    # No `unknown` here: a run may be called that.
    filters = [
        TaskFilter(stuck=True if stuck else None, now=now, **each)
        for each in filters_of("task", fields, unknown=False)
    ]
    with opened(settings_of(db, config)) as store:
        owner = find.organization(store, handle)
        scope = find.scope(store, owner, space_token)
        spaces = {each.id: each for each in store.spaces(owner.id)}
        pages = [partial(_page, store, scope, where) for where in filters]
        found = merge_pages(pages, limit or (None if as_json else SHOWN))
        items = (task_item(each.task, spaces[each.space_id], now) for each in found)
        if as_json:
            show_json_array(items)
            return
        shown = list(items)
        count = sum(store.count_tasks(scope, where) for where in filters)
    show_table(
        ("Task", "Status", "Why", "Assignee", f"Created {UTC}"),
        [(each.task_id, each.status, _why(each), each.assignee, when(each.created)) for each in shown],
        empty="No task is like that.",
    )
    if shown:
        print(f"\n{more_line(len(shown), count)}")


def _page(store: Store, scope: Scope, where: TaskFilter, window: Window) -> list[TaskAt]:
    return store.tasks(scope, where, window)


def _why(each: TaskItem) -> str | None:
    """How long a task is stuck, or else why it failed."""
    if each.stuck is None:
        return each.failure_reason
    return f"stuck for {_age(each.stuck.age_seconds)}"


def _age(seconds: int) -> str:
    # From two of a unit on: `90 min` says more than `1 h`.
    for unit, size in (("d", 86_400), ("h", 3600), ("min", 60)):
        if seconds >= 2 * size:
            return f"{seconds // size} {unit}"
    return f"{seconds} s"

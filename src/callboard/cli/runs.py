"""`callboard runs`: tasks that were created together, and how many of them are done."""

from __future__ import annotations

from collections.abc import Iterator

import click

from callboard.cli import find
from callboard.cli.listing import PAGE, more_line
from callboard.cli.options import opened, settings_of, store_options
from callboard.cli.output import UTC, show_json_array, show_table, when
from callboard.model.directory import Space
from callboard.model.run import Run
from callboard.query.items import run_item
from callboard.store.interface import Store
from callboard.store.questions import Position, Window

SHOWN = 50


@click.command()
@click.option("--space", "space_token", required=True, metavar="TOKEN", help="Whose runs.")
@click.option("--limit", type=click.IntRange(1), help=f"Show at most so many (a table: {SHOWN}).")
@store_options
def runs(*, space_token: str, limit: int | None, db: str | None, config: str | None, as_json: bool) -> None:
    """List the runs of a space, newest first."""
    with opened(settings_of(db, config)) as store:
        space, _ = find.space_anywhere(store, space_token)
        found = _newest(store, space, limit or (None if as_json else SHOWN))
        if as_json:
            show_json_array(run_item(each, space.token) for each in found)
            return
        shown = [run_item(each, space.token) for each in found]
        count = store.count_runs(space.org_id, space.id)
    show_table(
        ("Run", "Status", "Tasks", "Pending", "Running", "Completed", "Failed", f"Created {UTC}"),
        [
            (
                each.run_id,
                each.status,
                each.total_tasks,
                *each.task_status_breakdown.values(),
                when(each.created),
            )
            for each in shown
        ],
        empty="This space has no run.",
    )
    if shown:
        print(f"\n{more_line(len(shown), count)}")


def _newest(store: Store, space: Space, limit: int | None) -> Iterator[Run]:
    """Runs by keyset pagination, newest first, up to `limit` (None: all)."""
    after: Position | None = None
    left = limit
    while left is None or left > 0:
        size = PAGE if left is None else min(PAGE, left)
        found = store.runs(space.org_id, space.id, Window(limit=size, after=after))
        yield from found
        if len(found) < size:
            return
        left = None if left is None else left - len(found)
        after = Position(found[-1].created, found[-1].run_id, space.id)

"""`callboard report live`: follows the numbers in the terminal."""

from __future__ import annotations

import csv
import sys
import time
from collections.abc import Iterator

import click

from callboard.cli import find
from callboard.cli.analytics import count_stuck, lines
from callboard.cli.options import opened, org_option, settings_of, store_options
from callboard.clock import iso, system_clock
from callboard.model.totals import Totals
from callboard.store.interface import Store
from callboard.store.questions import Scope

CHECK_EVERY_S = 0.05
"""Seconds between two reads of the store's change counter while nothing changes."""
MIN_INTERVAL_S = 0.25
"""Least seconds between two answers, as on the stream."""
STUCK_EVERY_S = 5.0
"""Least seconds between two counts of stuck tasks, which are a query each and not part of the totals."""
COLUMNS = (
    "at",
    "total_calls",
    "completed_calls",
    "failed_calls",
    "avg_duration_seconds",
    "total_tasks",
    "pending",
    "running",
    "completed",
    "failed",
)


@click.command()
@org_option
@click.option("--space", "space_token", metavar="TOKEN", help="One space alone.")
@click.option("--all-content", is_flag=True, help="Every space together, not only the contact spaces.")
@click.option("--changes", type=click.IntRange(1), metavar="N", help="End after so many answers.")
@click.option("--csv", "as_csv", is_flag=True, help="Print CSV: a row for each change.")
@store_options
def live(
    *,
    handle: str | None,
    space_token: str | None,
    all_content: bool,
    changes: int | None,
    as_csv: bool,
    db: str | None,
    config: str | None,
    as_json: bool,
) -> None:
    """Follow the numbers of one space, or of all contact spaces together, until interrupted.

    On a terminal they are shown in place. Else, and with --json, there is a line for each change: the body
    that the endpoint answers.
    """
    if as_json and as_csv:
        raise click.UsageError("--json and --csv: take one of them.")
    with opened(settings_of(db, config)) as store:
        owner = find.organization(store, handle)
        scope = find.scope(store, owner, space_token)
        if all_content and space_token is None:
            scope = Scope(owner.id, all_content=True)
        show = _show_csv if as_csv else _show_json if as_json or not sys.stdout.isatty() else _show_in_place
        try:
            show(store, scope, changes)
        except KeyboardInterrupt:
            return  # the usual end: exit code 0, not 130


def _changes(store: Store, scope: Scope, max_changes: int | None) -> Iterator[Totals]:
    """The numbers now, and again each time they have changed; at most `max_changes` times."""
    from callboard.query.analytics import Analytics

    analytics = Analytics(store)
    rows_shown: Totals | None = None
    left = max_changes
    while left is None or left:
        totals = analytics.totals(scope)
        if totals == rows_shown:
            time.sleep(CHECK_EVERY_S)
            continue
        rows_shown = totals
        yield totals
        if left is not None:
            left -= 1
        if left != 0:  # no pause after the last answer
            time.sleep(MIN_INTERVAL_S)


def _show_json(store: Store, scope: Scope, max_changes: int | None) -> None:
    from callboard.query.analytics import analytics_body

    for totals in _changes(store, scope, max_changes):
        sys.stdout.buffer.write(analytics_body(totals) + b"\n")
        sys.stdout.flush()


def _show_csv(store: Store, scope: Scope, max_changes: int | None) -> None:
    rows = csv.writer(sys.stdout, lineterminator="\n")
    rows.writerow(COLUMNS)
    for each in _changes(store, scope, max_changes):
        rows.writerow(
            (
                iso(system_clock()),
                each.total_calls,
                each.calls_completed,
                each.calls_failed,
                each.avg_duration_seconds,
                each.total_tasks,
                each.tasks_pending,
                each.tasks_running,
                each.tasks_completed,
                each.tasks_failed,
            )
        )
        sys.stdout.flush()


def _show_in_place(store: Store, scope: Scope, max_changes: int | None) -> None:
    from rich.console import Console
    from rich.live import Live
    from rich.text import Text

    with Live(console=Console(highlight=False), auto_refresh=False) as screen:
        stuck, counted_at = 0, float("-inf")
        for totals in _changes(store, scope, max_changes):
            if time.monotonic() - counted_at > STUCK_EVERY_S:
                stuck, counted_at = count_stuck(store, scope), time.monotonic()
            rows_shown = [*lines(totals, stuck), "", f"As of {iso(system_clock())}. Ctrl-C ends it."]
            screen.update(Text("\n".join(rows_shown)), refresh=True)

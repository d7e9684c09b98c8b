"""`callboard analytics`: the numbers of the analytics endpoint, the success rate and what needs attention."""

from __future__ import annotations

import sys

import click

from callboard.cli import find
from callboard.cli.options import opened, org_option, settings_of, store_options
from callboard.clock import system_clock
from callboard.model.totals import Totals, success_rate
from callboard.store.interface import Store
from callboard.store.questions import Scope, TaskFilter


@click.command()
@org_option
@click.option("--space", "space_token", metavar="TOKEN", help="One space alone.")
@store_options
def analytics(
    *, handle: str | None, space_token: str | None, db: str | None, config: str | None, as_json: bool
) -> None:
    """Calls and tasks in numbers: of one space, or of all contact spaces together.

    --json prints the body that the endpoint answers, byte for byte.
    """
    from callboard.query.analytics import Analytics, analytics_body

    with opened(settings_of(db, config)) as store:
        scope = find.scope(store, find.organization(store, handle), space_token)
        totals = Analytics(store).totals(scope)
        stuck = 0 if as_json else count_stuck(store, scope)
    if as_json:
        sys.stdout.buffer.write(analytics_body(totals))
        if sys.stdout.isatty():
            sys.stdout.buffer.write(b"\n")
        return
    print("\n".join(lines(totals, stuck)))


def count_stuck(store: Store, scope: Scope) -> int:
    """The number of tasks that are stuck at this moment."""
    return store.count_tasks(scope, TaskFilter(stuck=True, now=system_clock()))


def lines(totals: Totals, stuck: int) -> list[str]:
    """The six fields one below the other, then the success rate and what needs attention."""
    numbers = [
        ("Total calls", f"{totals.total_calls:,}"),
        ("Completed calls", f"{totals.calls_completed:,}"),
        ("Failed calls", f"{totals.calls_failed:,}"),
        ("Average duration", f"{totals.avg_duration_seconds:,} s"),
        ("Total tasks", f"{totals.total_tasks:,}"),
        ("  pending", f"{totals.tasks_pending:,}"),
        ("  running", f"{totals.tasks_running:,}"),
        ("  completed", f"{totals.tasks_completed:,}"),
        ("  failed", f"{totals.tasks_failed:,}"),
    ]
    width = max(len(number.removesuffix(" s")) for _, number in numbers)
    table = [f"{name:<18}{_right(number, width)}" for name, number in numbers]
    return [
        *table,
        "",
        rate_line(totals),
        f"Needs attention: {totals.tasks_failed:,} failed, {stuck:,} stuck",
    ]


def rate_line(totals: Totals) -> str:
    """`Success rate 78.96 % (987 of 1,250)`."""
    rate = success_rate(totals)
    if rate is None:
        return "Success rate - (no calls made yet)"
    return f"Success rate {rate:.2f} % ({totals.calls_completed:,} of {totals.total_calls:,})"


def _right(number: str, width: int) -> str:
    """Right-aligned by its digits, so that a unit stands outside the column."""
    bare = number.removesuffix(" s")
    return f"{bare:>{width}}{number[len(bare) :]}"

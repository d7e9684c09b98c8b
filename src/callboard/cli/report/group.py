"""`callboard report`: the table of reports."""

from __future__ import annotations

import click

from callboard.cli.lazy import Lazy, LazyGroup

REPORTS = {
    "live": Lazy("callboard.cli.report.live", "live", "Follow the numbers as they change."),
    "spaces": Lazy("callboard.cli.report.spaces", "spaces", "All campaigns side by side."),
    "series": Lazy("callboard.cli.report.series", "series", "Numbers over time."),
    "durations": Lazy("callboard.cli.report.durations", "durations", "How long, and how soon answered."),
    "concurrency": Lazy("callboard.cli.report.concurrency", "concurrency", "Calls at once."),
    "attention": Lazy("callboard.cli.report.attention", "attention", "What needs a human."),
    "trust": Lazy("callboard.cli.report.trust", "trust", "Whether to trust the numbers."),
    "metrics": Lazy("callboard.cli.report.metrics", "metrics", "What every number means."),
}


@click.group(cls=LazyGroup, table=REPORTS)
def report() -> None:
    """Reports over any period. Each also with --json (what the API answers) and --csv."""

"""Which reports there are."""

from __future__ import annotations

import click

from callboard.cli.lazy import Lazy, LazyGroup

REPORTS = {
    "live": Lazy("callboard.cli.report.live", "live", "Follow the numbers as they change."),
}


@click.group(cls=LazyGroup, table=REPORTS)
def report() -> None:
    """Reports on calls and tasks."""

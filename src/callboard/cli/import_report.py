"""The output of an import: progress while it runs, a report at its end."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from callboard.cli.output import plain

if TYPE_CHECKING:
    from callboard.ingest.sources.opening import Opened
    from callboard.ingest.sources.records import Rows
    from callboard.ingest.sources.report import ImportReport

_SHOWN_SPACES = 20


@contextmanager
def bar(source: Opened, rows: Rows) -> Iterator[Callable[[], None]]:
    """A progress bar on standard error, by bytes for text and by rows for Parquet, with the speed; nothing
    without a terminal.
    """
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        DownloadColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
        TransferSpeedColumn,
    )

    from callboard.ingest.sources.parquet import ParquetRows

    console = Console(stderr=True)
    name = TextColumn("{task.description}")
    if isinstance(rows, ParquetRows):
        columns = (
            name,
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[rate]}"),
            TimeRemainingColumn(),
        )
        total: int | None = rows.total
    else:
        columns = (name, BarColumn(), DownloadColumn(), TransferSpeedColumn(), TimeRemainingColumn())  # type: ignore[assignment]
        total = source.size
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as shown:
        task = shown.add_task(f"Importing {plain(source.name)}", total=total, rate="")
        began = time.monotonic()

        def report() -> None:
            done = rows.done if isinstance(rows, ParquetRows) else source.done()
            rate = done / max(time.monotonic() - began, 0.001)
            shown.update(task, completed=done, rate=f"{rate:,.0f} rows/s")

        yield report


def show_report(report: ImportReport, undo: str | None) -> None:
    """Print what became of the rows."""
    if report.batch_no is None:
        click.echo(
            f"Dry run: nothing was written. {_rows(report.received)} read, {report.valid:,} of them valid."
        )
    else:
        click.echo(f"{_rows(report.received)} read.")
        if report.earlier:
            click.echo(f"Carried on behind the {report.earlier:,} that an interrupted run had taken.")
        for what, count in (
            ("applied", report.applied),
            ("duplicate", report.duplicate),
            ("stale", report.stale),
        ):
            click.echo(f"  {what:<10}{count:>12,}")
    click.echo(f"  {'rejected':<10}{report.rejected:>12,}")
    _show_rejections(report)
    _show_times(report)
    _show_spaces(report)
    if undo is not None:
        click.echo(f"This is batch {report.batch}. To withdraw it: {undo}")


def _show_rejections(report: ImportReport) -> None:
    for reason, count in sorted(report.reasons.items(), key=lambda pair: -pair[1]):
        example = report.examples.get(reason)
        said = f"  (line {example[0]}: {plain(example[1])})" if example else ""
        click.echo(f"    {reason:<20}{count:>10,}{said}")
    if report.rejects is not None:
        click.echo(f"  The rejected rows are in {report.rejects}")


def _show_times(report: ImportReport) -> None:
    if count := report.ambiguous_times:
        what = "1 local time comes" if count == 1 else f"{count:,} local times come"
        click.echo(f"{what} twice, because clocks go back; taken as the earlier.")
    if count := report.impossible_times:
        what = "1 local time does" if count == 1 else f"{count:,} local times do"
        click.echo(f"{what} not exist, because clocks go forward; moved forward by as much.")


def _show_spaces(report: ImportReport) -> None:
    for use in list(report.spaces.values())[:_SHOWN_SPACES]:
        token = use.space.token if use.space else "-"
        made = "" if not use.created else "  (created)" if use.space else "  (would be created)"
        click.echo(f"  {plain(use.name):<24} {token:<24}{_rows(use.rows):>14}{made}")
    if len(report.spaces) > _SHOWN_SPACES:
        click.echo(f"  and {len(report.spaces) - _SHOWN_SPACES} more spaces")


def _rows(count: int) -> str:
    return f"{count:,} row" if count == 1 else f"{count:,} rows"


def show_stopped(report: ImportReport, undo: str | None) -> None:
    """Print to standard error how far an interrupted import got, and how to continue or undo it."""
    if undo is not None:
        click.echo(
            f"Stopped behind {_rows(report.received)}: {report.applied:,} applied, "
            f"{report.rejected:,} rejected. The same command carries on; {undo} withdraws them.",
            err=True,
        )

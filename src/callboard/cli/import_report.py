"""The output of an import: progress while it runs, a report at its end."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

from callboard.cli.output import plain, show_table
from callboard.ingest.sources.guessing.accepted import ACCEPTED
from callboard.store.interface import batch_id

if TYPE_CHECKING:
    from callboard.ingest.sources.files.opening import Opened
    from callboard.ingest.sources.files.records import Rows
    from callboard.ingest.sources.mapping.closed import UnknownWord
    from callboard.ingest.sources.preview import Numbers
    from callboard.ingest.sources.report import ImportReport
    from callboard.store.importing import ImportBatch

_SHOWN_SPACES = 20
_SHOWN_WORDS = 20


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

    from callboard.ingest.sources.files.parquet import ParquetRows

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


def show_report(report: ImportReport, undo: str | None, undo_of: Callable[[str], str]) -> None:
    """Print what became of the rows. `undo_of`: the command that withdraws a batch."""
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
    _show_lines(report)
    _show_words(report)
    _show_ids(report)
    _show_times(report)
    _show_lost_numbers(report)
    _show_spaces(report)
    _show_replaced(report, undo_of)
    if report.preview is not None:
        show_numbers(report.preview)
    if report.task_preview is not None and report.task_preview.items:
        show_numbers(report.task_preview)
    if report.command is not None:
        click.echo(f"\nRead by this command: {plain(report.command)}")
    if report.saved_mapping is not None:
        click.echo(f"Saved as the mapping {plain(report.saved_mapping)}.")
        for kind in report.accepted:
            click.echo(f"  Of its next file it is accepted that {ACCEPTED[kind]} ({kind}).")
    if undo is not None:
        click.echo(f"This is batch {report.batch}. To withdraw it: {undo}")


def _show_rejections(report: ImportReport) -> None:
    for reason, count in sorted(report.reasons.items(), key=lambda pair: -pair[1]):
        example = report.examples.get(reason)
        said = f"  (line {example[0]}: {plain(example[1])})" if example else ""
        click.echo(f"    {reason:<20}{count:>10,}{said}")
    if report.rejects is not None:
        click.echo(f"  The rejected rows are in {report.rejects}")


_LINES = {
    "title": "above the header",
    "types": "naming types or units of the columns",
    "repeated header": "repeating the header",
    "totals": "of totals",
    "drawn": "around a drawn table",
    "condition": "that --leave-out names",
}


def _show_lines(report: ImportReport) -> None:
    if report.left_out:
        kinds = ", ".join(
            f"{count:,} {_LINES.get(kind, plain(kind))}" for kind, count in sorted(report.left_out.items())
        )
        many = sum(report.left_out.values())
        lines = "1 line is no row" if many == 1 else f"{many:,} lines are no rows"
        click.echo(f"{lines}: {kinds}.")
    if count := report.mended:
        rows = "1 row has" if count == 1 else f"{count:,} rows have"
        click.echo(f"{rows} quotes that are not doubled; read by the number of columns.")


def _show_replaced(report: ImportReport, undo_of: Callable[[str], str]) -> None:
    if report.replaces:
        names = ", ".join(map(batch_id, report.replaces))
        click.echo(f"It replaces {names}, of which nothing counts any more.")
    if report.replaced:
        click.echo(f"What was imported before about {_items(report.replaced)} is replaced.")
    for number, items in report.earlier_readings.items():
        click.echo(
            f"{_items(items)} still stand as {batch_id(number)} read them, by other options; to withdraw "
            f"them: {undo_of(batch_id(number))}"
        )


def show_not_brought_back(found: ImportBatch, left: Mapping[int, int]) -> None:
    """Print what an import that was withdrawn had replaced. `left`: calls and tasks of the imports that it
    replaced which it had not come to.
    """
    if found.replaced:
        click.echo(
            f"What it had replaced of {_items(found.replaced)} is not brought back: import that file again."
        )
    for number, items in left.items():
        name = batch_id(number)
        click.echo(f"{_items(items)} of {name}, to which it had not come, still count; undo {name} too.")


def _items(count: int) -> str:
    return "1 call or task" if count == 1 else f"{count:,} calls and tasks"


def _show_words(report: ImportReport) -> None:
    """Show each word that nobody knows, with the option that says what it means."""
    for each in report.unknown_words[:_SHOWN_WORDS]:
        what = "rejected" if each.rejects else _kept(each)
        word = "further words" if each.word is None else repr(each.word)
        click.echo(f"Unknown {each.field}: {plain(word)} in {_rows(each.rows)} ({what})")
        if each.option is not None:
            click.echo(f"    {plain(each.option)}   {_choices(each)}")
    if (more := len(report.unknown_words) - _SHOWN_WORDS) > 0:
        click.echo(f"  and {more:,} more words; --json lists them")
    if report.unknown_words and not any(each.choices for each in report.unknown_words):
        click.echo("The platform's table lacks these words: a later version may know them.")
    elif report.unknown_words and report.batch_no is not None:
        click.echo(
            "To complete what is imported, run the command again with these lines filled in and --replace."
        )


def _kept(word: UnknownWord) -> str:
    return f"kept as source_{word.field}" if word.is_kept else f"{word.field} left out"


def _choices(word: UnknownWord) -> str:
    *others, last = word.choices
    return f"(… is {', '.join(others)} or {last})"


def _show_ids(report: ImportReport) -> None:
    if report.differing_rows:
        click.echo(
            f"{_rows(report.differing_rows)} got the id of an earlier row that says something else, and are "
            "one with it; more columns in --id-from tell them apart."
        )


def _show_times(report: ImportReport) -> None:
    if count := report.ambiguous_times:
        what = "1 local time comes" if count == 1 else f"{count:,} local times come"
        click.echo(f"{what} twice, because clocks go back; taken as the earlier.")
    if count := report.impossible_times:
        what = "1 local time does" if count == 1 else f"{count:,} local times do"
        click.echo(f"{what} not exist, because clocks go forward; moved forward by as much.")


def _show_lost_numbers(report: ImportReport) -> None:
    if count := report.lost_numbers:
        what = "1 telephone number has" if count == 1 else f"{count:,} telephone numbers have"
        click.echo(
            f"{what} lost digits in a spreadsheet, as 1.20256E+10, and are left out; export the file again, "
            "with the numbers as text."
        )


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


def show_numbers(numbers: Numbers) -> None:
    """Print the numbers that an import would bring, as a table."""
    body = {key: value for key, value in numbers.as_json().items() if key != "calls_by_agent"}
    click.echo("\nWhat the file brings:\n")
    show_table(
        ("What", "How much"),
        [(name.replace("_", " "), _shown(value)) for name, value in body.items()],
        empty="Nothing.",
    )


def _shown(value: Any) -> str:
    if value is None:
        return "-"
    return f"{value:,}" if isinstance(value, int | float) else str(value)

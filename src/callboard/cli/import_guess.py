"""Guesses the mapping of a file, shows it, and asks for confirmation."""

from __future__ import annotations

import json
import shlex
from typing import TYPE_CHECKING, Any

import click

from callboard.cli.output import plain, show_table
from callboard.errors import CallerError
from callboard.ingest.sources.records import ImportOptionError, RowError

if TYPE_CHECKING:
    from callboard.ingest.sources.guess import Guess
    from callboard.ingest.sources.plan import ImportPlan

_SHOWN_ROWS = 5
_SHOWN_CHARACTERS = 24


def refuse(plan: ImportPlan) -> click.UsageError:
    """The error for a script without `--map`: the file's columns, and how to assign them."""
    from callboard.ingest.sources.plan import open_rows

    columns = ""
    if plan.file != "-":
        try:
            with open_rows(plan, None) as (_, rows):
                columns = " Its columns are: " + ", ".join(map(plain, rows.columns)) + "."
        except CallerError:  # the file cannot be read: the error about the options stands without its columns
            columns = ""
    needed = "task_id=…,status=…" if plan.options.record_type == "task" else "call_id=…,call_status=…"
    return click.UsageError(
        f"Columns are not guessed in a script: say which fills which field, --map '{needed}'.{columns} "
        f"In a terminal, callboard import {shlex.quote(plan.file)} shows a guess as a command to copy."
    )


def confirm(plan: ImportPlan) -> ImportPlan:
    """Guess, show and ask; returns the confirmed plan. Raises `click.Abort` if the answer is no."""
    from callboard.ingest.sources.guess import guess

    found = guess(plan)
    _show_rows(found)
    if found.missing:
        raise ImportOptionError(
            f"No column looks like {' or '.join(found.missing)}; say it with --map. "
            f"So far: {found.plan.command()}"
        )
    _ask_for_times(found)
    _show_events(found)
    for warning in found.warnings:
        click.echo(f"Mind: {plain(warning)}")
    click.echo("\nThe command that does this again:\n")
    click.echo(f"  {found.plan.command()}\n")
    click.confirm("Import it so?", abort=True)
    return found.plan


def _show_rows(found: Guess) -> None:
    """Show the first rows transposed, one per column: files have more columns than fit a terminal."""
    shown = found.sample[:_SHOWN_ROWS]
    fields = {column: target for target, source in _sources(found).items() for column in source}
    click.echo(f"The first rows of {plain(found.plan.file)}, as they stand:\n")
    show_table(
        ("Column", "Fills", *(f"Row {number}" for number in range(1, len(shown) + 1))),
        [
            (column, fields.get(column, ""), *(_short(each.row.get(column)) for each in shown))
            for column in found.columns
        ],
        empty="No columns.",
    )


def _sources(found: Guess) -> dict[str, list[str]]:
    """The columns that each field is made of."""
    from callboard.ingest.sources.mapping import Template, assignments

    return {
        field: Template(text).columns for field, text in assignments(found.plan.options.map, "--map").items()
    }


def _ask_for_times(found: Guess) -> None:
    from callboard.ingest.sources.times import TimeReader

    if len(found.formats) > 1:
        click.echo("Day and month cannot be told apart. The first time can be read as:")
        value = _first_time(found)
        for number, form in enumerate(found.formats, 1):
            click.echo(f"  {number}  {_read(value, form)}   ({form})")
        choice = click.prompt("Which is right?", type=click.IntRange(1, len(found.formats)))
        found.with_time_format(found.formats[choice - 1])
    while found.needs_zone:
        name = click.prompt("The times say no offset. Which zone are they of (as Europe/Berlin, or UTC)?")
        try:
            TimeReader((), name)
        except ImportOptionError as error:
            click.echo(error.message, err=True)
        else:
            found.with_timezone(name)


def _first_time(found: Guess) -> str:
    """The first row's value of the first time field, as its template builds it."""
    from callboard.ingest.sources.fields import FIELDS
    from callboard.ingest.sources.mapping import RowMapping

    kinds = FIELDS[found.plan.options.record_type]
    for target, template in RowMapping(found.plan.options).templates.items():
        if kinds.get(target) == "time":
            return str(template.reader(whole=False)(found.sample[0].row))
    return ""


def _read(value: str, form: str) -> str:
    from callboard.ingest.sources.times import from_format

    moment = from_format(value, form)
    return moment.strftime("%A, %d %B %Y, %H:%M:%S") if moment else f"{value} (not read so)"


def _show_events(found: Guess) -> None:
    from callboard.ingest.sources.mapping import RowMapping

    mapping = RowMapping(found.plan.options)
    click.echo("\nThe same rows, read as events:")
    for record in found.sample[:_SHOWN_ROWS]:
        try:
            event = {key: value for key, value in mapping.event(record.row).items() if key != "type"}
            click.echo(f"  {json.dumps(event, ensure_ascii=False, default=str)}")
        except RowError as error:
            click.echo(f"  rejected: {plain(error.message)}")


def _short(value: Any) -> str:
    text = "" if value is None else str(value)
    return text if len(text) <= _SHOWN_CHARACTERS else f"{text[:_SHOWN_CHARACTERS]}…"

"""`callboard import --guess`: show what a file seems to hold, ask about what it does not tell."""

from __future__ import annotations

import json
import shlex
from typing import TYPE_CHECKING, Any

import click

from callboard.cli.import_doubts import NotDecidedError, agree, option_text
from callboard.cli.import_report import show_numbers
from callboard.cli.output import plain, progress_bar, show_table
from callboard.errors import CallerError
from callboard.ingest.sources.files.records import ImportOptionError, RowError

if TYPE_CHECKING:
    from callboard.ingest.sources.guessing.doubts import Answer, Doubt
    from callboard.ingest.sources.guessing.guess import Guess
    from callboard.ingest.sources.plan import ImportPlan
    from callboard.ingest.sources.preview import Numbers

_SHOWN_ROWS = 5
_SHOWN_CHARACTERS = 24


def refuse(plan: ImportPlan) -> click.UsageError:
    """The error for a script without `--map` and without `--guess`: the file's columns, and what to do."""
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
        f"Say which column fills which field, --map '{needed}', or --guess.{columns} With --guess, "
        f"callboard import {shlex.quote(plan.file)} finds it out and asks about what is doubtful."
    )


def decided(plan: ImportPlan, mode: str) -> tuple[ImportPlan, Numbers]:
    """The plan that a guess completes, without asking anybody. Raises `NotDecidedError` if something is
    doubtful and `mode` is not `anyway`.
    """
    found = _guess(plan)
    if found.missing or (found.doubts and mode != "anyway"):
        raise NotDecidedError(found.doubts, found.plan.command(), preview=found.preview)
    return found.plan, found.preview


def confirmed(plan: ImportPlan, *, dry_run: bool) -> ImportPlan:
    """The plan that a guess completes, shown at a terminal and confirmed. Raises `DeclinedError` if the
    answer is no.
    """
    found = _guess(plan)
    _show_rows(found)
    accepted: set[Doubt] = set()
    while (doubt := next((each for each in found.doubts if each not in accepted), None)) is not None:
        click.echo(f"\nMind: {plain(doubt.message)}.")
        answer = _asked(doubt)
        if answer is None:
            accepted.add(doubt)
        else:
            plan, found = _answered(plan, found, answer)
    if found.missing:
        raise ImportOptionError(
            f"No column looks like {' or '.join(found.missing)}; say it with --map. "
            f"So far: {found.plan.command()}"
        )
    _show_events(found)
    if not dry_run:  # which shows them with what else it found
        show_numbers(found.preview)
    click.echo("\nThe command that does this again:\n")
    click.echo(f"  {found.plan.command()}\n")
    if not dry_run:
        agree("Import it so?")
    return found.plan


def _guess(plan: ImportPlan) -> Guess:
    from callboard.ingest.sources.guessing.guess import guess

    with progress_bar(f"Reading {plain(plan.file)}") as shown:
        rows = 0

        def progress() -> None:
            nonlocal rows
            rows += 1
            shown(rows, rows)

        return guess(plan, progress=progress)


def _asked(doubt: Doubt) -> Answer | None:
    """The answer that a person gives; None to leave the guess as it is. The first answer is the guess."""
    if not doubt.answers:
        agree("Go on all the same?")
        return None
    for number, answer in enumerate(doubt.answers, 1):
        click.echo(f"  {number}  {plain(answer.meaning)}   ({option_text(answer)})")
    choice = click.prompt(
        "Which is right? (0: leave it as it is)",
        type=click.IntRange(0, len(doubt.answers)),
        default=1,
    )
    if choice == 0:
        return None
    chosen = doubt.answers[choice - 1]
    return _filled_in(chosen)


def _filled_in(answer: Answer) -> Answer:
    """The answer with what only the person knows, such as the name of a column."""
    from msgspec.structs import replace

    if "…" not in answer.value:
        return answer
    text = click.prompt(f"{answer.option}: {answer.meaning}")
    return replace(answer, value=answer.value.replace("…", text))


def _answered(plan: ImportPlan, found: Guess, answer: Answer) -> tuple[ImportPlan, Guess]:
    from callboard.ingest.sources.guessing.answers import with_answer

    try:
        added = with_answer(plan, answer)
        return added, _guess(added)
    except ImportOptionError as error:
        click.echo(error.message, err=True)
        return plan, found


def _show_rows(found: Guess) -> None:
    """Show the first rows transposed, one per column: files have more columns than fit a terminal."""
    shown = found.sample[:_SHOWN_ROWS]
    fields: dict[str, str] = {}
    for target, columns in _sources(found).items():
        for column in columns:
            fields[column] = f"{fields[column]}, {target}" if column in fields else target
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
        field: Template(text).columns if "{" in text else [text]
        for field, text in assignments(found.plan.options.map, "--map").items()
    }


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

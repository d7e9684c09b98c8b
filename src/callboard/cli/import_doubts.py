"""What `callboard import` asks before it writes: whether to replace earlier readings, and what to do with a
file that its saved mapping does not fit. In a script it is printed, with exit code 3.
"""

from __future__ import annotations

import dataclasses
import shlex
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import click

from callboard.cli.output import plain, show_json
from callboard.clock import iso, system_clock
from callboard.ingest.sources.files.records import ImportOptionError
from callboard.ingest.sources.guessing.doubts import Answer, Doubt
from callboard.store.interface import batch_id

if TYPE_CHECKING:
    from callboard.ingest.sources.imported_before import Before
    from callboard.ingest.sources.mapping import RowMapping
    from callboard.ingest.sources.plan import ImportPlan
    from callboard.ingest.sources.preview import Numbers
    from callboard.ingest.sources.report import ImportReport
    from callboard.ingest.sources.targets import Target
    from callboard.store.importing import ImportBatch, Reading

DOUBTFUL = 3
"""Exit code: nothing was imported, because something has to be decided first."""
_NAMED = 5
"""Earlier imports that a message names one by one."""


class NotDecidedError(Exception):
    """Something has to be decided before the import, and nobody can be asked."""

    def __init__(
        self,
        doubts: Sequence[Doubt],
        command: str,
        undo: str | None = None,
        preview: Numbers | None = None,
    ) -> None:
        super().__init__()
        self.doubts = doubts
        self.command = command
        """The command that imports all the same."""
        self.undo = undo
        """The command that withdraws an earlier import instead."""
        self.preview = preview
        """What the import would bring by that command."""


class DeclinedError(Exception):
    """A person was asked whether to import, and said no."""


def agree(question: str) -> None:
    """Ask a person at the terminal. Raises `DeclinedError` for no, and `click.Abort` for Ctrl-C."""
    if not click.confirm(question):
        raise DeclinedError


@dataclass(frozen=True)
class Asking:
    """Whether a person can be asked."""

    can_prompt: bool

    def settle(self, question: str, refusal: NotDecidedError) -> None:
        """Return when the person says yes. Raises the refusal where nobody can be asked, and
        `DeclinedError` for no.
        """
        if not self.can_prompt or not sys.stdin.isatty():
            raise refusal
        for doubt in refusal.doubts:
            click.echo(f"Mind: {plain(doubt.message)}")
        if refusal.undo is not None:
            click.echo(f"To withdraw the earlier import: {refusal.undo}")
        agree(question)


def show_not_decided(error: NotDecidedError, *, as_json: bool) -> int:
    """Print what has to be decided, and the commands that do it. Returns the exit code."""
    if as_json:
        body: dict[str, Any] = {
            "doubts": [_as_json(each) for each in error.doubts],
            "command": error.command,
            "undo": error.undo,
        }
        if error.preview is not None:
            body["preview"] = error.preview.as_json()
        show_json(body)
        return DOUBTFUL
    for doubt in error.doubts:
        click.echo(f"Not imported: {plain(doubt.message)}.", err=True)
        for answer in doubt.answers:
            click.echo(f"    {option_text(answer)}   ({plain(answer.meaning)})", err=True)
    click.echo(f"To import it all the same: {error.command}", err=True)
    if error.undo is not None:
        click.echo(f"To withdraw the earlier import instead: {error.undo}", err=True)
    return DOUBTFUL


def option_text(answer: Answer) -> str:
    """The option of an answer as it is typed."""
    option, *values = arguments_of(answer)
    return " ".join((option, *map(shlex.quote, values)))


def arguments_of(answer: Answer) -> list[str]:
    """The option of an answer as a list of arguments, which a script passes on as they are."""
    if answer.option == "--when":
        condition, _, assignment = answer.value.rpartition(" ")
        return [answer.option, condition, assignment]
    return [answer.option, answer.value] if answer.value else [answer.option]


def _as_json(doubt: Doubt) -> dict[str, Any]:
    answers = [
        {
            "option": each.option,
            "value": each.value,
            "meaning": each.meaning,
            "arguments": arguments_of(each),
        }
        for each in doubt.answers
    ]
    return {"about": doubt.about, "column": doubt.column, "message": doubt.message, "answers": answers}


def settle_replacement(
    plan: ImportPlan,
    earlier: Sequence[ImportBatch],
    reading: Reading,
    asking: Asking,
    overlapping: Mapping[int, int],
    *,
    replace: bool,
) -> bool:
    """Whether the import is to replace the earlier ones. Raises `NotDecidedError`, `DeclinedError`."""
    if not earlier or replace:
        return replace
    asking.settle("Replace what was imported before?", replacement(plan, earlier, reading, overlapping))
    return True


def settle_heading_zones(plan: ImportPlan, asking: Asking) -> None:
    """Go on if no heading says another zone than the plan, or a person says that the plan is right. Raises
    `NotDecidedError`, `DeclinedError`.
    """
    from callboard.ingest.sources.guessing.heading_zones import heading_zone_doubts

    if plan.file == "-" and plan.spool is None:
        return
    if doubts := heading_zone_doubts(plan):
        kept = tuple(each.answers[-1].value for each in doubts)
        options = dataclasses.replace(plan.options, timezone=(*plan.options.timezone, *kept))
        all_the_same = dataclasses.replace(plan, options=options)
        asking.settle("Is --timezone right?", NotDecidedError(doubts, all_the_same.command()))


def settle_table(plan: ImportPlan, asking: Asking) -> ImportPlan:
    """The plan with the table that it reads of a dump with several. Raises `NotDecidedError`,
    `DeclinedError`.
    """
    from callboard.ingest.sources.guessing.tables import with_mapped_table

    chosen, doubts = with_mapped_table(plan)
    if doubts:
        asking.settle(f"Read the table {chosen.table}?", NotDecidedError(doubts, chosen.command()))
    return chosen


def settle_known_ids(plan: ImportPlan, doubt: Doubt | None, asking: Asking) -> None:
    """Go on if the ids of the file are those of the calls that have them. Raises `NotDecidedError`,
    `DeclinedError`.
    """
    if doubt is not None:
        accepting = dataclasses.replace(plan, accept=(*plan.accept, "known_ids"))
        asking.settle("Are they the same calls?", NotDecidedError([doubt], accepting.command()))


def settle_before(plan: ImportPlan, doubt: Before | None, kind: str, asking: Asking) -> None:
    """Go on if nothing stands that says the same. Raises `NotDecidedError`, `DeclinedError`."""
    if doubt is not None:
        accepting = dataclasses.replace(plan, accept=(*plan.accept, kind))
        undo = None if doubt.batch_no is None else plan.undo(batch_id(doubt.batch_no))
        asking.settle("Import it all the same?", NotDecidedError([doubt], accepting.command(), undo))


def replacement(
    plan: ImportPlan,
    earlier: Sequence[ImportBatch],
    reading: Reading,
    overlapping: Mapping[int, int],
) -> NotDecidedError:
    """The doubt about an import that contradicts earlier ones. `overlapping`: of how many rows each says
    something else.
    """
    from callboard.store.importing import contradicts, is_of_series

    same_file = [each for each in earlier if contradicts(each, reading)]
    series = [each for each in earlier if each not in same_file and is_of_series(each, reading)]
    others = [each for each in earlier if each not in same_file and each not in series]
    doubts = []
    if same_file:
        doubts.append(
            Doubt(
                "rows",
                f"this file was imported before, read otherwise: {_names(same_file)}. With --replace this "
                "import replaces that one; without it, calls would be a mixture of both readings",
            )
        )
    if series:
        doubts.append(
            Doubt(
                "rows",
                f"the mapping {plan.mapping!r} has read files by other options before: {_names(series)}. "
                "With --replace, what this file names is read anew; the rest stays as it was read",
            )
        )
    if others:
        rows = max(overlapping.get(each.batch_no, 0) for each in others)
        what = "1 row says" if rows == 1 else f"{rows:,} rows say"
        doubts.append(
            Doubt(
                "rows",
                f"{what} something else of a {reading.record_type} than an earlier import: {_names(others)}. "
                "With --replace, what this file names is read anew and the rest stays; without it, "
                f"{reading.record_type}s would be a mixture of both readings",
            )
        )
    last = (same_file or series or others)[-1]
    return NotDecidedError(doubts, f"{plan.command()} --replace", plan.undo(batch_id(last.batch_no)))


def check_fit(plan: ImportPlan, target: Target, asking: Asking) -> None:
    """Read the whole file by its saved mapping, before the first row is written. Raises `NotDecidedError`
    when it does not fit.
    """
    from callboard.ingest.sources.guessing.dialect_fit import dialect_doubts
    from callboard.ingest.sources.guessing.fit import column_doubt
    from callboard.ingest.sources.mapping import RowMapping

    found, as_written = dialect_doubts(plan)
    if found:
        raise NotDecidedError(found, as_written.command())
    mapping = RowMapping(plan.options)
    try:
        report = dry_run(plan, mapping, target)
    except ImportOptionError as error:
        doubt = column_doubt(plan.mapping, error.message, _gone_fields(plan))
        raise NotDecidedError([doubt], plan.command()) from error
    if doubts := _fit_doubts(plan, report):
        refusal = NotDecidedError(doubts, plan.command(), preview=report.preview)
        asking.settle("Import it all the same?", refusal)


def dry_run(plan: ImportPlan, mapping: RowMapping, target: Target) -> ImportReport:
    """What reading the whole file finds; nothing is written."""
    from callboard.ingest.sources.importer import Importer
    from callboard.ingest.sources.plan import open_rows, wanted_columns
    from callboard.ingest.sources.rejects import RejectsFile

    wanted = wanted_columns(plan, mapping)
    with (
        TemporaryDirectory() as folder,
        open_rows(plan, wanted, whole=mapping.reads_all) as (_, rows),
        RejectsFile(Path(folder) / "rejected", rows.kind, rows.columns) as rejected,
    ):
        return Importer(rows, mapping, target, rejected, system_clock).dry_run()


def _fit_doubts(plan: ImportPlan, report: ImportReport) -> list[Doubt]:
    from callboard.ingest.sources.guessing.fit import fit_doubts, row_doubts

    rejected = {reason: (rows, *report.examples[reason]) for reason, rows in report.reasons.items()}
    found = row_doubts(plan, report.received, rejected, report.unknown_words)
    if report.preview is not None and not report.received == report.rejected > 0:
        found += fit_doubts(plan, report.preview)
    return found


def _gone_fields(plan: ImportPlan) -> list[str]:
    from callboard.ingest.sources.guessing.fit import gone_fields
    from callboard.ingest.sources.plan import open_rows

    with open_rows(plan, None) as (_, rows):
        return gone_fields(plan.options, rows.columns)


def _names(batches: Sequence[ImportBatch]) -> str:
    shown = [
        f"{batch_id(each.batch_no)} ({each.label}, {iso(each.received_at)})" for each in batches[-_NAMED:]
    ]
    more = len(batches) - len(shown)
    return ", ".join(shown) + (f" and {more} before" if more else "")

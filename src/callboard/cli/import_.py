"""`callboard import FILE` and `callboard import undo BATCH`."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from callboard.cli import find
from callboard.cli.options import opened, org_option, settings_of, store_options
from callboard.cli.output import progress_bar, show_json
from callboard.clock import iso, system_clock
from callboard.errors import CallboardError, NotFoundError
from callboard.ingest.sources.fields import DURATION_UNITS
from callboard.ingest.sources.records import ImportOptionError
from callboard.store.interface import batch_number

if TYPE_CHECKING:
    from callboard.ingest.sources.plan import ImportPlan
    from callboard.ingest.sources.report import ImportReport
    from callboard.store.interface import Store


class _FileOrUndo(click.Command):
    """`import FILE`, and `import undo` beside it. A file named `undo` is given as ./undo."""

    def make_context(
        self, info_name: str | None, args: list[str], parent: click.Context | None = None, **extra: Any
    ) -> click.Context:
        if args[:1] == ["undo"]:
            return undo.make_context(f"{info_name} undo", args[1:], parent, **extra)
        return super().make_context(info_name, args, parent, **extra)


@click.command("import", cls=_FileOrUndo)
@click.argument("file", metavar="FILE", type=click.Path(exists=True, dir_okay=False, allow_dash=True))
@org_option
@click.option("--space", metavar="TOKEN", help="The space that every row belongs to.")
@click.option(
    "--space-from",
    metavar="COLUMN",
    help="The column that names each row's space, or has its token; new ones are created.",
)
@click.option(
    "--map",
    "assignments",
    metavar="FIELD=COLUMN,…",
    multiple=True,
    help="Which column fills which field; several as a text: 'call_id={line}-{number}'. "
    "Without it, a guess is shown and asked about.",
)
@click.option("--set", "constants", metavar="FIELD=VALUE,…", multiple=True, help="A value for every row.")
@click.option(
    "--values",
    metavar="FIELD:WORD=VALUE,…",
    multiple=True,
    help="What the file's words mean: 'call_status:ANSWERED=completed,BUSY=missed'.",
)
@click.option(
    "--null",
    "nulls",
    metavar="FIELD:WORD,…",
    multiple=True,
    help="Words that mean \"none\": 'agent:NO_SERVER'.",
)
@click.option(
    "--time-format",
    "time_formats",
    metavar="FORMAT",
    multiple=True,
    help="How times are written, as strptime has it, or unix, unix_ms, unix_us. Else ISO 8601.",
)
@click.option("--timezone", metavar="ZONE", help="The IANA zone of times that carry no offset.")
@click.option(
    "--duration-unit", type=click.Choice(list(DURATION_UNITS)), default="seconds", help="Unit of durations."
)
@click.option(
    "--type", "record_type", type=click.Choice(["call", "task"]), default="call", help="What a row is."
)
@click.option(
    "--encoding", metavar="NAME", help="The file's encoding; else by its byte-order mark, else UTF-8."
)
@click.option(
    "--separator", metavar="CHARACTER", help="What stands between cells; else what fits the header."
)
@click.option("--dry-run", is_flag=True, help="Read and check every row, write nothing.")
@click.option(
    "--rejects", metavar="FILE", help="Where rejected rows go; else FILE.rejected.csv (or .ndjson) here."
)
@click.option("--label", metavar="TEXT", help="What the import is called on record; else the file's name.")
@click.option("--yes", is_flag=True, help="Ask nothing.")
@store_options
def import_(
    *,
    file: str,
    handle: str | None,
    space: str | None,
    space_from: str | None,
    assignments: tuple[str, ...],
    constants: tuple[str, ...],
    values: tuple[str, ...],
    nulls: tuple[str, ...],
    time_formats: tuple[str, ...],
    timezone: str | None,
    duration_unit: str,
    record_type: str,
    encoding: str | None,
    separator: str | None,
    dry_run: bool,
    rejects: str | None,
    label: str | None,
    yes: bool,
    db: str | None,
    config: str | None,
    as_json: bool,
) -> int:
    """Import the calls (or tasks) of a file: CSV, TSV, NDJSON or Parquet, packed with gzip or zstd or not.

    FILE is `-` for standard input. A row that cannot be taken is written to a file of its own with the
    reason; the others are kept. Imported twice, or begun again after an interruption, it ends the same.
    `callboard import undo BATCH` withdraws what an import brought. A file that Callboard exported needs no
    --map.

    \b
    callboard import calls.csv --org acme.com --space TOKEN --timezone Europe/Berlin \\
        --map 'call_id=id,call_status=disposition,creation_time=calldate,call_duration=billsec' \\
        --values 'call_status:ANSWERED=completed,NO ANSWER=missed,BUSY=missed,FAILED=failed'
    """  # noqa: D301 - the escapes are click's: a paragraph that is not to be wrapped
    from callboard.ingest.sources.exported import recognised
    from callboard.ingest.sources.mapping import MapOptions
    from callboard.ingest.sources.plan import ImportPlan, separator_of

    if (space is None) == (space_from is None):
        raise click.UsageError("Say where the rows belong: --space TOKEN, or --space-from COLUMN.")
    with wrong_usage(), opened(settings_of(db, config)) as store:
        options = MapOptions(
            assignments, constants, values, nulls, time_formats, timezone, duration_unit, record_type
        )
        plan = ImportPlan(
            file=file,
            handle=find.organization(store, handle).domain_handle,
            space=space,
            space_from=space_from,
            encoding=encoding,
            separator=separator_of(separator),
            options=options,
            db=db,
        )
        if not assignments:
            plan = recognised(plan) or _confirmed(plan, can_prompt=not (yes or as_json))
        return _import(store, plan, dry_run=dry_run, rejects=rejects, label=label, as_json=as_json)


@click.command("undo")
@click.argument("batch", metavar="BATCH")
@org_option
@store_options
def undo(*, batch: str, handle: str | None, db: str | None, config: str | None, as_json: bool) -> int:
    """Withdraw what an import brought, as if it had never been.

    Its events no longer count: calls and tasks are folded again without them, the numbers follow, and the
    withdrawal is on record. BATCH is the id that the import printed, like b12. Interrupted, it carries on
    when it is called again.
    """
    number = batch_number(batch)
    if number is None:
        raise click.UsageError(f"{batch!r} is no batch; its id looks like b12.")
    with opened(settings_of(db, config)) as store:
        owner = find.organization(store, handle)
        found = store.find_import(owner.id, number)
        if found is None:
            raise NotFoundError(f"{owner.name} has no import {batch}.")
        with progress_bar(f"Withdrawing {batch}") as progress:
            done = store.withdraw(owner.id, number, system_clock(), progress)
    if as_json:
        show_json({"batch_id": batch, "events": done.events, "calls": done.calls, "tasks": done.tasks})
    elif found.withdrawn_at is not None and done.events == 0:
        click.echo(f"{batch} was withdrawn before, at {iso(found.withdrawn_at)}; nothing was left to do.")
    else:
        click.echo(f"Withdrew {done.events:,} events of {batch} ({found.label}).")
        click.echo(f"{done.calls:,} calls and {done.tasks:,} tasks were folded again without them.")
    return 0


@contextmanager
def wrong_usage() -> Iterator[None]:
    """Turn `ImportOptionError` (options that do not fit the file) into wrong usage, exit code 2."""
    try:
        yield
    except ImportOptionError as error:
        raise click.UsageError(error.message) from error


def _confirmed(plan: ImportPlan, *, can_prompt: bool) -> ImportPlan:
    """The plan completed by a guess that was confirmed. Raises `UsageError` where nobody can be asked."""
    from callboard.cli.import_guess import confirm, refuse

    if not can_prompt or not sys.stdin.isatty() or plan.file == "-":
        raise refuse(plan)
    return confirm(plan)


def _import(
    store: Store, plan: ImportPlan, *, dry_run: bool, rejects: str | None, label: str | None, as_json: bool
) -> int:
    from callboard.cli.import_report import bar, show_report, show_stopped
    from callboard.ingest.sources.importer import Destination, Importer
    from callboard.ingest.sources.mapping import RowMapping
    from callboard.ingest.sources.plan import open_rows
    from callboard.ingest.sources.rejects import RejectsFile

    owner = find.organization(store, plan.handle)
    mapping = RowMapping(plan.options)
    target = _target(store, plan, dry_run=dry_run)
    wanted = mapping.columns + ([plan.space_from] if plan.space_from else [])
    with open_rows(plan, wanted) as (source, rows):
        path = Path(rejects) if rejects else _rejects_path(source.name, rows.kind)
        with RejectsFile(path, rows.kind, rows.columns) as rejected, bar(source, rows) as progress:
            importer = Importer(rows, mapping, target, rejected, system_clock)
            try:
                if dry_run:
                    report = importer.dry_run(progress)
                else:
                    into = Destination(store, owner.id)
                    label = plan.label(source, label)
                    report = importer.run(into, label, same_rows=source.rewindable, progress=progress)
            except (CallboardError, KeyboardInterrupt):
                # What is committed stays: say how far it got, how to go on and how to undo it.
                if importer.report is not None:
                    show_stopped(importer.report, _undo(plan, importer.report))
                raise
    if as_json:
        show_json(report.as_json(_undo(plan, report)))
    else:
        show_report(report, _undo(plan, report))
    return 1 if report.received and report.received == report.rejected else 0


def _undo(plan: ImportPlan, report: ImportReport) -> str | None:
    return plan.undo(report.batch) if report.batch else None


def _target(store: Store, plan: ImportPlan, *, dry_run: bool) -> Any:
    from callboard.ingest.sources.targets import OneSpace, SpaceFromColumn
    from callboard.model.directory import SpaceSettings

    owner = find.organization(store, plan.handle)
    if plan.space is not None:
        return OneSpace(find.space(store, owner, plan.space))
    # New spaces take the zone in which the file's times are written as their home zone.
    settings = SpaceSettings(timezone=plan.options.timezone)
    return SpaceFromColumn(
        store, owner, plan.space_from or "", clock=system_clock, settings=settings, dry_run=dry_run
    )


def _rejects_path(name: str, kind: str) -> Path:
    stem = "standard-input" if name == "standard input" else name
    return Path(f"{stem}.rejected.{'csv' if kind == 'delimited' else 'ndjson'}")

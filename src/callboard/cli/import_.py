"""`callboard import FILE` and `callboard import undo BATCH`."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

from callboard.cli import find
from callboard.cli import import_by_platform as by_platform
from callboard.cli.import_doubts import (
    DOUBTFUL,
    Asking,
    DeclinedError,
    NotDecidedError,
    check_fit,
    settle_heading_zones,
    settle_table,
    show_not_decided,
)
from callboard.cli.import_mappings import by_mapping, check_room, save, with_accepted, with_ids_that_stay
from callboard.cli.import_run import Running, may_contradict, run_import, target_of, undo_of
from callboard.cli.options import opened, org_option, settings_of, store_options
from callboard.cli.output import show_json
from callboard.ingest.sources.files.records import ImportOptionError
from callboard.ingest.sources.guessing.accepted import ACCEPTED
from callboard.ingest.sources.values.lengths import DURATION_UNITS
from callboard.ingest.sources.values.numbers import DECIMAL_SIGNS

if TYPE_CHECKING:
    from callboard.ingest.sources.plan import ImportPlan
    from callboard.ingest.sources.preview import Numbers
    from callboard.ingest.sources.report import ImportReport


_FILE_NAMES = frozenset({"file", "--rejects", "--db", "--config"})


class _FileOrUndo(click.Command):
    """`import FILE`, and `import undo` beside it. A file named `undo` is given as ./undo."""

    def make_context(
        self, info_name: str | None, args: list[str], parent: click.Context | None = None, **extra: Any
    ) -> click.Context:
        if args[:1] == ["undo"]:
            from callboard.cli.import_undo import undo

            return undo.make_context(f"{info_name} undo", args[1:], parent, **extra)
        # click would take what follows a bare --guess, which may be FILE, for its value.
        said = ["--guess=ask" if each == "--guess" else each for each in args]
        return super().make_context(info_name, said, parent, **extra)


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
@click.option(
    "--guess",
    "guess",
    metavar="[=anyway]",
    type=click.Choice(["ask", "anyway"]),
    help="Find out what the options do not say. A script imports if nothing is doubtful, else exits with 3; "
    "with =anyway it imports all the same.",
)
@click.option(
    "--format",
    "format_",
    metavar="PLATFORM",
    help="Read a platform's own export as its hook would, with no --map: asterisk, freeswitch, kamailio, "
    "twilio, …; an unknown name lists all.",
)
@click.option(
    "--setting",
    metavar="NAME=VALUE",
    multiple=True,
    help="With --format: a setting of the hook whose deliveries the file repeats, as inbound_contexts.",
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
    "--when",
    nargs=2,
    metavar="CONDITION FIELD=VALUE",
    multiple=True,
    help="A value where a condition holds: 'billsec=0 and disposition=ANSWERED' call_status=missed.",
)
@click.option(
    "--leave-out",
    metavar="CONDITION",
    multiple=True,
    help="Rows that are not imported, where a condition holds: 'Type=SMS'.",
)
@click.option(
    "--time-format",
    "time_formats",
    metavar="[FIELD:]FORMAT",
    multiple=True,
    help="How times are written, as strptime has it, or iso, unix, unix_ms, unix_us, excel, excel1904. Else "
    "ISO 8601.",
)
@click.option(
    "--timezone",
    "timezones",
    metavar="[FIELD:]ZONE",
    multiple=True,
    help="The IANA zone of times that carry no offset.",
)
@click.option(
    "--duration-unit", type=click.Choice(list(DURATION_UNITS)), help="Unit of durations; else seconds."
)
@click.option(
    "--decimal", type=click.Choice(DECIMAL_SIGNS), help="The decimal sign of numbers; else a point."
)
@click.option(
    "--id-from",
    metavar="COLUMN,…",
    help="The columns that make an id where no column is one; '*' for all.",
)
@click.option("--legs", is_flag=True, help="Rows of one id are legs of one call, or attempts of one task.")
@click.option(
    "--type", "record_type", type=click.Choice(["call", "task"]), default="call", help="What a row is."
)
@click.option(
    "--encoding", metavar="NAME", help="The file's encoding; else by its byte-order mark, else UTF-8."
)
@click.option(
    "--separator", metavar="CHARACTER", help="What stands between cells; else what fits the header."
)
@click.option(
    "--header", metavar="NAME,…", help="The names of the columns, of a file that has no header line."
)
@click.option(
    "--skip-lines",
    metavar="N",
    type=click.IntRange(0),
    help="Lines above the header that are no rows, as a title; with --header, above the first row.",
)
@click.option("--table", metavar="NAME", help="The table that is read of a dump of SQL with several.")
@click.option(
    "--mapping", metavar="NAME", help="Read the file by a saved mapping; options beside it override."
)
@click.option(
    "--accept",
    metavar="KIND",
    type=click.Choice(list(ACCEPTED)),
    multiple=True,
    help="What is right about the file although it is asked about: 'most_share_ids'. Saved with a mapping.",
)
@click.option(
    "--usual-length",
    metavar="SECONDS",
    type=float,
    help="With a mapping: the usual talk time, else as when it was saved. A file far from it is asked about.",
)
@click.option("--save-mapping", metavar="NAME", help="Save how the file is read, for the next --mapping.")
@click.option(
    "--replace",
    is_flag=True,
    help="Replace what earlier imports read otherwise: of the file, its calls, the mapping.",
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
    format_: str | None,
    setting: tuple[str, ...],
    constants: tuple[str, ...],
    values: tuple[str, ...],
    nulls: tuple[str, ...],
    when: tuple[tuple[str, str], ...],
    leave_out: tuple[str, ...],
    time_formats: tuple[str, ...],
    timezones: tuple[str, ...],
    duration_unit: str | None,
    decimal: str | None,
    id_from: str | None,
    legs: bool,
    record_type: str,
    encoding: str | None,
    separator: str | None,
    header: str | None,
    skip_lines: int | None,
    table: str | None,
    mapping: str | None,
    accept: tuple[str, ...],
    usual_length: float | None,
    save_mapping: str | None,
    replace: bool,
    dry_run: bool,
    rejects: str | None,
    label: str | None,
    yes: bool,
    guess: str | None,
    db: str | None,
    config: str | None,
    as_json: bool,
) -> int:
    """Import the calls (or tasks) of a file: CSV, TSV, NDJSON, JSON, SQL or Parquet, packed or not (gzip,
    zstd).

    FILE is `-` for standard input. A row that cannot be taken is written to a file of its own with the
    reason; the others are kept. Imported twice, or begun again after an interruption, it ends the same.
    `callboard import undo BATCH` withdraws what an import brought. A file that Callboard exported needs no
    --map, nor does one that a platform exported: --format names it.

    \b
    callboard import calls.csv --org acme.com --space TOKEN --timezone Europe/Berlin \\
        --map 'call_id=id,call_status=disposition,creation_time=calldate,call_duration=billsec' \\
        --values 'call_status:ANSWERED=completed,NO ANSWER=missed,BUSY=missed,FAILED=failed'
    """  # noqa: D301 - the escapes are click's: a paragraph that is not to be wrapped
    from callboard.ingest.sources.files.spool import spooled
    from callboard.ingest.sources.mapping import MapOptions, pieces
    from callboard.ingest.sources.plan import ImportPlan, header_of, separator_of

    _check_texts()
    if (space is None) == (space_from is None):
        raise click.UsageError("Say where the rows belong: --space TOKEN, or --space-from COLUMN.")
    with wrong_usage(), opened(settings_of(db, config).for_imports) as store:
        options = MapOptions(
            map=assignments,
            set=constants,
            values=values,
            null=nulls,
            time_format=time_formats,
            timezone=timezones,
            duration_unit=duration_unit,
            record_type=record_type,
            when=when,
            leave_out=leave_out,
            id_from=tuple(pieces(id_from)) if id_from else (),
            legs=legs,
            decimal=decimal,
        )
        plan = ImportPlan(
            file=file,
            handle=find.organization(store, handle).domain_handle,
            space=space,
            space_from=space_from,
            encoding=encoding,
            separator=separator_of(separator),
            header=header_of(header),
            skip_lines=skip_lines,
            table=table,
            options=options,
            db=db,
            mapping=save_mapping or mapping,
            accept=accept,
            usual_length=usual_length,
            format=format_,
            setting=setting,
        )
        by_platform.check(plan)
        # By a guess or a mapping, for a saved mapping, and beside earlier imports a file is read before it is
        # imported.
        is_read_twice = bool(guess or mapping or save_mapping) or (
            not dry_run and may_contradict(store, plan)
        )
        asking, preview = Asking(can_prompt=not (yes or as_json)), None
        try:
            with spooled(plan, needed=is_read_twice) as readable:
                plan = by_mapping(store, readable, mapping) if mapping else readable
                if guess is None and plan.options.map:
                    plan = settle_table(plan, asking)
                    settle_heading_zones(plan, asking)
                if plan.format is not None:
                    by_platform.note_zone(plan)
                elif mapping is not None and guess is None:
                    check_fit(plan, target_of(store, plan, dry_run=True), asking)
                else:
                    plan, preview = _planned(plan, guess, asking, dry_run=dry_run)
                if save_mapping is not None:
                    plan = with_accepted(store, with_ids_that_stay(plan), preview)
                    check_room(store, plan)
                running = Running(
                    dry_run=dry_run, rejects=rejects, label=label, replace=replace, asking=asking
                )
                report = run_import(store, plan, running)
                report.preview = report.preview or preview
        except NotDecidedError as error:
            return show_not_decided(error, as_json=as_json)
        except DeclinedError:
            click.echo("Nothing was imported.", err=True)
            return DOUBTFUL
        is_all_rejected = 0 < report.received == report.rejected
        if save_mapping is not None and not is_all_rejected:
            save(store, plan)
            report.saved_mapping, report.accepted = save_mapping, plan.accept
        report.command = None if preview is None else plan.command()
        _show(plan, report, as_json=as_json)
        return 1 if is_all_rejected else 0


def _check_texts() -> None:
    """Raise `UsageError` for an option of bytes that are no text, which no store and no answer can hold."""
    context = click.get_current_context()
    for option in context.command.params:
        said = context.params.get(option.name or "")
        if option.opts[0] not in _FILE_NAMES and not _is_text(said):
            raise click.UsageError(f"{option.opts[0]}: {said!r} is no text")


def _is_text(said: Any) -> bool:
    try:
        return bool(json.dumps(said, ensure_ascii=False).encode())
    except UnicodeEncodeError:
        return False


@contextmanager
def wrong_usage() -> Iterator[None]:
    """Turn `ImportOptionError` (options that do not fit the file) into wrong usage, exit code 2."""
    try:
        yield
    except ImportOptionError as error:
        raise click.UsageError(error.message) from error


def _planned(
    plan: ImportPlan, guess: str | None, asking: Asking, *, dry_run: bool
) -> tuple[ImportPlan, Numbers | None]:
    """The plan, completed by a guess where that is wanted, and what the guess counted unasked. Raises
    `NotDecidedError` if something is doubtful and nobody can be asked, and `UsageError` without --map and
    --guess where nobody can be asked.
    """
    from callboard.cli.import_guess import confirmed, decided, refuse
    from callboard.ingest.sources.exported import recognised

    if plan.options.map and guess is None:
        return plan, None
    if not plan.options.map and (known := recognised(plan)) is not None:
        return known, None
    if asking.can_prompt and guess != "anyway" and sys.stdin.isatty() and plan.file != "-":
        return confirmed(plan, dry_run=dry_run), None
    if guess is None:
        raise refuse(plan)
    return decided(plan, guess)


def _show(plan: ImportPlan, report: ImportReport, *, as_json: bool) -> None:
    from callboard.cli.import_report import show_report

    if as_json:
        show_json(report.as_json(undo_of(plan, report)))
    else:
        show_report(report, undo_of(plan, report), plan.undo)

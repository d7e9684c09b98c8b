"""`callboard watch FILE`: follow a file of call records as it grows."""

from __future__ import annotations

import signal
import threading
import time
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from callboard.cli import find
from callboard.cli.import_ import wrong_usage
from callboard.cli.options import opened, settings_of, store_options
from callboard.cli.output import plain, show_json
from callboard.clock import SECOND, system_clock

if TYPE_CHECKING:
    from callboard.ingest.sources.watching.watch import Watch


@click.command()
@click.argument("file", metavar="FILE", type=click.Path(dir_okay=False))
@click.option(
    "--format", "format_", metavar="PLATFORM", required=True, help="Who writes it: asterisk, freeswitch, …"
)
@click.option("--space", "space_token", required=True, metavar="TOKEN", help="Where its calls are counted.")
@click.option(
    "--timezone", metavar="ZONE", help="The IANA zone of times that carry no offset; left out: UTC."
)
@click.option(
    "--setting", metavar="NAME=VALUE", multiple=True, help="A setting as of a hook, as inbound_contexts."
)
@click.option(
    "--state",
    metavar="FILE",
    type=click.Path(dir_okay=False),
    help="Where it is kept how far the file is read; else .FILE.callboard beside it.",
)
@click.option("--rejects", metavar="FILE", help="Where rejected rows go; else FILE.rejected.csv here.")
@click.option("--once", is_flag=True, help="Read up to the present end, and stop.")
@store_options
def watch(
    *,
    file: str,
    format_: str,
    space_token: str,
    timezone: str | None,
    setting: tuple[str, ...],
    state: str | None,
    rejects: str | None,
    once: bool,
    db: str | None,
    config: str | None,
    as_json: bool,
) -> None:
    """Follow a file of call records, such as Asterisk's Master.csv, until stopped (SIGTERM, Ctrl-C).

    Each row is counted once it is whole. Rotation by rename loses nothing and repeats nothing, nor does a
    restart, nor a kill. Where the file is emptied in its place (copytruncate), rows may be lost between the
    copy and the cut: each cut is told, also where the copy is found and read.

    \b
    callboard watch /var/log/asterisk/cdr-csv/Master.csv --format asterisk --space TOKEN \\
        --timezone Europe/Berlin
    """  # noqa: D301 - the escapes are click's: a paragraph that is not to be wrapped
    from callboard.ingest.sources.platform_files.opening import (
        TABLE_FORMATS,
        given_settings,
        hook_settings,
        platform_of,
    )
    from callboard.ingest.sources.platform_files.translator import Translator
    from callboard.ingest.sources.rejects import RejectsFile
    from callboard.ingest.sources.watching.places import ProgressFile
    from callboard.ingest.sources.watching.watch import Files, Watch

    path = Path(file).absolute()
    with wrong_usage(), opened(settings_of(db, config).for_imports) as store:
        platform = platform_of(format_)
        if not platform.tables:
            raise click.UsageError(f"--format: only tables are followed: {', '.join(TABLE_FORMATS)}.")
        settings = hook_settings(setting, (timezone,) if timezone else ())
        if timezone is None and "timezone" not in given_settings(setting):
            click.echo("Times without a zone are read as UTC; --timezone says another.", err=True)
        space, _ = find.space_anywhere(store, space_token)
        translator = Translator(platform, settings, int(time.time()) * SECOND, Counter())
        kept = ProgressFile(Path(state) if state else path.with_name(f".{path.name}.callboard"))
        rejected = RejectsFile(Path(rejects or f"{path.name}.rejected.csv"), "delimited", [])
        rejected.carry_on = True
        stop = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
        with kept.owned(), rejected:
            run = Watch(store, space, Files(path, kept, rejected), translator, system_clock, _tell)
            try:
                run.run(stop, once=once)
            finally:
                run.close()
                _show(run, translator.ignored, rejected, as_json=as_json)


def _tell(sentence: str) -> None:
    click.echo(plain(sentence), err=True)


def _show(run: Watch, ignored: Counter[str], rejected: Any, *, as_json: bool) -> None:
    tally = run.tally
    words = [each.as_json() for each in run.mapping.unknown_words]
    if as_json:
        show_json(
            {
                "rows": tally.rows,
                "applied": tally.applied,
                "duplicate": tally.duplicate,
                "stale": tally.stale,
                "rejected": sum(tally.rejected.values()),
                "rejected_by_reason": tally.rejected,
                "rejects_file": str(rejected.path) if rejected.count else None,
                "no_calls": dict(ignored),
                "unknown_words": words,
                "rotations": tally.rotations,
                "cuts": tally.cuts,
                "lost_bytes": tally.lost_bytes,
            }
        )
        return
    click.echo(
        f"{tally.rows:,} rows: {tally.applied:,} applied, {tally.duplicate:,} duplicate, "
        f"{tally.stale:,} stale, {sum(tally.rejected.values()):,} rejected. "
        f"{tally.rotations:,} rotations, {tally.cuts:,} cuts."
    )
    for reason, count in ignored.items():
        click.echo(f"No call: {plain(reason)} ({count:,})")
    for each in run.mapping.unknown_words:
        click.echo(f"Unknown {each.field}: {plain(repr(each.word))} in {each.rows:,} rows")
    if rejected.count:
        click.echo(f"The rejected rows are in {rejected.path}")

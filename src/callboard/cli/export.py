"""`callboard export calls` and `callboard export tasks`: a whole list as a file."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from heapq import merge
from itertools import islice
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import click

from callboard.cli import find, values
from callboard.cli.filters import GROUP_OPTIONS, filter_options, filters_of
from callboard.cli.options import opened, org_option, settings_of, store_options, timezone_option
from callboard.cli.output import progress_bar, show_json
from callboard.clock import Micros, system_clock
from callboard.errors import CallboardError, StoreTooSlowError
from callboard.query.civil import Moment
from callboard.query.export.files import encoder_for
from callboard.query.export.formats import FORMATS, Format
from callboard.query.export.list_reader import ListReader, all_calls, all_tasks, position
from callboard.query.export.tables import ExportTable, SpaceNames, call_table, task_table
from callboard.store.questions import CallFilter, Scope, TaskFilter

if TYPE_CHECKING:
    from callboard.store.interface import Progress, Store

Count = Callable[[], int]
"""Counts the rows of an export. Slow for large lists, so it is called for the progress bar alone."""


class ExportFileError(CallboardError):
    """The file cannot be written."""

    code = "export_file"


@click.group("export")
def export() -> None:
    """Take lists along: CSV, NDJSON or Parquet."""


def _common(command: Callable[..., Any]) -> Callable[..., Any]:
    options = (
        click.option("--space", "space_token", metavar="TOKEN", help="One space alone."),
        click.option("--all-content", is_flag=True, help="Of every space, not only the contact spaces."),
        click.option(
            "--format", "word", type=click.Choice(list(FORMATS)), help="Else by the file's name, else csv."
        ),
        click.option(
            "--output",
            "-o",
            metavar="FILE",
            required=True,
            help="Where to; replaced once all of it is written. `-` is standard output.",
        ),
    )
    for option in reversed(options):
        command = option(command)
    return org_option(command)


@export.command()
@_common
@filter_options(
    "call",
    others={
        50: click.option(
            "--answered/--not-answered", default=None, help="Only those that were answered, or that were not."
        ),
        70: click.option("--made", is_flag=True, help="Only calls made: all but the queued."),
        80: click.option(
            "--contradicting",
            is_flag=True,
            help="Only those whose start and end contradict each other.",
        ),
        84: GROUP_OPTIONS[0],
        85: GROUP_OPTIONS[1],
    },
)
@click.option("--from", "start", type=values.when, metavar="WHEN", help="Created then or later.")
@click.option("--to", "end", type=values.when, metavar="WHEN", help="Created before then.")
@timezone_option
@store_options
def calls(
    *,
    handle: str | None,
    space_token: str | None,
    all_content: bool,
    word: str | None,
    output: str,
    answered: bool | None,
    made: bool,
    contradicting: bool,
    external_id: str | None,
    has_legs: bool | None,
    start: Moment | None,
    end: Moment | None,
    timezone: str | None,
    db: str | None,
    config: str | None,
    as_json: bool,
    **fields: Any,
) -> None:
    """Export calls, newest first: every field of the list, external_ids and metadata.

    With --json a line on standard output says what was written; not with --output -.
    """
    with opened(settings_of(db, config)) as store:
        scope, zone = _scope(store, handle, space_token, timezone, all_content=all_content)
        wheres = [
            CallFilter(
                answered=answered,
                made=True if made else None,
                contradicting=True if contradicting else None,
                external_id=external_id,
                has_legs=has_legs,
                start=_at(start, zone),
                end=_at(end, zone),
                **each,
            )
            for each in filters_of("call", fields)
        ]
        now, table = system_clock(), call_table(SpaceNames(store, scope.org_id))
        readers = [all_calls(store, scope, where, now) for where in wheres]

        def count() -> int:
            return sum(store.count_calls(scope, where) for where in wheres)

        _export(table, readers, count, word=word, output=output, as_json=as_json)


@export.command()
@_common
@filter_options(
    "task",
    others={
        10: click.option(
            "--stuck", is_flag=True, help="Only those that run or wait longer than their space allows."
        )
    },
)
@click.option("--from", "start", type=values.when, metavar="WHEN", help="Created then or later.")
@click.option("--to", "end", type=values.when, metavar="WHEN", help="Created before then.")
@timezone_option
@store_options
def tasks(
    *,
    handle: str | None,
    space_token: str | None,
    all_content: bool,
    word: str | None,
    output: str,
    stuck: bool,
    start: Moment | None,
    end: Moment | None,
    timezone: str | None,
    db: str | None,
    config: str | None,
    as_json: bool,
    **fields: Any,
) -> None:
    """Export tasks, newest first: every field of the list.

    With --json a line on standard output says what was written; not with --output -.
    """
    now = system_clock()
    with opened(settings_of(db, config)) as store:
        scope, zone = _scope(store, handle, space_token, timezone, all_content=all_content)
        wheres = [
            TaskFilter(
                stuck=True if stuck else None,
                created_from=_at(start, zone),
                created_to=_at(end, zone),
                now=now,
                **each,
            )
            for each in filters_of("task", fields)
        ]
        table = task_table(SpaceNames(store, scope.org_id), now)
        readers = [all_tasks(store, scope, where, now) for where in wheres]

        def count() -> int:
            return sum(store.count_tasks(scope, where) for where in wheres)

        _export(table, readers, count, word=word, output=output, as_json=as_json)


def _scope(
    store: Store, handle: str | None, space_token: str | None, timezone: str | None, *, all_content: bool
) -> tuple[Scope, ZoneInfo]:
    """The spaces to export, and the time zone of `--from` and `--to`."""
    owner = find.organization(store, handle)
    one = find.named_space(store, owner, space_token)
    zone = find.home_zone(owner, one, timezone)
    if one is not None:
        return Scope(owner.id, one.id), zone
    return Scope(owner.id, all_content=all_content), zone


def _at(when: Moment | None, zone: ZoneInfo) -> Micros | None:
    return None if when is None else when.starts(zone)


def _export(
    table: ExportTable[Any],
    readers: Sequence[ListReader[Any]],
    count: Count,
    *,
    word: str | None,
    output: str,
    as_json: bool,
) -> None:
    wanted = FORMATS[word or _by_name(output)]
    if output == "-" and wanted.word == "parquet" and sys.stdout.isatty():
        raise click.UsageError("Parquet is nothing to read on a terminal: --output FILE, or a pipe.")
    with _target(output) as file, progress_bar(f"Exporting {table.name}") as progress:
        rows = _write(file, wanted, table, readers, _counting(count, progress))
    if output == "-":
        return
    size = Path(output).stat().st_size
    if as_json:
        show_json({"file": output, "format": wanted.word, "rows": rows, "bytes": size}, indent=0)
    else:
        print(f"{rows:,} {'row' if rows == 1 else 'rows'} in {output} ({wanted.word}, {size:,} bytes)")


def _by_name(output: str) -> str:
    suffix = Path(output).suffix.removeprefix(".").lower()
    return {"jsonl": "ndjson", "pq": "parquet"}.get(suffix, suffix if suffix in FORMATS else "csv")


def _counting(count: Count, progress: Progress) -> Callable[[int], None]:
    """A function that moves the progress bar to a number of rows. Nothing is counted without a terminal."""
    if not sys.stderr.isatty():
        return lambda _done: None
    try:
        total = count()
    except StoreTooSlowError:  # counting is for the bar alone: without a total it is always full
        return lambda done: progress(done, done)
    # Rows may be added while the export runs.
    return lambda done: progress(done, max(done, total))


def _write(
    file: IO[bytes],
    wanted: Format,
    table: ExportTable[Any],
    readers: Sequence[ListReader[Any]],
    tell: Callable[[int], None],
) -> int:
    encoder = encoder_for(wanted, table)
    file.write(encoder.begin())
    done = 0
    for rows in _pieces(readers):
        file.write(encoder.rows(rows))
        for reader in readers:
            reader.fit(encoder.row_bytes)
        done += len(rows)
        tell(done)
    file.write(encoder.end())
    file.flush()
    return done


def _pieces(readers: Sequence[ListReader[Any]]) -> Iterator[Sequence[Any]]:
    """The rows of all readers in slices, newest first: several statuses are one list each, merged here."""
    if len(readers) == 1:
        while rows := readers[0].piece():
            yield rows
        return
    together = merge(*(reader.rows() for reader in readers), key=_order)
    while rows := list(islice(together, readers[0].rows_at_once)):
        yield rows


def _order(row: Any) -> tuple[int, str, int]:
    # The order of the lists themselves, which `merge` relies on: newest first, then by id and space.
    at = position(row)
    return (-at.at, at.item_id, at.space_id)


@contextmanager
def _target(output: str) -> Iterator[IO[bytes]]:
    """Standard output, or a temporary file beside the target that replaces it once it is complete.

    Until then, and if the export fails, an existing file stays as it is. The new file is readable by its
    owner only (mode 0600 of `mkstemp`): it holds phone numbers. Raises `ExportFileError`.
    """
    if output == "-":
        yield sys.stdout.buffer
        return
    path = Path(output).resolve()  # a link stays a link: its target is replaced
    if path.exists() and not path.is_file():  # a device or a pipe is written to, not replaced by a file
        with _writable(output), path.open("wb") as file:
            yield file
        return
    with _writable(output):
        number, name = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".part", dir=path.parent)
        try:
            with os.fdopen(number, "wb") as file:
                yield file
                # Synced before the rename: after a power cut the name must not point to an empty file.
                file.flush()
                os.fsync(file.fileno())
            Path(name).replace(path)
        finally:
            with suppress(FileNotFoundError):
                Path(name).unlink()


@contextmanager
def _writable(output: str) -> Iterator[None]:
    try:
        yield
    except BrokenPipeError:
        raise  # the reader of a pipe has ended: not an error of the file, and handled in `main`
    except OSError as error:
        raise ExportFileError(f"{output} cannot be written: {error.strerror}") from error

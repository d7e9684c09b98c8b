"""Runs the import that `callboard import` has planned, after the question whether it is to replace others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from callboard.cli import find
from callboard.cli.import_doubts import (
    Asking,
    replacement,
    settle_before,
    settle_known_ids,
    settle_replacement,
)
from callboard.cli.output import plain
from callboard.clock import system_clock
from callboard.errors import CallboardError, ImportCollisionError

if TYPE_CHECKING:
    from callboard.ingest.sources.compared_rows import ComparedRows
    from callboard.ingest.sources.plan import ImportPlan
    from callboard.ingest.sources.report import ImportReport
    from callboard.ingest.sources.targets import Target
    from callboard.store.importing import ImportBatch, Reading
    from callboard.store.interface import Store


@dataclass(frozen=True)
class Running:
    """How an import is run, beside what it reads."""

    dry_run: bool
    rejects: str | None
    label: str | None
    replace: bool
    asking: Asking


def run_import(store: Store, plan: ImportPlan, how: Running) -> ImportReport:
    """Import the file, or read it only. Raises `NotDecidedError` when earlier imports read it otherwise."""
    from callboard.cli.import_report import bar, show_stopped
    from callboard.ingest.sources.importer import Destination, Importer
    from callboard.ingest.sources.known_ids import known_ids_doubt
    from callboard.ingest.sources.overlaps import Overlaps, find_overlaps
    from callboard.ingest.sources.plan import open_rows, reader_of, wanted_columns
    from callboard.ingest.sources.rejects import RejectsFile
    from callboard.ingest.sources.running import wait_for_running, with_overlaps
    from callboard.ingest.sources.saved import reading_of

    owner = find.organization(store, plan.handle)
    mapping = reader_of(plan)
    target = target_of(store, plan, dry_run=how.dry_run)
    earlier: list[ImportBatch] = []
    wanted = wanted_columns(plan, mapping)
    with open_rows(plan, wanted, whole=mapping.reads_all) as (source, rows):
        path = Path(how.rejects) if how.rejects else _rejects_path(source.name, rows.kind)
        label, reading = plan.label(source, how.label), reading_of(plan, source, _place(store, plan))
        rejects = RejectsFile(path, rows.kind, rows.columns)
        importer = Importer(rows, mapping, target, rejects, system_clock)

        def look() -> Overlaps:
            if not source.rewindable:
                # Not kept in a file: there was no import to compare it with. One begun since is noticed.
                return Overlaps({}, frozenset())
            wait_for_running(store, owner.id, reading, label, _waiting)
            unused = target_of(store, plan, dry_run=True)
            return find_overlaps(store, owner.id, plan, unused, reading, label, system_clock)

        def run(overlaps: Overlaps) -> ImportReport:
            begun = store.unfinished_import(owner.id, label)
            earlier[:] = _against(store, owner.id, reading, begun, overlaps.rows)
            asking, replace = how.asking, how.replace
            compared = _compared(store, owner.id, plan, begun)
            _settle_other_space(compared, reading, asking)
            replace = settle_replacement(plan, earlier, reading, asking, overlaps.rows, replace=replace)
            if not earlier and source.rewindable:
                settle_known_ids(plan, known_ids_doubt(compared), asking)
            if source.rewindable:
                _settle_same_calls(compared, reading, asking)
            try:
                with bar(source, rows) as progress:
                    return importer.run(
                        Destination(store, owner.id),
                        label,
                        same_rows=source.rewindable,
                        progress=progress,
                        reading=reading,
                        replace=replace,
                        overlaps=overlaps,
                    )
            except ImportCollisionError as error:
                # One of the same file that was begun after the question above.
                found = _found(store, owner.id, error.batches)
                raise replacement(plan, found, reading, overlaps.rows) from error

        with rejects:
            if how.dry_run:
                with bar(source, rows) as progress:
                    return importer.dry_run(progress)
            try:
                report = with_overlaps(look, run, again=source.rewindable)
            except (CallboardError, KeyboardInterrupt):
                # What is committed stays: say how far it got, how to go on and how to undo it.
                if importer.report is not None:
                    show_stopped(importer.report, undo_of(plan, importer.report))
                raise
    _count_left(store, owner.id, report, earlier, reading)
    return report


def _compared(store: Store, org_id: int, plan: ImportPlan, begun: ImportBatch | None) -> ComparedRows:
    from callboard.ingest.sources.compared_rows import ComparedRows

    unused = target_of(store, plan, dry_run=True)
    own = None if begun is None else begun.batch_no
    return ComparedRows(store, org_id, plan, unused, system_clock, own=own)


def _settle_other_space(compared: ComparedRows, reading: Reading, asking: Asking) -> None:
    from callboard.ingest.sources.imported_before import OTHER_SPACE, other_space_doubt

    settle_before(compared.plan, other_space_doubt(compared, reading), OTHER_SPACE, asking)


def _settle_same_calls(compared: ComparedRows, reading: Reading, asking: Asking) -> None:
    from callboard.ingest.sources.imported_before import SAME_CALLS, same_calls_doubt

    settle_before(compared.plan, same_calls_doubt(compared, reading), SAME_CALLS, asking)


def _waiting(running: ImportBatch) -> None:
    from callboard.ingest.sources.running import running as sentence

    click.echo(f"{plain(sentence(running))} Waiting for its end.", err=True)


def may_contradict(store: Store, plan: ImportPlan) -> bool:
    """Whether there are imports that this one may contradict, so that its file is read more than once."""
    from callboard.ingest.sources.saved import options_digest

    owner = find.organization(store, plan.handle)
    every = store.earlier_imports(owner.id, plan.options.record_type)
    # One from a pipe that was interrupted: this one carries it on.
    digest = options_digest(plan) if plan.options.map or plan.format else None
    return any(
        each.finished_at is not None
        or each.reading is None
        or each.reading.file_digest is not None
        or each.reading.options_digest != digest
        for each in every
    )


def target_of(store: Store, plan: ImportPlan, *, dry_run: bool) -> Target:
    """Where the plan's rows belong. In a dry run no space is created."""
    from callboard.ingest.sources.targets import OneSpace, SpaceFromColumn
    from callboard.model.directory import SpaceSettings

    owner = find.organization(store, plan.handle)
    if plan.space is not None:
        return OneSpace(find.space(store, owner, plan.space))
    # New spaces take the zone in which the file's times are written as their home zone.
    settings = SpaceSettings(timezone=plan.options.zone)
    return SpaceFromColumn(
        store, owner, plan.space_from or "", clock=system_clock, settings=settings, dry_run=dry_run
    )


def undo_of(plan: ImportPlan, report: ImportReport) -> str | None:
    """The command that withdraws what was imported; None after a dry run."""
    return plan.undo(report.batch) if report.batch else None


def _against(
    store: Store,
    org_id: int,
    reading: Reading,
    begun: ImportBatch | None,
    overlapping: Mapping[int, int],
) -> list[ImportBatch]:
    """The imports that this one would replace, in order of their numbers."""
    colliding = store.colliding_imports(org_id, reading)
    # What an import that carries on replaced was settled when it was begun.
    found = {each.batch_no: each for each in colliding if begun is None or each.batch_no > begun.batch_no}
    found |= {each.batch_no: each for each in _found(store, org_id, list(overlapping))}
    return [found[number] for number in sorted(found)]


def _found(store: Store, org_id: int, numbers: Sequence[int]) -> list[ImportBatch]:
    return [found for number in numbers if (found := store.find_import(org_id, number)) is not None]


def _count_left(
    store: Store, org_id: int, report: ImportReport, earlier: Sequence[ImportBatch], reading: Reading
) -> None:
    from callboard.store.readings import reads_alike

    for each in earlier:
        is_alike = each.reading is not None and reads_alike(
            each.reading.options_digest, reading.options_digest
        )
        if each.batch_no in report.replaces or is_alike or report.batch_no is None:
            continue
        if left := store.count_import_items(org_id, each.batch_no, beside=report.batch_no):
            report.earlier_readings[each.batch_no] = left


def _place(store: Store, plan: ImportPlan) -> str:
    """Where the plan's rows belong, as a store keeps it with the import."""
    from callboard.store.importing import ONE_SPACE

    if plan.space is None:
        return f"column {plan.space_from}"
    return f"{ONE_SPACE}{find.space(store, find.organization(store, plan.handle), plan.space).token}"


def _rejects_path(name: str, kind: str) -> Path:
    stem = "standard-input" if name == "standard input" else name
    return Path(f"{stem}.rejected.{'csv' if kind == 'delimited' else 'ndjson'}")

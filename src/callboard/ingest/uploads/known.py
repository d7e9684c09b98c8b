"""Read an uploaded file without a guess: by a saved mapping, or as a file of our own export."""

from __future__ import annotations

from collections.abc import Callable
from itertools import islice

from callboard.clock import Clock
from callboard.ingest.sources.exported import recognised
from callboard.ingest.sources.files.records import ImportOptionError
from callboard.ingest.sources.guessing.dialect_fit import dialect_doubts
from callboard.ingest.sources.guessing.fit import column_doubt, fit_doubts, gone_fields, row_doubts
from callboard.ingest.sources.guessing.guess import Guess
from callboard.ingest.sources.guessing.heading_zones import heading_zone_doubts
from callboard.ingest.sources.guessing.sample import SAMPLE_ROWS
from callboard.ingest.sources.guessing.tables import with_mapped_table
from callboard.ingest.sources.guessing.whole import Whole, read_whole
from callboard.ingest.sources.mapping import RowMapping
from callboard.ingest.sources.plan import ImportPlan, open_rows
from callboard.ingest.sources.preview import Numbers


def read_known(plan: ImportPlan, clock: Clock, progress: Callable[[], None] | None) -> Guess | None:
    """What reading the whole file finds by the plan's mapping, or as an export; None for any other file.

    Raises `UnreadableFileError`, and `ImportOptionError` for a file whose columns no answer would make fit,
    and for an export of another type of rows.
    """
    if plan.mapping is not None:
        return _read(plan, clock, progress)
    if plan.options.map or (known := recognised(plan)) is None:
        return None
    if (of := known.options.record_type) != plan.options.record_type:
        raise ImportOptionError(f"This is an export of {of}s: open the upload for {of}s")
    found = _read(known, clock, progress)
    # As on the command line: what we wrote ourselves needs no questions.
    found.doubts = []
    return found


def _read(plan: ImportPlan, clock: Clock, progress: Callable[[], None] | None) -> Guess:
    plan, of_tables = with_mapped_table(plan)
    written, plan = dialect_doubts(plan) if plan.mapping is not None else ([], plan)
    written = [*of_tables, *written]
    with open_rows(plan, None) as (_, rows):
        sample = list(islice(rows, SAMPLE_ROWS))
        columns = rows.columns
    try:
        RowMapping(plan.options).check(columns)
    except ImportOptionError as error:
        gone = gone_fields(plan.options, columns)
        doubt = column_doubt(plan.mapping, error.message, gone)
        if not gone:
            raise ImportOptionError(doubt.message) from None
        numbers = Numbers(plan.options.record_type)
        return Guess(plan, [*written, doubt], columns, sample, numbers, Whole(numbers), missing=gone)
    whole = read_whole(plan, {}, clock, progress)
    rejected = {reason: (each.rows, each.line, each.message) for reason, each in whole.rejected.items()}
    doubts = [*written, *row_doubts(plan, whole.received, rejected, whole.unknown_words)]
    if plan.mapping is not None:
        doubts += heading_zone_doubts(plan)
    if not whole.received == whole.rejected_rows > 0:
        doubts += fit_doubts(plan, whole.numbers)
    return Guess(plan, doubts, columns, sample, whole.numbers, whole)

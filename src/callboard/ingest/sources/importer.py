"""Import one file: rows → events → commits of `CHUNK_ROWS` rows, all in one batch that can be withdrawn."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import chain, islice

from callboard.clock import Clock
from callboard.ingest.instants import EARLIEST_ON_RECORD
from callboard.ingest.parse import event_from_mapping
from callboard.ingest.rejected import RejectedEvent
from callboard.ingest.sources.files.records import (
    ImportOptionError,
    Record,
    RowError,
    Rows,
    UnreadableFileError,
)
from callboard.ingest.sources.mapping.reading import RowReader
from callboard.ingest.sources.overlaps import NO_OVERLAPS, Overlaps
from callboard.ingest.sources.ownership import OwnedImport, owned_import
from callboard.ingest.sources.preview import Preview
from callboard.ingest.sources.rejects import RejectsFile
from callboard.ingest.sources.report import ImportReport
from callboard.ingest.sources.targets import SpaceUse, Target
from callboard.ingest.sources.values.times import NoZoneError
from callboard.model.event import Entry, TaskEvent
from callboard.store.importing import ImportBatch, Reading
from callboard.store.interface import Batch, ImportStep, Rejection, Store

CHUNK_ROWS = 2_000
FIRST_ROWS = 1_000
"""Rows that are mapped before the first one is written, so that wrong options fail before any commit."""
SOURCE = "import"
UNLISTED = "before_the_interruption"
"""The reason shown for rejected rows of an earlier run, or of a commit whose answer was lost: the store keeps
their number, not their reasons."""


@dataclass(frozen=True)
class Destination:
    """The store and the organization that an import writes to."""

    store: Store
    org_id: int


@dataclass
class _Chunk:
    """The rows of one commit."""

    records: dict[int, Record] = field(default_factory=dict)
    by_space: dict[int, tuple[list[Entry], list[int]]] = field(default_factory=dict)
    rejected: dict[int | None, list[Rejection]] = field(default_factory=dict)
    """By the id of the row's space; None where it names no space that exists."""

    @property
    def rejections(self) -> list[Rejection]:
        """All rejections of the chunk, in order of their lines."""
        return sorted((each for some in self.rejected.values() for each in some), key=lambda each: each.index)


class Importer:
    """Imports the rows of one file into one organization."""

    def __init__(
        self,
        rows: Rows,
        mapping: RowReader,
        target: Target,
        rejects: RejectsFile,
        clock: Clock,
        *,
        chunk_rows: int = CHUNK_ROWS,
    ) -> None:
        """`chunk_rows`: the rows of one commit. Raises `ImportOptionError` when the options do not fit the
        file.
        """
        mapping.check(rows.columns)
        target.check(rows.columns)
        self._source = rows
        self._mapping = mapping
        self._target = target
        self._rejects = rejects
        self._clock = clock
        self._chunk_rows = chunk_rows
        self.report: ImportReport | None = None
        """The progress so far; also after an error."""
        iterator = iter(rows)
        first = _next(iterator, FIRST_ROWS)
        self._rows: Iterator[Record] = chain(first.records, _behind(first, iterator))
        self._check_times(first.records)

    def dry_run(self, progress: Callable[[], None] | None = None) -> ImportReport:
        """Read and check every row. Writes nothing except the file of rejected rows."""
        report = self.report = ImportReport(batch_no=None)
        preview, tasks = Preview(self._mapping.type), Preview("task")
        try:
            for records in self._chunks():
                chunk = self._chunk(records)
                report.received += len(records)
                report.valid += len(records) - len(chunk.rejections)
                self._note(report, chunk, chunk.rejections)
                for space, (entries, _) in chunk.by_space.items():
                    for entry in entries:
                        # A file of a platform may tell of both.
                        is_other = preview.numbers.record_type == "call" and isinstance(
                            entry.event, TaskEvent
                        )
                        (tasks if is_other else preview).add(str(space), entry)
                if progress:
                    progress()
            report.preview, report.task_preview = preview.finish(), tasks.finish()
        finally:
            preview.close()
            tasks.close()
        return self._finished(report)

    def run(
        self,
        into: Destination,
        label: str,
        *,
        same_rows: bool,
        progress: Callable[[], None] | None = None,
        reading: Reading | None = None,
        replace: bool = False,
        overlaps: Overlaps = NO_OVERLAPS,
    ) -> ImportReport:
        """Import every row. An interrupted import continues when it is run again with the same label.

        `same_rows`: the label is known to stand for the same content, so the rows that an interrupted run
        has committed are skipped. Otherwise they are sent again, and end as duplicates.

        `reading`: what is read and how, by which other readings of the same calls are found; those that it
        collides with are replaced with `replace`, and those of the `overlaps`, which its rows contradict.

        Raises `ImportTakenError` while another process runs this import, `ImportCollisionError`, and
        `ImportsChangedError` before it has read anything: then it may be run again.
        """
        with owned_import(
            into.store,
            into.org_id,
            label,
            self._clock,
            from_start=not same_rows,
            reading=reading,
            replace=replace,
            overlapping=overlaps.rows,
            seen=overlaps.seen,
        ) as owned:
            report = self.report = ImportReport(owned.record.batch_no)
            self._pass_over(report, owned.record)
            for records in self._chunks():
                chunk = self._chunk(records)
                # The rejects file before the commit: a crash between the two leaves rows in the file that the
                # next run removes (`carry_on_after`). The other way round, rejected rows would be lost.
                self._note(report, chunk, chunk.rejections)
                self._commit(
                    owned, self._step(into.org_id, owned, chunk, report.received, len(records)), chunk
                )
                if progress:
                    progress()
            owned.finish(self._clock())
            report.replaced, report.replaces = owned.record.replaced, tuple(owned.withdrawn)
        return self._finished(report)

    def _chunks(self) -> Iterator[list[Record]]:
        """The rows in lists of one commit each. Where the file breaks off, the rows before come first, then
        the error.
        """
        while True:
            some = _next(self._rows, self._chunk_rows)
            if some.records:
                yield some.records
            if some.fault is not None:
                raise some.fault
            if not some.records:
                return

    def _check_times(self, first: list[Record]) -> None:
        """Raise `ImportOptionError` when times of the first rows lack a zone. In a later row that is a
        rejection, because rows before it are committed.
        """
        for record in first:
            if record.problem is None:
                try:
                    self._mapping.event(record.row)
                except NoZoneError as error:
                    raise ImportOptionError(f"Line {record.line}: {error.message}") from None
                except RowError:
                    pass  # `_chunk` maps the row again, and rejects it there
        self._mapping.start_over()  # these rows are mapped again when they are imported

    def _pass_over(self, report: ImportReport, began: ImportBatch) -> None:
        done = report.earlier = began.position
        _as_on_record(report, began)
        last_line = 0
        while done > 0 and (records := list(islice(self._rows, min(done, CHUNK_ROWS)))):
            # Mapped, not sent: the report counts spaces and doubtful times over the whole file.
            self._chunk(records)
            done -= len(records)
            last_line = records[-1].line
        if last_line:
            self._rejects.carry_on_after(last_line)

    def _chunk(self, records: list[Record]) -> _Chunk:
        chunk = _Chunk()
        now = self._clock()
        for record in records:
            try:
                use, entry = self._entry(record, now)
            except (RowError, RejectedEvent) as error:
                rejection = Rejection(record.line, error.reason, error.message)
                chunk.rejected.setdefault(self._target.place(record.row), []).append(rejection)
                chunk.records[record.line] = record
                continue
            chunk.records[record.line] = record
            use.rows += 1
            # In a dry run, a space that would be created has no id; 0 then holds the rows of all of these.
            entries, lines = chunk.by_space.setdefault(use.space.id if use.space else 0, ([], []))
            entries.append(entry)
            lines.append(record.line)
        return chunk

    def _entry(self, record: Record, now: int) -> tuple[SpaceUse, Entry]:
        if record.problem is not None:
            raise record.problem
        try:
            event = self._mapping.event(record.row)
        except NoZoneError as error:
            raise RowError("invalid_time", error.message) from None
        entry = event_from_mapping(
            event, now=now, source=SOURCE, earliest=EARLIEST_ON_RECORD, whole=self._mapping.is_whole
        )
        return self._target.use(record.row), entry

    def _step(self, org_id: int, owned: OwnedImport, chunk: _Chunk, from_row: int, rows: int) -> ImportStep:
        """A chunk as one commit: a batch for each space, and the rejected rows that belong to no space."""
        now = self._clock()
        spaces = dict.fromkeys((*chunk.by_space, *(each for each in chunk.rejected if each is not None)))
        batches = []
        for space_id in spaces:
            entries, lines = chunk.by_space.get(space_id, ([], []))
            batches.append(
                Batch(
                    org_id=org_id,
                    space_id=space_id,
                    entries=entries,
                    indexes=lines,
                    rejections=chunk.rejected.get(space_id, []),
                    source=SOURCE,
                    received_at=now,
                    import_no=owned.record.batch_no,
                )
            )
        return ImportStep(
            org_id=org_id,
            batch_no=owned.record.batch_no,
            owner=owned.nonce,
            from_row=from_row,
            to_row=from_row + rows,
            received_at=now,
            batches=batches,
            without_space=chunk.rejected.get(None, []),
        )

    def _commit(self, owned: OwnedImport, step: ImportStep, chunk: _Chunk) -> None:
        report = self.report
        assert report is not None
        receipts = owned.commit_rows(step)
        if receipts is None:
            # Committed, but the answer was lost: only the store knows how the rows ended.
            _as_on_record(report, owned.record)
            return
        report.received = step.to_row
        # Receipts repeat the rejections that were sent with the batch; these are in the report already.
        noted = {rejection.index for rejection in chunk.rejections}
        for receipt in receipts:
            report.applied += receipt.applied
            report.duplicate += receipt.duplicate
            report.stale += receipt.stale
            self._note(report, chunk, (each for each in receipt.rejections if each.index not in noted))

    def _note(self, report: ImportReport, chunk: _Chunk, rejections: Iterable[Rejection]) -> None:
        for each in rejections:
            report.reject(each.reason, each.index, each.message)
            self._rejects.add(chunk.records[each.index], each.reason, each.message)
        self._rejects.flush()

    def _finished(self, report: ImportReport) -> ImportReport:
        report.spaces = {name: use for name, use in self._target.used.items() if use.rows or use.created}
        report.ambiguous_times = self._mapping.ambiguous_times
        report.impossible_times = self._mapping.impossible_times
        report.lost_numbers = self._mapping.lost_numbers
        report.unknown_words = self._mapping.unknown_words
        report.differing_rows = self._mapping.differing_rows
        report.left_out = self._source.left_out
        report.mended = self._source.mended
        report.rejects = self._rejects.path if self._rejects.written else None
        return report


@dataclass
class _Some:
    """The next rows of a file."""

    records: list[Record]
    fault: UnreadableFileError | None = None
    """The error after these rows, where the file breaks off."""


def _next(rows: Iterator[Record], most: int) -> _Some:
    some = _Some([])
    try:
        some.records.extend(islice(rows, most))
    except UnreadableFileError as error:
        some.fault = error
    return some


def _behind(some: _Some, rest: Iterator[Record]) -> Iterator[Record]:
    if some.fault is not None:
        raise some.fault
    yield from rest


def _as_on_record(report: ImportReport, record: ImportBatch) -> None:
    """Set the report to the numbers in the store, for rows whose receipts this process did not get."""
    report.received = record.position
    report.applied, report.duplicate, report.stale = record.applied, record.duplicate, record.stale
    if unlisted := record.rejected - report.rejected:
        report.reasons[UNLISTED] = report.reasons.get(UNLISTED, 0) + unlisted

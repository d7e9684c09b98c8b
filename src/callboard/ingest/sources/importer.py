"""One import: rows → events → commits of a few thousand, all under one batch that can be withdrawn."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import chain, islice

from callboard.clock import Clock
from callboard.errors import StoreUnavailableError
from callboard.ingest.instants import EARLIEST_ON_RECORD
from callboard.ingest.parse import event_from_mapping
from callboard.ingest.rejected import RejectedEvent
from callboard.ingest.sources.mapping import RowMapping
from callboard.ingest.sources.records import ImportOptionError, Record, RowError, Rows, UnreadableFileError
from callboard.ingest.sources.rejects import RejectsFile
from callboard.ingest.sources.report import ImportReport
from callboard.ingest.sources.targets import SpaceUse, Target
from callboard.ingest.sources.times import NoZoneError
from callboard.model.event import Entry
from callboard.store.interface import Batch, ImportBatch, Receipt, Rejection, Store

CHUNK_ROWS = 2_000
FIRST_ROWS = 1_000
"""So many rows are mapped before the first is written: what is wrong with the options shows here."""
SOURCE = "import"
PATIENCE_S = 60
"""How long a busy store is asked again before the import gives up; begun again it carries on."""


@dataclass(frozen=True)
class Destination:
    """Where an import goes."""

    store: Store
    org_id: int


@dataclass
class _Chunk:
    """The rows of one commit."""

    records: dict[int, Record] = field(default_factory=dict)
    by_space: dict[int, tuple[list[Entry], list[int]]] = field(default_factory=dict)
    rejections: list[Rejection] = field(default_factory=list)


class Importer:
    """Imports the rows of one file into one organization."""

    def __init__(
        self, rows: Rows, mapping: RowMapping, target: Target, rejects: RejectsFile, clock: Clock
    ) -> None:
        """Raises `ImportOptionError` where the options do not fit the file."""
        mapping.check(rows.columns)
        target.check(rows.columns)
        self._mapping = mapping
        self._target = target
        self._rejects = rejects
        self._clock = clock
        self.report: ImportReport | None = None
        """How far it came, also when it did not come to its end."""
        iterator = iter(rows)
        first = _next(iterator, FIRST_ROWS)
        self._rows: Iterator[Record] = chain(first.records, _behind(first, iterator))
        self._check_times(first.records)

    def dry_run(self, progress: Callable[[], None] | None = None) -> ImportReport:
        """Read and check every row; write nothing but the file of rejected ones."""
        report = self.report = ImportReport(batch_no=None)
        for records in self._chunks():
            chunk = self._chunk(records)
            report.received += len(records)
            report.valid += len(records) - len(chunk.rejections)
            self._note(report, chunk, chunk.rejections)
            if progress:
                progress()
        return self._finished(report)

    def run(
        self, into: Destination, label: str, *, same_rows: bool, progress: Callable[[], None] | None = None
    ) -> ImportReport:
        """Import every row. Interrupted and run again with the same label, it carries on.

        `same_rows`: the label vouches for the content, so the rows an interrupted run has committed are
        passed over; otherwise they are sent again, which changes nothing but is counted as duplicates.
        """
        began = into.store.begin_import(into.org_id, label, self._clock())
        report = self.report = ImportReport(began.batch_no)
        if same_rows:
            self._pass_over(report, began)
        space_id: int | None = None
        uncounted: list[Rejection] = []
        for records in self._chunks():
            chunk = self._chunk(records)
            self._note(report, chunk, chunk.rejections)
            report.received += len(records)
            uncounted += chunk.rejections
            space_id = next(iter(chunk.by_space), space_id)
            if space_id is None:
                continue  # no row so far has named a space to count the rejections with
            batches = self._batches(into.org_id, began.batch_no, chunk, space_id, uncounted)
            self._commit(into.store, batches, chunk, report)
            uncounted = []
            if progress:
                progress()
        into.store.finish_import(into.org_id, began.batch_no, self._clock())
        return self._finished(report)

    def _chunks(self) -> Iterator[list[Record]]:
        """The rows, a commit's worth at a time; where the file breaks off, those before it first."""
        while True:
            some = _next(self._rows, CHUNK_ROWS)
            if some.records:
                yield some.records
            if some.fault is not None:
                raise some.fault
            if not some.records:
                return

    def _check_times(self, first: list[Record]) -> None:
        """Fail before anything is written when times lack a zone; afterwards such a row is rejected."""
        times = self._mapping.times
        for record in first:
            if record.problem is None:
                try:
                    self._mapping.event(record.row)
                except NoZoneError as error:
                    raise ImportOptionError(f"Line {record.line}: {error.message}") from None
                except RowError:
                    pass
        times.ambiguous = times.impossible = 0

    def _pass_over(self, report: ImportReport, began: ImportBatch) -> None:
        # Chunks are committed whole and in order, so what an interrupted run did is a number of first rows.
        done = began.applied + began.duplicate + began.stale + began.rejected
        report.earlier = report.received = done
        report.applied, report.duplicate, report.stale = began.applied, began.duplicate, began.stale
        if began.rejected:
            report.reasons["before_the_interruption"] = began.rejected
        last_line = 0
        while done > 0 and (records := list(islice(self._rows, min(done, CHUNK_ROWS)))):
            self._chunk(records)  # for the spaces and the times it counts
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
                chunk.rejections.append(Rejection(record.line, error.reason, error.message))
                chunk.records[record.line] = record
                continue
            chunk.records[record.line] = record
            use.rows += 1
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
        entry = event_from_mapping(event, now=now, source=SOURCE, earliest=EARLIEST_ON_RECORD)
        return self._target.use(record.row), entry

    def _batches(
        self, org_id: int, batch_no: int, chunk: _Chunk, space_id: int, rejections: list[Rejection]
    ) -> list[Batch]:
        """A chunk as batches, one a space; its rejections are counted with the first, `space_id`'s."""
        now = self._clock()
        return [
            Batch(
                org_id=org_id,
                space_id=each,
                entries=entries,
                indexes=lines,
                rejections=rejections if each == space_id else [],
                source=SOURCE,
                received_at=now,
                import_no=batch_no,
            )
            for each, (entries, lines) in (chunk.by_space or {space_id: ([], [])}).items()
        ]

    def _commit(self, store: Store, batches: list[Batch], chunk: _Chunk, report: ImportReport) -> None:
        noted = {rejection.index for batch in batches for rejection in batch.rejections}
        for receipt in _patiently(store, batches):
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
        report.ambiguous_times = self._mapping.times.ambiguous
        report.impossible_times = self._mapping.times.impossible
        report.rejects = self._rejects.path if self._rejects.written else None
        return report


@dataclass
class _Some:
    """The next rows of a file."""

    records: list[Record]
    fault: UnreadableFileError | None = None
    """Where the file breaks off behind them."""


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


def _patiently(store: Store, batches: list[Batch]) -> list[Receipt]:
    """Commit batches; while the store is busy with another writer, wait and ask again."""
    deadline = time.monotonic() + PATIENCE_S
    while True:
        try:
            outcomes = store.ingest(batches)
        except StoreUnavailableError as error:
            if time.monotonic() > deadline:
                raise
            time.sleep(error.retry_after_s)
            continue
        receipts = []
        for outcome in outcomes:
            if isinstance(outcome, Exception):
                raise outcome
            receipts.append(outcome)
        return receipts

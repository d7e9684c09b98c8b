"""Read a whole file by a plan before anything is committed: numbers, rejections, and what contradicts it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final

from callboard.clock import Clock, Micros
from callboard.ingest.instants import EARLIEST_ON_RECORD
from callboard.ingest.parse import event_from_mapping
from callboard.ingest.rejected import RejectedEvent
from callboard.ingest.sources.files.records import Record, RowError
from callboard.ingest.sources.guessing.row_checks import RowChecks
from callboard.ingest.sources.guessing.sample import SAMPLE_ROWS
from callboard.ingest.sources.guessing.unfinished import is_over
from callboard.ingest.sources.mapping import RowMapping, Template
from callboard.ingest.sources.mapping.closed import UnknownWord
from callboard.ingest.sources.plan import ImportPlan, open_rows
from callboard.ingest.sources.preview import Numbers, Preview, key_of
from callboard.ingest.sources.values.nulls import is_no_time
from callboard.ingest.sources.values.times import NoZoneError, from_format
from callboard.model.event import Entry

MAX_COUNTEREXAMPLES: Final = 200
MAX_SPREAD: Final = 1_000
MAX_UNFINISHED: Final = 50
"""Rows that are not over of a file whose ids are made of what its rows say."""
_REMARK_CELLS: Final = 2
_REMARK_CHARACTERS: Final = 200
_SOURCE: Final = "import"


@dataclass
class Rejected:
    """Rows that are rejected for one reason."""

    rows: int
    line: int
    """The first of them."""
    message: str
    records: list[Record] = field(default_factory=list)
    """The first of them, at most `MAX_COUNTEREXAMPLES`."""


@dataclass
class Whole:
    """A file, read to its end by one plan."""

    numbers: Numbers
    received: int = 0
    rejected: dict[str, Rejected] = field(default_factory=dict)
    """By reason."""
    counterexamples: list[Record] = field(default_factory=list)
    """Rows that the plan cannot read, and rows of one id that say different things."""
    unfinished: list[Record] = field(default_factory=list)
    """Rows that are not over, behind the first of the file, where ids are made of what rows say."""
    spread: list[Record] = field(default_factory=list)
    """Rows from all parts of the file."""
    rivals: dict[str, list[str]] = field(default_factory=dict)
    """Field → other formats that read all times of the file as well."""
    remarks: list[str] = field(default_factory=list)
    """Rejected rows of one or two cells: what somebody wrote below the table."""
    checks: RowChecks = field(default_factory=RowChecks)
    left_out: Mapping[str, int] = field(default_factory=dict)
    mended: int = 0
    unknown_words: list[UnknownWord] = field(default_factory=list)

    @property
    def rejected_rows(self) -> int:
        return sum(each.rows for each in self.rejected.values())


def read_whole(
    plan: ImportPlan,
    rivals: Mapping[str, Sequence[str]],
    clock: Clock,
    progress: Callable[[], None] | None = None,
    checks: RowChecks | None = None,
) -> Whole:
    """Read every row by the plan, which must be complete. Writes nothing. `checks` sees each row of a call.

    Raises `UnreadableFileError`, also where the file breaks off, and `ImportOptionError`.
    """
    mapping = RowMapping(plan.options)
    preview = Preview(plan.options.record_type)
    whole = Whole(preview.numbers)
    formats = _Rivals(mapping.templates, rivals)
    whole.checks = checks or RowChecks()
    note_unfinished = partial(_note_unfinished, whole) if mapping.makes_ids else _ignore
    check = whole.checks.add if plan.options.record_type == "call" else None
    now = clock()
    try:
        with open_rows(plan, None) as (_, rows):
            mapping.check(rows.columns)
            stride = 1
            for record in rows:
                whole.received += 1
                if whole.received % stride == 0:
                    whole.spread.append(record)
                    if len(whole.spread) >= MAX_SPREAD:
                        whole.spread, stride = whole.spread[1::2], stride * 2
                try:
                    if record.problem is not None:
                        raise record.problem
                    event = mapping.event(record.row)
                    entry = event_from_mapping(
                        event, now=now, source=_SOURCE, earliest=EARLIEST_ON_RECORD, whole=True
                    )
                except (RowError, RejectedEvent, NoZoneError) as error:
                    _reject(whole, record, error)
                    continue
                preview.add(_space(plan, record), entry)
                note_unfinished(record, entry)
                if check is not None:
                    check(record, entry.event)
                if formats.left:
                    formats.check(record.row)
                if progress and whole.received % MAX_SPREAD == 0:
                    progress()
            whole.left_out, whole.mended = dict(rows.left_out), rows.mended
        whole.numbers = preview.finish()
    finally:
        preview.close()
    if preview.repeated_keys:
        whole.counterexamples += _rows_of(plan, preview.repeated_keys, now)
    whole.counterexamples += [*whole.checks.silent.records, *whole.unfinished]
    whole.rivals = formats.left
    whole.unknown_words = mapping.unknown_words
    return whole


def _note_unfinished(whole: Whole, record: Record, entry: Entry) -> None:
    """Rows that are not over, behind those of the sample, tell what an id may be made of."""
    if whole.received > SAMPLE_ROWS and not is_over(entry.event) and len(whole.unfinished) < MAX_UNFINISHED:
        whole.unfinished.append(record)


def _ignore(*_: object) -> None:
    return None


def _rows_of(plan: ImportPlan, keys: AbstractSet[bytes], now: Micros) -> list[Record]:
    """The first rows of the file about these items."""
    mapping = RowMapping(plan.options)
    found = []
    with open_rows(plan, None) as (_, rows):
        for record in rows:
            try:
                if record.problem is not None:
                    raise record.problem
                entry = event_from_mapping(
                    mapping.event(record.row), now=now, source=_SOURCE, earliest=EARLIEST_ON_RECORD
                )
            except (RowError, RejectedEvent, NoZoneError):
                continue
            if key_of(_space(plan, record), entry) in keys:
                found.append(record)
                if len(found) >= MAX_COUNTEREXAMPLES:
                    break
    return found


def _space(plan: ImportPlan, record: Record) -> str:
    return str(record.row.get(plan.space_from, "")) if plan.space_from else ""


def _reject(whole: Whole, record: Record, error: RowError | RejectedEvent | NoZoneError) -> None:
    reason = "invalid_time" if isinstance(error, NoZoneError) else error.reason
    found = whole.rejected.setdefault(reason, Rejected(0, record.line, error.message))
    found.rows += 1
    if record.problem is None and len(found.records) < MAX_COUNTEREXAMPLES:
        found.records.append(record)
    cells = [cell for cell in map(str, record.cells) if cell.strip()]
    if len(cells) <= _REMARK_CELLS and len(whole.remarks) < MAX_COUNTEREXAMPLES:
        whole.remarks.append(" ".join(cells)[:_REMARK_CHARACTERS])
    if record.problem is None and len(whole.counterexamples) < MAX_COUNTEREXAMPLES:
        whole.counterexamples.append(record)


class _Rivals:
    """Formats beside the chosen ones that have read every time so far."""

    def __init__(self, templates: Mapping[str, Template], rivals: Mapping[str, Sequence[str]]) -> None:
        self.left = {target: list(forms) for target, forms in rivals.items() if forms}
        self._read = {target: templates[target].reader(whole=False) for target in self.left}

    def check(self, row: Mapping[str, Any]) -> None:
        """Drop the formats that cannot read this row."""
        for target in list(self.left):
            value = self._read[target](row)
            if not isinstance(value, str) or is_no_time(value):
                continue
            self.left[target] = [form for form in self.left[target] if from_format(value, form) is not None]
            if not self.left[target]:
                del self.left[target]

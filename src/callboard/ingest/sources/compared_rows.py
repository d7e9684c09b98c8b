"""Some rows of a file, from all of its parts, beside the calls that stand before its import."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import Final, TypeVar

from msgspec import Struct

from callboard.clock import Clock, Micros
from callboard.ingest.sources.files.records import Record, UnreadableFileError
from callboard.ingest.sources.mapping.reading import RowReader
from callboard.ingest.sources.plan import ImportPlan, open_rows, reader_of, wanted_columns
from callboard.ingest.sources.read_rows import read_rows
from callboard.ingest.sources.targets import Target
from callboard.model.call import Call
from callboard.model.event import CallEvent
from callboard.store.interface import Store
from callboard.store.questions import CallFilter, Scope, Window

T = TypeVar("T")

END_ROWS: Final = 2_000
"""The first rows of a file, and the last ones, of which some are compared; of all between them as many."""
COMPARED_ROWS: Final = 200


class ComparedRow(Struct, frozen=True):
    """A row, and the space that it belongs to; None for one that the import is to create."""

    line: int
    space_id: int | None
    event: CallEvent
    body: bytes


class ComparedRows:
    """Rows of the plan's file, read once, when they are first asked for.

    `target` must create no space. `own`: the import that this one carries on, whose calls are the file's own.
    """

    def __init__(
        self,
        store: Store,
        org_id: int,
        plan: ImportPlan,
        target: Target,
        clock: Clock,
        *,
        own: int | None = None,
    ) -> None:
        self.store, self.org_id, self.plan = store, org_id, plan
        self._target, self._clock, self._own = target, clock, own

    @cached_property
    def parts(self) -> list[list[ComparedRow]]:
        """The rows of the beginning, of the end and of all between; none where no call stands at all.

        Raises `ImportOptionError`.
        """
        if not self.store.calls(Scope(self.org_id, all_content=True), CallFilter(), Window(limit=1)):
            return []
        mapping = reader_of(self.plan)
        columns = wanted_columns(self.plan, mapping)
        with open_rows(self.plan, columns, whole=mapping.reads_all) as (_, rows):
            mapping.check(rows.columns)
            self._target.check(rows.columns)
            now = self._clock()
            return [self._compared(some, mapping, now) for some in _sampled(rows) if some]

    def _compared(self, records: list[Record], mapping: RowReader, now: Micros) -> list[ComparedRow]:
        return [
            ComparedRow(record.line, space_id, entry.event, entry.body)
            for record, space_id, entry in read_rows(records, mapping, self._target, now)
            if isinstance(entry.event, CallEvent)
        ]

    def known(self, row: ComparedRow) -> Call | None:
        """The call that has the row's id."""
        return None if row.space_id is None else self.store.call(self.org_id, row.space_id, row.event.call_id)

    def is_own(self, space_id: int, call_id: str) -> bool:
        """Whether only the import that is carried on says a call."""
        if self._own is None:
            return False
        entries = self.store.call_entries(self.org_id, space_id, call_id)
        return all(each.batch_no == self._own for each in entries)

    def stands(self, row: ComparedRow) -> bool:
        """Whether the log has the row already: imported once more, it changes nothing."""
        if row.space_id is None:
            return False
        entries = self.store.call_entries(self.org_id, row.space_id, row.event.call_id)
        return any(each.body == row.body for each in entries)


def _sampled(rows: Iterable[Record]) -> list[list[Record]]:
    """Rows of the beginning, of the end and of all between."""
    first: list[Record] = []
    last: deque[tuple[int, Record]] = deque(maxlen=END_ROWS)
    between: list[tuple[int, Record]] = []
    step = 1
    try:
        for number, record in enumerate(rows):
            if number < END_ROWS:
                first.append(record)
                continue
            last.append((number, record))
            if number % step == 0:
                between.append((number, record))
                if len(between) > 2 * COMPARED_ROWS:
                    # Every other one is dropped, so that they stay as far apart as the file is long.
                    step *= 2
                    between = [each for each in between if each[0] % step == 0]
    except UnreadableFileError:
        pass  # the import says where the file breaks off
    end = last[0][0] if last else 0
    return [
        _evenly(first),
        _evenly([record for _, record in last]),
        _evenly([record for number, record in between if number < end]),
    ]


def _evenly(some: Sequence[T]) -> list[T]:
    """At most `COMPARED_ROWS` of them, from all parts."""
    return list(some[:: -(-len(some) // COMPARED_ROWS) or 1])

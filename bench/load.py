"""The events of 90 days in their order of arrival: the same seed gives the same load to every side.

Of a hundred calls five are sent twice, byte for byte, and five are corrected one to three days later, with
another outcome or another end. The generator knows which event is the final one, so that the true numbers
need no engine's arithmetic.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq
from msgspec import Struct

from bench import calls
from callboard.clock import DAY, HOUR, SECOND, Micros
from callboard.model.event import CallEvent, Entry, canonical

REPEATED = 0.05
CORRECTED = 0.05
_COLUMNS: list[tuple[str, pa.DataType]] = [
    ("call_id", pa.string()),
    ("space", pa.int32()),
    ("creation_time", pa.int64()),
    ("start_time", pa.int64()),
    ("duration_ms", pa.int64()),
    ("call_type", pa.string()),
    ("call_status", pa.string()),
    ("end_reason", pa.string()),
    ("agent", pa.string()),
    ("occurred_at", pa.int64()),
    ("stands", pa.bool_()),
]
SCHEMA = pa.schema(_COLUMNS)
"""Times in microseconds since 1970. `space` is an index from 0. `stands`: the final event of its call."""
Row = tuple[str, int, int, int | None, int | None, str, str, str, str, int, bool]


class Delivery(Struct, gc=False):
    """One event as it arrives."""

    entry: Entry
    stands: bool
    """Whether it is the final event of its call. A repeat never is."""


Day = list[tuple[int, list[Delivery]]]


class Span(Struct, frozen=True):
    """The days of a load."""

    first: Micros = calls.FIRST_DAY
    days: int = calls.DAYS

    def evening(self, day: int) -> Micros:
        """The evening of a day, when repeats and corrections arrive."""
        return self.first + day * DAY + 21 * HOUR


def days(
    many: int, spaces: int, seed: int = 1, agents: Sequence[str] = calls.AGENTS, span: Span | None = None
) -> Iterator[Day]:
    """`many` calls over the days of `span` in `spaces` spaces, with a task for each hundredth call. For each
    day a list of (index of the space, events that arrive there in order of time).
    """
    span = span or Span()
    draw = random.Random(seed)
    number = 0
    late: dict[tuple[int, int], list[Delivery]] = {}
    for day in range(span.days):
        of_day: Day = []
        until = many * (day + 1) // span.days
        begin = span.first + day * DAY
        share = [0] * spaces
        for place in range(number, until):
            share[place % spaces] += 1
        for space, of_space in enumerate(share):
            arrived: list[Delivery] = []
            times = sorted(begin + draw.randrange(8 * 3600, 20 * 3600) * SECOND for _ in range(of_space))
            for place, at in enumerate(times):
                entry = calls.call_entry(draw, number + place, at, agents)
                _arrive(draw, entry, arrived, late, (day, space), span)
            arrived += [
                Delivery(calls.task_entry(draw, place, times[0]), stands=True)
                for place in range(number, number + of_space)
                if place % 100 == 0
            ]
            arrived += late.pop((day, space), [])
            number += of_space
            if arrived:
                of_day.append((space, arrived))
        yield of_day


def _arrive(
    draw: random.Random,
    entry: Entry,
    arrived: list[Delivery],
    late: dict[tuple[int, int], list[Delivery]],
    where: tuple[int, int],
    span: Span,
) -> None:
    """Add a call, and by chance its repeat and its correction."""
    day, space = where
    corrected = draw.random() < CORRECTED
    arrived.append(Delivery(entry, stands=not corrected))
    if draw.random() < REPEATED:  # half within the day, half on the next
        on = min(day + draw.randrange(2), span.days - 1)
        again = Entry(entry.event, entry.body, span.evening(on))
        late.setdefault((on, space), []).append(Delivery(again, stands=False))
    if corrected:
        on = min(day + draw.randrange(1, 4), span.days - 1)
        corrected_entry = _correction(draw, entry, span.evening(on))
        late.setdefault((on, space), []).append(Delivery(corrected_entry, stands=True))


def _correction(draw: random.Random, entry: Entry, at: Micros) -> Entry:
    event = entry.event
    assert isinstance(event, CallEvent)
    assert isinstance(event.creation_time, int)
    status, reason, start, end = calls.outcome(draw, event.creation_time, None)
    corrected = msgspec.structs.replace(
        event, call_status=status, end_reason=reason, start_time=start, end_time=end, occurred_at=at
    )
    return Entry(corrected, canonical(corrected), at)


class Kept:
    """Writes deliveries to a Parquet file, for the sides that load files; one row group per day."""

    def __init__(self, path: Path) -> None:
        self._writer = pq.ParquetWriter(path, SCHEMA, compression="zstd")

    def add(self, day: Day) -> None:
        """Add the calls that arrived on a day."""
        rows = [row(space, each) for space, arrived in day for each in arrived if is_call(each)]
        if rows:
            self._writer.write_table(table(rows))

    def close(self) -> None:
        """Complete the file."""
        self._writer.close()


def is_call(each: Delivery) -> bool:
    """Whether it is an event of a call, not of a task."""
    return isinstance(each.entry.event, CallEvent)


def row(space: int, each: Delivery) -> Row:
    """A call's event as a row. The duration is the talk time; start and duration are None if not answered."""
    event = each.entry.event
    assert isinstance(event, CallEvent)
    assert isinstance(event.creation_time, int)
    start = event.start_time if isinstance(event.start_time, int) else None
    talked = (event.end_time - start) // 1000 if start and isinstance(event.end_time, int) else None
    return (
        event.call_id,
        space,
        event.creation_time,
        start,
        talked,
        str(event.call_type),
        event.call_status,
        str(event.end_reason),
        str(event.agent),
        each.entry.occurred_at,
        each.stands,
    )


def table(rows: Sequence[Row]) -> pa.Table:
    """Rows as an Arrow table."""
    columns = list(zip(*rows, strict=True))
    return pa.table(
        {field.name: pa.array(columns[at], field.type) for at, field in enumerate(SCHEMA)}, schema=SCHEMA
    )

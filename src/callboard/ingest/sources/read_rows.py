"""Rows of a file as an import would take them, before anything is imported."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from callboard.clock import Micros
from callboard.ingest.instants import EARLIEST_ON_RECORD
from callboard.ingest.parse import event_from_mapping
from callboard.ingest.rejected import RejectedEvent
from callboard.ingest.sources.files.records import Record, RowError
from callboard.ingest.sources.mapping.reading import RowReader
from callboard.ingest.sources.targets import Target
from callboard.ingest.sources.values.times import NoZoneError
from callboard.model.event import Entry


def read_rows(
    records: Iterable[Record], mapping: RowReader, target: Target, now: Micros
) -> Iterator[tuple[Record, int | None, Entry]]:
    """Each row that the import takes, with the id of its space (None: the import is to create it) and its
    event. `target` must create no space.
    """
    for record in records:
        if record.problem is not None:
            continue
        try:
            entry = event_from_mapping(
                mapping.event(record.row), now=now, source="import", earliest=EARLIEST_ON_RECORD
            )
            space = target.use(record.row).space
        except (RowError, RejectedEvent, NoZoneError):
            continue  # the import rejects it
        yield record, None if space is None else space.id, entry

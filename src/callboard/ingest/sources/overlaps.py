"""Reads a file before it is imported, beside what earlier imports said of the same calls: where they were
read otherwise, calls would be a mixture.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import Final

from msgspec import Struct

from callboard.clock import Clock
from callboard.ingest.sources.files.records import Record, UnreadableFileError
from callboard.ingest.sources.plan import ImportPlan, open_rows, reader_of, wanted_columns
from callboard.ingest.sources.read_rows import read_rows
from callboard.ingest.sources.saved import is_told_in_parts
from callboard.ingest.sources.targets import Target
from callboard.model.event import Entry
from callboard.store.importing import Reading, Seen, rivals, seen_beside
from callboard.store.interface import Store

ROWS: Final = 2_000
"""Rows that are compared in one read of the store."""


class Overlaps(Struct, frozen=True):
    """What earlier imports say otherwise than a file."""

    rows: Mapping[int, int] = {}
    """The number of an import → of how many rows of the file it says something else."""
    seen: Seen | None = None
    """The imports as they were: `begin_import` finds out whether others have begun. None: never looked."""


NO_OVERLAPS: Final = Overlaps()


def find_overlaps(
    store: Store,
    org_id: int,
    plan: ImportPlan,
    target: Target,
    reading: Reading,
    label: str,
    clock: Clock,
) -> Overlaps:
    """The earlier imports that say something else than rows of the file. `target` must create no space;
    `label`: what the import is begun under. One that carries on replaces what it was told to.

    The file is read only where there are such imports. Raises `ImportOptionError`.
    """
    begun = store.unfinished_import(org_id, label)
    every = store.earlier_imports(org_id, reading.record_type)
    against = rivals(every, reading, begun, in_parts=bool(plan.format) or is_told_in_parts(plan.options))
    seen = seen_beside(every, reading, label)
    found: Counter[int] = Counter()
    if not against:
        return Overlaps({}, seen)
    mapping = reader_of(plan)
    with open_rows(plan, wanted_columns(plan, mapping), whole=mapping.reads_all) as (_, rows):
        mapping.check(rows.columns)
        target.check(rows.columns)
        for some in _parts(rows):
            by_space: dict[int, list[Entry]] = {}
            for _, space_id, entry in read_rows(some, mapping, target, clock()):
                if space_id is not None:
                    by_space.setdefault(space_id, []).append(entry)
            if by_space:
                found.update(store.contradicted_imports(org_id, against, by_space))
    return Overlaps(dict(found), seen)


def _parts(rows: Iterable[Record]) -> Iterator[list[Record]]:
    iterator = iter(rows)
    try:
        while some := list(islice(iterator, ROWS)):
            yield some
    except UnreadableFileError:
        return  # the import says where the file breaks off

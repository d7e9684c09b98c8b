"""Compares the cells of the contact spaces together with the sum of each contact space's cells.

Each space's own cells are compared with its rows elsewhere (`verify`). Here one snapshot reads one week, so
that no snapshot lasts long. Deltas are left out: until they are compacted they are in the cells of neither
side.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from callboard.fold.catalogue import CATALOGUE, Counter
from callboard.fold.grain import QUARTER_HOURS_PER_DAY, Grain
from callboard.store.questions import CONTACT_SPACES, MEASURES
from callboard.store.sql.compaction import IN_CONTACT_SPACES, UTC_BUCKETS
from callboard.store.sql.database import Database
from callboard.store.sql.table_walk import Snapshot, run_with_retry

WEEK = 7 * QUARTER_HOURS_PER_DAY
"""Quarter-hours compared in one snapshot."""

WeekSums = dict[tuple[Any, ...], tuple[int, ...]]
WrongCell = tuple[str, tuple[int, ...] | None, tuple[int, ...] | None]
"""The cell's key as text, its measures as stored, its measures as they should be."""

_SUMMED = ", ".join(f"sum({measure})" for measure in MEASURES)
_ANY = " OR ".join(f"sum({measure}) <> 0" for measure in MEASURES)


def wrong_cells(read: Snapshot, org_id: int) -> Iterator[WrongCell]:
    """The cells of an organization's contact spaces together that are not the sum of the spaces' cells."""
    for counter in CATALOGUE:
        for grain in counter.grains:
            yield from _wrong_cells(read, org_id, counter, grain)


def _wrong_cells(read: Snapshot, org_id: int, counter: Counter, grain: Grain) -> Iterator[WrongCell]:
    # Home zones differ, so their hours and days cannot be summed: the contact spaces' are made of
    # quarter-hours. Only UTC days are the same period in every space.
    origin = Grain.UTC_DAY if grain is Grain.UTC_DAY else Grain.QUARTER_HOUR
    where: dict[str, Any] = {"org_id": org_id, "counter": counter.code, "grain": grain, "origin": origin}
    begin = 0

    def week(db: Database) -> tuple[int, WeekSums, WeekSums] | None:
        """The next week that has a cell, with both sides; None when there is none."""
        found = _next_bucket(db, where, begin)
        if found is None:
            return None
        # From the beginning of a UTC day: its quarter-hours and its day must be in the same piece.
        first = found - found % QUARTER_HOURS_PER_DAY
        chunk = {**where, "begin": first, "end": first + WEEK}
        return (
            first,
            {row[:4]: row[4:] for row in db.rows("cell.of_contact", chunk)},
            {row[:4]: row[4:] for row in db.select(_summing(grain), chunk)},
        )

    while (found := run_with_retry(read, week)) is not None:
        first, stored, summed = found
        begin = first + WEEK
        for key in sorted(stored.keys() | summed.keys()):
            if stored.get(key) != summed.get(key):
                name = "/".join(map(str, (counter.code, grain, *key)))
                yield name, stored.get(key), summed.get(key)


def _next_bucket(db: Database, where: dict[str, Any], begin: int) -> int | None:
    found: int | None = db.value("cell.next_bucket", {**where, "begin": begin, "contact": CONTACT_SPACES})
    return found


def _summing(grain: Grain) -> str:
    """Query for the sum of the contact spaces' cells at a grain, in UTC. Leaves out sums of zero, as
    compaction does: it deletes cells that count nothing.
    """
    # The bucket expressions are written for deltas, whose quarter-hour is `quarter`; in cells it is `bucket`.
    bucket = UTC_BUCKETS[grain].replace("quarter", "bucket")
    return (
        f"SELECT {bucket} AS held, d1, d2, d3, {_SUMMED} FROM cell "
        f"WHERE org_id = :org_id AND counter = :counter AND grain = :origin AND {IN_CONTACT_SPACES} "
        f"AND bucket >= :begin AND bucket < :end GROUP BY held, d1, d2, d3 HAVING {_ANY}"
    )

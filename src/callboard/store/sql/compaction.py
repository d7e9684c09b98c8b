"""Compaction: merge an organization's deltas into its cells, in one pass for each counter and grain.

A single event would touch a cell for each counter and grain, each on a page of its own. So a commit only
appends deltas, and they are merged outside of it, a slice at a time, the oldest first. The counters are the
cells and the deltas from number `compacted_to` of the table `compaction` on: every reader adds both, in one
snapshot. A slice is one commit with the new `compacted_to`: all counters, grains and holders of cells.

The row of `compaction` is the lock of an organization's cells. A commit of events takes only the
organization's lock; who changes cells, or what deltas are counted under, takes that of the cells after it.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from callboard.errors import StoreDamagedError
from callboard.fold.catalogue import CALL_FIELD_DIMENSIONS, CATALOGUE, Counter
from callboard.fold.grain import QUARTER_HOURS_PER_DAY, Grain
from callboard.store.questions import CONTACT_SPACES, MEASURES
from callboard.store.sql.database import Database
from callboard.store.sql.recount import COUNTERS

COMPACT_AT = 4_000
"""Merge deltas into cells from this count on."""
WAITING_MAX = 16_000
"""With more deltas than this that are not merged, a commit of events merges a slice itself."""
SLICE_MAX = 4_000
"""Most deltas that are merged in one commit."""
BEHIND_AT = 6_000
"""From this count on slices are long: short ones, for which commits wait less, do not keep up."""
KEPT = 4_000
"""How many merged deltas are kept: materialized views catch up from them (`Reporting.sums_since`)."""

IN_CONTACT_SPACES = "space_id IN (SELECT id FROM space WHERE org_id = :org_id AND content_type = 'contact')"

HOME_BUCKETS = {
    Grain.QUARTER_HOUR: "quarter",
    Grain.HOUR: "hour",
    Grain.DAY: "day",
    Grain.UTC_DAY: f"quarter - quarter % {QUARTER_HOURS_PER_DAY}",
}
"""The bucket of a delta in its space's home zone."""
UTC_BUCKETS = {
    Grain.QUARTER_HOUR: "quarter",
    Grain.HOUR: "quarter - quarter % 4",
    Grain.DAY: HOME_BUCKETS[Grain.UTC_DAY],
    Grain.UTC_DAY: HOME_BUCKETS[Grain.UTC_DAY],
}
"""The same for the contact spaces together."""

_SUMS = ", ".join(f"sum({measure})" for measure in MEASURES)
_ANY = " OR ".join(f"sum({measure}) <> 0" for measure in MEASURES)
_ADDED = ", ".join(f"{measure} = cell.{measure} + excluded.{measure}" for measure in MEASURES)
_INSERT = (
    "INSERT INTO cell (org_id, space_id, counter, grain, bucket, d1, d2, d3, " + ", ".join(MEASURES) + ") "
)
_ON_CONFLICT = f" ON CONFLICT (org_id, counter, grain, space_id, bucket, d1, d2, d3) DO UPDATE SET {_ADDED}"
_NOTHING = " AND ".join(f"{measure} = 0" for measure in MEASURES)


NO_ROW = "The row of an organization in compaction is missing: callboard verify says which."


def lock(db: Database, org_id: int) -> int:
    """Wait for the lock of an organization's cells, which the transaction then holds to its end. Returns the
    number of the first delta that is in no cell. Raises `StoreDamagedError` if its row is missing.
    """
    begin: int | None = db.value("compaction.lock", {"org_id": org_id})
    if begin is None:
        raise StoreDamagedError(NO_ROW)
    return begin


def compact_slice(db: Database, org_id: int, *, wait: bool = False) -> int:
    """Merge the oldest deltas that are not merged, if there are at least `COMPACT_AT`. Returns how many are
    not merged then. Does nothing, and returns 0, when another holds the lock of the cells; `wait`: waits for
    it instead.
    """
    where = {"org_id": org_id}
    begin = lock(db, org_id) if wait else db.value("compaction.lock_if_free", where)
    clock = db.row("clock.read", where)
    if begin is None or clock is None:
        return 0
    # Deltas are numbered under the organization's lock: all before this number are committed.
    next_delta = clock[-1]
    unmerged = int(next_delta - begin)
    if unmerged < COMPACT_AT:
        return unmerged
    slice_deltas = db.dialect.slice_deltas if unmerged < BEHIND_AT else db.dialect.long_slice_deltas
    end = min(next_delta, begin + min(SLICE_MAX, slice_deltas))
    merge(db, org_id, begin, end)
    db.change("compaction.set", {**where, "compacted_to": end})
    db.change("delta.drop", {**where, "before": end - KEPT})
    return int(next_delta - end)


def merge(db: Database, org_id: int, begin: int, end: int) -> None:
    """Add an organization's deltas with numbers in [`begin`, `end`) to its cells. The caller holds the lock
    of the cells, and sets `compacted_to`.
    """
    where = {"org_id": org_id, "begin": begin, "end": end}
    # Most counters have no duration dimension: summed without durations first, the deltas are far fewer.
    uses_temp_table = db.dialect.uses_temp_table
    if uses_temp_table:
        db.run(_TEMP_TABLE)
        db.run(_SUM_INTO_TEMP, where)
    for sql in _merge_deltas(uses_temp_table):
        db.run(sql, where)
    if db.value("delta.shrinking", where):
        for sql in _delete_zero_cells(uses_temp_table, db.dialect.least):
            db.run(sql, where)
    if uses_temp_table:
        db.run("DELETE FROM temp.gathered")


_TEMP_KEY = ", ".join(("space_id", "kind", "quarter", "hour", "day", *CALL_FIELD_DIMENSIONS, "status"))
_TEMP_TABLE = (
    f"CREATE TEMP TABLE IF NOT EXISTS gathered AS SELECT org_id, no, {_TEMP_KEY}, "
    f"{', '.join(MEASURES)} FROM delta WHERE 0"
)
_SUM_INTO_TEMP = (
    f"INSERT INTO temp.gathered SELECT org_id, :begin, {_TEMP_KEY}, {_SUMS} FROM delta "
    f"WHERE org_id = :org_id AND no >= :begin AND no < :end GROUP BY {_TEMP_KEY} HAVING {_ANY}"
)


def _source(counter: Counter, uses_temp_table: bool) -> str:
    return "delta" if not uses_temp_table or {"talk", "wait"} & set(counter.dimensions) else "temp.gathered"


@cache
def _merge_deltas(uses_temp_table: bool) -> tuple[str, ...]:
    """A statement for each counter and grain, of the spaces and of the contact spaces together."""
    return tuple(
        f"{_INSERT}SELECT org_id, {space}, {counter.code}, '{grain}', {buckets[grain]} AS bucket, "
        f"{_dimensions(counter)}, {_SUMS} FROM {_source(counter, uses_temp_table)} "
        f"WHERE org_id = :org_id AND no >= :begin AND no < :end AND kind = '{counter.of}'{scope} "
        f"GROUP BY org_id, {_grouped(counter, space)} HAVING {_ANY} "
        f"ORDER BY {_grouped(counter, space)}{_ON_CONFLICT}"
        for counter in CATALOGUE
        for space, buckets, scope in _HOLDERS
        for grain in counter.grains
    )


@cache
def _delete_zero_cells(uses_temp_table: bool, least: str) -> tuple[str, ...]:
    """Delete cells that these deltas brought to zero: the same set of events must leave the same cells."""
    found = [
        (
            f"counter = {counter.code} AND grain = '{grain}'",
            (
                f"SELECT DISTINCT {space} AS space_id, {buckets[grain]} AS bucket, "
                f"{_named_dimensions(counter)} "
                f"FROM {_source(counter, uses_temp_table)} "
                f"WHERE org_id = :org_id AND no >= :begin AND no < :end AND kind = '{counter.of}'{scope} "
                f"AND {least}({', '.join(MEASURES)}) < 0"
            ),
        )
        for counter in CATALOGUE
        for space, buckets, scope in _HOLDERS
        for grain in counter.grains
    ]
    if uses_temp_table:
        return tuple(
            f"DELETE FROM cell WHERE org_id = :org_id AND {which} AND {_NOTHING} "
            f"AND (space_id, bucket, d1, d2, d3) IN ({keys})"
            for which, keys in found
        )
    return tuple(_DELETE_BY_PLACE.format(which=which, keys=keys) for which, keys in found)


# One look-up in the primary key for each of the keys. PostgreSQL may turn a join of them with the cells
# around, and then sum the deltas again for each cell of the organization.
_DELETE_BY_PLACE = (
    "DELETE FROM cell WHERE ctid = ANY (ARRAY(SELECT empty.place FROM ({keys}) AS change CROSS JOIN LATERAL ("
    "SELECT held.ctid AS place FROM cell AS held WHERE held.org_id = :org_id AND held.{which} "
    "AND held.space_id = change.space_id AND held.bucket = change.bucket AND held.d1 = change.d1 "
    f"AND held.d2 = change.d2 AND held.d3 = change.d3 AND {_NOTHING} OFFSET 0) AS empty))"
    "\n AND org_id = :org_id -- Citus\n"
)


_HOLDERS = (
    ("space_id", HOME_BUCKETS, ""),
    (str(CONTACT_SPACES), UTC_BUCKETS, f" AND {IN_CONTACT_SPACES}"),
)
"""Holders of cells, a space and the contact spaces together: key, buckets in its zone, and its deltas."""


def _dimensions(counter: Counter) -> str:
    return ", ".join((*counter.dimensions, "''", "''", "''")[:3])


def _named_dimensions(counter: Counter) -> str:
    return ", ".join(
        f"{each} AS d{no}" for no, each in enumerate((*counter.dimensions, "''", "''", "''")[:3], 1)
    )


def _grouped(counter: Counter, space: str) -> str:
    named = ["space_id"] if space == "space_id" else []
    return ", ".join([*named, "bucket", *counter.dimensions])


def count_contact(db: Database, org_id: int, space_id: int, sign: int) -> None:
    """Add the cells of a space that becomes a contact space (1) to the contact spaces' cells, or subtract
    those of one that no longer is (-1). Compact before: deltas count under the content type they came with.
    """
    _add_to_contact(db, {"org_id": org_id, "space_id": space_id, "sign": sign})
    emptied: dict[str, Any] = {"org_id": org_id, "space_id": CONTACT_SPACES, "counters": COUNTERS}
    db.change("cell.drop_empty", emptied)


def recount_contact(db: Database, org_id: int) -> None:
    """Rebuild the cells of the contact spaces together from those of each contact space."""
    where: dict[str, Any] = {"org_id": org_id, "space_id": CONTACT_SPACES, "counters": COUNTERS}
    db.change("cell.drop_space", where)
    contact: list[tuple[Any, ...]] = db.rows("space.contact", {"org_id": org_id})
    for (space_id,) in contact:
        _add_to_contact(db, {"org_id": org_id, "space_id": space_id, "sign": 1})


def _add_to_contact(db: Database, where: dict[str, int]) -> None:
    for counter in CATALOGUE:
        for grain in counter.grains:
            # Days of one zone cannot be summed from days of another: only quarter-hours fit in both.
            origin = Grain.UTC_DAY if grain is Grain.UTC_DAY else Grain.QUARTER_HOUR
            bucket = UTC_BUCKETS[grain].replace("quarter", "bucket")
            sums = ", ".join(f":sign * sum({measure})" for measure in MEASURES)
            db.run(
                f"{_INSERT}SELECT org_id, {CONTACT_SPACES}, counter, '{grain}', {bucket} AS held, "
                f"d1, d2, d3, {sums} FROM cell "
                f"WHERE org_id = :org_id AND counter = {counter.code} AND grain = '{origin}' "
                f"AND space_id = :space_id GROUP BY org_id, counter, held, d1, d2, d3{_ON_CONFLICT}",
                where,
            )

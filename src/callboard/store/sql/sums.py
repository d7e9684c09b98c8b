"""Sums for reports: from cells plus the deltas that are not in them, or from rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

import msgspec

from callboard.fold.catalogue import BY_NAME, Counter
from callboard.fold.ranges import indexes_containing
from callboard.model.fields import group_fields
from callboard.store.budget import charge_rows, rows_left
from callboard.store.questions import (
    CONTACT_SPACES,
    Aggregate,
    CallFilter,
    Rows,
    Scan,
    Scope,
    Sum,
    Unknown,
)
from callboard.store.sql.columns import counted
from callboard.store.sql.compaction import HOME_BUCKETS, IN_CONTACT_SPACES, UTC_BUCKETS
from callboard.store.sql.database import Database, Dialect
from callboard.store.sql.filters import WAIT_KNOWN, calls_where, tasks_where

_COLUMNS = ("d1", "d2", "d3")
MAX_LOOKUPS = 2_000
"""Beyond this many pairs of a range and a space, the cells of each space are read in one index scan. A lookup
for a pair costs as much as reading a few neighbouring cells: for 8,640 quarter-hours of 1,304 spaces the
lookups took 35 s, the scan half a second.
"""


class _DeltaRange(NamedTuple):
    """The numbers of an organization's deltas."""

    compacted_to: int
    """The first that is not in the cells."""
    next: int
    first: int | None
    """The first that is stored; None if none is."""


def sums(db: Database, org_id: int, scans: Sequence[Scan]) -> list[Rows]:
    """See `Reporting.sums`."""
    return sums_since(db, org_id, scans, ())[0]


def sums_since(
    db: Database, org_id: int, scans: Sequence[Scan], since: Sequence[tuple[Aggregate, int]]
) -> tuple[list[Rows], list[Rows | None], int | None]:
    """See `Reporting.sums_since`; the caller's transaction makes all of it one snapshot."""
    delta_range = _DeltaRange(1, 1, None)
    if since or any(scan.grain is not None for scan in scans):
        delta_range = _DeltaRange(*(db.row("clock.delta_range", {"org_id": org_id}) or delta_range))
    rows = [
        _sum_rows(db, org_id, scan)
        if scan.grain is None
        else _sum_cells(db, org_id, scan, delta_range.compacted_to)
        for scan in scans
    ]
    changes = [
        _changes(db, org_id, aggregate, delta_number, delta_range) for aggregate, delta_number in since
    ]
    return rows, changes, delta_range.next


def bounded(db: Database, sql: str, values: Mapping[str, Any]) -> list[Any]:
    """All rows of a statement, within the bound on rows of this query (`budget`)."""
    found = db.select(f"{sql} LIMIT :most_handed", {**values, "most_handed": rows_left() + 1})
    charge_rows(len(found))
    return found


# --- cells


def _sum_cells(db: Database, org_id: int, scan: Scan, compacted_to: int) -> Rows:
    aggregate = scan.aggregate
    assert aggregate.counter is not None, "only a counter has cells"
    counter = BY_NAME[aggregate.counter]
    values: dict[str, Any] = {
        "org_id": org_id,
        "since": compacted_to,
        "counter": counter.code,
        "grain": str(scan.grain),
        "ranges": list(scan.ranges),
        "spaces": list(aggregate.spaces),
        "least": min((begin for begin, _ in scan.ranges), default=0),
        "end": max((end for _, end in scan.ranges), default=0),
    }
    cells = _merged(db, counter, scan, values)
    deltas = _unmerged(db, counter, scan, values)
    return _add_deltas(cells, deltas, 1 + len(aggregate.group))


def ranges_of(dialect: Dialect) -> str:
    return f"WITH span AS MATERIALIZED (SELECT place, begins, ends FROM {dialect.each_range}) "


def _merged(db: Database, counter: Counter, scan: Scan, values: dict[str, Any]) -> Rows:
    """Sums from the cells, by the fastest of three statements for this engine and scan."""
    dialect, aggregate = db.dialect, scan.aggregate
    named = dict(zip(counter.dimensions, _COLUMNS, strict=False))
    wanted = [_sum_expression(each, each.measure, named[counter.status]) for each in aggregate.sums]
    if len(scan.ranges) * len(aggregate.spaces) > MAX_LOOKUPS and _are_dense(scan.ranges):
        return _by_scan(db, scan, named, wanted, values)
    cells = (
        "org_id = :org_id AND counter = :counter AND grain = :grain AND space_id = wanted.value "
        f"AND bucket >= begins AND bucket < ends{_matching(aggregate, named, values)}"
    )
    if dialect.packed and set(aggregate.group) <= {"space"}:
        return _by_subquery(db, aggregate, cells, wanted, values)
    group = ", ".join(["place", *_columns_of(aggregate, named)])
    sql = (
        f"SELECT {group}, {', '.join(wanted)} FROM span CROSS JOIN {dialect.each_space} "
        f"{dialect.then_join} cell ON {cells} GROUP BY {group}"
    )
    first = 1 + len(aggregate.group)
    return [row for row in bounded(db, ranges_of(dialect) + sql, values) if any(row[first:])]


def _columns_of(aggregate: Aggregate, named: Mapping[str, str]) -> list[str]:
    return ["space_id" if name == "space" else named[name] for name in aggregate.group]


def _by_subquery(
    db: Database, aggregate: Aggregate, cells: str, wanted: list[str], values: dict[str, Any]
) -> Rows:
    """The same by a subquery for each range (and space), without a sort: SQLite implements GROUP BY by
    sorting all cells, which is three to five times slower.
    """
    dialect = db.dialect
    one = len(wanted) == 1
    # A scalar subquery returns one column: several sums are packed as a JSON array.
    found = wanted[0] if one else dialect.packed.format(", ".join(wanted))
    if aggregate.group:
        group, source = ["place", "wanted.value"], f"span CROSS JOIN {dialect.each_space}"
        lookup = f"SELECT {found} FROM cell WHERE {cells}"
    else:
        group, source = ["place"], "span"
        lookup = f"SELECT {found} FROM {dialect.each_space} {dialect.then_join} cell ON {cells}"
    sql = f"{ranges_of(dialect)}SELECT {', '.join(group)}, ({lookup}) FROM {source}"
    rows = bounded(db, sql, values)
    if one:
        return [row for row in rows if row[-1]]
    # Most ranges of a long report are empty: comparing text is cheaper than decoding it.
    nothing = _nothing(len(wanted))
    return [(*row[:-1], *_unpacked(row[-1])) for row in rows if row[-1] != nothing]


def _are_dense(ranges: Sequence[tuple[int, int]]) -> bool:
    """Whether a scan from the first to the last range reads at most twice their length, and nothing twice."""
    ordered = sorted(ranges)
    length = sum(end - begin for begin, end in ordered)
    return (
        all(end <= begin for (_, end), (begin, _) in pairwise(ordered))
        and 2 * length >= ordered[-1][1] - ordered[0][0]
    )


def _by_scan(
    db: Database, scan: Scan, named: dict[str, str], wanted: list[str], values: dict[str, Any]
) -> Rows:
    """The same in one scan over the cells of each space; buckets are assigned to ranges here."""
    dialect, aggregate = db.dialect, scan.aggregate
    group = ", ".join(["bucket", *_columns_of(aggregate, named)])
    found = bounded(
        db,
        f"SELECT {group}, {', '.join(wanted)} FROM {dialect.each_space} {dialect.then_join} cell "
        "ON org_id = :org_id AND counter = :counter AND grain = :grain AND space_id = wanted.value "
        f"AND bucket >= :least AND bucket < :end{_matching(aggregate, named, values)} GROUP BY {group}",
        values,
    )
    first = 1 + len(aggregate.group)
    places = indexes_containing(scan.ranges)
    of_bucket = {bucket: places(bucket) for bucket in {row[0] for row in found}}
    rows = [(place, *row[1:]) for row in found if any(row[first:]) for place in of_bucket[row[0]]]
    held = [place for each in of_bucket.values() for place in each]
    # If a range contains several buckets, their rows are summed.
    return rows if len(held) == len(set(held)) else _add_deltas([], rows, first)


_unpacked = msgspec.json.Decoder(list[int]).decode


def _nothing(many: int) -> str:
    return f"[{','.join('0' * many)}]"


def _unmerged(db: Database, counter: Counter, scan: Scan, values: dict[str, Any]) -> Rows:
    """Sums of the deltas that are not in the cells. They are few: buckets are assigned to ranges here."""
    assert scan.grain is not None
    contact = scan.aggregate.spaces == (CONTACT_SPACES,)
    bucket = (UTC_BUCKETS if contact else HOME_BUCKETS)[scan.grain]
    within = f" AND {bucket} >= :least AND {bucket} < :end"
    places = indexes_containing(scan.ranges)
    return [
        (place, *row[1:])
        for row in _sum_deltas(db, counter, scan.aggregate, bucket, within, values)
        for place in places(row[0])
    ]


def _changes(
    db: Database, org_id: int, aggregate: Aggregate, since: int, delta_range: _DeltaRange
) -> Rows | None:
    """The sums of the deltas since a delta number; None if some of them have been deleted."""
    if since == delta_range.next:
        return []
    # Deltas are deleted in order, once they are in cells. A number after the last delta is from another epoch
    # of the store.
    if since > delta_range.next or delta_range.first is None or delta_range.first > since:
        return None
    assert aggregate.counter is not None, "only a counter has deltas"
    values = {"org_id": org_id, "since": since, "spaces": list(aggregate.spaces)}
    return _sum_deltas(db, BY_NAME[aggregate.counter], aggregate, "quarter", "", values)


def _sum_deltas(
    db: Database, counter: Counter, aggregate: Aggregate, bucket: str, within: str, values: dict[str, Any]
) -> Rows:
    """The sums of the deltas from `:since` on, by bucket and group."""
    contact = aggregate.spaces == (CONTACT_SPACES,)
    named = {name: name for name in counter.dimensions}
    space = str(CONTACT_SPACES) if contact else "space_id"
    group = [bucket, *(space if name == "space" else name for name in aggregate.group)]
    scope = IN_CONTACT_SPACES if contact else f"space_id IN (SELECT value FROM {db.dialect.each_space})"
    wanted = [_sum_expression(each, each.measure, counter.status) for each in aggregate.sums]
    return bounded(
        db,
        f"SELECT {', '.join([*group, *wanted])} FROM delta WHERE org_id = :org_id AND no >= :since "
        f"AND kind = '{counter.of}'{within} AND {scope}{_matching(aggregate, named, values)} "
        f"GROUP BY {', '.join(str(1 + at) for at in range(len(group)))}",
        values,
    )


def _sum_expression(wanted: Sum, measure: str, status: str) -> str:
    """The SQL of a sum over the rows whose status counts."""
    of = _of_status(wanted, status)
    return f"coalesce(sum({measure}){f' FILTER (WHERE {of})' if of else ''}, 0)"


def _of_status(wanted: Sum, status: str) -> str:
    conditions = []
    if wanted.but is not None:
        conditions.append(f"{status} <> '{wanted.but}'")
    if wanted.among is not None:
        among = ", ".join(f"'{each}'" for each in wanted.among)
        conditions.append(f"{status} IN ({among})")
    return " AND ".join(conditions)


def _matching(aggregate: Aggregate, named: dict[str, str], values: dict[str, Any]) -> str:
    """The filters as SQL on a counter's dimensions, in which null is stored as the empty text."""
    conditions = ""
    for name, wanted in aggregate.conditions:
        if isinstance(wanted, Unknown):
            conditions += f" AND {named[name]} IN ('', 'unknown')"
        else:
            values[f"wanted_{name}"] = wanted
            conditions += f" AND {named[name]} = :wanted_{name}"
    return conditions


def _add_deltas(rows: Rows, deltas: Rows, key: int) -> Rows:
    """Add the deltas that are not in cells to the rows from cells. The first `key` values of a row are its
    key.
    """
    if not deltas:
        return rows
    by_key: dict[tuple[Any, ...], tuple[int, ...]] = {}
    for row in deltas:
        by_key[row[:key]] = _added(by_key[row[:key]], row[key:]) if row[:key] in by_key else row[key:]
    every = []
    for row in rows:
        delta = by_key.pop(row[:key], None)
        every.append(row if delta is None else (*row[:key], *_added(row[key:], delta)))
    every += [(*name, *measures) for name, measures in by_key.items()]
    return [row for row in every if any(row[key:])]


def _added(one: tuple[int, ...], other: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(map(sum, zip(one, other, strict=True)))


# --- rows

ANSWERED = "start_time IS NOT NULL OR duration_ms > 0"


def _groups(of: str) -> dict[str, str]:
    return {"space": "space_id", **{each.row_name: counted(each) for each in group_fields(of)}}


GROUPS_OF_CALLS = {
    **_groups("call"),
    "answered": f"CASE WHEN {ANSWERED} THEN 'true' ELSE 'false' END",
    "talk": "duration_bucket(duration_ms)",
    "wait": f"duration_bucket(CASE WHEN {WAIT_KNOWN} THEN (start_time - creation_time) / 1000 END)",
}
_TASK_GROUPS = _groups("task")
_CALL_MEASURES = {
    "items": "1",
    "answered": f"CASE WHEN {ANSWERED} THEN 1 ELSE 0 END",
    "timed": "CASE WHEN duration_ms IS NOT NULL THEN 1 ELSE 0 END",
    "talk_ms": "duration_ms",
    "wait_ms": f"CASE WHEN {WAIT_KNOWN} THEN (start_time - creation_time) / 1000 END",
}
_TASK_MEASURES = {"items": "1", "answered": "0", "timed": "0", "talk_ms": "0", "wait_ms": "0"}


MANY_SPACES = 20
"""From this many spaces on, reading all calls of a short time is faster than one index lookup per space."""
_BY_STATUS = {"space", "call_status"}
"""The columns that the index by time covers, besides the time."""


def _sum_rows(db: Database, org_id: int, scan: Scan) -> Rows:
    everywhere, aggregate = Scope(org_id, all_content=True), scan.aggregate
    if isinstance(aggregate.where, CallFilter):
        conditions = calls_where(db.dialect, everywhere, aggregate.where)
        table, index, at, status = "call", "call_by_space_time", "creation_time", "call_status"
        groups, measures = GROUPS_OF_CALLS, _CALL_MEASURES
    else:
        conditions = tasks_where(db.dialect, everywhere, aggregate.where)
        table, index, at, status = "task", "task_by_space_time", "created", "status"
        groups, measures = _TASK_GROUPS, _TASK_MEASURES
    values = {**conditions.values, "ranges": list(scan.ranges), "spaces": list(aggregate.spaces)}
    where = conditions.where
    if aggregate.bucket is not None:
        name, bucket = aggregate.bucket
        where += f" AND {groups[name]} = :bucket"
        values["bucket"] = str(bucket)
    group = ["place", *(groups[name] for name in aggregate.group)]
    wanted = [_sum_expression(each, measures[each.measure], status) for each in aggregate.sums]
    spaces = f"{db.dialect.each_space} {db.dialect.then_join}", "space_id = wanted.value"
    if _is_by_time(db.dialect, aggregate):
        index, spaces = "call_by_time", ("", f"space_id IN (SELECT value FROM {db.dialect.each_space})")
    sql = (
        f"{ranges_of(db.dialect)}SELECT {', '.join([*group, *wanted])} "
        f"FROM span CROSS JOIN {spaces[0]} {table}{db.dialect.indexed(index)} "
        f"ON {spaces[1]} AND {at} >= begins AND {at} < ends AND {where} "
        # By position, because a group may be an expression.
        f"GROUP BY {', '.join(str(1 + place) for place in range(len(group)))}"
    )
    return [row for row in bounded(db, sql, values) if any(row[len(group) :])]


def _is_by_time(dialect: Dialect, aggregate: Aggregate) -> bool:
    """Whether the covering index by time is enough, on an engine with index hints."""
    return (
        bool(dialect.index_hint)
        and isinstance(aggregate.where, CallFilter)
        and aggregate.bucket is None
        and len(aggregate.spaces) >= MANY_SPACES
        and _BY_STATUS.issuperset(aggregate.group)
        and all(each.measure == "items" for each in aggregate.sums)
        and aggregate.where == CallFilter(call_status=aggregate.where.call_status)
    )

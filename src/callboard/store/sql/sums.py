"""Sums for reports: over cells with the deltas that are not in them yet, or over rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

import msgspec

from callboard.fold.catalogue import BY_NAME, Counter
from callboard.fold.ranges import holding
from callboard.store.budget import hand, rows_left
from callboard.store.questions import (
    CONTACT_SPACES,
    CallFilter,
    CallPart,
    CellPart,
    ChangePart,
    Changes,
    Scope,
    Sum,
    Summed,
    Sums,
    TaskPart,
    Unknown,
)
from callboard.store.sql.compaction import HOME_BUCKETS, OF_CONTACT, UTC_BUCKETS
from callboard.store.sql.database import Database, Dialect
from callboard.store.sql.filters import WAIT_KNOWN, calls_where, tasks_where

_COLUMNS = ("d1", "d2", "d3")
MANY_LOOKS = 2_000
"""From so many pairs of a range and a space on, the cells are walked once. A look for each pair costs about
as much as reading a few cells side by side: 8,640 quarters of 1,304 spaces took 35 s, the walk takes half a
second.
"""


class _Marks(NamedTuple):
    """Where an organization's deltas stand."""

    settled: int
    """The first that is in no cell yet."""
    next: int
    first: int | None
    """That is there; none when there is none."""


def sums(db: Database, org_id: int, parts: Sequence[CellPart | CallPart | TaskPart]) -> list[Sums]:
    """Each part's sums; in one transaction they are of one snapshot."""
    return sums_since(db, org_id, parts, ()).sums


def sums_since(
    db: Database,
    org_id: int,
    parts: Sequence[CellPart | CallPart | TaskPart],
    changes: Sequence[ChangePart],
) -> Summed:
    """The same, and what moved since; in one transaction all is of one snapshot."""
    marks = _Marks(1, 1, None)
    if changes or any(isinstance(part, CellPart) for part in parts):
        marks = _Marks(*(db.row("clock.marks", {"org_id": org_id}) or marks))
    return Summed(
        sums=[
            _of_cells(db, org_id, part, marks.settled)
            if isinstance(part, CellPart)
            else _of_rows(db, org_id, part)
            for part in parts
        ],
        changes=[_changed(db, org_id, change, marks) for change in changes],
        mark=marks.next,
    )


def bounded(db: Database, sql: str, values: Mapping[str, Any]) -> list[Any]:
    """All rows of a statement, as long as the question may have so many."""
    found = db.select(f"{sql} LIMIT :most_handed", {**values, "most_handed": rows_left() + 1})
    hand(len(found))
    return found


# --- cells


def _of_cells(db: Database, org_id: int, part: CellPart, settled: int) -> Sums:
    counter = BY_NAME[part.counter]
    values: dict[str, Any] = {
        "org_id": org_id,
        "since": settled,
        "counter": counter.code,
        "grain": str(part.grain),
        "ranges": list(part.ranges),
        "spaces": list(part.spaces),
        "least": min((begin for begin, _ in part.ranges), default=0),
        "end": max((end for _, end in part.ranges), default=0),
    }
    rows = _kept(db, counter, part, values)
    deltas = _late(db, counter, part, values)
    return _together(rows, deltas, 1 + len(part.group))


def ranges_of(dialect: Dialect) -> str:
    return f"WITH span AS MATERIALIZED (SELECT place, begins, ends FROM {dialect.each_range}) "


def _kept(db: Database, counter: Counter, part: CellPart, values: dict[str, Any]) -> Sums:
    """Of cells."""
    dialect = db.dialect
    named = dict(zip(counter.dimensions, _COLUMNS, strict=False))
    wanted = [_measured(each, each.measure, named[counter.status]) for each in part.sums]
    cells = (
        "org_id = :org_id AND counter = :counter AND grain = :grain AND space_id = wanted.value "
        f"AND bucket >= begins AND bucket < ends{_matching(part, named, values)}"
    )
    if len(part.ranges) * len(part.spaces) > MANY_LOOKS and _are_dense(part.ranges):
        return _walked(db, part, named, wanted, values)
    if dialect.packed and set(part.group) <= {"space"}:
        return _looked_up(db, part, cells, wanted, values)
    group = ", ".join(["place", *("space_id" if name == "space" else named[name] for name in part.group)])
    sql = (
        f"SELECT {group}, {', '.join(wanted)} FROM span CROSS JOIN {dialect.each_space} "
        f"{dialect.then_join} cell ON {cells} GROUP BY {group}"
    )
    first = 1 + len(part.group)
    return [row for row in bounded(db, ranges_of(dialect) + sql, values) if any(row[first:])]


def _looked_up(db: Database, part: CellPart, cells: str, wanted: list[str], values: dict[str, Any]) -> Sums:
    """The same, by a look for each range (and space) in place of a sort of all the cells: where the engine
    sorts to group, that is three to five times as fast.
    """
    dialect = db.dialect
    one = len(wanted) == 1
    found = wanted[0] if one else dialect.packed.format(", ".join(wanted))
    if part.group:
        group, source = ["place", "wanted.value"], f"span CROSS JOIN {dialect.each_space}"
        look = f"SELECT {found} FROM cell WHERE {cells}"
    else:
        group, source = ["place"], "span"
        look = f"SELECT {found} FROM {dialect.each_space} {dialect.then_join} cell ON {cells}"
    sql = f"{ranges_of(dialect)}SELECT {', '.join(group)}, ({look}) FROM {source}"
    rows = bounded(db, sql, values)
    if one:
        return [row for row in rows if row[-1]]
    nothing = _nothing(len(wanted))
    return [(*row[:-1], *_unpacked(row[-1])) for row in rows if row[-1] != nothing]


def _are_dense(ranges: Sequence[tuple[int, int]]) -> bool:
    """Whether a walk from the first to the last reads at most twice what lies in them, and nothing twice."""
    ordered = sorted(ranges)
    length = sum(end - begin for begin, end in ordered)
    return (
        all(end <= begin for (_, end), (begin, _) in pairwise(ordered))
        and 2 * length >= ordered[-1][1] - ordered[0][0]
    )


def _walked(
    db: Database, part: CellPart, named: dict[str, str], wanted: list[str], values: dict[str, Any]
) -> Sums:
    """The same in one walk over the cells of each space; which range a bucket lies in is found here."""
    dialect = db.dialect
    group = ", ".join(["bucket", *("space_id" if name == "space" else named[name] for name in part.group)])
    found = bounded(
        db,
        f"SELECT {group}, {', '.join(wanted)} FROM {dialect.each_space} {dialect.then_join} cell "
        "ON org_id = :org_id AND counter = :counter AND grain = :grain AND space_id = wanted.value "
        f"AND bucket >= :least AND bucket < :end{_matching(part, named, values)} GROUP BY {group}",
        values,
    )
    first = 1 + len(part.group)
    places = holding(part.ranges)
    of_bucket = {bucket: places(bucket) for bucket in {row[0] for row in found}}
    rows = [(place, *row[1:]) for row in found if any(row[first:]) for place in of_bucket[row[0]]]
    held = [place for each in of_bucket.values() for place in each]
    return rows if len(held) == len(set(held)) else _together(rows[:0], rows, first)


_unpacked = msgspec.json.Decoder(list[int]).decode


def _nothing(many: int) -> str:
    return f"[{','.join('0' * many)}]"


def _late(db: Database, counter: Counter, part: CellPart, values: dict[str, Any]) -> Sums:
    """Of deltas that are in no cell yet: few, so that they are placed here."""
    contact = part.spaces == (CONTACT_SPACES,)
    bucket = (UTC_BUCKETS if contact else HOME_BUCKETS)[part.grain]
    within = f" AND {bucket} >= :least AND {bucket} < :end"
    places = holding(part.ranges)
    return [
        (place, *row[1:])
        for row in _of_deltas(db, counter, part, bucket, within, values)
        for place in places(row[0])
    ]


def _changed(db: Database, org_id: int, part: ChangePart, marks: _Marks) -> Changes | None:
    """What the deltas since a mark moved; none when some of them are no longer there."""
    if part.since == marks.next:
        return []
    if part.since > marks.next or marks.first is None or marks.first > part.since:
        return None
    values = {"org_id": org_id, "since": part.since, "spaces": list(part.spaces)}
    return _of_deltas(db, BY_NAME[part.counter], part, "quarter", "", values)


def _of_deltas(
    db: Database,
    counter: Counter,
    part: CellPart | ChangePart,
    bucket: str,
    within: str,
    values: dict[str, Any],
) -> list[tuple[Any, ...]]:
    """What the deltas from `:since` on sum up to, by bucket and group."""
    contact = part.spaces == (CONTACT_SPACES,)
    named = {name: name for name in counter.dimensions}
    space = str(CONTACT_SPACES) if contact else "space_id"
    group = [bucket, *(space if name == "space" else name for name in part.group)]
    scope = OF_CONTACT if contact else f"space_id IN (SELECT value FROM {db.dialect.each_space})"
    wanted = [_measured(each, each.measure, counter.status) for each in part.sums]
    return bounded(
        db,
        f"SELECT {', '.join([*group, *wanted])} FROM delta WHERE org_id = :org_id AND no >= :since "
        f"AND kind = '{counter.of}'{within} AND {scope}{_matching(part, named, values)} "
        f"GROUP BY {', '.join(str(1 + at) for at in range(len(group)))}",
        values,
    )


def _measured(wanted: Sum, measure: str, status: str) -> str:
    """The sum over those rows whose status counts."""
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


def _matching(part: CellPart | ChangePart, named: dict[str, str], values: dict[str, Any]) -> str:
    """Conditions on dimensions; null is kept as the empty text."""
    conditions = ""
    for name, wanted in part.where:
        if isinstance(wanted, Unknown):
            conditions += f" AND {named[name]} IN ('', 'unknown')"
        elif wanted is not None:
            values[f"wanted_{name}"] = wanted
            conditions += f" AND {named[name]} = :wanted_{name}"
    return conditions


def _together(rows: Sums, deltas: Sums, key: int) -> Sums:
    """Cells with the deltas that are not in them yet; `key` values of a row name what it is of."""
    if not deltas:
        return rows
    late: dict[tuple[Any, ...], tuple[int, ...]] = {}
    for row in deltas:
        late[row[:key]] = _added(late[row[:key]], row[key:]) if row[:key] in late else row[key:]
    every = []
    for row in rows:
        moved = late.pop(row[:key], None)
        every.append(row if moved is None else (*row[:key], *_added(row[key:], moved)))
    every += [(*name, *measures) for name, measures in late.items()]
    return [row for row in every if any(row[key:])]


def _added(one: tuple[int, ...], other: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(map(sum, zip(one, other, strict=True)))


# --- rows

ANSWERED = "start_time IS NOT NULL OR duration_ms > 0"
GROUPS_OF_CALLS = {
    "space": "space_id",
    "call_type": "coalesce(call_type, '')",
    "call_status": "call_status",
    "end_reason": "coalesce(end_reason, '')",
    "agent": "coalesce(agent, '')",
    "answered": f"CASE WHEN {ANSWERED} THEN 'true' ELSE 'false' END",
    "answered_by": "coalesce(answered_by, '')",
    "talk": "duration_bucket(duration_ms)",
    "wait": f"duration_bucket(CASE WHEN {WAIT_KNOWN} THEN (start_time - creation_time) / 1000 END)",
}
_TASK_GROUPS = {
    "space": "space_id",
    "status": "status",
    "failure_reason": "coalesce(failure_reason, '')",
}
_CALL_MEASURES = {
    "items": "1",
    "answered": f"CASE WHEN {ANSWERED} THEN 1 ELSE 0 END",
    "timed": "CASE WHEN duration_ms IS NOT NULL THEN 1 ELSE 0 END",
    "talk_ms": "duration_ms",
    "wait_ms": f"CASE WHEN {WAIT_KNOWN} THEN (start_time - creation_time) / 1000 END",
}
_TASK_MEASURES = {"items": "1", "answered": "0", "timed": "0", "talk_ms": "0", "wait_ms": "0"}


MANY_SPACES = 20
"""From so many on it is quicker to walk all calls of a short time than to look into each space."""
_BY_STATUS = {"space", "call_status"}
"""What the index by time tells apart."""


def _of_rows(db: Database, org_id: int, part: CallPart | TaskPart) -> Sums:
    everywhere = Scope(org_id, all_content=True)
    if isinstance(part, CallPart):
        conditions = calls_where(db.dialect, everywhere, part.where)
        table, index, at, status = "call", "call_by_space_time", "creation_time", "call_status"
        groups, measures = GROUPS_OF_CALLS, _CALL_MEASURES
    else:
        conditions = tasks_where(db.dialect, everywhere, part.where)
        table, index, at, status = "task", "task_by_space_time", "created", "status"
        groups, measures = _TASK_GROUPS, _TASK_MEASURES
    group = ["place", *(groups[name] for name in part.group)]
    wanted = [_measured(each, measures[each.measure], status) for each in part.sums]
    spaces = f"{db.dialect.each_space} {db.dialect.then_join}", "space_id = wanted.value"
    if isinstance(part, CallPart) and _is_by_time(db.dialect, part):
        index, spaces = "call_by_time", ("", f"space_id IN (SELECT value FROM {db.dialect.each_space})")
    sql = (
        f"{ranges_of(db.dialect)}SELECT {', '.join([*group, *wanted])} "
        f"FROM span CROSS JOIN {spaces[0]} {table}{db.dialect.indexed(index)} "
        f"ON {spaces[1]} AND {at} >= begins AND {at} < ends AND {conditions.where} "
        f"GROUP BY {', '.join(str(1 + place) for place in range(len(group)))}"
    )
    values = {**conditions.values, "ranges": list(part.ranges), "spaces": list(part.spaces)}
    return [row for row in bounded(db, sql, values) if any(row[len(group) :])]


def _is_by_time(dialect: Dialect, part: CallPart) -> bool:
    """Whether the index by time has all that is asked, where the engine can be told which to take."""
    return (
        bool(dialect.by_index)
        and len(part.spaces) >= MANY_SPACES
        and _BY_STATUS.issuperset(part.group)
        and all(each.measure == "items" for each in part.sums)
        and part.where == CallFilter(call_status=part.where.call_status)
    )

"""Sums for reports: over cells with the deltas that are not in them yet, or over rows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from callboard.fold.catalogue import BY_NAME, Counter
from callboard.store.questions import CONTACT_SPACES, CallPart, CellPart, Scope, Sums, TaskPart, Unknown
from callboard.store.sql.database import Database, Dialect
from callboard.store.sql.filters import Conditions, calls_where, tasks_where
from callboard.store.sql.settling import HOME_BUCKETS, MEASURES, OF_CONTACT, UTC_BUCKETS

_COLUMNS = ("d1", "d2", "d3")
_SUMS = ", ".join(f"sum({measure})" for measure in MEASURES)


def sums(db: Database, org_id: int, parts: Sequence[CellPart | CallPart | TaskPart]) -> list[Sums]:
    """Each part's sums; in one transaction they are of one snapshot."""
    return [_of_cells(db, org_id, p) if isinstance(p, CellPart) else _of_rows(db, org_id, p) for p in parts]


# --- cells


def _of_cells(db: Database, org_id: int, part: CellPart) -> Sums:
    counter = BY_NAME[part.counter]
    contact = part.spaces == (CONTACT_SPACES,)
    values: dict[str, Any] = {
        "org_id": org_id,
        "counter": counter.code,
        "grain": str(part.grain),
        "ranges": list(part.ranges),
        "spaces": list(part.spaces),
    }
    kept = _cells_sql(db.dialect, counter, part, values)
    late = _deltas_sql(db.dialect, counter, part, values, contact=contact)
    rows = db.select(_ranges(db.dialect) + kept, values)
    deltas = db.select(_ranges(db.dialect) + late, values)
    return _together(rows, deltas, 1 + len(part.group))


def _ranges(dialect: Dialect) -> str:
    return f"WITH span AS MATERIALIZED (SELECT place, begins, ends FROM {dialect.each_range}) "


def _cells_sql(dialect: Dialect, counter: Counter, part: CellPart, values: dict[str, Any]) -> str:
    named = dict(zip(counter.dimensions, _COLUMNS, strict=False))
    group = ["place", *("space_id" if name == "space" else named[name] for name in part.group)]
    conditions = _matching(part, named, values)
    return (
        f"SELECT {', '.join(group)}, {_SUMS} "
        f"FROM span CROSS JOIN {dialect.each_space} {dialect.then_join} cell "
        "ON org_id = :org_id AND counter = :counter AND grain = :grain AND space_id = wanted.value "
        f"AND bucket >= begins AND bucket < ends{conditions} GROUP BY {', '.join(group)}"
    )


def _deltas_sql(
    dialect: Dialect, counter: Counter, part: CellPart, values: dict[str, Any], *, contact: bool
) -> str:
    named = {name: name for name in counter.dimensions}
    group = ["place", *("space_id" if name == "space" else name for name in part.group)]
    if contact:
        group = [str(CONTACT_SPACES) if name == "space_id" else name for name in group]
    bucket = (UTC_BUCKETS if contact else HOME_BUCKETS)[part.grain]
    scope = OF_CONTACT if contact else f"space_id IN (SELECT value FROM {dialect.each_space})"
    conditions = _matching(part, named, values)
    return (
        f"SELECT {', '.join(group)}, {_SUMS} FROM delta {dialect.then_join} span "
        f"ON {bucket} >= begins AND {bucket} < ends "
        f"WHERE org_id = :org_id AND no > 0 AND kind = '{counter.of}' AND {scope}{conditions} "
        f"GROUP BY {', '.join(str(at + 1) for at in range(len(group)))}"
    )


def _matching(part: CellPart, named: dict[str, str], values: dict[str, Any]) -> str:
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
    if not deltas:
        return rows
    held = {row[:key]: row[key:] for row in rows}
    for row in deltas:
        before = held.get(row[:key])
        added = row[key:] if before is None else tuple(map(sum, zip(before, row[key:], strict=True)))
        held[row[:key]] = added
    return [(*name, *measures) for name, measures in held.items() if any(measures)]


# --- rows

_CALL_GROUPS = {
    "space": "space_id",
    "call_type": "coalesce(call_type, '')",
    "call_status": "call_status",
    "end_reason": "coalesce(end_reason, '')",
    "agent": "coalesce(agent, '')",
    "answered": "CASE WHEN start_time IS NOT NULL OR duration_ms > 0 THEN 'true' ELSE 'false' END",
    "answered_by": "coalesce(answered_by, '')",
    "talk": "duration_bucket(duration_ms)",
    "wait": "duration_bucket("
    "CASE WHEN start_time >= creation_time THEN (start_time - creation_time) / 1000 END)",
}
_TASK_GROUPS = {
    "space": "space_id",
    "status": "status",
    "failure_reason": "coalesce(failure_reason, '')",
}
_CALL_SUMS = (
    "count(*), count(*) FILTER (WHERE start_time IS NOT NULL OR duration_ms > 0), count(duration_ms), "
    "coalesce(sum(duration_ms), 0), "
    "coalesce(sum((start_time - creation_time) / 1000) FILTER (WHERE start_time >= creation_time), 0)"
)
_TASK_SUMS = "count(*), 0, 0, 0, 0"


def _of_rows(db: Database, org_id: int, part: CallPart | TaskPart) -> Sums:
    everywhere = Scope(org_id, all_content=True)
    if isinstance(part, CallPart):
        conditions = calls_where(db.dialect, everywhere, part.where)
        table, index, at = "call", "call_by_space_time", "creation_time"
        groups, measures = _CALL_GROUPS, _CALL_SUMS
    else:
        conditions = tasks_where(db.dialect, everywhere, part.where)
        table, index, at = "task", "task_by_space_time", "created"
        groups, measures = _TASK_GROUPS, _TASK_SUMS
    return _rows_of(db, part, conditions, (table, index, at), [groups[name] for name in part.group], measures)


def _rows_of(
    db: Database,
    part: CallPart | TaskPart,
    conditions: Conditions,
    source: tuple[str, str, str],
    group: Sequence[str],
    measures: str,
) -> Sums:
    table, index, at = source
    by = ", ".join(str(place + 1) for place in range(1 + len(group)))
    sql = (
        f"{_ranges(db.dialect)}SELECT {', '.join(['place', *group])}, {measures} "
        f"FROM span CROSS JOIN {db.dialect.each_space} "
        f"{db.dialect.then_join} {table}{db.dialect.indexed(index)} "
        f"ON space_id = wanted.value AND {at} >= begins AND {at} < ends AND {conditions.where} GROUP BY {by}"
    )
    values = {**conditions.values, "ranges": list(part.ranges), "spaces": list(part.spaces)}
    return db.select(sql, values)

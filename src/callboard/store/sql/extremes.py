"""The very least and greatest of durations: looked up among the calls of the days that hold them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, LiteralString

from callboard.clock import Micros
from callboard.store.questions import CallFilter, Scope
from callboard.store.sql.database import Database, Dialect
from callboard.store.sql.filters import calls_where

_VALUES: dict[str, LiteralString] = {
    "talk": "CASE WHEN call_status = 'completed' THEN duration_ms END",
    "wait": "CASE WHEN start_time >= creation_time AND call_status <> 'queued' "
    "THEN (start_time - creation_time) / 1000 END",
}


def extreme_ms(
    db: Database,
    org_id: int,
    within: tuple[Sequence[int], Sequence[tuple[Micros, Micros]]],
    where: CallFilter,
    of: Literal["talk", "wait"],
    bounds: tuple[int, int],
    *,
    greatest: bool,
    most_rows: int,
) -> int | None:
    """See `Store.extreme_ms`."""
    spaces, ranges = within
    conditions = calls_where(db.dialect, Scope(org_id, all_content=True), where)
    values: dict[str, Any] = {
        **conditions.values,
        "spaces": list(spaces),
        "ranges": list(ranges),
    }
    within_sql = _within(db.dialect)
    rows = db.select_value(
        f"SELECT count(*) FROM (SELECT 1 {within_sql} org_id = :org_id AND void = 0 LIMIT :most) AS found",
        {**values, "most": most_rows + 1},
    )
    if rows > most_rows:
        return None
    value = _VALUES[of]
    found: int | None = db.select_value(
        f"SELECT {'max' if greatest else 'min'}(value) FROM "
        f"(SELECT {value} AS value {within_sql} {conditions.where}) AS found "
        "WHERE value BETWEEN :low AND :high",
        {**values, "low": bounds[0], "high": bounds[1]},
    )
    return found


def _within(dialect: Dialect) -> str:
    return (
        f"FROM {dialect.each_range} CROSS JOIN {dialect.each_space} "
        f"{dialect.then_join} call{dialect.indexed('call_by_space_time')} ON space_id = wanted.value "
        "AND creation_time >= span.begins AND creation_time < span.ends AND "
    )

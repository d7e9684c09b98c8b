"""The very least and greatest of durations: looked up among the calls of the days that hold them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, LiteralString

from callboard.store.questions import CallFilter, Place, Scope
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
    places: Sequence[Place],
    where: CallFilter,
    of: Literal["talk", "wait"],
    bounds: tuple[int, int],
    *,
    greatest: bool,
    most_rows: int,
) -> int | None:
    """See `Store.extreme_ms`."""
    conditions = calls_where(db.dialect, Scope(org_id, all_content=True), where)
    values: dict[str, Any] = {**conditions.values, "places": list(places)}
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
        f"FROM {dialect.each_place} {dialect.then_join} call{dialect.indexed('call_by_space_time')} "
        "ON space_id = place.held_by AND creation_time >= place.begins AND creation_time < place.ends AND "
    )

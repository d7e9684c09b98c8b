"""The exact least and greatest durations, read from the calls of the days that contain them: counters hold
durations only by bucket.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, LiteralString

from callboard.store.questions import CallFilter, Extreme, Place, Scope
from callboard.store.sql.database import Database, Dialect
from callboard.store.sql.filters import WAIT_KNOWN, calls_where

_VALUES: dict[str, LiteralString] = {
    "talk": "CASE WHEN call_status = 'completed' THEN duration_ms END",
    "wait": "CASE WHEN " + WAIT_KNOWN + " AND call_status <> 'queued' "
    "THEN (start_time - creation_time) / 1000 END",
}


def extremes_ms(
    db: Database, org_id: int, where: CallFilter, wanted: Sequence[Extreme], max_rows: int
) -> list[int | None]:
    """See `Reporting.extremes_ms`. One pass for all when their places have at most `max_rows` calls together,
    else one for each; None for one whose own places have more.
    """
    if not wanted:
        return []
    places = dict.fromkeys(place for each in wanted for place in each.places)
    found = _found(db, org_id, where, wanted, places, max_rows)
    if found is not None:
        return found
    if len(wanted) == 1:
        return [None]
    return [found for each in wanted for found in extremes_ms(db, org_id, where, [each], max_rows)]


def _found(
    db: Database,
    org_id: int,
    where: CallFilter,
    wanted: Sequence[Extreme],
    places: Iterable[Place],
    max_rows: int,
) -> list[int | None] | None:
    """None when these places have more than `max_rows` calls, matching the filter or not: those are read."""
    conditions = calls_where(db.dialect, Scope(org_id, all_content=True), where)
    values: dict[str, Any] = {**conditions.values, "places": list(places), "most": max_rows + 1}
    columns = []
    for at, each in enumerate(wanted):
        # All places are read for each extreme. Calls outside its own places cannot fall within its bounds.
        values[f"low_{at}"], values[f"high_{at}"] = each.bounds
        columns.append(
            f"{'max' if each.is_max else 'min'}({each.of}) "
            f"FILTER (WHERE passes AND {each.of} BETWEEN :low_{at} AND :high_{at})"
        )
    named = ", ".join(f"{value} AS {of}" for of, value in _VALUES.items())
    [(rows, *found)] = db.select(
        f"SELECT count(*), {', '.join(columns)} FROM (SELECT {named}, {conditions.where} AS passes "
        f"{_within(db.dialect)} org_id = :org_id AND void = 0 LIMIT :most) AS found",
        values,
    )
    # Beyond the bound the subquery was cut off, so its extremes are not those of all calls.
    return found if rows <= max_rows else None


def _within(dialect: Dialect) -> str:
    return (
        f"FROM {dialect.each_place} {dialect.then_join} call{dialect.indexed('call_by_space_time')} "
        "ON space_id = place.held_by AND creation_time >= place.begins AND creation_time < place.ends AND "
    )

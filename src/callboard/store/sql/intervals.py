"""The time spans of calls, from which the report of concurrent calls is made."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from msgspec import structs

from callboard.clock import Micros
from callboard.model.call import MAX_CALL_SPAN
from callboard.store.questions import CallFilter, Scope
from callboard.store.reporting import Intervals
from callboard.store.sql.database import Database, Dialect
from callboard.store.sql.filters import calls_where, interval


def intervals(
    db: Database,
    org_id: int,
    spaces: Sequence[int],
    period: tuple[Micros, Micros],
    where: CallFilter,
    kind: str,
) -> Intervals:
    """See `Reporting.intervals`."""
    begins, ends = interval(db.dialect, kind)
    calls = _calls(db.dialect)
    # A call that began up to LOOK_BACK before the period may still be under way in it. The bound keeps this a
    # range of the index; a span is cut at the same length, so no longer call could reach the period either.
    around = structs.replace(where, start=period[0] - MAX_CALL_SPAN, end=period[1])
    conditions = calls_where(db.dialect, Scope(org_id, all_content=True), around)
    values: dict[str, Any] = {**conditions.values, "spaces": list(spaces)}
    found: list[Any] = db.select(
        f"SELECT begins, ends, open FROM (SELECT {begins} AS begins, "
        f"{db.dialect.least}({ends}, creation_time + :back) AS ends, "
        f"call_status IN ('ringing', 'in_progress') AS open {calls} {conditions.where}) AS found "
        "WHERE begins < :period_end AND ends > :period_start AND begins < ends",
        {
            **values,
            "back": MAX_CALL_SPAN,
            "period_start": period[0],
            "period_end": period[1],
        },
    )
    # Calls of the period itself that have no known span, reported beside it and never placed by a guess.
    lost = calls_where(
        db.dialect,
        Scope(org_id, all_content=True),
        structs.replace(where, start=period[0], end=period[1], unplaced=kind),
    )
    count = db.select_value(
        f"SELECT count(*) {calls} {lost.where}", {**lost.values, "spaces": values["spaces"]}
    )
    return Intervals(spans=found, unplaced=count)


def _calls(dialect: Dialect) -> str:
    return (
        f"FROM {dialect.each_space} {dialect.then_join} call{dialect.indexed('call_by_space_time')} "
        "ON space_id = wanted.value AND "
    )

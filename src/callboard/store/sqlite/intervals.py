"""When calls are under way: the spans that a report of calls at once is made of."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, LiteralString

import apsw
import msgspec
from msgspec import structs

from callboard.clock import Micros
from callboard.model.call import LOOK_BACK
from callboard.store.questions import CallFilter, Scope
from callboard.store.reporting import Intervals
from callboard.store.sqlite.filters import calls_where, interval

_FROM: LiteralString = (
    "FROM json_each(:spaces) AS wanted CROSS JOIN call INDEXED BY call_by_space_time "
    "ON space_id = wanted.value AND "
)


def intervals(
    db: apsw.Connection,
    org_id: int,
    spaces: Sequence[int],
    period: tuple[Micros, Micros],
    where: CallFilter,
    kind: str,
) -> Intervals:
    """See `Reporting.intervals`."""
    begins, ends = interval(kind)
    around = structs.replace(where, start=period[0] - LOOK_BACK, end=period[1])
    conditions = calls_where(Scope(org_id, all_content=True), around)
    values: dict[str, Any] = {**conditions.values, "spaces": msgspec.json.encode(spaces).decode()}
    found: list[Any] = db.execute(
        f"SELECT begins, ends, open FROM (SELECT {begins} AS begins, "
        f"min({ends}, creation_time + :back) AS ends, "
        f"call_status IN ('ringing', 'in_progress') AS open {_FROM} {conditions.where}) "
        "WHERE begins < :period_end AND ends > :period_start AND begins < ends",
        {
            **values,
            "back": LOOK_BACK,
            "period_start": period[0],
            "period_end": period[1],
        },
    ).fetchall()
    lost = calls_where(
        Scope(org_id, all_content=True),
        structs.replace(where, start=period[0], end=period[1], unplaced=kind),
    )
    count = db.execute(
        f"SELECT count(*) {_FROM} {lost.where}", {**lost.values, "spaces": values["spaces"]}
    ).get
    return Intervals(spans=found, unplaced=count)

"""The very least and greatest of durations: looked up among the calls of the days that hold them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, LiteralString

import apsw
import msgspec

from callboard.clock import Micros
from callboard.store.questions import CallFilter, Scope
from callboard.store.sqlite.filters import calls_where

_WITHIN: LiteralString = (
    "FROM json_each(:ranges) AS span CROSS JOIN json_each(:spaces) AS wanted "
    "CROSS JOIN call INDEXED BY call_by_space_time ON space_id = wanted.value "
    "AND creation_time >= span.value ->> 0 AND creation_time < span.value ->> 1 AND "
)
_VALUES: dict[str, LiteralString] = {
    "talk": "iif(call_status = 'completed', duration_ms, NULL)",
    "wait": "iif(start_time >= creation_time AND call_status <> 'queued', "
    "(start_time - creation_time) / 1000, NULL)",
}


def extreme_ms(
    db: apsw.Connection,
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
    conditions = calls_where(Scope(org_id, all_content=True), where)
    values: dict[str, Any] = {
        **conditions.values,
        "spaces": msgspec.json.encode(spaces).decode(),
        "ranges": msgspec.json.encode(ranges).decode(),
    }
    rows = db.execute(
        f"SELECT count(*) FROM (SELECT 1 {_WITHIN} org_id = :org_id AND void = 0 LIMIT :most)",
        {**values, "most": most_rows + 1},
    ).get
    if rows > most_rows:
        return None
    value = _VALUES[of]
    found: int | None = db.execute(
        f"SELECT {'max' if greatest else 'min'}(value) FROM "
        f"(SELECT {value} AS value {_WITHIN} {conditions.where}) WHERE value BETWEEN :low AND :high",
        {**values, "low": bounds[0], "high": bounds[1]},
    ).get
    return found

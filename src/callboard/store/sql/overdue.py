"""Reads for the trust and attention reports: what was received, what is overdue, the last verification."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, LiteralString, NamedTuple

import msgspec
from msgspec import UNSET

from callboard.clock import Micros
from callboard.fold.batch import Item
from callboard.fold.task import run_time_ms
from callboard.model.event import from_canonical
from callboard.store.budget import charge_rows
from callboard.store.reporting import Arrivals, LastVerification, Overdue
from callboard.store.sql.database import Database, Dialect
from callboard.store.sql.filters import past_limit
from callboard.store.sql.load import add_events
from callboard.store.sql.sums import bounded


def arrivals(db: Database, org_id: int, spaces: Sequence[int], since: Micros, max_events: int) -> Arrivals:
    """See `Reporting.arrivals`."""
    where: dict[str, Any] = {"org_id": org_id, "spaces": list(spaces)}
    ended = {(row[0], row[1]): row[2] for row in db.rows("outcome.of_spaces", where)}
    last = db.value("outcome.last", where)
    space_ids = set(spaces)
    recent: list[tuple[Micros, Micros | None]] = []
    examined = 0
    earliest: Micros | None = None
    # Newest first, so the loop ends at the first event that is too old. Spaces are filtered here and not in
    # SQL: the log has no index by space and time.
    for space_id, received_at, body in db.rows("event.latest", {"org_id": org_id, "most": max_events}):
        if received_at < since:
            break
        examined, earliest = examined + 1, received_at
        if space_id in space_ids:
            occurred = from_canonical(body).occurred_at
            recent.append((received_at, None if occurred is UNSET else occurred))
    return Arrivals(
        outcomes=ended,
        last_received_at=last,
        recent=recent,
        # With `max_events` events read there may be older ones within the time: say how far the read came.
        looked_back_to=earliest if examined == max_events else None,
    )


class OverdueQuery(NamedTuple):
    """A kind of overdue item: its table, the partial index to read, and the columns of its id, of the time it
    waits since, and of its status. `condition` repeats the index's condition, without which SQLite refuses
    the hint.
    """

    table: LiteralString
    by: LiteralString
    name: LiteralString
    at: LiteralString
    status: LiteralString
    condition: LiteralString
    of_limit: Callable[[Dialect], str] | None = None
    """SQL of more that must hold, which depends on a limit of each row and on `:now`."""


LONG_LIVE_CALLS = OverdueQuery(
    "call",
    "call_live",
    "call_id",
    "creation_time",
    "call_status",
    "AND call_status IN ('ringing', 'in_progress')",
    past_limit,
)
WAITING_TASKS = OverdueQuery("task", "task_waiting", "task_id", "waiting_since", "status", "")


def overdue(
    db: Database,
    query: OverdueQuery,
    org_id: int,
    status: str,
    before: Mapping[int, Micros],
    max_ids: int,
    now: Micros = 0,
) -> dict[int, Overdue]:
    """Overdue items of each space: how many, and the `max_ids` that wait longest. `before` gives each
    space's limit: an item is overdue when its time is earlier. One statement for all spaces.
    """
    if not before:
        return {}
    dialect = db.dialect
    limit = f"AND {query.of_limit(dialect)}" if query.of_limit else ""
    # `each_place` takes triples of space, begin, end; the begin is not used here.
    places = [(space_id, 0, moment) for space_id, moment in before.items()]
    rows = bounded(
        db,
        f"SELECT held_by, name, since, many FROM (SELECT held_by, {query.name} AS name, {query.at} AS since, "
        "count(*) OVER (PARTITION BY held_by) AS many, "
        f"row_number() OVER (PARTITION BY held_by ORDER BY {query.at}, {query.name}) AS rank "
        f"FROM {dialect.each_place} {dialect.then_join} {query.table}{dialect.indexed(query.by)} "
        f"ON org_id = :org_id AND space_id = place.held_by AND {query.status} = :status "
        f"AND {query.at} < place.ends AND void = 0 {query.condition} {limit}) AS found "
        "WHERE rank <= :most ORDER BY held_by, rank",
        {"org_id": org_id, "status": status, "places": places, "most": max_ids, "now": now},
    )
    found: dict[int, Overdue] = {}
    for space_id, name, since, many in rows:
        # Ordered by rank: the first row of a space is the item that waits longest.
        if space_id in found:
            found[space_id].ids.append(name)
        else:
            found[space_id] = Overdue(count=many, since=since, ids=[name])
    return found


def run_times_ms(db: Database, org_id: int, spaces: Sequence[int], max_tasks: int) -> dict[int, list[int]]:
    """See `Reporting.run_times_ms`. One statement for each space, which reads its latest tasks from the end
    of an index. A single statement for all spaces would read every completed task.
    """
    items: list[Item] = []
    for space_id in spaces:
        where = {"org_id": org_id, "space_id": space_id, "most": max_tasks}
        rows = db.rows("task.latest_completed", where)
        items += [Item("", "task", row[0], space_id=space_id, entries=[]) for row in rows]
    charge_rows(len(items))
    add_events(db, org_id, items)
    times: dict[int, list[int]] = {}
    for item in items:
        time = run_time_ms(item.entries) if item.entries else None
        if time is not None:
            times.setdefault(item.space_id, []).append(time)
    return times


def last_verification(db: Database) -> LastVerification | None:
    """See `Store.last_verification`."""
    row = db.row("verification.last")
    if row is None:
        return None
    finished_at, deep, repaired, drift = row
    return LastVerification(
        finished_at, bool(deep), repaired, msgspec.json.decode(drift, type=dict[int, int])
    )

"""What came, what is late, and what verifications found: read for trust and attention."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
from msgspec import UNSET

from callboard.clock import Micros
from callboard.fold.batch import Item
from callboard.fold.task import run_time_ms
from callboard.model.event import from_canonical
from callboard.store.reporting import LastVerification, Overdue, Received
from callboard.store.sql.database import Database
from callboard.store.sql.load import add_entries


def received(db: Database, org_id: int, spaces: Sequence[int], since: Micros, most: int) -> Received:
    """See `Store.received`."""
    where: dict[str, Any] = {"org_id": org_id, "spaces": list(spaces)}
    ended = {(row[0], row[1]): row[2] for row in db.rows("outcome.of_spaces", where)}
    last = db.value("outcome.last", where)
    wanted = set(spaces)
    latest: list[tuple[Micros, Micros | None]] = []
    looked = 0
    earliest: Micros | None = None
    for space_id, received_at, body in db.rows("event.latest", {"org_id": org_id, "most": most}):
        if received_at < since:
            break
        looked, earliest = looked + 1, received_at
        if space_id in wanted:
            occurred = from_canonical(body).occurred_at
            latest.append((received_at, None if occurred is UNSET else occurred))
    return Received(
        outcomes=ended,
        last_received_at=last,
        latest=latest,
        looked_back_to=earliest if looked == most else None,
    )


def overdue(db: Database, names: tuple[str, str], where: dict[str, Any]) -> Overdue:
    """How many there are, and the longest of them; `names` are the statements that list and count."""
    found: list[tuple[Any, ...]] = db.rows(names[0], where)
    count = len(found) if len(found) < where["most"] else db.value(names[1], where)
    return Overdue(count=count, since=found[0][1] if found else None, ids=[row[0] for row in found])


def run_times_ms(db: Database, org_id: int, space_id: int, most: int) -> list[int]:
    """See `Store.run_times_ms`."""
    where = {"org_id": org_id, "space_id": space_id, "most": most}
    numbers: list[int] = [row[0] for row in db.rows("task.latest_completed", where)]
    items = [Item("", False, number, space_id=space_id, entries=[]) for number in numbers]
    add_entries(db, org_id, items)
    times = (run_time_ms(item.entries) for item in items if item.entries)
    return [time for time in times if time is not None]


def last_verification(db: Database) -> LastVerification | None:
    """See `Store.last_verification`."""
    row = db.row("verification.last")
    if row is None:
        return None
    finished_at, deep, repaired, drift = row
    return LastVerification(
        finished_at, bool(deep), repaired, msgspec.json.decode(drift, type=dict[int, int])
    )

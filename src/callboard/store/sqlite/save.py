"""SAVE: what a fold made of a space's batch, and the counter differences that follow from it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import apsw
import msgspec
from msgspec import Struct

from callboard.errors import NotFoundError
from callboard.fold.batch import Item, same_row
from callboard.fold.tally import RunDifference, Tally
from callboard.model.call import Call
from callboard.store.sqlite.load import event_key
from callboard.store.sqlite.rows import call_values, task_values
from callboard.store.sqlite.statements import statement


class OrgClock(Struct):
    """What an organization hands out next; read and written once a commit."""

    org_id: int
    version: int
    next_item: int
    next_event: int
    next_batch: int


def read_clock(db: apsw.Connection, org_id: int) -> OrgClock:
    """The clock as it stands, its version already moved on to this commit's."""
    found = db.execute(statement("clock.read"), {"org_id": org_id}).fetchone()
    if found is None:
        raise NotFoundError("Organization not found.")
    version, next_item, next_event, next_batch = found
    return OrgClock(org_id, version + 1, next_item, next_event, next_batch)


def write_clock(db: apsw.Connection, clock: OrgClock) -> None:
    """Keep the clock for the next commit."""
    db.execute(statement("clock.set"), msgspec.structs.asdict(clock))


def append_events(db: apsw.Connection, clock: OrgClock, space_id: int, items: Iterable[Item]) -> None:
    """Number the new items and append their new events to the log."""
    rows = []
    org_id = clock.org_id
    for item in items:
        if item.no == 0:
            item.no = clock.next_item
            clock.next_item += 1
        for entry in item.fresh:
            event_id = entry.event.event_id
            rows.append(
                (
                    org_id,
                    clock.next_event,
                    space_id,
                    item.no,
                    entry.batch_no,
                    entry.received_at,
                    event_key(event_id) if isinstance(event_id, str) else None,
                    entry.source,
                    entry.body,
                )
            )
            clock.next_event += 1
    db.executemany(statement("event.append"), rows)


def save_rows(db: apsw.Connection, org_id: int, space_id: int, items: Iterable[Item]) -> None:
    """Rows as they are now: new ones, changed ones, and ones that went."""
    new_calls: list[tuple[Any, ...]] = []
    calls: list[tuple[Any, ...]] = []
    new_tasks: list[tuple[Any, ...]] = []
    tasks: list[tuple[Any, ...]] = []
    gone_calls: list[tuple[Any, ...]] = []
    gone_tasks: list[tuple[Any, ...]] = []
    for item in items:
        row = item.row
        if same_row(row, item.before):
            continue
        key = (org_id, item.no)
        if row is None:
            (gone_calls if item.is_call else gone_tasks).append(key)
        elif isinstance(row, Call):
            if item.before is None:
                new_calls.append((org_id, item.no, space_id, *call_values(row)))
            else:
                calls.append((*call_values(row), *key))
        elif item.before is None:
            new_tasks.append((org_id, item.no, space_id, *task_values(row)))
        else:
            tasks.append((*task_values(row), *key))
    for name, rows in (
        ("call.insert", new_calls),
        ("call.update", calls),
        ("call.delete", gone_calls),
        ("task.insert", new_tasks),
        ("task.update", tasks),
        ("task.delete", gone_tasks),
    ):
        if rows:
            db.executemany(statement(name), rows)


def save_counters(db: apsw.Connection, clock: OrgClock, space_id: int, tally: Tally, zone: str) -> None:
    """Totals, cells and runs, moved by the differences."""
    org_id = clock.org_id
    if tally.calls or tally.tasks:
        db.execute(statement("totals.add"), (clock.version, *tally.totals(), org_id, space_id))
    cells = sorted(tally.cells(zone).items())
    if cells:
        db.executemany(
            statement("cell.add"), [(org_id, space_id, *key, *measures) for key, measures in cells]
        )
        shrunk = [(org_id, space_id, *key) for key, measures in cells if min(measures) < 0]
        if shrunk:
            db.executemany(statement("cell.drop_empty"), shrunk)
    if tally.runs:
        _save_runs(db, org_id, space_id, tally.runs)


def _save_runs(db: apsw.Connection, org_id: int, space_id: int, runs: dict[str, RunDifference]) -> None:
    where = {"ids": msgspec.json.encode(list(runs)).decode(), "org_id": org_id, "space_id": space_id}
    kept = {row[0]: row[1:] for row in db.execute(statement("run.load"), where)}
    put, drop = [], []
    for run_id, difference in runs.items():
        registered, batch_count, created, modified, *counts = kept.get(
            run_id, (None, 0, None, None, 0, 0, 0, 0)
        )
        for place, status in enumerate(("pending", "running", "completed", "failed")):
            counts[place] += difference.counts.get(status, 0)
        if sum(counts) == 0 and batch_count == 0:
            drop.append((org_id, space_id, run_id))
            continue
        if difference.bounds_left:
            where = {"org_id": org_id, "space_id": space_id, "run_id": run_id}
            created, modified = db.execute(statement("run.bounds"), where).get
        else:
            created, modified = _least(created, difference.created), _greatest(modified, difference.modified)
        if registered is not None:
            created, modified = registered, _greatest(modified, registered)
        put.append((org_id, space_id, run_id, created, modified, *counts))
    db.executemany(statement("run.put"), put)
    db.executemany(statement("run.drop"), drop)


def _least(one: int | None, other: int | None) -> int | None:
    known = [value for value in (one, other) if value is not None]
    return min(known, default=None)


def _greatest(one: int | None, other: int | None) -> int | None:
    known = [value for value in (one, other) if value is not None]
    return max(known, default=None)

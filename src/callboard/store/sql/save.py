"""SAVE: what a fold made of a space's batch, and the counter differences that follow from it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

import msgspec
from msgspec import Struct

from callboard.errors import NotFoundError
from callboard.fold.batch import Item, Repeat, same_row, tally_of
from callboard.fold.catalogue import ADDED_DIMENSIONS
from callboard.fold.grain import buckets_of
from callboard.fold.tally import RunDifference, Tally
from callboard.model.call import Call
from callboard.store.sql import compaction
from callboard.store.sql.checksum import delta_checksum, event_checksum
from callboard.store.sql.columns import FIRST_DIMENSIONS
from callboard.store.sql.database import Database
from callboard.store.sql.load import body_digest, event_key
from callboard.store.sql.rows import call_values, task_values


class OrgClock(Struct):
    """What an organization hands out next; read and written once a commit."""

    org_id: int
    version: int
    next_item: int
    next_event: int
    next_batch: int
    next_delta: int
    settled: int
    """The first delta that is in no cell yet; those before it are there only to move held sums on."""


def find_clock(db: Database, org_id: int) -> OrgClock | None:
    """The clock as it stands, its version already moved on to this commit's; none without organization.

    Its row is the organization's lock: nobody else writes there until the commit, and whatever a change
    rests on is read after this.
    """
    found = db.row("clock.lock", {"org_id": org_id})
    if found is None:
        return None
    version, *rest = found
    return OrgClock(org_id, version + 1, *rest)


def read_clock(db: Database, org_id: int) -> OrgClock:
    """See `find_clock`; raises `NotFoundError` without organization."""
    clock = find_clock(db, org_id)
    if clock is None:
        raise NotFoundError("Organization not found.")
    return clock


def write_clock(db: Database, clock: OrgClock) -> None:
    """Keep the clock for the next commit."""
    db.change("clock.set", msgspec.structs.asdict(clock))


def append_events(db: Database, clock: OrgClock, items: Iterable[Item]) -> None:
    """Number the new items and append their new events to the log."""
    rows = []
    org_id, no, seq = clock.org_id, clock.next_item, clock.next_event
    for item in items:
        if item.no == 0:
            item.no = no
            no += 1
        for entry in item.new_entries:
            event_id = entry.event.event_id
            row = (
                org_id,
                seq,
                item.space_id,
                item.no,
                entry.batch_no,
                entry.received_at,
                event_key(event_id) if isinstance(event_id, str) else None,
                entry.source,
                entry.body,
            )
            rows.append((*row, event_checksum(row)))
            seq += 1
    clock.next_item, clock.next_event = no, seq
    db.change_many("event.append", rows)


def save_repeats(db: Database, org_id: int, repeats: Iterable[Repeat]) -> None:
    """Put on record what was brought again. The items are numbered by now."""
    rows = [
        (org_id, each.item.no, body_digest(entry.body), entry.batch_no, entry.received_at, entry.source)
        for each in repeats
        for entry in (each.entry,)
    ]
    if rows:
        db.change_many("event_repeat.insert", rows)


def save_rows(db: Database, org_id: int, items: Iterable[Item]) -> None:
    """Rows as they are now: new ones, changed ones, and ones that went."""
    rows: dict[str, list[tuple[Any, ...]]] = {name: [] for name in _ROW_STATEMENTS}
    for item in items:
        row = item.row
        if same_row(row, item.before):
            continue
        if row is None:
            rows["call.delete" if item.is_call else "task.delete"].append((org_id, item.no))
        elif isinstance(row, Call):
            if item.before is None:
                rows["call.insert"].append((org_id, item.no, item.space_id, *call_values(row)))
            else:
                rows["call.update"].append((org_id, item.no, *call_values(row)))
        elif item.before is None:
            rows["task.insert"].append((org_id, item.no, item.space_id, *task_values(row)))
        else:
            rows["task.update"].append((org_id, item.no, *task_values(row)))
    for name, values in rows.items():
        if values:
            db.change_many(name, values)


_ROW_STATEMENTS = ("call.insert", "call.update", "call.delete", "task.insert", "task.update", "task.delete")


def save_folded(db: Database, clock: OrgClock, items: Collection[Item]) -> None:
    """Rows that were folded anew, and the counters by the differences; the clock is written."""
    org_id = clock.org_id
    save_rows(db, org_id, items)
    spaces = {item.space_id for item in items}
    tallies = {space_id: tally_of(item for item in items if item.space_id == space_id) for space_id in spaces}
    save_counters(db, clock, tallies, home_zones(db, org_id, spaces))
    write_clock(db, clock)


def save_counters(
    db: Database, clock: OrgClock, tallies: Mapping[int, Tally], zones: Mapping[int, str]
) -> None:
    """Totals, counters and runs of spaces, moved by the differences. `zones` are the spaces' home zones."""
    org_id, version = clock.org_id, clock.version
    moved = {space_id: tally for space_id, tally in tallies.items() if tally.calls or tally.tasks}
    if not moved:
        return
    db.change_many(
        "totals.add",
        [(version, *tally.totals(), org_id, space_id) for space_id, tally in moved.items()],
    )
    _append_deltas(db, clock, moved, zones)
    for space_id, tally in moved.items():
        if tally.runs:
            _save_runs(db, org_id, space_id, tally.runs)


_NO_FIRST, _NO_ADDED = ("",) * len(FIRST_DIMENSIONS), ("",) * len(ADDED_DIMENSIONS)
"""A task has no dimensions of a call."""


def _sealed(row: tuple[Any, ...], added: Sequence[str]) -> tuple[Any, ...]:
    return (*row, delta_checksum(row, added), *added)


def _append_deltas(
    db: Database, clock: OrgClock, tallies: Mapping[int, Tally], zones: Mapping[int, str]
) -> None:
    rows: list[tuple[Any, ...]] = []
    no = clock.next_delta
    for space_id, tally in tallies.items():
        zone = zones[space_id]
        for (quarter, *dimensions), measures in tally.calls.items():
            if any(measures):
                buckets = buckets_of(quarter, zone)
                head = (clock.org_id, no, space_id, "call", quarter, buckets["hour"], buckets["day"])
                first, added = dimensions[: len(FIRST_DIMENSIONS)], dimensions[len(FIRST_DIMENSIONS) :]
                rows.append(_sealed((*head, *first, "", *measures), added))
                no += 1
        for (quarter, status), items in tally.tasks.items():
            if items:
                buckets = buckets_of(quarter, zone)
                head = (clock.org_id, no, space_id, "task", quarter, buckets["hour"], buckets["day"])
                rows.append(_sealed((*head, *_NO_FIRST, status, items, 0, 0, 0, 0), _NO_ADDED))
                no += 1
    db.change_many("delta.append", rows)
    clock.next_delta = no
    if no - clock.settled >= compaction.COMPACT_AT:
        _compact(db, clock)
        # Keep what was merged for views to catch up from; past this many, reading cells anew is cheaper.
        few = no - clock.settled <= _WORTH_KEEPING * compaction.COMPACT_AT
        _drop_deltas(db, clock, before=clock.settled if few else no)
        clock.settled = no


_WORTH_KEEPING = 2


def _compact(db: Database, clock: OrgClock) -> None:
    compaction.compact(db, clock.org_id, clock.settled)


def _drop_deltas(db: Database, clock: OrgClock, before: int) -> None:
    db.change("delta.drop", {"org_id": clock.org_id, "before": before})


def compact_for_change(db: Database, clock: OrgClock) -> None:
    """Compact before cells are changed by other means than deltas, or before the zone or content type that
    deltas are counted under changes. Materialized views cannot catch up over that: all deltas are dropped
    and one delta number is skipped, so that a view that asks for it reads its cells anew. The caller writes
    the clock.
    """
    _compact(db, clock)
    _drop_deltas(db, clock, before=clock.next_delta)
    clock.next_delta += 1
    clock.settled = clock.next_delta


def compact_now(db: Database, org_id: int) -> None:
    """Do `compact_for_change`, and write the clock."""
    clock = read_clock(db, org_id)
    compact_for_change(db, clock)
    write_clock(db, clock)


def home_zones(db: Database, org_id: int, space_ids: Iterable[int]) -> dict[int, str]:
    """The zones by whose hours and days spaces are counted."""
    where = {"spaces": list(space_ids), "org_id": org_id}
    rows: list[tuple[Any, ...]] = db.rows("space.zone", where)
    return {space_id: zone for space_id, zone in rows}  # noqa: C416 - says what is what


def _save_runs(db: Database, org_id: int, space_id: int, runs: dict[str, RunDifference]) -> None:
    where = {"ids": list(runs), "org_id": org_id, "space_id": space_id}
    kept = {row[0]: row[1:] for row in db.rows("run.load", where)}
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
            created, modified = db.value("run.bounds", where)
        else:
            created, modified = _least(created, difference.created), _greatest(modified, difference.modified)
        if registered is not None:
            created, modified = registered, _greatest(modified, registered)
        put.append((org_id, space_id, run_id, created, modified, *counts))
    db.change_many("run.put", put)
    db.change_many("run.drop", drop)


def _least(one: int | None, other: int | None) -> int | None:
    known = [value for value in (one, other) if value is not None]
    return min(known, default=None)


def _greatest(one: int | None, other: int | None) -> int | None:
    known = [value for value in (one, other) if value is not None]
    return max(known, default=None)

"""Saves the results of a fold: events, rows, and the counter differences that follow from them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any

from msgspec import Struct

from callboard.errors import NotFoundError, StoreDamagedError
from callboard.fold.batch import GroupEnds, Item, Repeat, same_row, tally_of
from callboard.fold.catalogue import ADDED_DIMENSIONS
from callboard.fold.grain import buckets_of
from callboard.fold.tally import RunDifference, Tally
from callboard.model.call import Call
from callboard.store.sql import compaction
from callboard.store.sql.checksum import delta_checksum, event_checksum
from callboard.store.sql.columns import FIRST_DIMENSIONS
from callboard.store.sql.database import Database
from callboard.store.sql.links import save_links
from callboard.store.sql.load import body_digest, event_key
from callboard.store.sql.rows import call_values, task_values


class OrgClock(Struct):
    """The next numbers of an organization; read and written once per commit."""

    org_id: int
    version: int
    next_item: int
    next_event: int
    next_batch: int
    next_delta: int
    compacted_to: int
    """The first delta that was in no cell when the clock was locked. Deltas are merged without its lock."""

    @property
    def unmerged(self) -> int:
        """How many deltas are in no cell, at most."""
        return self.next_delta - self.compacted_to


def ask_clock(db: Database, org_id: int, *, wait: bool = True) -> Callable[[], OrgClock | None]:
    """Begin to take the clock with this commit's version. None if there is no such organization; without
    `wait` also when another transaction has it.

    Its row is the organization's lock: no other transaction writes its data until the commit. Everything that
    a change depends on must be asked for after this call.
    """
    found = db.ask("clock.lock" if wait else "clock.lock_if_free", {"org_id": org_id})

    def clock() -> OrgClock | None:
        rows = found()
        if not rows:
            return None
        version, *rest = rows[0]
        if rest[-1] is None:
            raise StoreDamagedError(compaction.NO_ROW)
        return OrgClock(org_id, version + 1, *rest)

    return clock


def find_clock(db: Database, org_id: int) -> OrgClock | None:
    """See `ask_clock`."""
    return ask_clock(db, org_id)()


def read_clock(db: Database, org_id: int) -> OrgClock:
    """See `find_clock`. Raises `NotFoundError` if there is no such organization."""
    clock = find_clock(db, org_id)
    if clock is None:
        raise NotFoundError("Organization not found.")
    return clock


def write_clock(db: Database, clock: OrgClock) -> None:
    """Store the clock. If too many deltas wait to be merged, merge some now: the commit waits for it."""
    numbers = (clock.version, clock.next_item, clock.next_event, clock.next_batch, clock.next_delta)
    db.change_many("clock.put", [(*numbers, clock.org_id)])
    while clock.unmerged > compaction.WAITING_MAX:
        compaction.compact_slice(db, clock.org_id, wait=True)
        clock.compacted_to = compaction.lock(db, clock.org_id)


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
    """Store which batches repeated known events. Call after `append_events`, which numbers new items."""
    rows = [
        (org_id, each.item.no, body_digest(entry.body), entry.batch_no, entry.received_at, entry.source)
        for each in repeats
        for entry in (each.entry,)
    ]
    if rows:
        db.change_many("event_repeat.insert", rows)


def save_rows(db: Database, org_id: int, items: Iterable[Item]) -> None:
    """Insert, update and delete the rows of items that changed."""
    rows: dict[str, list[tuple[Any, ...]]] = {name: [] for name in _ROW_STATEMENTS}
    for item in items:
        row = item.row
        if same_row(row, item.before):
            continue
        if row is None:
            rows[_DELETE[item.kind]].append((org_id, item.no))
        elif isinstance(row, Call):
            if item.before is None:
                rows["call.insert"].append((org_id, item.no, item.space_id, *call_values(row)))
            else:
                rows["call.update"].append((org_id, item.no, *call_values(row)))
        elif isinstance(row, GroupEnds):
            rows["group_end.insert"].append((org_id, item.no, item.space_id, row.group_id))
        elif item.before is None:
            rows["task.insert"].append((org_id, item.no, item.space_id, *task_values(row)))
        else:
            rows["task.update"].append((org_id, item.no, *task_values(row)))
    for name, values in rows.items():
        if values:
            db.change_many(name, values)


_DELETE = {"call": "call.delete", "task": "task.delete", "end": "group_end.delete"}
_ROW_STATEMENTS = (
    *("call.insert", "call.update", "call.delete", "task.insert", "task.update", "task.delete"),
    *("group_end.insert", "group_end.delete"),
)


def save_folded(db: Database, clock: OrgClock, items: Collection[Item]) -> None:
    """Save refolded rows, and adjust the counters by the differences; writes the clock."""
    org_id = clock.org_id
    save_links(db, org_id, items)
    save_rows(db, org_id, items)
    spaces = {item.space_id for item in items}
    tallies = {space_id: tally_of(item for item in items if item.space_id == space_id) for space_id in spaces}
    save_counters(db, clock, tallies, home_zones(db, org_id, spaces))
    write_clock(db, clock)


def save_counters(
    db: Database, clock: OrgClock, tallies: Mapping[int, Tally], zones: Mapping[int, str]
) -> None:
    """Add differences to the totals, counters and runs of spaces. `zones` are the spaces' home zones."""
    org_id, version = clock.org_id, clock.version
    changed = {space_id: tally for space_id, tally in tallies.items() if tally.calls or tally.tasks}
    if not changed:
        return
    db.change_many(
        "totals.add",
        [(version, *tally.totals(), org_id, space_id) for space_id, tally in changed.items()],
    )
    _append_deltas(db, clock, changed, zones)
    for space_id, tally in changed.items():
        if tally.runs:
            _save_runs(db, org_id, space_id, tally.runs)


_NO_FIRST, _NO_ADDED = ("",) * len(FIRST_DIMENSIONS), ("",) * len(ADDED_DIMENSIONS)
"""A task has none of the dimensions of a call."""


def _with_checksum(row: tuple[Any, ...], added: Sequence[str]) -> tuple[Any, ...]:
    return (*row, delta_checksum(row, added), *added)


def _append_deltas(
    db: Database, clock: OrgClock, tallies: Mapping[int, Tally], zones: Mapping[int, str]
) -> None:
    rows: list[tuple[Any, ...]] = []
    no = clock.next_delta
    for space_id, tally in tallies.items():
        zone = zones[space_id]
        for (quarter_hour, *dimensions), measures in tally.calls.items():
            if any(measures):
                buckets = buckets_of(quarter_hour, zone)
                head = (clock.org_id, no, space_id, "call", quarter_hour, buckets["hour"], buckets["day"])
                first, added = dimensions[: len(FIRST_DIMENSIONS)], dimensions[len(FIRST_DIMENSIONS) :]
                rows.append(_with_checksum((*head, *first, "", *measures), added))
                no += 1
        for (quarter_hour, status), items in tally.tasks.items():
            if items:
                buckets = buckets_of(quarter_hour, zone)
                head = (clock.org_id, no, space_id, "task", quarter_hour, buckets["hour"], buckets["day"])
                rows.append(_with_checksum((*head, *_NO_FIRST, status, items, 0, 0, 0, 0), _NO_ADDED))
                no += 1
    db.change_many("delta.append", rows)
    clock.next_delta = no


def compact_for_change(db: Database, clock: OrgClock) -> None:
    """Merge all deltas before cells are changed by other means than deltas, or before the zone or content
    type that deltas are counted under changes, and hold the lock of the cells until the commit. Materialized
    views cannot catch up over that: all deltas are dropped and one delta number is skipped, so that a view
    that asks for it reads its cells again. The caller writes the clock.
    """
    org_id = clock.org_id
    compaction.merge(db, org_id, compaction.lock(db, org_id), clock.next_delta)
    db.change("delta.drop", {"org_id": org_id, "before": clock.next_delta})
    clock.next_delta += 1
    clock.compacted_to = clock.next_delta
    db.change("compaction.set", {"org_id": org_id, "compacted_to": clock.compacted_to})


def compact_now(db: Database, org_id: int) -> None:
    """Do `compact_for_change`, and write the clock."""
    clock = read_clock(db, org_id)
    compact_for_change(db, clock)
    write_clock(db, clock)


def ask_home_zones(db: Database, org_id: int, space_ids: Iterable[int]) -> Callable[[], dict[int, str]]:
    """Begin to look up the zones in which the hours and days of spaces are counted."""
    found = db.ask("space.zone", {"spaces": list(space_ids), "org_id": org_id})
    return lambda: {space_id: zone for space_id, zone in found()}  # noqa: C416 - says what is what


def home_zones(db: Database, org_id: int, space_ids: Iterable[int]) -> dict[int, str]:
    """See `ask_home_zones`."""
    return ask_home_zones(db, org_id, space_ids)()


def _save_runs(db: Database, org_id: int, space_id: int, runs: dict[str, RunDifference]) -> None:
    where = {"ids": list(runs), "org_id": org_id, "space_id": space_id}
    stored = {row[0]: row[1:] for row in db.rows("run.load", where)}
    put, drop = [], []
    for run_id, difference in runs.items():
        registered, batch_count, created, modified, *counts = stored.get(
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
            created, modified = _earliest(created, difference.created), _latest(modified, difference.modified)
        if registered is not None:
            created, modified = registered, _latest(modified, registered)
        put.append((org_id, space_id, run_id, created, modified, *counts))
    db.change_many("run.put", put)
    db.change_many("run.drop", drop)


def _earliest(one: int | None, other: int | None) -> int | None:
    known = [value for value in (one, other) if value is not None]
    return min(known, default=None)


def _latest(one: int | None, other: int | None) -> int | None:
    known = [value for value in (one, other) if value is not None]
    return max(known, default=None)

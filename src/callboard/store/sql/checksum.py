"""Checksums of rows that numbers depend on and that cannot be recomputed from other rows.

CRC-32 of zlib: it is in the standard library, costs less than a microsecond an event, and finds every change
of up to 32 bits in a row in a body for certain. A faster digest would need a dependency and could miss one.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from zlib import crc32

import msgspec

from callboard.store.sql.database import Database

COMPLETE = "checksums_complete"
"""In `meta`: 1 once every row has its checksum."""

_encode = msgspec.msgpack.Encoder().encode


def event_checksum(row: Sequence[Any]) -> int:
    """Of an event that is not withdrawn: org_id, seq, space_id, item_no, batch_no, received_at, event_key,
    source and, last, body. Of a withdrawn event the log keeps the complement (`~`), which SQL can make
    without reading the body.
    """
    return crc32(row[8], crc32(_encode(row[:8])))


def is_sound(checksum: int, withdrawn: int, row: Sequence[Any]) -> bool:
    """Whether an event (a row as for `event_checksum`) matches its stored checksum."""
    try:
        expected = event_checksum(row)
    except (TypeError, ValueError, OverflowError):
        return False
    return withdrawn in (0, 1) and checksum == (~expected if withdrawn else expected)


def delta_checksum(row: Sequence[Any], added: Sequence[Any]) -> int:
    """Of a delta: all its columns in order, then those of `ADDED_DIMENSIONS`. Trailing empty values are left
    out, so that deltas written before a dimension was added keep their checksum.
    """
    values = (*row, *added) if any(added) else tuple(row)
    while len(values) > len(row) and not values[-1]:
        values = values[:-1]
    return crc32(_encode(values))


def run_checksum(row: Sequence[Any]) -> int:
    """Of what requests stated about a run: org_id, space_id, run_id, registered_at, collection_ref, run_mode,
    batch_count. The rest of its row is counted from its tasks.
    """
    return crc32(_encode(tuple(row)))


def are_complete(db: Database) -> bool:
    """Whether every row has its checksum: a row without one is damaged then."""
    return bool(db.select_value("SELECT count(*) FROM meta WHERE name = :name", {"name": COMPLETE}))


def fill_event_checksums(db: Database, org_id: int, first: int, last: int) -> None:
    """Give the events `first` to `last` of an organization's log their checksum, those that have none yet.
    For an upgrade: in a commit of the caller's, a bounded slice at a time.
    """
    where = {"org_id": org_id, "from_seq": first, "to_seq": last + 1}
    rows = []
    for withdrawn, *row in db.rows("event.without_checksum", where):
        checksum = event_checksum((org_id, *row))
        rows.append((~checksum if withdrawn else checksum, org_id, row[0]))
    if rows:
        db.change_many("event.set_checksum", rows)


def fill_run_checksums(db: Database, org_id: int) -> None:
    """Give the registered runs of an organization their checksum."""
    rows = [
        (org_id, space_id, run_id, run_checksum((org_id, space_id, run_id, *facts)))
        for space_id, run_id, *facts in db.rows("run.without_checksum", {"org_id": org_id})
    ]
    if rows:
        db.change_many("run.set_checksum", rows)


def mark_complete(db: Database) -> None:
    """Note that every row has its checksum. The caller has filled all events and runs, and compacted all
    deltas (`save.compact_now`), for those written before have none.
    """
    db.run("DELETE FROM meta WHERE name = :name", {"name": COMPLETE})
    db.run("INSERT INTO meta (name, value) VALUES (:name, 1)", {"name": COMPLETE})

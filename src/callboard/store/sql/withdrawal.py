"""Withdraws a batch: refolds rows without its events, in short commits. After each one, rows and counters are
consistent.
"""

from __future__ import annotations

from typing import Any

from callboard.clock import Micros
from callboard.errors import NotFoundError
from callboard.fold.batch import Item, refold, same_row
from callboard.model.event import Entry
from callboard.store.interface import Withdrawal, batch_id
from callboard.store.sql.checksum import event_checksum, is_sound
from callboard.store.sql.database import Database
from callboard.store.sql.load import add_entries, body_digest, items_of
from callboard.store.sql.save import find_clock, read_clock, save_folded

EVENTS_PER_COMMIT = 1_000
"""Most events of the batch that one commit reads from the log; it withdraws all events of their items."""


def begin_withdrawal(db: Database, org_id: int, batch_no: int, now: Micros) -> tuple[int, int]:
    """Record the withdrawal. Returns the first and last number in the log between which the batch's events
    lie; an empty range when it has none. Idempotent: the first time is kept. Raises `NotFoundError`.
    """
    find_clock(db, org_id)  # the organization's lock
    found = db.value("batch.range", {"org_id": org_id, "no": batch_no})
    if found is None:
        raise NotFoundError(f"No batch {batch_id(batch_no)} in this organization.")
    first, last, _ = found
    db.change("batch.withdraw", {"org_id": org_id, "no": batch_no, "now": now})
    return (1, 0) if first is None else (first, last)


def withdraw_some(
    db: Database, org_id: int, batch_no: int, from_seq: int, last_seq: int
) -> tuple[int | None, Withdrawal]:
    """Withdraw one bounded piece. Returns where the next begins (None: nothing left), and what was done."""
    clock = read_clock(db, org_id)
    found: list[tuple[Any, ...]] = db.rows(
        "event.of_batch",
        {
            "org_id": org_id,
            "no": batch_no,
            "from_seq": from_seq,
            "last_seq": last_seq,
            "most": EVENTS_PER_COMMIT,
        },
    )
    if not found:
        return None, Withdrawal(batch_no=batch_no, events=0, calls=0, tasks=0)
    items = items_of(db, org_id, {item_no for _, _, item_no in found})
    # Events of this batch that cannot be decoded are withdrawn all the same.
    add_entries(db, org_id, items, withdrawn_batch=batch_no)
    events = 0
    _transfer_repeats(db, org_id, batch_no, items)
    # After the transfer: entries that now belong to another batch stay.
    for item in items:
        kept = [entry for entry in item.entries if entry.batch_no != batch_no]
        events += len(item.entries) - len(kept)
        item.entries = kept
        refold(item)
    db.change_many("event.withdraw", [(org_id, item.no, batch_no) for item in items])
    save_folded(db, clock, items)
    changed = [item for item in items if not same_row(item.row, item.before)]
    calls = sum(item.is_call for item in changed)
    done = Withdrawal(batch_no=batch_no, events=events, calls=calls, tasks=len(changed) - calls)
    return found[-1][0] + 1, done


def _transfer_repeats(db: Database, org_id: int, batch_no: int, items: list[Item]) -> None:
    """Transfer events that another batch sent as well to that batch, with the time and source of its
    receipt, as if the withdrawn batch had never sent them.
    """
    numbers = [item.no for item in items]
    rows: list[tuple[Any, ...]] = db.rows(
        "event_repeat.later_copies", {"org_id": org_id, "item_nos": numbers}
    )
    # Ordered from the last batch to the first: in the dict the first batch that repeated an event wins.
    later_copies = {(item_no, digest): receipt for item_no, digest, *receipt in rows}
    if not later_copies:
        return
    for item in items:
        for place, entry in enumerate(item.entries):
            later_copy = (
                later_copies.get((item.no, body_digest(entry.body))) if entry.batch_no == batch_no else None
            )
            if later_copy is None:
                continue
            later_batch_no, received_at, source = later_copy
            item.entries[place] = Entry(entry.event, entry.body, received_at, source, later_batch_no)
            where = (org_id, item.no, entry.body)
            # An event that fails its checksum keeps it: a new checksum would certify the damage.
            before = _sealed(db, *where)
            seq = db.value("event.reassign", (later_batch_no, received_at, source, *where))
            db.change("batch.extend", {"seq": seq, "org_id": org_id, "no": later_batch_no})
            if before is not None:
                space_id, event_key = before
                row = (
                    org_id,
                    seq,
                    space_id,
                    item.no,
                    later_batch_no,
                    received_at,
                    event_key,
                    source,
                    entry.body,
                )
                db.change_many("event.set_checksum", [(event_checksum(row), org_id, seq)])


def _sealed(db: Database, org_id: int, item_no: int, body: bytes) -> tuple[int, int | None] | None:
    """Space and event key of an item's event with this body; None when it has no checksum or fails it."""
    where = {"org_id": org_id, "item_no": item_no, "body": body}
    checksum, withdrawn, *row = db.rows("event.by_body", where)[0]
    return (row[1], row[5]) if is_sound(checksum, withdrawn, (org_id, *row)) else None

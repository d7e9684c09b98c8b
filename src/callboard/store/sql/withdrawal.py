"""Withdrawing a batch: rows folded again without its events, in short commits that are exact each."""

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


def begin_withdrawal(db: Database, org_id: int, batch_no: int, now: Micros) -> tuple[int, int]:
    """Put the withdrawal on record; where in the log the batch's events lie (an empty range: nowhere)."""
    find_clock(db, org_id)
    found = db.value("batch.range", {"org_id": org_id, "no": batch_no})
    if found is None:
        raise NotFoundError(f"No batch {batch_id(batch_no)} in this organization.")
    first, last, _ = found
    db.change("batch.withdraw", {"org_id": org_id, "no": batch_no, "now": now})
    return (1, 0) if first is None else (first, last)


def withdraw_some(
    db: Database, org_id: int, batch_no: int, from_seq: int, last_seq: int
) -> tuple[int | None, Withdrawal]:
    """Withdraw a bounded piece; where the next begins (none: that was all), and what this one did."""
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
    # What cannot be read may leave all the same.
    add_entries(db, org_id, items, leaving=batch_no)
    events = 0
    _hand_over(db, org_id, batch_no, items)
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


def _hand_over(db: Database, org_id: int, batch_no: int, items: list[Item]) -> None:
    """Give what another batch brought as well to that batch, with its receipt: it is as if only that one
    had come.
    """
    numbers = [item.no for item in items]
    rows: list[tuple[Any, ...]] = db.rows("event_repeat.heirs", {"org_id": org_id, "item_nos": numbers})
    # The rows come last to first: of several heirs the first stays.
    heirs = {(item_no, digest): receipt for item_no, digest, *receipt in rows}
    if not heirs:
        return
    for item in items:
        for place, entry in enumerate(item.entries):
            heir = heirs.get((item.no, body_digest(entry.body))) if entry.batch_no == batch_no else None
            if heir is None:
                continue
            heir_no, received_at, source = heir
            item.entries[place] = Entry(entry.event, entry.body, received_at, source, heir_no)
            where = (org_id, item.no, entry.body)
            # One that fails its checksum keeps the old one: with a new one the damage would pass for sound.
            before = _sealed(db, *where)
            seq = db.value("event.hand_over", (heir_no, received_at, source, *where))
            db.change("batch.reach", {"seq": seq, "org_id": org_id, "no": heir_no})
            if before is not None:
                space_id, event_key = before
                row = (org_id, seq, space_id, item.no, heir_no, received_at, event_key, source, entry.body)
                db.change_many("event.seal", [(event_checksum(row), org_id, seq)])


def _sealed(db: Database, org_id: int, item_no: int, body: bytes) -> tuple[int, int | None] | None:
    """Space and key of an item's event with this body; none where it has no checksum or fails it."""
    where = {"org_id": org_id, "item_no": item_no, "body": body}
    checksum, withdrawn, *row = db.rows("event.by_body", where)[0]
    return (row[1], row[5]) if is_sound(checksum, withdrawn, (org_id, *row)) else None

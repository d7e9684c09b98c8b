"""Withdraws a batch: refolds rows without its events, in short commits. After each one, rows and counters are
consistent.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from callboard.clock import Micros
from callboard.errors import NotFoundError
from callboard.fold.batch import refold, same_row
from callboard.store.interface import Withdrawal, batch_id
from callboard.store.sql import grouping
from callboard.store.sql.database import Database
from callboard.store.sql.load import add_entries, add_sources, items_of
from callboard.store.sql.said import load_said, settle, speakers_of
from callboard.store.sql.save import OrgClock, find_clock, read_clock, save_folded

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
    return found[-1][0] + 1, _withdraw(db, clock, batch_no, {item_no for _, _, item_no in found})


def withdraw_repeats(
    db: Database, org_id: int, batch_no: int, after_item: int
) -> tuple[int | None, Withdrawal]:
    """Withdraw a piece of what a batch repeated of others: what it outweighed counts again. Returns the last
    item (None: nothing left), and what was done.
    """
    clock = read_clock(db, org_id)
    where = {"org_id": org_id, "no": batch_no, "after": after_item, "most": EVENTS_PER_COMMIT}
    items = [item_no for (item_no,) in db.rows("event_repeat.of_batch", where)]
    if not items:
        return None, Withdrawal(batch_no=batch_no, events=0, calls=0, tasks=0)
    return items[-1], _withdraw(db, clock, batch_no, items)


def _withdraw(db: Database, clock: OrgClock, batch_no: int, item_nos: Iterable[int]) -> Withdrawal:
    org_id = clock.org_id
    items = items_of(db, org_id, item_nos)
    # Events of this batch that cannot be decoded are withdrawn all the same.
    add_entries(db, org_id, items, withdrawn_batch=batch_no)
    every = load_said(db, org_id, items)
    speakers = speakers_of(db, org_id, {number for said in every for number in said.senders()})
    events = 0
    for said in every:
        item, before = said.item, {entry.body for entry in said.item.entries}
        item.entries, _ = settle(db, org_id, said, speakers, leaving=batch_no)
        events += len(before - {entry.body for entry in item.entries})
    # Not before: what a batch repeated is a way by which events came, for as long as rows say so.
    db.change_many("event_repeat.delete", [(org_id, item.no, batch_no) for item in items])
    add_sources(db, org_id, items)
    for item in items:
        refold(item)
    db.change_many("event.withdraw", [(org_id, item.no, batch_no) for item in items])
    save_folded(db, clock, [*items, *grouping.settle(db, org_id, items)])
    changed = [item for item in items if not same_row(item.row, item.before)]
    calls, tasks = (sum(item.kind == kind for item in changed) for kind in ("call", "task"))
    return Withdrawal(batch_no=batch_no, events=events, calls=calls, tasks=tasks)

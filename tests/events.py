"""Events as tests write them: what a test does not care about has a plain value."""

from __future__ import annotations

from typing import Any

from msgspec import UNSET

from callboard.clock import SECOND, Micros
from callboard.model.event import CallEvent, Entry, Event, TaskEvent, canonical
from callboard.model.words import FINAL_CALL, FINAL_TASK, TASK_WORDS
from callboard.store.interface import Batch, Receipt, Store
from tests.stores import NOW


def entry(event: Event, *, received_at: Micros = NOW, source: str = "events") -> Entry:
    """The event with its receipt, as the edge makes it."""
    return Entry(event, canonical(event), received_at, source)


def call(call_id: str, status: str = "completed", *, at: float | None = 0, **fields: Any) -> Entry:
    """A word about a call, `at` seconds after `NOW` (none: it does not say when)."""
    fields.setdefault("standing", 2 if status in FINAL_CALL else 0)
    occurred_at = UNSET if at is None else NOW + round(at * SECOND)
    return entry(CallEvent(call_id=call_id, call_status=status, occurred_at=occurred_at, **fields))


def task(task_id: str, word: str = "completed", *, at: float | None = 0, **fields: Any) -> Entry:
    """A word about a task, `at` seconds after `NOW`."""
    status = TASK_WORDS[word]
    fields.setdefault("attempt", 1)
    fields.setdefault("standing", 2 if status in FINAL_TASK else 0)
    occurred_at = UNSET if at is None else NOW + round(at * SECOND)
    return entry(
        TaskEvent(task_id=task_id, status=status, source_status=word, occurred_at=occurred_at, **fields)
    )


def send(store: Store, space: Any, *entries: Entry, **batch: Any) -> Receipt:
    """Commit entries as one batch; raises what the store answers in a receipt's place."""
    batch.setdefault("received_at", NOW)
    [receipt] = store.ingest([Batch(org_id=space.org_id, space_id=space.id, entries=list(entries), **batch)])
    if isinstance(receipt, Exception):
        raise receipt
    assert receipt.applied + receipt.duplicate + receipt.stale + receipt.rejected == receipt.received
    return receipt


def ended(receipt: Receipt) -> tuple[int, int, int, int]:
    """(applied, duplicate, stale, rejected)"""
    return receipt.applied, receipt.duplicate, receipt.stale, receipt.rejected

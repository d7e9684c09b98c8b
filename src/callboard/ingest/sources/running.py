"""Imports that run beside one that is to begin, and may say something else of the same calls."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final, TypeVar

from callboard.clock import iso
from callboard.errors import ImportsChangedError, ImportTakenError
from callboard.ingest.sources.overlaps import Overlaps
from callboard.ingest.sources.ownership import CHECK_EVERY_S, OWNER_TIMEOUT_S, with_retry
from callboard.ingest.sources.process import has_ended
from callboard.store.importing import ImportBatch, Reading, contradicts, may_contradict
from callboard.store.interface import Store, batch_id

T = TypeVar("T")

LOOKS: Final = 5
"""How often a file is compared with what earlier imports said before the import gives up: each time another
one had begun or ended meanwhile."""


def wait_for_running(
    store: Store,
    org_id: int,
    reading: Reading,
    label: str,
    waiting: Callable[[ImportBatch], None] | None = None,
) -> None:
    """Return when no import runs that may say something else of the same calls. `waiting` is told of each
    that does; None: raises `ImportTakenError` instead. Those of the same file are replaced, or asked about,
    while they run. One whose process has ended is not waited for.
    """
    for each in with_retry(lambda: store.earlier_imports(org_id, reading.record_type)):
        if each.label != label and may_contradict(each, reading) and not contradicts(each, reading):
            _wait(store, org_id, each, waiting)


def with_overlaps(look: Callable[[], Overlaps], run: Callable[[Overlaps], T], *, again: bool) -> T:
    """Compare the file with what earlier imports said, and run the import; where another began or ended in
    between, once more. Raises `ImportsChangedError` after `LOOKS` times, at once where the file cannot be
    read `again`.
    """
    for left in reversed(range(LOOKS)):
        found = look()
        try:
            return run(found)
        except ImportsChangedError:
            if not left or not again:
                raise
    raise AssertionError("the last look returns or raises")


def _wait(
    store: Store, org_id: int, found: ImportBatch, waiting: Callable[[ImportBatch], None] | None
) -> None:
    is_told, heartbeat, since = False, found.heartbeat, time.monotonic()
    now: ImportBatch | None = found
    while now is not None and now.owner is not None and now.finished_at is None and now.withdrawn_at is None:
        ended = has_ended(now.owner)
        is_alive = ended is False or now.heartbeat != heartbeat
        if now.heartbeat != heartbeat:
            heartbeat, since = now.heartbeat, time.monotonic()
        if ended or (not is_alive and time.monotonic() - since > OWNER_TIMEOUT_S):
            return
        if is_alive and not is_told:
            if waiting is None:
                raise ImportTakenError(f"{running(now)} Start this one when that has ended.")
            waiting(now)
            is_told = True
        time.sleep(CHECK_EVERY_S)
        now = with_retry(lambda: store.find_import(org_id, found.batch_no))


def running(found: ImportBatch) -> str:
    """A sentence about an import that runs."""
    owner = found.owner
    where = "" if owner is None else f": process {owner.pid} on {owner.host}, since {iso(owner.since)}"
    return (
        f"Another import is under way that reads its rows otherwise, maybe of the same calls or tasks "
        f"({batch_id(found.batch_no)}{where})."
    )

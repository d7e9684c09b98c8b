"""One reconciliation of an organization at a time, on whichever machine.

Exactness does not rest on this: rows that are taken twice are known the second time, and how far a window has
come changes by compare-and-set. The claim keeps two processes from asking platforms for the same.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Final

import msgspec
from msgspec import Struct, structs

from callboard.clock import Clock, Micros
from callboard.errors import StoreError
from callboard.ingest.sources.ownership import HEARTBEAT_S, OWNER_TIMEOUT_S
from callboard.ingest.sources.process import has_ended, this_process
from callboard.store.importing import ImportOwner
from callboard.store.interface import Store

OF_ORGANIZATION: Final = 0
"""In place of a hook."""


class Claim(Struct, frozen=True, kw_only=True):
    """Who reconciles an organization, as it is kept."""

    owner: ImportOwner | None = None
    beat: int = 0
    """Changes while its process lives."""
    finished_at: Micros | None = None
    """When the last one ended."""


def last_finished(store: Store, org_id: int) -> Micros | None:
    """When the last reconciliation of an organization ended."""
    return _read(store.reconciliation(org_id, OF_ORGANIZATION)).finished_at


@contextmanager
def claimed(store: Store, org_id: int, clock: Clock) -> Iterator[bool]:
    """The reconciliation of an organization, for this process; False when another process has it."""
    kept = _take(store, org_id, clock)
    if kept is None:
        yield False
        return
    holder = _Holder(store, org_id, kept)
    with holder.beating():
        try:
            yield True
        finally:
            holder.release(clock())


class _Holder:
    def __init__(self, store: Store, org_id: int, kept: str) -> None:
        self._store, self._org_id, self._kept = store, org_id, kept
        self._lock = threading.Lock()

    @contextmanager
    def beating(self) -> Iterator[None]:
        """Give signs of life from a thread while the context lasts."""
        ended = threading.Event()

        def beat() -> None:
            while not ended.wait(HEARTBEAT_S):
                self._change(lambda claim: structs.replace(claim, beat=claim.beat + 1))

        thread = threading.Thread(target=beat, name="callboard-reconcile-beat", daemon=True)
        thread.start()
        try:
            yield
        finally:
            ended.set()
            thread.join()

    def release(self, now: Micros) -> None:
        self._change(lambda claim: structs.replace(claim, owner=None, finished_at=now))

    def _change(self, change: Callable[[Claim], Claim]) -> None:
        # While the store is unavailable no other process can look for this one's signs of life either.
        with self._lock, suppress(StoreError):
            after = _written(change(_read(self._kept)))
            if self._store.save_reconciliation(self._org_id, OF_ORGANIZATION, self._kept, after):
                self._kept = after


def _take(store: Store, org_id: int, clock: Clock) -> str | None:
    before = store.reconciliation(org_id, OF_ORGANIZATION)
    claim = _read(before)
    if claim.owner is not None and not _is_over(store, org_id, claim.owner, before):
        return None
    after = _written(structs.replace(claim, owner=this_process(clock()), beat=0))
    return after if store.save_reconciliation(org_id, OF_ORGANIZATION, before, after) else None


def _is_over(store: Store, org_id: int, owner: ImportOwner, kept: str | None) -> bool:
    """Whether its process has ended; where only its signs of life can tell, they are waited for."""
    ended = has_ended(owner)
    until = time.monotonic() + OWNER_TIMEOUT_S
    while ended is None and time.monotonic() < until:
        time.sleep(HEARTBEAT_S / 8)
        if store.reconciliation(org_id, OF_ORGANIZATION) != kept:
            return False
    return ended is not False


def _read(kept: str | None) -> Claim:
    return Claim() if kept is None else msgspec.json.decode(kept, type=Claim)


def _written(claim: Claim) -> str:
    return msgspec.json.encode(claim).decode()

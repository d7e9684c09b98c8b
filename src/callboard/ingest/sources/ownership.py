"""Ownership of an import by one process: claim it, keep it alive, commit its rows, release it.

Exactness does not rest on this: the store takes rows only from the owner and only from the position that it
keeps. The claim lets a second run of the same import fail at once, rather than after reading the file.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager, suppress
from typing import TypeVar

from callboard.clock import Clock, iso
from callboard.errors import (
    CallboardError,
    ImportTakenError,
    NotFoundError,
    StoreError,
    StoreUnavailableError,
)
from callboard.ingest.sources.process import has_ended, this_process
from callboard.store.importing import ImportBatch, ImportClaim, ImportOwner, Reading, Seen
from callboard.store.interface import ImportStep, Receipt, Store, batch_id

T = TypeVar("T")

RETRY_FOR_S = 60
"""How long calls are retried while the store is busy or unavailable, before the import fails. Started again,
the import continues where it stopped."""
HEARTBEAT_S = 2.0
"""How often an owner that commits nothing writes a heartbeat."""
OWNER_TIMEOUT_S = 8.0
"""An owner on another machine counts as ended when its heartbeat has not changed for this long (four beats),
measured here by a monotonic clock: clocks of two machines are never compared.
"""
CHECK_EVERY_S = 0.25
"""How often a waiting import looks at its predecessor's heartbeat: a part of the heartbeat's interval."""


@contextmanager
def owned_import(
    store: Store,
    org_id: int,
    label: str,
    clock: Clock,
    *,
    from_start: bool,
    reading: Reading | None = None,
    replace: bool = False,
    overlapping: Collection[int] = (),
    seen: Seen | None = None,
) -> Iterator[OwnedImport]:
    """The import of this label, claimed for this process. Raises `ImportTakenError` while another runs it,
    and `ImportCollisionError` when it collides with others that it is not to `replace`, among them the
    `overlapping` ones, and `ImportsChangedError` when the imports are not those `seen` any more.

    `from_start`: begin at the first row of the file again, whatever was committed before.
    """
    owner = this_process(clock())

    def begin() -> ImportBatch:
        return store.begin_import(
            org_id, label, clock(), reading, replace=replace, overlapping=overlapping, seen=seen
        )

    record = _claimed(store, org_id, begin, owner, from_start=from_start)
    owned = OwnedImport(store, org_id, record, owner)
    try:
        with owned.heartbeat():
            yield owned
    finally:
        owned.release()


class OwnedImport:
    """An import that this process owns."""

    def __init__(self, store: Store, org_id: int, record: ImportBatch, owner: ImportOwner) -> None:
        self.record = record
        """The import as read when it was claimed, or when the answer to a commit was last lost."""
        self.withdrawn: list[int] = []
        """The imports of the same file that it replaced, when it is complete."""
        self._store = store
        self._org_id = org_id
        self._owner = owner
        self._committed = threading.Event()

    @property
    def nonce(self) -> str:
        return self._owner.nonce

    def commit_rows(self, step: ImportStep) -> list[Receipt] | None:
        """Commit the next rows exactly once, retrying while the store is unavailable.

        None means that they are committed but the answer was lost; `record` then has the new counts. Raises
        `ImportTakenError` when another process has taken the import over.
        """

        def commit() -> list[Receipt] | None:
            try:
                return self._store.import_rows(step)
            except (ImportTakenError, StoreUnavailableError) as error:
                # The connection may have been lost after the commit. The retry then failed because the
                # position had moved: the stored position tells whether these rows were committed.
                record = self._reload()
                if not _belongs_to(record, self._owner):
                    raise import_taken_error(record) from error
                if record.position != step.to_row:
                    raise
                self.record = record
                return None

        receipts = with_retry(commit)
        self._committed.set()
        return receipts

    def finish(self, now: int) -> None:
        """Mark the import as complete: the file is read to its end. Before that, what its rows have not
        replaced of the imports of the same file is withdrawn; interrupted, the next run goes on with it.
        """
        # One that was undone while it ran takes nothing more away.
        stands = with_retry(self._reload).withdrawn_at is None
        left = list(self.record.replaces) if stands else []
        while left:
            batch_no = left.pop(0)
            # Others only gave way where this one names the same calls.
            found = with_retry(lambda: _find(self._store, self._org_id, batch_no))  # noqa: B023 - called at once
            if found.withdrawn_at is None or batch_no in self.withdrawn:
                continue
            with_retry(lambda: self._store.withdraw(self._org_id, batch_no, now))  # noqa: B023 - called at once
            self.withdrawn.append(batch_no)
            if found.finished_at is None:
                left += found.replaces  # what it had still to withdraw

        def end() -> ImportBatch:
            try:
                return self._store.finish_import(self._org_id, self.record.batch_no, now, self._owner.nonce)
            except ImportTakenError as error:
                raise import_taken_error(self._reload()) from error

        self.record = with_retry(end)

    def _reload(self) -> ImportBatch:
        return _find(self._store, self._org_id, self.record.batch_no)

    @contextmanager
    def heartbeat(self) -> Iterator[None]:
        """Write heartbeats from a thread while the context lasts. A commit counts as a heartbeat too."""
        ended = threading.Event()

        def heartbeat() -> None:
            while not ended.wait(HEARTBEAT_S):
                if self._committed.is_set():
                    self._committed.clear()
                    continue
                # A missed beat does no harm: while the store is unavailable, no other process can look for
                # this one's heartbeat either.
                with suppress(StoreError):
                    self._store.heartbeat_import(self._org_id, self.record.batch_no, self._owner)

        thread = threading.Thread(target=heartbeat, name="callboard-import-beat", daemon=True)
        thread.start()
        try:
            yield
        finally:
            ended.set()
            thread.join()

    def release(self) -> None:
        """Release the import, so that the next run need not wait until this process counts as ended."""
        if self.record.finished_at is not None:
            return
        # On failure the next run finds out by itself that this process has ended; and an error here would
        # hide the one that ended the import.
        with suppress(CallboardError):
            claim = ImportClaim(owner=None, instead_of=self._owner.nonce)
            self._store.claim_import(self._org_id, self.record.batch_no, claim)


def import_taken_error(record: ImportBatch) -> ImportTakenError:
    """The error that says which process runs an import, and how far it is."""
    name, rows = batch_id(record.batch_no), f"{record.position:,} rows taken"
    owner = record.owner
    if owner is None:
        how = "taken over" if record.finished_at is None else "finished"
        return ImportTakenError(f"Another process has {how} this import ({name}); {rows}.")
    return ImportTakenError(
        f"This import ({name}) is under way: process {owner.pid} on {owner.host}, since {iso(owner.since)}; "
        f"{rows} so far. Start it again when that process has ended: it carries on."
    )


def _claimed(
    store: Store, org_id: int, begin: Callable[[], ImportBatch], owner: ImportOwner, *, from_start: bool
) -> ImportBatch:
    record = with_retry(begin)
    while True:
        seen = _without_owner(store, org_id, record)
        # Compare-and-set: the store accepts the claim only if owner and heartbeat are still as seen here.
        claim = ImportClaim(
            owner=owner,
            instead_of=None if seen.owner is None else seen.owner.nonce,
            heartbeat=seen.heartbeat,
            from_start=from_start,
        )
        try:
            # B023 does not apply: the lambda is called before `seen` and `claim` change.
            return with_retry(lambda: store.claim_import(org_id, seen.batch_no, claim))  # noqa: B023
        except ImportTakenError:
            # Another process was faster, or the import has ended meanwhile: read it again.
            record = with_retry(begin)
            if _belongs_to(record, owner):
                return record  # the claim went through and its answer was lost


def _without_owner(store: Store, org_id: int, record: ImportBatch) -> ImportBatch:
    """The import, when it has no owner or its owner has ended. Raises `ImportTakenError` for a live owner.

    Waits up to `OWNER_TIMEOUT_S` when only the heartbeat can tell.
    """
    if record.owner is None:
        return record
    ended = has_ended(record.owner)
    if ended is False:
        raise import_taken_error(record)
    until = time.monotonic() + OWNER_TIMEOUT_S
    while not ended and time.monotonic() < until:
        time.sleep(CHECK_EVERY_S)
        now = with_retry(lambda: _find(store, org_id, record.batch_no))
        if now.owner is None:
            return now
        if now.heartbeat != record.heartbeat:
            raise import_taken_error(now)
    return record


def _find(store: Store, org_id: int, batch_no: int) -> ImportBatch:
    found = store.find_import(org_id, batch_no)
    if found is None:
        raise NotFoundError(f"No import {batch_id(batch_no)} in this organization.")
    return found


def _belongs_to(record: ImportBatch, owner: ImportOwner) -> bool:
    return record.owner is not None and record.owner.nonce == owner.nonce


def with_retry(call: Callable[[], T]) -> T:
    """Call `call`, and again after a pause while the store is unavailable or locked by another writer."""
    deadline = time.monotonic() + RETRY_FOR_S
    while True:
        try:
            return call()
        except StoreUnavailableError as error:
            if time.monotonic() > deadline:
                raise
            time.sleep(error.retry_after_s)

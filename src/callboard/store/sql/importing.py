"""The imports of a store on a SQL engine, with the kind of transaction that each operation needs."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from functools import partial

from callboard.clock import Micros
from callboard.model.event import Entry
from callboard.store.importing import ImportBatch, ImportClaim, ImportOwner, Reading, SavedMapping, Seen
from callboard.store.interface import ImportStep, Progress, Receipt, Withdrawal
from callboard.store.sql import mappings
from callboard.store.sql.compaction import COMPACT_AT, compact_slice
from callboard.store.sql.hooking import SqlHooking
from callboard.store.sql.import_rows import import_rows
from callboard.store.sql.imports import (
    begin_import,
    claim_import,
    colliding_imports,
    count_items,
    earlier_imports,
    finish_import,
    heartbeat_import,
    import_of,
    unfinished_import,
)
from callboard.store.sql.overlapping import contradicted
from callboard.store.sql.withdrawal import begin_withdrawal, withdraw_repeats, withdraw_some


class SqlImporting(SqlHooking):
    """See `Store` and `Imports`."""

    def begin_import(
        self,
        org_id: int,
        label: str,
        now: Micros,
        reading: Reading | None = None,
        *,
        replace: bool = False,
        overlapping: Collection[int] = (),
        seen: Seen | None = None,
    ) -> ImportBatch:
        return self._write(
            lambda db: begin_import(
                db, org_id, label, now, reading, replace=replace, overlapping=overlapping, seen=seen
            )
        )

    def unfinished_import(self, org_id: int, label: str) -> ImportBatch | None:
        return self._read(unfinished_import, org_id, label)

    def earlier_imports(self, org_id: int, record_type: str) -> list[ImportBatch]:
        return self._read(earlier_imports, org_id, record_type)

    def contradicted_imports(
        self, org_id: int, rivals: Mapping[int, bool], rows: Mapping[int, Sequence[Entry]]
    ) -> dict[int, int]:
        return self._read(contradicted, org_id, rivals, rows)

    def colliding_imports(self, org_id: int, reading: Reading) -> list[ImportBatch]:
        return self._read(colliding_imports, org_id, reading)

    def count_import_items(self, org_id: int, batch_no: int, *, beside: int = -1) -> int:
        return self._read(count_items, org_id, batch_no, beside)

    def claim_import(self, org_id: int, batch_no: int, claim: ImportClaim) -> ImportBatch:
        return self._write(lambda db: claim_import(db, org_id, batch_no, claim))

    def heartbeat_import(self, org_id: int, batch_no: int, owner: ImportOwner) -> None:
        self._write(lambda db: heartbeat_import(db, org_id, batch_no, owner))

    def import_rows(self, step: ImportStep) -> list[Receipt]:
        return self._write(lambda db: import_rows(db, step))

    def finish_import(self, org_id: int, batch_no: int, now: Micros, owner: str | None = None) -> ImportBatch:
        finished = self._write(lambda db: finish_import(db, org_id, batch_no, now, owner))
        # No writer of a server may be there to do it.
        while self._write_unsynced(partial(compact_slice, org_id=org_id, wait=True)) >= COMPACT_AT:
            pass
        return finished

    def find_import(self, org_id: int, batch_no: int) -> ImportBatch | None:
        return self._read(import_of, org_id, batch_no)

    def withdraw(
        self, org_id: int, batch_no: int, now: Micros, progress: Progress | None = None
    ) -> Withdrawal:
        # Recorded first: from then on a running import cannot add events after the range that is read here.
        first, last = self._write(lambda db: begin_withdrawal(db, org_id, batch_no, now))
        events = calls = tasks = 0
        begin: int | None = first
        while begin is not None:
            chunk = partial(withdraw_some, org_id=org_id, batch_no=batch_no, from_seq=begin, last_seq=last)
            begin, done = self._write(chunk)
            events, calls, tasks = events + done.events, calls + done.calls, tasks + done.tasks
            if progress is not None:
                progress(last - first + 1 if begin is None else begin - first, last - first + 1)
        after: int | None = 0
        while after is not None:
            repeats = partial(withdraw_repeats, org_id=org_id, batch_no=batch_no, after_item=after)
            after, done = self._write(repeats)
            events, calls, tasks = events + done.events, calls + done.calls, tasks + done.tasks
        return Withdrawal(batch_no=batch_no, events=events, calls=calls, tasks=tasks)

    # --- saved mappings

    def save_mapping(self, org_id: int, name: str, reading: str, now: Micros) -> SavedMapping:
        return self._write(lambda db: mappings.save(db, org_id, name, reading, now))

    def mappings(self, org_id: int) -> list[SavedMapping]:
        return self._read(mappings.every, org_id)

    def find_mapping(self, org_id: int, name: str) -> SavedMapping | None:
        return self._read(mappings.find, org_id, name)

    def delete_mapping(self, org_id: int, name: str) -> None:
        self._write(lambda db: mappings.delete(db, org_id, name))

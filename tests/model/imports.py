"""Imports on record, and taking back what a batch brought."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from msgspec import structs

from callboard.clock import Micros
from callboard.errors import NotFoundError
from callboard.fold.batch import Item, same_row, tally_of
from callboard.model.event import Entry
from callboard.store.importing import (
    ImportBatch,
    ImportClaim,
    ImportOwner,
    Reading,
    SavedMapping,
    Seen,
    check_claim,
    check_mapping,
    check_owner,
    check_seen,
    check_step,
    collisions,
    replacements,
)
from callboard.store.interface import Batch, ImportStep, Progress, Receipt, Withdrawal
from tests.model.counters import apply_tally
from tests.model.groups import settled
from tests.model.intake import ingest_one
from tests.model.replacing import contradicted, kept, make_room, withdrawn
from tests.model.state import SpaceState, State, StateMixin


class Imports(StateMixin):
    """Imports begun, claimed, carried on, finished and found; `withdraw`."""

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
        with self.state.lock:
            if reading is not None:
                check_seen(self.earlier_imports(org_id, reading.record_type), reading, label, seen)
            unfinished = self.unfinished_import(org_id, label)
            found = [] if reading is None else self.colliding_imports(org_id, reading)
            replaces = replacements(unfinished, found, overlapping, reading, replace=replace)
            if unfinished is not None and replaces.carries_on:
                every = tuple(sorted({*unfinished.replaces, *replaces.all}))
                self._keep(org_id, structs.replace(unfinished, replaces=every))
                return self.state.need_batch(org_id, unfinished.batch_no)
            for number in replaces.whole:
                batch = self.state.need_batch(org_id, number)
                self._keep(org_id, structs.replace(batch, withdrawn_at=now))
            begun = ImportBatch(
                batch_no=self.state.next_batch_no(org_id),
                label=label,
                received_at=now,
                reading=reading,
                replaces=replaces.all,
            )
            self._keep(org_id, begun)
            return begun

    def unfinished_import(self, org_id: int, label: str) -> ImportBatch | None:
        with self.state.lock:
            found = [
                batch
                for (org, _), batch in self.state.batches.items()
                if org == org_id and batch.label == label and _unfinished(batch)
            ]
            return max(found, key=lambda each: each.batch_no, default=None)

    def earlier_imports(self, org_id: int, record_type: str) -> list[ImportBatch]:
        with self.state.lock:
            every = sorted(self.state.batches.items())
            return [
                batch
                for (org, _), batch in every
                if org == org_id
                and batch.withdrawn_at is None
                and batch.reading is not None
                and batch.reading.record_type == record_type
            ]

    def contradicted_imports(
        self, org_id: int, rivals: Mapping[int, bool], rows: Mapping[int, Sequence[Entry]]
    ) -> dict[int, int]:
        with self.state.lock:
            return contradicted(self.state, org_id, rivals, rows)

    def colliding_imports(self, org_id: int, reading: Reading) -> list[ImportBatch]:
        with self.state.lock:
            every = [batch for (org, _), batch in self.state.batches.items() if org == org_id]
            return collisions(every, every, reading)

    def count_import_items(self, org_id: int, batch_no: int, *, beside: int = -1) -> int:
        with self.state.lock:
            items = [(space, item) for space in self.state.spaces_of(org_id) for item in space.items()]
            return sum(
                any(entry.batch_no == batch_no for entry in item.entries)
                and not any(
                    each.batch_no == beside
                    for key, some in space.repeats.items()
                    if key[:2] == (item.kind, item.item_id)
                    for each in some
                )
                for space, item in items
            )

    def save_mapping(self, org_id: int, name: str, reading: str, now: Micros) -> SavedMapping:
        with self.state.lock:
            others = sum(org == org_id and each != name for org, each in self.state.mappings)
            check_mapping(name, reading, others)
            before = self.state.mappings.get((org_id, name))
            if before is not None and before.reading == reading:
                return before
            version = 1 if before is None else before.version + 1
            saved = SavedMapping(name=name, version=version, saved_at=now, reading=reading)
            self.state.mappings[org_id, name] = saved
            self.state.commits += 1
            return saved

    def mappings(self, org_id: int) -> list[SavedMapping]:
        with self.state.lock:
            return [saved for (org, _), saved in sorted(self.state.mappings.items()) if org == org_id]

    def find_mapping(self, org_id: int, name: str) -> SavedMapping | None:
        with self.state.lock:
            return self.state.mappings.get((org_id, name))

    def delete_mapping(self, org_id: int, name: str) -> None:
        with self.state.lock:
            if self.state.mappings.pop((org_id, name), None) is None:
                raise NotFoundError(f"No saved mapping {name!r} in this organization.")
            self.state.commits += 1

    def claim_import(self, org_id: int, batch_no: int, claim: ImportClaim) -> ImportBatch:
        with self.state.lock:
            batch = self.state.need_batch(org_id, batch_no)
            check_claim(batch, claim)
            if claim.from_start:
                batch = structs.replace(batch, position=0, applied=0, duplicate=0, stale=0, rejected=0)
            batch = structs.replace(batch, owner=claim.owner, heartbeat=batch.heartbeat + 1)
            self._keep(org_id, batch)
            return batch

    def heartbeat_import(self, org_id: int, batch_no: int, owner: ImportOwner) -> None:
        with self.state.lock:
            batch = self.state.need_batch(org_id, batch_no)
            if batch.owner == owner:
                self._keep(org_id, structs.replace(batch, heartbeat=batch.heartbeat + 1))

    def import_rows(self, step: ImportStep) -> list[Receipt]:
        with self.state.lock:
            check_step(self.state.need_batch(step.org_id, step.batch_no), step.owner, step.from_row)
            for each in step.batches:  # what could fail fails before anything is kept
                self.state.need_space(each.org_id, each.space_id)
            receipts = [self._ingest_rows(step, each) for each in step.batches]
            for rejection in step.without_space:
                self.state.without_space[step.org_id]["rejected", rejection.reason] += 1
                last = self.state.without_space_at.get(step.org_id, 0)
                self.state.without_space_at[step.org_id] = max(last, step.received_at)
            batch = self.state.need_batch(step.org_id, step.batch_no)
            rejected = batch.rejected + len(step.without_space)
            self._keep(
                step.org_id,
                structs.replace(
                    batch, position=step.to_row, heartbeat=batch.heartbeat + 1, rejected=rejected
                ),
            )
            return receipts

    def finish_import(self, org_id: int, batch_no: int, now: Micros, owner: str | None = None) -> ImportBatch:
        with self.state.lock:
            batch = self.state.need_batch(org_id, batch_no)
            if batch.finished_at is None:
                check_owner(batch, owner)
                batch = structs.replace(batch, finished_at=now, owner=None)
                self._keep(org_id, batch)
            return batch

    def find_import(self, org_id: int, batch_no: int) -> ImportBatch | None:
        with self.state.lock:
            return self.state.batches.get((org_id, batch_no))

    def withdraw(
        self, org_id: int, batch_no: int, now: Micros, progress: Progress | None = None
    ) -> Withdrawal:
        with self.state.lock:
            batch = self.state.need_batch(org_id, batch_no)
            if batch.withdrawn_at is None:
                self._keep(org_id, structs.replace(batch, withdrawn_at=now))
            events = calls = tasks = 0
            for space in self.state.spaces_of(org_id):
                changed, gone = _withdraw(self.state, space, batch_no)
                if gone or changed:
                    self.state.bump_version(space)
                events += gone
                calls += sum(item.is_call for item in changed)
                tasks += sum(item.kind == "task" for item in changed)
            if progress is not None:
                progress(events, events)
            return Withdrawal(batch_no=batch_no, events=events, calls=calls, tasks=tasks)

    def _ingest_rows(self, step: ImportStep, batch: Batch) -> Receipt:
        found = self.state.need_batch(step.org_id, step.batch_no)
        aside, replaced = make_room(self.state, found, batch)
        self._keep(step.org_id, structs.replace(found, replaced=found.replaced + replaced))
        return ingest_one(self.state, batch, step.owner, aside)

    def _keep(self, org_id: int, batch: ImportBatch) -> None:
        self.state.batches[org_id, batch.batch_no] = batch
        self.state.commits += 1


def _unfinished(batch: ImportBatch) -> bool:
    return batch.finished_at is None and batch.withdrawn_at is None


def _withdraw(state: State, space: SpaceState, batch_no: int) -> tuple[list[Item], int]:
    """Fold a space without a batch's events: the items whose rows changed, and how many events went.

    What another batch brought as well is that batch's from now on, with the receipt it had there.
    """
    touched: list[Item] = []
    gone = 0
    for item in space.items():
        left = withdrawn(state, space, item, batch_no)
        if not _drop_repeats(space, item, batch_no) and left is item:
            continue
        gone += len({each.body for each in item.entries} - {each.body for each in left.entries})
        touched.append(kept(space, item, left))
    changed = settled(space, touched)
    apply_tally(space, tally_of(changed))
    named = {(item.kind, item.item_id) for item in touched}
    return [
        item for item in changed if (item.kind, item.item_id) in named and not same_row(item.row, item.before)
    ], gone


def _drop_repeats(space: SpaceState, item: Item, batch_no: int) -> bool:
    """The batch did not send events of the item again. Whether it had."""
    had = False
    for key, sent in space.repeats.items():
        if key[:2] == (item.kind, item.item_id):
            left = [each for each in sent if each.batch_no != batch_no]
            had = had or len(left) < len(sent)
            space.repeats[key] = left
    return had

"""Imports on record, and taking back what a batch brought."""

from __future__ import annotations

from msgspec import structs

from callboard.clock import Micros
from callboard.fold.batch import Item, refold, same_row, tally_of
from callboard.model.event import Entry
from callboard.store.importing import (
    ImportBatch,
    ImportClaim,
    ImportOwner,
    check_claim,
    check_owner,
    check_step,
)
from callboard.store.interface import ImportStep, Progress, Receipt, Withdrawal
from tests.model.counters import apply_tally
from tests.model.intake import ingest_one
from tests.model.state import SpaceState, State, StateMixin


class Imports(StateMixin):
    """Imports begun, claimed, carried on, finished and found; `withdraw`."""

    def begin_import(self, org_id: int, label: str, now: Micros) -> ImportBatch:
        with self.state.lock:
            for (org, _), batch in self.state.batches.items():
                if org == org_id and batch.label == label and _unfinished(batch):
                    return batch
            begun = ImportBatch(batch_no=self.state.next_batch_no(org_id), label=label, received_at=now)
            self._keep(org_id, begun)
            return begun

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
            receipts = [ingest_one(self.state, each, step.owner) for each in step.batches]
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
                if gone:
                    self.state.bump_version(space)
                events += gone
                calls += sum(item.is_call for item in changed)
                tasks += sum(not item.is_call for item in changed)
            if progress is not None:
                progress(events, events)
            return Withdrawal(batch_no=batch_no, events=events, calls=calls, tasks=tasks)

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
        if all(entry.batch_no != batch_no for entry in item.entries):
            continue
        staying = []
        for entry in item.entries:
            left_to = entry if entry.batch_no != batch_no else _later_copy(state, space, item, entry)
            if left_to is not None:
                staying.append(left_to)
            elif isinstance(entry.event.event_id, str):
                del space.event_bodies[entry.event.event_id]
        gone += len(item.entries) - len(staying)
        left = structs.replace(item, before=item.row, entries=staying)
        refold(left)
        kept = space.calls if item.is_call else space.tasks
        if left.row is None:
            del kept[item.item_id]
        else:
            kept[item.item_id] = structs.replace(left, before=None)
        touched.append(left)
    apply_tally(space, tally_of(touched))
    return [item for item in touched if not same_row(item.row, item.before)], gone


def _later_copy(state: State, space: SpaceState, item: Item, entry: Entry) -> Entry | None:
    """The event as the next batch brought it, of those that stand."""
    repeats = space.repeats.get((item.is_call, item.item_id, entry.body), [])
    standing = [
        each for each in repeats if state.batches[space.space.org_id, each.batch_no].withdrawn_at is None
    ]
    return min(standing, key=lambda each: each.batch_no, default=None)

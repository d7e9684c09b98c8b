"""Events in: one batch after the other, each whole or not at all."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from msgspec import UNSET, structs

from callboard.clock import DAY, Micros
from callboard.errors import CallerError, IdempotencyConflictError
from callboard.fold.batch import KINDS, Item, Loaded, SpaceFold, Verdict, tally_of
from callboard.model.event import Entry, GroupEnd
from callboard.store.importing import ImportBatch, check_owner
from callboard.store.interface import Batch, NewRun, Receipt, Rejection
from tests.model.counters import apply_tally
from tests.model.groups import settled
from tests.model.hooks import record_delivery
from tests.model.replacing import set_aside
from tests.model.state import RunState, SpaceState, State, StateMixin

IDEMPOTENCY_KEPT: Micros = 7 * DAY


class Intake(StateMixin):
    """`ingest`."""

    def ingest(
        self,
        batches: Sequence[Batch],
        *,
        waited_s: float = 0.0,
    ) -> list[Receipt | Exception]:
        with self.state.lock:
            return [self._outcome(batch) for batch in batches]

    def compact(self) -> bool:
        """Numbers are recounted from rows each time."""
        return False

    def most_unmerged(self) -> int:
        """There are no deltas."""
        return 0

    def try_writing(self) -> None:
        """Whatever fits in memory can be written."""

    def _outcome(self, batch: Batch) -> Receipt | Exception:
        try:
            return ingest_one(self.state, batch)
        except CallerError as fault:
            return fault


def ingest_one(
    state: State,
    batch: Batch,
    owner: str | None = None,
    aside: Collection[bytes] = (),
) -> Receipt:
    """One batch, whole or not at all. `owner`: the nonce of the process that sends rows of an import;
    `aside`: the events that do not count, because a later import has the say.
    """
    space = state.need_space(batch.org_id, batch.space_id)
    space.has_groups = space.has_groups or any(
        isinstance(each.event, GroupEnd) or getattr(each.event, "group_ids", UNSET) is not UNSET
        for each in batch.entries
    )
    first = _first_answer(space, batch)
    if first is not None:
        return first
    kept = _batch_on_record(state, batch, owner)
    fold = SpaceFold(_load(space, batch.entries))
    # Entries are copied: a store keeps what it was given, whatever the caller does with it afterwards.
    arrived = [structs.replace(entry, batch_no=kept.batch_no) for entry in batch.entries]
    verdicts = [_verdict(kept, fold, entry, space, aside) for entry in arrived]
    receipt = _receipt(batch, kept.batch_no, verdicts)

    # From here on nothing can fail: what precedes changed nothing that is kept.
    _save(state, space, fold)
    if batch.run is not None:
        _register(space, batch.run)
    if batch.idempotency is not None:
        space.answers[batch.idempotency.key] = (batch.idempotency, batch.received_at)
    _record(state, space, kept, receipt, batch.received_at)
    if batch.delivery is not None:
        record_delivery(state, batch.org_id, batch.received_at, batch.delivery, receipt.rejected)
    state.bump_version(space)
    return receipt


def _first_answer(space: SpaceState, batch: Batch) -> Receipt | None:
    """What a request was answered that has been carried out before."""
    if batch.idempotency is None:
        return None
    first, received_at = space.answers.get(batch.idempotency.key, (None, 0))
    if first is None or batch.received_at - received_at > IDEMPOTENCY_KEPT:
        return None
    if first.request_digest != batch.idempotency.request_digest:
        raise IdempotencyConflictError
    return Receipt(batch_no=0, received=0, first_answer=first.answer)


def _batch_on_record(state: State, batch: Batch, owner: str | None) -> ImportBatch:
    if batch.import_no is None:
        return ImportBatch(
            batch_no=state.next_batch_no(batch.org_id),
            label="",
            received_at=batch.received_at,
            finished_at=batch.received_at,
        )
    kept = state.need_batch(batch.org_id, batch.import_no)
    check_owner(kept, owner)
    return kept


def _load(space: SpaceState, entries: Sequence[Entry]) -> Loaded:
    """Copies of what the entries touch, so that a batch that fails leaves nothing behind."""
    loaded = Loaded({}, {}, {})
    for entry in entries:
        event_id = entry.event.event_id
        if isinstance(event_id, str) and event_id in space.event_bodies:
            loaded.event_bodies[event_id] = space.event_bodies[event_id]
        for kind in KINDS.values():
            copies = loaded.of_kind(kind)
            item = space.of_kind(kind).get(entry.event.item_id)
            if item is not None:
                copies[item.item_id] = structs.replace(
                    item, entries=list(item.entries), new_entries=[], before=item.row
                )
    return loaded


def _verdict(
    kept: ImportBatch, fold: SpaceFold, entry: Entry, space: SpaceState, aside: Collection[bytes]
) -> Verdict:
    if entry.body in aside:
        return Verdict("stale" if set_aside(space, entry) else "duplicate")
    if kept.withdrawn_at is not None:
        return Verdict("rejected", "withdrawn_import", "the import these events belong to was withdrawn")
    return fold.arrive(entry)


def _receipt(batch: Batch, batch_no: int, verdicts: Sequence[Verdict]) -> Receipt:
    receipt = Receipt(batch_no=batch_no, received=batch.received)
    indexes = range(len(verdicts)) if batch.indexes is None else batch.indexes
    rejections = list(batch.rejections)
    for index, verdict in zip(indexes, verdicts, strict=True):
        if verdict.outcome == "rejected":
            assert verdict.reason is not None
            rejections.append(Rejection(index, verdict.reason, verdict.message))
        else:
            setattr(receipt, verdict.outcome, getattr(receipt, verdict.outcome) + 1)
    receipt.rejections = sorted(rejections, key=lambda rejection: rejection.index)
    return receipt


def _save(state: State, space: SpaceState, fold: SpaceFold) -> None:
    for item in fold.items:
        space.of_kind(item.kind)[item.item_id] = Item(
            item.item_id, item.kind, row=item.row, entries=item.entries
        )
        for entry in item.new_entries:
            if isinstance(entry.event.event_id, str):
                space.event_bodies[entry.event.event_id] = entry.body
    for again in fold.repeats:
        kept = space.repeats.setdefault((again.item.kind, again.item.item_id, again.entry.body), [])
        if all(other.batch_no != again.entry.batch_no for other in kept):
            kept.append(again.entry)
    space.has_groups = space.has_groups or bool(fold.repeats) or bool(space.outweighed)
    apply_tally(space, tally_of(settled(space, list(fold.items))))


def _register(space: SpaceState, run: NewRun) -> None:
    kept = space.runs.setdefault(run.run_id, RunState())
    first = run if kept.registered is None else kept.registered
    kept.registered = structs.replace(run, created=first.created)
    kept.batch_count += 1


def _record(
    state: State, space: SpaceState, kept: ImportBatch, receipt: Receipt, received_at: Micros
) -> None:
    for outcome in ("applied", "duplicate", "stale"):
        space.outcomes[outcome, ""] += getattr(receipt, outcome)
    for rejection in receipt.rejections:
        space.outcomes["rejected", rejection.reason] += 1
    if receipt.received:
        space.last_received_at = max(space.last_received_at or 0, received_at)
    state.batches[space.space.org_id, kept.batch_no] = structs.replace(
        kept,
        applied=kept.applied + receipt.applied,
        duplicate=kept.duplicate + receipt.duplicate,
        stale=kept.stale + receipt.stale,
        rejected=kept.rejected + receipt.rejected,
    )

"""One commit of batches: lock, load, fold, save. Runs inside the writer's transaction."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from functools import cache

from msgspec import Struct

from callboard.clock import DAY, Micros
from callboard.errors import CallerError, IdempotencyConflictError, NotFoundError
from callboard.fold.batch import SpaceFold, Verdict, add_to
from callboard.model.event import Entry
from callboard.store.importing import check_owner
from callboard.store.interface import Batch, Receipt, Rejection
from callboard.store.sql.checksum import run_checksum
from callboard.store.sql.database import Database
from callboard.store.sql.gathered import Gathered
from callboard.store.sql.grouping import settle
from callboard.store.sql.imports import need_import
from callboard.store.sql.links import linked_items, save_links
from callboard.store.sql.load import Loading
from callboard.store.sql.quarantine import DeliveryOf, record_deliveries
from callboard.store.sql.replacing import Replacing
from callboard.store.sql.save import (
    OrgClock,
    append_events,
    ask_clock,
    ask_home_zones,
    save_counters,
    save_repeats,
    save_rows,
    write_clock,
)

IDEMPOTENCY_KEPT: Micros = 7 * DAY

Arrived = Callable[[int], Sequence[Batch]]
"""Organization id → its batches that have arrived by now."""

SpaceKey = tuple[int, int]


class NotFree(Exception):  # noqa: N818 - no error: the batch is to be carried out later
    """The organization's lock is held by another transaction, or there is no such organization."""


class _Asked(Struct):
    """What was asked of the store for one organization's part of a commit."""

    batches: int
    """Of how many batches."""
    clock: Callable[[], OrgClock | None]
    """May be called again."""
    zones: Callable[[], dict[int, str]]
    loading: Loading
    named: dict[int, list[Entry]]
    """Space → the entries for it."""


class Ingestion:
    """Batches of one commit. Batches of one space are folded together: one load, one save, however many
    requests share the commit; each still gets the verdicts it would have got alone, in order.
    """

    def __init__(
        self,
        db: Database,
        owner: str | None = None,
        replacing: Replacing | None = None,
        *,
        wait: bool = True,
    ) -> None:
        """`owner`: the nonce of the process that sends rows of an import; `replacing`: where that import
        replaces earlier ones, or later ones replace it. Without `wait`, batches of an organization whose lock
        is held are not carried out: their result is `NotFree`.
        """
        self._wait = wait
        self._db = db
        self._owner = owner
        self._replacing = replacing
        self._asked: dict[int, _Asked] = {}
        self._clocks: dict[int, OrgClock] = {}
        self._first_event: dict[int, int] = {}
        self._folds: dict[SpaceKey, SpaceFold] = {}
        self._zones: dict[int, dict[int, str]] = {}

    def run(self, batches: Sequence[Batch]) -> list[Receipt | Exception]:
        """Carry them out; the caller commits."""
        self._load(batches)
        results = [self._one(batch) for batch in batches]
        db = Gathered(self._db)
        for org_id, clock in self._clocks.items():
            self._save(db, org_id, clock)
        self._record(db, batches, results)
        db.flush()
        if self._replacing is not None:
            self._replacing.save()
        for clock in self._clocks.values():
            write_clock(db, clock)
        db.flush()
        return results

    def _save(self, db: Database, org_id: int, clock: OrgClock) -> None:
        folds = {space: fold for (org, space), fold in self._folds.items() if org == org_id}
        items = [item for fold in folds.values() for item in fold.items]
        append_events(db, clock, items)
        linked = linked_items(items)
        others = settle(db, org_id, linked) if linked else []
        save_repeats(db, org_id, [again for fold in folds.values() for again in fold.repeats])
        if linked:
            save_links(db, org_id, [*linked, *others])
        save_rows(db, org_id, [*items, *others])
        tallies = {space: fold.tally() for space, fold in folds.items()}
        for item in others:
            add_to(tallies[item.space_id], [item])
        save_counters(db, clock, tallies, self._zones[org_id])

    def unmerged(self) -> dict[int, int]:
        """How many deltas of each organization are in no cell after this commit, at most."""
        return {org_id: clock.unmerged for org_id, clock in self._clocks.items()}

    def lock(self, org_id: int, batches: Sequence[Batch]) -> OrgClock | None:
        """Wait for the organization's lock, which the transaction then holds to its end, and begin to load
        what these batches of it touch. None: there is no such organization.
        """
        self._ask(org_id, batches)
        return self._asked[org_id].clock()

    def _ask(self, org_id: int, batches: Sequence[Batch]) -> None:
        """Ask for all that one organization's part of the commit needs. The lock comes first: a space's zone
        is then what it is until the commit.
        """
        known = self._asked.get(org_id)
        if known is not None and known.batches == len(batches):
            return
        clock = known.clock if known is not None else cache(ask_clock(self._db, org_id, wait=self._wait))
        named: dict[int, list[Entry]] = {}
        for batch in batches:
            named.setdefault(batch.space_id, []).extend(batch.entries)
        zones = ask_home_zones(self._db, org_id, named)
        loading = Loading(self._db, org_id, named)
        self._asked[org_id] = _Asked(len(batches), clock, zones, loading, named)

    def _load(self, batches: Sequence[Batch]) -> None:
        by_org: dict[int, list[Batch]] = {}
        for batch in batches:
            by_org.setdefault(batch.org_id, []).append(batch)
        for org_id, of_org in by_org.items():
            self._ask(org_id, of_org)
        for org_id in [each for each in by_org if self._begin(each, self._asked[each])]:
            self._finish(org_id, self._asked[org_id])

    def _begin(self, org_id: int, asked: _Asked) -> bool:
        """Read the clock, the zones and the items; whether there is anything to be folded."""
        clock = asked.clock()
        if clock is None and not self._wait:
            return False
        zones = self._zones[org_id] = asked.zones()
        if clock is None or not asked.named.keys() & zones.keys():
            return False
        self._clocks[org_id] = clock
        self._first_event[org_id] = clock.next_event
        asked.loading.go_on()
        return True

    def _finish(self, org_id: int, asked: _Asked) -> None:
        zones = self._zones[org_id]
        of_org = {space_id: entries for space_id, entries in asked.named.items() if space_id in zones}
        for space_id, loaded in asked.loading.finish(of_org).items():
            fold = self._folds[org_id, space_id] = SpaceFold(loaded, space_id)
            if self._replacing is not None:
                self._replacing.make_room(fold, loaded, of_org[space_id])

    def _one(self, batch: Batch) -> Receipt | Exception:
        if batch.org_id not in self._zones:
            return NotFree()
        if batch.space_id not in self._zones[batch.org_id]:
            return NotFoundError("Space not found.")
        clock = self._clocks[batch.org_id]
        try:
            first_answer = self._first_answer(batch)
            if batch.import_no is not None and self._is_withdrawn(batch.org_id, batch.import_no):
                return _withdrawn(batch, batch.import_no)
        except CallerError as error:
            return error
        if first_answer is not None:
            return Receipt(batch_no=0, received=0, first_answer=first_answer)
        batch_no = batch.import_no
        if batch_no is None:
            batch_no, clock.next_batch = clock.next_batch, clock.next_batch + 1
        if batch.run is not None:
            self._register(batch)
        return self._fold(batch, batch_no)

    def _fold(self, batch: Batch, batch_no: int) -> Receipt:
        fold = self._folds[batch.org_id, batch.space_id]
        ended: Counter[str] = Counter()
        rejections = list(batch.rejections)
        for place, entry in enumerate(batch.entries):
            entry.batch_no = batch_no
            kept = None if self._replacing is None else self._replacing.aside(fold, entry)
            verdict = kept or fold.arrive(entry)
            if verdict.outcome == "rejected":
                index = place if batch.indexes is None else batch.indexes[place]
                rejections.append(_rejection(index, verdict))
            else:
                ended[verdict.outcome] += 1
        return Receipt(
            batch_no=batch_no,
            received=batch.received,
            applied=ended["applied"],
            duplicate=ended["duplicate"],
            stale=ended["stale"],
            rejections=sorted(rejections, key=lambda rejection: rejection.index),
        )

    def _first_answer(self, batch: Batch) -> bytes | None:
        once = batch.idempotency
        if once is None:
            return None
        where = {"org_id": batch.org_id, "space_id": batch.space_id, "key": once.key}
        not_before = batch.received_at - IDEMPOTENCY_KEPT
        found = self._db.value("idempotency.find", {**where, "not_before": not_before})
        if found is not None:
            digest, answer = found
            if digest != once.request_digest:
                raise IdempotencyConflictError
            return bytes(answer)
        self._db.change("idempotency.forget", {"org_id": batch.org_id, "not_before": not_before})
        self._db.change(
            "idempotency.keep",
            {**where, "digest": once.request_digest, "answer": once.answer, "now": batch.received_at},
        )
        return None

    def _is_withdrawn(self, org_id: int, batch_no: int) -> bool:
        found = need_import(self._db, org_id, batch_no)
        check_owner(found, self._owner)
        return found.withdrawn_at is not None

    def _register(self, batch: Batch) -> None:
        run = batch.run
        assert run is not None
        key = {"org_id": batch.org_id, "space_id": batch.space_id, "run_id": run.run_id}
        first, batches = self._db.row("run.registered", key) or (None, 0)
        registered_at = run.created if first is None else first
        facts = (registered_at, run.collection_ref, run.run_mode, batches + 1)
        self._db.change(
            "run.register",
            {
                **key,
                "created": run.created,
                "collection_ref": run.collection_ref,
                "run_mode": run.run_mode,
                "checksum": run_checksum((batch.org_id, batch.space_id, run.run_id, *facts)),
            },
        )

    def _record(self, db: Database, batches: Sequence[Batch], results: Sequence[Receipt | Exception]) -> None:
        """Store the record of each request, and count its events by outcome."""
        outcomes: Counter[tuple[int, int, str, str]] = Counter()
        latest: dict[SpaceKey, Micros] = {}
        rows = []
        for batch, receipt in zip(batches, results, strict=True):
            if isinstance(receipt, Exception) or receipt.first_answer is not None:
                continue
            space = (batch.org_id, batch.space_id)
            latest[space] = max(latest.get(space, 0), batch.received_at)
            counts = (receipt.applied, receipt.duplicate, receipt.stale, receipt.rejected)
            events: tuple[int | None, int | None] = (None, None)
            if receipt.applied or receipt.stale:
                # The events of one commit have consecutive numbers. The range of the whole commit is
                # recorded: it contains the events of this batch, among others.
                events = (self._first_event[batch.org_id], self._clocks[batch.org_id].next_event - 1)
            if batch.import_no is None:
                head = (batch.org_id, receipt.batch_no, batch.source, batch.received_at, batch.received_at)
                rows.append((*head, *events, *counts))
            else:
                db.change("batch.add", (*events, *counts, batch.org_id, batch.import_no))
            for outcome, count in zip(("applied", "duplicate", "stale"), counts, strict=False):
                outcomes[*space, outcome, ""] += count
            for rejection in receipt.rejections:
                outcomes[*space, "rejected", rejection.reason] += 1
        record_deliveries(
            db,
            [
                DeliveryOf(batch.org_id, batch.received_at, batch.delivery, receipt.rejected)
                for batch, receipt in zip(batches, results, strict=True)
                if batch.delivery is not None and not isinstance(receipt, Exception)
            ],
        )
        db.change_many("batch.insert", rows)
        db.change_many(
            "outcome.add",
            [(*key, count, latest[key[0], key[1]]) for key, count in sorted(outcomes.items()) if count],
        )


def _rejection(index: int, verdict: Verdict) -> Rejection:
    assert verdict.reason is not None
    return Rejection(index, verdict.reason, verdict.message)


def _withdrawn(batch: Batch, batch_no: int) -> Receipt:
    """The receipt when the import was withdrawn while it ran: all further events are rejected."""
    message = "the import these events belong to was withdrawn"
    indexes = batch.indexes if batch.indexes is not None else range(len(batch.entries))
    rejections = [Rejection(index, "withdrawn_import", message) for index in indexes]
    return Receipt(
        batch_no=batch_no,
        received=batch.received,
        rejections=sorted([*batch.rejections, *rejections], key=lambda rejection: rejection.index),
    )

"""SQLite and its model, told the same in any order of requests, answer the same to every question."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Literal, TypeVar

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from hypothesis.stateful import run_state_machine_as_test as run_machine
from msgspec import structs

from callboard.clock import DAY, HOUR, SECOND
from callboard.errors import CallerError
from callboard.fold.catalogue import CATALOGUE
from callboard.fold.grain import QUARTER_HOUR_US
from callboard.fold.sketch import bucket
from callboard.model.directory import Member, Organization, Space, SpaceSettings, Token
from callboard.model.event import CURRENT_ATTEMPT, CURRENT_STATUS, CallEvent, Entry, TaskEvent, canonical
from callboard.model.totals import Totals
from callboard.model.words import CONTENT_TYPES, ROLE_RANK
from callboard.store.importing import ImportBatch, ImportClaim, ImportOwner, nonce_of
from callboard.store.interface import Batch, Idempotency, ImportStep, NewRun, Receipt, Rejection, Store
from callboard.store.questions import (
    CALL_GROUPS,
    CONTACT_SPACES,
    TASK_GROUPS,
    UNKNOWN,
    Aggregate,
    CallFilter,
    Position,
    Scan,
    Scope,
    TaskFilter,
    Window,
)
from callboard.store.reporting import Arrivals
from callboard.store.sqlite.store import SqliteStore
from tests.model import MemoryStore
from tests.property import walks
from tests.property.histories import DOORS, MOMENTS, ZONES, events, plain_events, receipt_of
from tests.property.lengths import examples, long_examples
from tests.stores import NOW, bits, dump, make_organization, make_space, new_file

T = TypeVar("T")

owners = st.sampled_from(["a", "b"])


def owned_by(nonce: str) -> ImportOwner:
    return ImportOwner(nonce=nonce, host="web1", pid=17, since=NOW)


conflicting = st.builds(
    lambda event, name: structs.replace(event, event_id=name), plain_events, st.sampled_from(["e1", "e2"])
)
"""Events of few ids and any content: most of them conflict with one another."""
updates = st.builds(
    lambda event, status_too: structs.replace(
        event,
        attempt=CURRENT_ATTEMPT,
        **({"status": CURRENT_STATUS, "source_status": CURRENT_STATUS} if status_too else {}),
    ),
    plain_events.filter(lambda event: isinstance(event, TaskEvent)),
    st.booleans(),
)
any_events = st.one_of(events, events, conflicting, updates)
any_batches = st.lists(any_events, max_size=6)
spaces = st.integers(0, 3)
moments = st.one_of(st.none(), st.sampled_from(MOMENTS))
spans = st.builds(
    lambda at, long: (at, at + long), st.sampled_from(MOMENTS), st.sampled_from([1, 1, HOUR, DAY, -HOUR])
)


def text_of(*values: str) -> st.SearchStrategy[Any]:
    return st.sampled_from([None, None, *values, UNKNOWN])


call_filters = st.builds(
    CallFilter,
    call_type=text_of("inbound"),
    call_status=st.sampled_from([None, None, "completed", "queued"]),
    end_reason=text_of("busy"),
    agent=text_of("ann"),
    answered_by=text_of("human"),
    source_number=text_of("+12025550123"),
    outcome=text_of("interested"),
    external_id=st.sampled_from([None] * 5 + ["x", "y"]),
    has_legs=st.sampled_from([None] * 4 + [True, False]),
    answered=st.sampled_from([None, None, True, False]),
    made=st.sampled_from([None, None, True, False]),
    final=st.sampled_from([None, None, True, False]),
    duration_known=st.sampled_from([None, None, True, False]),
    time_to_answer_known=st.sampled_from([None, None, True, False]),
    contradicting=st.sampled_from([None, None, True, False]),
    talking_at=st.one_of(st.none(), st.none(), spans),
    offered_at=st.one_of(st.none(), st.none(), spans),
    unplaced=st.sampled_from([None, None, None, "talk", "offered"]),
    min_wait_ms=st.sampled_from([None, None, None, 0, 1]),
    max_wait_ms=st.sampled_from([None, None, None, 0, 1500]),
    min_duration_ms=st.sampled_from([None, None, 0, 1]),
    max_duration_ms=st.sampled_from([None, None, 0, 1500]),
    start=moments,
    end=moments,
)
task_filters = st.builds(
    TaskFilter,
    run_id=text_of("r1"),
    status=st.sampled_from([None, None, "running", "failed"]),
    failure_reason=text_of("busy"),
    assignee=text_of("ann"),
    attempt=st.sampled_from([None, None, 1, 2]),
    created_from=moments,
    created_to=moments,
    updated_before=moments,
    waiting_before=st.one_of(st.none(), moments),
    call_ended=st.sampled_from([None, None, True, False]),
    stuck=st.sampled_from([None, True, False]),
    now=st.sampled_from(MOMENTS),
)

few_spaces = st.lists(st.integers(1, 3), unique=True, max_size=3).map(tuple)


def ranges_of(instants: st.SearchStrategy[int]) -> st.SearchStrategy[Any]:
    return st.lists(st.tuples(instants, instants), min_size=1, max_size=3).map(tuple)


def some_of(names: Sequence[str]) -> st.SearchStrategy[Any]:
    return st.lists(st.sampled_from(names), unique=True, max_size=3).map(tuple)


lengths_of: st.SearchStrategy[Literal["talk", "wait"]] = st.sampled_from(["talk", "wait"])
some_bucket = st.tuples(lengths_of, st.sampled_from([0, bucket(1500), bucket(30_000)]))


@st.composite
def scans_of_cells(draw: st.DrawFn) -> Scan:
    counter = draw(st.sampled_from(CATALOGUE))
    buckets = [name for name in counter.dimensions if name in ("talk", "wait")]
    values = st.sampled_from([None, UNKNOWN, "completed", "busy", "ann", "inbound", "pending"])
    where: dict[str, Any] = {
        name: draw(values) for name in draw(some_of(counter.dimensions)) if name not in buckets
    }
    aggregate = Aggregate(
        spaces=draw(st.one_of(st.just((CONTACT_SPACES,)), few_spaces)),
        where=CallFilter(**where) if counter.of == "call" else TaskFilter(**where),
        bucket=draw(st.none() | some_bucket.filter(lambda each: each[0] in buckets)) if buckets else None,
        group=draw(some_of([*counter.dimensions, "space"])),
        counter=counter.name,
    )
    return Scan(
        aggregate=aggregate,
        grain=draw(st.sampled_from(counter.grains)),
        ranges=draw(ranges_of(st.sampled_from([0, *(each // QUARTER_HOUR_US for each in MOMENTS), 2**40]))),
    )


aggregates_of_calls = st.builds(
    Aggregate,
    spaces=few_spaces,
    where=call_filters,
    bucket=st.none() | some_bucket,
    group=some_of(CALL_GROUPS),
)
aggregates_of_tasks = st.builds(Aggregate, spaces=few_spaces, where=task_filters, group=some_of(TASK_GROUPS))
scans_of_rows = st.builds(
    Scan,
    aggregate=st.one_of(aggregates_of_calls, aggregates_of_tasks),
    ranges=ranges_of(st.sampled_from([*MOMENTS, NOW - DAY, NOW + DAY])),
)


class Both(RuleBasedStateMachine):
    """Two stores, told the same."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="callboard-"))
        self.stores: tuple[Store, Store] = (
            MemoryStore(),
            SqliteStore(new_file(self.folder / "callboard.db")),
        )
        self.now = NOW
        self.batches: list[tuple[int, int]] = []
        self.imports: list[tuple[int, int]] = []
        self.held: list[dict[int, dict[int, Totals]]] = [{1: {}, 2: {}}, {1: {}, 2: {}}]
        self.versions: list[dict[int, int]] = [{1: -1, 2: -1}, {1: -1, 2: -1}]

    def teardown(self) -> None:
        for store in self.stores:
            assert store.verify(deep=True).drift == 0
            store.close()
        shutil.rmtree(self.folder)

    def both(self, ask: Callable[[Store], T]) -> T:
        """The same done to both, with the same answer; or the same error."""
        one, other = (_answer(ask, store) for store in self.stores)
        assert one == other
        return one

    def at(self, number: int) -> tuple[int, int]:
        """(organization, space): three of the first tenant, one of the second; alike in both stores."""
        return (2 if number == 3 else 1), number + 1

    def tick(self) -> int:
        self.now += SECOND
        return self.now

    @initialize(kinds=st.lists(st.sampled_from(CONTENT_TYPES), min_size=4, max_size=4))
    def who_is_who(self, kinds: list[str]) -> None:
        for store in self.stores:
            orgs = [make_organization(store, handle) for handle in ("acme.example", "globex.example")]
            for number, kind in enumerate(kinds):
                space = make_space(store, orgs[self.at(number)[0] - 1], f"Space {number}", content_type=kind)
                assert (space.org_id, space.id) == self.at(number)

    @rule(drawn=st.lists(st.tuples(spaces, any_batches), min_size=1, max_size=3), rejected=st.booleans())
    def ingest(self, drawn: list[tuple[int, list[Any]]], rejected: bool) -> None:
        now = self.tick()
        before = [Rejection(9, "invalid_status", "odd")] if rejected else []

        def batches() -> list[Batch]:
            return [
                self.batch(
                    number, events, now, rejections=list(before), indexes=[*range(10, 10 + len(events))]
                )
                for number, events in drawn
            ]

        receipts = self.both(lambda store: store.ingest(batches()))
        for (number, _), receipt in zip(drawn, receipts, strict=True):
            assert isinstance(receipt, Receipt)
            ended = receipt.applied + receipt.duplicate + receipt.stale + receipt.rejected
            assert ended == receipt.received
            self.batches.append((self.at(number)[0], receipt.batch_no))

    @rule(number=spaces, key=st.sampled_from("kl"), digest=st.sampled_from([b"1", b"2"]), events=any_batches)
    def ingest_once(self, number: int, key: str, digest: bytes, events: list[Any]) -> None:
        now = self.tick()
        once = Idempotency(key, digest, str(now).encode())
        run = NewRun("r1", now, "documents", None)

        def tell(store: Store) -> Any:
            [receipt] = store.ingest([self.batch(number, events, now, idempotency=once, run=run)])
            return type(receipt) if isinstance(receipt, Exception) else receipt

        self.both(tell)

    @rule(days=st.sampled_from([1, 8]))
    def time_passes(self, days: int) -> None:
        self.now += days * DAY

    def batch(self, number: int, events: list[Any], now: int, **more: Any) -> Batch:
        org_id, space_id = self.at(number)
        door = "import" if "import_no" in more else DOORS[now // SECOND % len(DOORS)]
        entries = [structs.replace(self.entry(event, now), source=door) for event in events]
        return Batch(org_id=org_id, space_id=space_id, entries=entries, received_at=now, **more)

    def entry(self, event: CallEvent | TaskEvent, now: int) -> Entry:
        return structs.replace(receipt_of(event), received_at=now, body=canonical(event))

    @rule(org_id=st.sampled_from([1, 2]), label=st.sampled_from(["a.csv", "b.csv"]))
    def begin_import(self, org_id: int, label: str) -> None:
        now = self.tick()
        begun = self.both(lambda store: store.begin_import(org_id, label, now))
        self.imports.append((org_id, begun.batch_no))

    @precondition(lambda self: self.imports)
    @rule(data=st.data(), events=any_batches)
    def import_some(self, data: st.DataObject, events: list[Any]) -> None:
        now = self.tick()
        org_id, batch_no = data.draw(st.sampled_from(self.imports))
        number = 3 if org_id == 2 else data.draw(st.integers(0, 2))

        def tell(store: Store) -> Any:
            results = store.ingest([self.batch(number, events, now, import_no=batch_no)])
            # Of errors their kind and words: an exception equals itself alone.
            return [(type(each), str(each)) if isinstance(each, Exception) else each for each in results]

        self.both(tell)

    @precondition(lambda self: self.imports)
    @rule(data=st.data(), nonce=owners, from_start=st.booleans())
    def claim_import(self, data: st.DataObject, nonce: str, from_start: bool) -> None:
        org_id, batch_no = data.draw(st.sampled_from(self.imports))
        seen = self._found(org_id, batch_no)
        claim = ImportClaim(
            owner=data.draw(st.sampled_from([owned_by(nonce), None])),
            instead_of=data.draw(st.sampled_from([nonce_of(seen), "b"])),
            heartbeat=data.draw(st.sampled_from([None, seen.heartbeat, 0])),
            from_start=from_start,
        )
        self.both(lambda store: store.claim_import(org_id, batch_no, claim))
        self.both(lambda store: store.heartbeat_import(org_id, batch_no, owned_by(nonce)))

    @rule(data=st.data(), drawn=st.lists(any_batches, max_size=2), unplaced=st.integers(0, 2))
    def import_rows(self, data: st.DataObject, drawn: list[list[Any]], unplaced: int) -> None:
        now = self.tick()
        org_id, label = data.draw(st.tuples(st.sampled_from([1, 2]), st.sampled_from(["a.csv", "b.csv"])))
        found = self.both(lambda store: store.begin_import(org_id, label, now))
        batch_no = found.batch_no
        self.imports.append((org_id, batch_no))
        if found.owner is None:
            mine = ImportClaim(owner=owned_by("a"), instead_of=None)
            self.both(lambda store: store.claim_import(org_id, batch_no, mine))
        nonce = data.draw(st.sampled_from([nonce_of(found) or "a", "b"]))
        begins = data.draw(st.sampled_from([found.position, 0]))
        rows = sum(len(events) for events in drawn) + unplaced
        torn = [Rejection(row, "invalid_value", "torn") for row in range(unplaced)]
        # The last of them is another tenant's, now and then: then none of it counts.
        numbers = data.draw(st.permutations([0, 1, 3] if org_id == 1 else [3, 3]))

        def tell(store: Store) -> Any:
            batches = [
                structs.replace(self.batch(number, events, now, import_no=batch_no), org_id=org_id)
                for number, events in zip(numbers, drawn, strict=False)
            ]
            return store.import_rows(
                ImportStep(
                    org_id=org_id,
                    batch_no=batch_no,
                    owner=nonce,
                    from_row=begins,
                    to_row=begins + rows,
                    received_at=now,
                    batches=batches,
                    without_space=torn,
                )
            )

        self.both(tell)
        self.both(lambda store: store.outcomes(org_id))

    def _found(self, org_id: int, batch_no: int) -> ImportBatch:
        found = self.both(lambda store: store.find_import(org_id, batch_no))
        assert found is not None
        return found

    @precondition(lambda self: self.imports)
    @rule(data=st.data(), owner=st.none() | owners)
    def finish_import(self, data: st.DataObject, owner: str | None) -> None:
        now = self.tick()
        org_id, batch_no = data.draw(st.sampled_from(self.imports))
        self.both(lambda store: store.finish_import(org_id, batch_no, now, owner))

    @precondition(lambda self: self.batches or self.imports)
    @rule(data=st.data())
    def withdraw(self, data: st.DataObject) -> None:
        now = self.tick()
        org_id, batch_no = data.draw(st.sampled_from(self.batches + self.imports))
        self.both(lambda store: store.withdraw(org_id, batch_no, now))

    @rule(
        number=spaces,
        changes=st.fixed_dictionaries(
            {},
            optional={
                "name": st.sampled_from(["Spring", "Été 2026"]),
                "description": st.sampled_from([None, "new"]),
                "content_type": st.sampled_from(CONTENT_TYPES),
                "archived": st.booleans(),
                "settings": st.one_of(
                    st.builds(
                        SpaceSettings,
                        timezone=st.sampled_from([None, *ZONES]),
                        stuck_running_after=st.sampled_from([60, 900]),
                        stuck_pending_after=st.sampled_from([60, 3600]),
                        live_call_limit=st.sampled_from([60, 14_400]),
                    ),
                    st.fixed_dictionaries(
                        {},
                        optional={
                            "timezone": st.sampled_from([None, *ZONES]),
                            "stuck_running_after": st.sampled_from([60, 900]),
                            "live_call_limit": st.sampled_from([60, 14_400]),
                        },
                    ),
                ),
            },
        ),
    )
    def update_space(self, number: int, changes: dict[str, Any]) -> None:
        self.both(lambda store: plain(store.update_space(*self.at(number), changes)))

    @rule(org_id=st.integers(1, 3), zone=st.sampled_from(ZONES))
    def set_organization_zone(self, org_id: int, zone: str) -> None:
        self.both(lambda store: plain(store.set_organization_zone(org_id, zone)))

    @rule(
        secret=st.binary(min_size=1, max_size=1),
        roles=st.dictionaries(st.sampled_from([1, 2]), st.sampled_from([*ROLE_RANK]), min_size=1),
    )
    def create_token(self, secret: bytes, roles: dict[int, Any]) -> None:
        now = self.tick()
        if self.stores[0].token_of_secret(secret) is not None:
            return
        self.both(
            lambda store: plain(
                store.create_token(
                    name="t",
                    prefix="cb_",
                    secret_digest=secret,
                    members=[Member(org_id, role) for org_id, role in roles.items()],
                    expires_at=now + DAY,
                    now=now,
                )
            )
        )

    @rule(token_id=st.integers(1, 4), secret=st.binary(min_size=2, max_size=2), seconds=st.integers(0, 100))
    def rotate_token(self, token_id: int, secret: bytes, seconds: int) -> None:
        now = self.tick()
        if self.stores[0].token_of_secret(secret) is None:
            self.both(
                lambda store: plain(
                    store.rotate_token(
                        token_id, prefix="n", secret_digest=secret, old_until=now + seconds * SECOND
                    )
                )
            )

    @rule(token_id=st.integers(1, 4), revoke=st.booleans())
    def use_or_revoke_token(self, token_id: int, revoke: bool) -> None:
        now = self.tick()
        if revoke:
            self.both(lambda store: plain(store.revoke_token(token_id, now)))
        elif self.stores[0].find_token(token_id) is not None:
            self.both(lambda store: store.touch_token(token_id, now))

    @rule(where=call_filters, space_id=st.sampled_from([None, 1, 2]), all_content=st.booleans())
    def list_calls(self, where: CallFilter, space_id: int | None, all_content: bool) -> None:
        self.both(lambda store: walks.calls(store, Scope(1, space_id, all_content), where))

    @rule(where=task_filters, space_id=st.sampled_from([None, 1, 2]), all_content=st.booleans())
    def list_tasks(self, where: TaskFilter, space_id: int | None, all_content: bool) -> None:
        self.both(lambda store: walks.tasks(store, Scope(1, space_id, all_content), where))

    @rule(
        space_id=st.sampled_from([None, 1, 2]),
        all_content=st.booleans(),
        after=st.none() | st.sampled_from(["", "a", "b", "~"]),
        limit=st.integers(1, 3),
    )
    def agents(self, space_id: int | None, all_content: bool, after: str | None, limit: int) -> None:
        scope = Scope(1, space_id, all_content=all_content)
        window = Window(limit=limit, after=None if after is None else Position(0, after, 0))
        self.both(lambda store: (store.agents(scope, window, 3), store.count_agents(scope)))

    @rule(scan=st.one_of(scans_of_cells(), scans_of_rows))
    def sums(self, scan: Scan) -> None:
        self.both(lambda store: sorted(store.sums(1, [scan, scan])[1]))

    @rule(
        number=spaces,
        status=st.sampled_from(["ringing", "in_progress", "pending", "running"]),
        at=st.sampled_from(MOMENTS),
        elsewhere=st.sampled_from(MOMENTS),
    )
    def lateness(self, number: int, status: str, at: int, elsewhere: int) -> None:
        org_id, space_id = self.at(number)
        before = {1: at, 2: elsewhere} if org_id == 1 else {space_id: at}
        if status in ("pending", "running"):
            self.both(lambda store: store.waiting_tasks(org_id, status, before, 2))
        else:
            self.both(lambda store: store.long_live_calls(org_id, status, tuple(before), at, 2))
        self.both(lambda store: sorted(store.run_times_ms(org_id, [space_id], 100).get(space_id, [])))
        self.both(lambda store: _unordered(store.arrivals(org_id, [space_id], self.now - 5 * SECOND, 100)))

    @rule(org_id=st.sampled_from([1, 2]), now=st.sampled_from(MOMENTS))
    def stuck_tasks(self, org_id: int, now: int) -> None:
        self.both(lambda store: store.stuck_tasks(org_id, now))

    @rule(number=spaces, item_id=st.sampled_from(["c1", "t1"]))
    def single_items(self, number: int, item_id: str) -> None:
        at = self.at(number)
        self.both(lambda store: store.call(*at, item_id))
        self.both(lambda store: store.task(*at, item_id))
        self.both(lambda store: store.legs(*at, item_id))
        self.both(lambda store: store.beside_calls(at[0], [at[1]]))
        self.both(lambda store: by_arrival(store.call_entries(*at, item_id)))
        self.both(lambda store: by_arrival(store.task_entries(*at, item_id)))
        self.both(lambda store: walks.runs(store, *at))
        self.both(lambda store: store.run(*at, "r1"))
        self.both(lambda store: store.outcomes(*at))

    @rule(org_id=st.sampled_from([1, 2]), secret=st.binary(min_size=1, max_size=1))
    def directory(self, org_id: int, secret: bytes) -> None:
        self.both(lambda store: [plain(space) for space in store.spaces(org_id)])
        self.both(lambda store: [plain(token) for token in store.tokens(org_id)])
        self.both(lambda store: store.outcomes(org_id))
        self.both(lambda store: store.token_of_secret(secret) is None)

    @precondition(lambda self: self.batches or self.imports)
    @rule(data=st.data())
    def batch_on_record(self, data: st.DataObject) -> None:
        org_id, batch_no = data.draw(st.sampled_from(self.batches + self.imports))
        self.both(lambda store: store.find_import(org_id, batch_no))

    @invariant()
    def everything_kept_is_the_same(self) -> None:
        """Rows, cells, totals, runs, bit for bit."""
        if self.stores[0].organizations():
            for org_id in (1, 2):
                assert bits(dump(self.stores[0], org_id)) == bits(dump(self.stores[1], org_id))

    @invariant()
    def who_follows_what_moved_holds_the_totals(self) -> None:
        """Asking only for what changed since last time comes to the same as asking for all."""
        if not self.stores[0].organizations():
            return
        for store, held, versions in zip(self.stores, self.held, self.versions, strict=True):
            for org_id in (1, 2):
                moved = store.changes_since(org_id, versions[org_id])
                held[org_id].update(moved.totals)
                versions[org_id] = moved.version
                assert held[org_id] == store.changes_since(org_id, -1).totals
        assert self.held[0] == self.held[1]


def _answer(ask: Callable[[Store], Any], store: Store) -> Any:
    try:
        return ask(store)
    except CallerError as fault:
        return (type(fault), fault.message)


def _unordered(found: Arrivals) -> Any:
    return structs.replace(found, recent=sorted(found.recent, key=str))


def plain(thing: Organization | Space | Token) -> Any:
    """An organization, a space or a token without what chance decides."""
    if isinstance(thing, Token):
        return structs.replace(thing, members=tuple(sorted(thing.members, key=lambda each: each.org_id)))
    return structs.replace(thing, token="")


def by_arrival(entries: list[Entry]) -> list[tuple[Any, ...]]:
    """Entries as they are compared: the content, and the receipt."""
    return [(each.body, each.received_at, each.source, each.batch_no, each.event) for each in entries]


def test_any_sequence_of_requests_gets_the_same_answers_from_both_stores() -> None:
    """Receipts, rows, counters, lists, runs, imports, tokens; also conflicts and other faults."""
    run_machine(Both, settings=settings(examples(0.3), stateful_step_count=20))


@pytest.mark.long
@pytest.mark.timeout(0)
def test_stores_agree_at_length() -> None:
    """The same, in many more and longer sequences."""
    run_machine(Both, settings=settings(long_examples(), stateful_step_count=50))

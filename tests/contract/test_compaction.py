"""Deltas are merged into cells beside commits and readers: no snapshot shows a moment of it."""

from __future__ import annotations

import os
import time
from collections import Counter
from collections.abc import Callable
from random import Random
from threading import Event, Thread
from typing import Any

import pytest

from callboard.errors import StoreDamagedError, StoreError
from callboard.fold.catalogue import CATALOGUE
from callboard.fold.grain import Grain
from callboard.model.directory import Organization, Space
from callboard.store.interface import Store
from callboard.store.postgres.store import PostgresStore
from callboard.store.questions import CONTACT_SPACES, Aggregate, CallFilter, Scan, Sum, TaskFilter
from callboard.store.sql import compaction
from callboard.store.sql.database import Database
from callboard.store.sql.recount import recounted_cells, stored_cells
from callboard.store.sql.save import home_zones
from callboard.store.sql.store import SqlStore
from callboard.store.sql.sums import sums
from callboard.store.sqlite.store import SqliteStore
from tests.events import call, send, task
from tests.stores import behind, make_organization, make_space

EVER = ((-(2**62), 2**62),)
"""In quarter-hours or microseconds."""
SECONDS = 4 if os.environ.get("CI") else 2


@pytest.fixture(autouse=True)
def small_slices(monkeypatch: pytest.MonkeyPatch) -> None:
    """A few deltas are many: a slice has at most 7 of them."""
    for name, value in {"COMPACT_AT": 5, "SLICE_MAX": 7, "WAITING_MAX": 60, "KEPT": 10}.items():
        monkeypatch.setattr(compaction, name, value)


@pytest.fixture
def sql_store(store: Store) -> SqlStore:
    """A store that has deltas."""
    if not isinstance(store, SqlStore):
        pytest.skip("the model has no deltas")
    return store


def unmerged(store: Store, org_id: int) -> int:
    with behind(store) as db:
        next_delta = db.select_value(
            "SELECT next_delta FROM organization_clock WHERE org_id = :id", {"id": org_id}
        )
        merged = db.select_value("SELECT compacted_to FROM compaction WHERE org_id = :id", {"id": org_id})
    return int(next_delta - merged)


def merge_all(store: Store, org_id: int) -> None:
    """Until fewer than a slice wait; on an engine where it is done in the background, until it is done."""
    until = time.monotonic() + 20
    while store.compact() or unmerged(store, org_id) >= compaction.COMPACT_AT:
        assert time.monotonic() < until, "the deltas are never merged"


def test_slices_leave_every_number_as_it_is(sql_store: SqlStore) -> None:
    """Before, after each, and after the last; of a space and of the contact spaces together."""
    acme = make_organization(sql_store)
    spaces = [make_space(sql_store, acme, name, timezone="Asia/Kolkata") for name in ("a", "b")]
    for number in range(20):
        send(sql_store, spaces[number % 2], call(f"c{number % 15}", "queued", at=number))
        send(sql_store, spaces[number % 2], call(f"c{number % 15}", "completed", at=60 + number))
    assert compaction.COMPACT_AT < unmerged(sql_store, acme.id) <= compaction.WAITING_MAX
    _check(sql_store, acme, spaces)
    merge_all(sql_store, acme.id)
    _check(sql_store, acme, spaces)
    assert sql_store.verify(deep=True).drift == 0
    with behind(sql_store) as db:
        assert db.select_value("SELECT count(*) FROM delta") <= compaction.KEPT + compaction.COMPACT_AT


def test_a_commit_merges_when_too_many_wait(sql_store: SqlStore, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without anybody who compacts, and where the background does not keep up."""
    monkeypatch.setattr(type(sql_store), "compact", lambda _: False)
    acme = make_organization(sql_store)
    space = make_space(sql_store, acme)
    for number in range(100):
        send(sql_store, space, call(f"c{number}"), task(f"t{number}"))
        assert unmerged(sql_store, acme.id) <= compaction.WAITING_MAX
    _check(sql_store, acme, [space])


def test_a_store_goes_on_with_what_another_left(sql_store: SqlStore) -> None:
    """A process that ended left deltas: the next one merges them without a commit of that organization."""
    acme = make_organization(sql_store)
    space = make_space(sql_store, acme)
    for number in range(20):
        send(sql_store, space, call(f"c{number}"))
    other = _another(sql_store)
    try:
        merge_all(other, acme.id)
    finally:
        other.close()
    assert unmerged(sql_store, acme.id) < compaction.COMPACT_AT


def test_commits_do_not_wait_for_compaction(sql_store: SqlStore) -> None:
    """On PostgreSQL: neither for the lock of the cells nor for their rows. What changes cells waits."""
    if not isinstance(sql_store, PostgresStore):
        pytest.skip("a file has one lock")
    acme = make_organization(sql_store)
    space = make_space(sql_store, acme)
    for number in range(20):
        send(sql_store, space, call(f"c{number}"))
    ended = Event()
    with sql_store._writing() as db:
        begin = compaction.lock(db, acme.id)
        compaction.merge(db, acme.id, begin, begin + 5)
        db.change("compaction.set", {"org_id": acme.id, "compacted_to": begin + 5})
        assert send(sql_store, space, call("c1", "failed", at=5), call("new")).applied == 2
        sql_store.compact()  # another holds the lock: nothing to do, and nothing to wait for

        def change() -> None:
            sql_store.update_space(acme.id, space.id, {"content_type": "email"})
            ended.set()

        changing = Thread(target=change)
        changing.start()
        assert not ended.wait(0.3), "the content type changed while deltas were merged under the old one"
    changing.join(10)
    assert ended.is_set()
    _check(sql_store, acme, sql_store.spaces(acme.id))
    assert sql_store.verify(deep=True).drift == 0


def test_an_organization_whose_row_is_missing_is_refused(sql_store: SqlStore) -> None:
    """Which deltas are in the cells is then unknown: no commit guesses, and verification names it."""
    space = make_space(sql_store, make_organization(sql_store))
    with behind(sql_store) as db:
        db.run("DELETE FROM compaction")
    with pytest.raises(StoreDamagedError, match="verify"):
        send(sql_store, space, call("c1"))
    assert ("compaction", "org_id") in {
        (each.what, each.column) for each in sql_store.verify(deep=True).differences
    }


class Crowd:
    """Threads that work on one organization at once, by several open stores, until they are stopped."""

    def __init__(self, store: SqlStore) -> None:
        self.acme = make_organization(store)
        self.spaces = [make_space(store, self.acme, name) for name in ("a", "b", "c")]
        self.stores = [store, _another(store), _another(store)]
        self.faults: list[BaseException] = []
        self.done: Counter[str] = Counter()
        self._stop = Event()
        self._threads: list[Thread] = []

    def run(self, act: Callable[[SqlStore, Random], Any], which: int, random: Random) -> None:
        """Do this again and again, by one of the stores."""
        seed = random.random()
        thread = Thread(target=self._loop, args=(act, self.stores[which], Random(seed)))
        self._threads.append(thread)
        thread.start()

    def _loop(self, act: Callable[[SqlStore, Random], Any], store: SqlStore, random: Random) -> None:
        while not self._stop.is_set():
            try:
                act(store, random)
                self.done[act.__name__] += 1
            except StoreError:
                continue  # a killed connection, or a lock timeout: nothing was committed
            except BaseException as fault:
                self.faults.append(fault)
                raise

    def stop(self) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join(30)
        for other in self.stores[1:]:
            other.close()

    def write(self, store: SqlStore, random: Random) -> None:
        words = ("queued", "in_progress", "completed", "failed")
        told = [
            call(f"c{random.randrange(40)}", random.choice(words), at=random.randrange(9_000))
            for _ in range(random.randrange(1, 6))
        ]
        send(store, random.choice(self.spaces), *told)

    def merge(self, store: SqlStore, _: Random) -> None:
        store._write_unsynced(lambda db: compaction.compact_slice(db, self.acme.id))

    def change(self, store: SqlStore, random: Random) -> None:
        content = {"content_type": random.choice(["contact", "email"])}
        zone = {"settings": {"timezone": random.choice(["Asia/Kolkata", "UTC", "America/St_Johns"])}}
        store.update_space(self.acme.id, random.choice(self.spaces).id, random.choice([content, zone]))
        time.sleep(0.02)

    def kill(self, store: SqlStore, random: Random) -> None:
        """A connection that merges, in the middle of it."""
        time.sleep(random.uniform(0.02, 0.2))
        if isinstance(store, PostgresStore):
            with behind(store) as db:
                db.select(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                    "WHERE query LIKE '%INTO cell%' AND pid <> pg_backend_pid() LIMIT 1"
                )


def _is_enough(looked: int, crowd: Crowd) -> bool:
    return looked > 1 and min(crowd.done["write"], crowd.done["merge"]) > 5


def test_every_snapshot_equals_the_recount(sql_store: SqlStore) -> None:
    """While several write, several compact, zones and content types change, and connections are killed."""
    random = Random(os.environ.get("CALLBOARD_SEED", "4711"))
    crowd = Crowd(sql_store)
    looked = 0
    try:
        for act, which in (
            *((crowd.write, 0), (crowd.write, 1), (crowd.merge, 1)),
            *((crowd.merge, 2), (crowd.change, 2), (crowd.kill, 0)),
        ):
            crowd.run(act, which, random)
        until = time.monotonic() + SECONDS
        # A busy machine does less in the time: then for longer.
        while (time.monotonic() < until or not _is_enough(looked, crowd)) and not crowd.faults:
            _check(crowd.stores[looked % 3], crowd.acme, crowd.spaces)
            looked += 1
    finally:
        crowd.stop()
    assert not crowd.faults, crowd.faults
    assert sql_store.verify(deep=True).drift == 0


def _another(store: SqlStore) -> SqlStore:
    """The same store, as another process has it open."""
    if isinstance(store, PostgresStore):
        return PostgresStore(store._url)
    assert isinstance(store, SqliteStore)
    return SqliteStore(store._path)


def _check(store: SqlStore, acme: Organization, spaces: list[Space]) -> None:
    """In one snapshot: every cell of every space, and the sums of the contact spaces, are a recount."""
    with store._snapshot() as db:
        for space in spaces:
            zone = home_zones(db, acme.id, [space.id])[space.id]
            assert stored_cells(db, acme.id, space.id, zone) == recounted_cells(db, acme.id, space.id, zone)
        contact = tuple(row[0] for row in db.rows("space.contact", {"org_id": acme.id}))
        for counter in CATALOGUE:
            for grain in counter.grains:
                together = _items(db, acme, counter.of, counter.name, grain, (CONTACT_SPACES,))
                assert together == _items(db, acme, counter.of, None, None, contact), (counter.name, grain)


def _items(
    db: Database,
    acme: Organization,
    of: str,
    counter: str | None,
    grain: Grain | None,
    spaces: tuple[int, ...],
) -> int:

    aggregate = Aggregate(
        spaces=spaces,
        where=CallFilter() if of == "call" else TaskFilter(),
        sums=(Sum("items"),),
        counter=counter,
    )
    [rows] = sums(db, acme.id, [Scan(aggregate=aggregate, grain=grain, ranges=EVER)])
    return sum(row[1] for row in rows)

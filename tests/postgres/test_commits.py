"""Commits on PostgreSQL: how many, how many round trips, and who waits for whom."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from threading import Thread

import psycopg
import pytest

from callboard.model.directory import Space
from callboard.settings import Settings
from callboard.store.interface import Batch, Receipt
from callboard.store.postgres.store import PostgresStore
from tests import cluster
from tests.events import call
from tests.postgres.proxy import Proxy
from tests.stores import NOW, make_organization, make_space, on_postgres

pytestmark = on_postgres

ORGANIZATIONS = 6


@pytest.fixture
def url() -> Iterator[str]:
    made = cluster.new_database()
    yield made
    cluster.drop(made)


@pytest.fixture
def store(url: str) -> Iterator[PostgresStore]:
    store = PostgresStore(url, Settings(lock_timeout_ms=2_000), upgrade=True)
    yield store
    store.close()


@pytest.fixture
def spaces(store: PostgresStore) -> list[Space]:
    """One of each organization."""
    return [make_space(store, make_organization(store, f"o{n}.example")) for n in range(ORGANIZATIONS)]


def batch(space: Space, *names: str) -> Batch:
    entries = [call(name, agent="ann") for name in names]
    return Batch(org_id=space.org_id, space_id=space.id, entries=entries, received_at=NOW)


def applied(results: list[Receipt | Exception]) -> list[int | str]:
    return [each.applied if isinstance(each, Receipt) else type(each).__name__ for each in results]


def commits(url: str) -> int:
    """The number of the next transaction that writes."""
    with psycopg.connect(url) as connection:
        row = connection.execute("SELECT pg_snapshot_xmax(pg_current_snapshot())::TEXT").fetchone()
        assert row is not None
        return int(row[0])


def test_several_organizations_share_a_commit(store: PostgresStore, spaces: list[Space], url: str) -> None:
    before = commits(url)
    results = store.ingest([batch(space, f"a{space.id}", f"b{space.id}") for space in spaces])
    assert applied(results) == [2] * ORGANIZATIONS
    assert commits(url) == before + 1
    assert store.verify(deep=True).drift == 0


def test_an_organization_that_is_locked_holds_up_no_other(
    store: PostgresStore, spaces: list[Space], url: str
) -> None:
    """Also when it is locked for longer than one may wait: it alone is told so."""
    with psycopg.connect(url) as other:
        other.execute("SELECT FROM organization_clock WHERE org_id = %s FOR UPDATE", (spaces[2].org_id,))
        results: list[Receipt | Exception] = []
        batches = [batch(space, "c1") for space in spaces]
        ingesting = Thread(target=lambda: results.extend(store.ingest(batches)))
        ingesting.start()
        free = [space for space in spaces if space is not spaces[2]]
        while not all(store.call(space.org_id, space.id, "c1") for space in free):
            assert ingesting.is_alive() or results
        ingesting.join()
        assert applied(results) == [1, 1, "StoreLockedError", 1, 1, 1]
    assert applied(store.ingest(batches)) == [0, 0, 1, 0, 0, 0]
    assert store.verify(deep=True).drift == 0


def test_a_fault_of_one_organization_costs_no_other(store: PostgresStore, spaces: list[Space]) -> None:
    batches = [batch(space, "c1") for space in spaces]
    batches[3].entries[0].event = "no event at all"  # type: ignore[assignment]
    assert applied(store.ingest(batches)) == [1, 1, 1, "AttributeError", 1, 1]
    unknown = Batch(org_id=10**6, space_id=1, entries=[call("c2")], received_at=NOW)
    assert applied(store.ingest([unknown, *(batch(space, "c2") for space in spaces)])) == [
        "NotFoundError",
        *[1] * ORGANIZATIONS,
    ]
    assert store.verify(deep=True).drift == 0


def test_a_new_call_is_kept_in_two_round_trips(tmp_path: Path) -> None:
    """Lock and look; save and commit. What is known already takes one more, for its events. So do many."""
    if cluster.binaries() is None:
        pytest.skip(str(cluster.why_not() or "a port needs a server of its own"))
    own = cluster.Cluster(port=cluster.free_port())
    proxy = Proxy(own.port)
    try:
        url = f"postgresql://callboard@127.0.0.1:{proxy.port}/postgres"
        store = PostgresStore(url, upgrade=True)
        spaces = [make_space(store, make_organization(store, f"o{n}.example")) for n in range(3)]

        def round_trips(*batches: Batch) -> int:
            before = proxy.round_trips
            assert all(isinstance(each, Receipt) for each in store.ingest(batches))
            return proxy.round_trips - before

        for number in range(8):  # statements are prepared once they are known
            for space in spaces:
                store.ingest([batch(space, f"warm-{number}")])
        assert round_trips(batch(spaces[0], "new")) == 2
        assert round_trips(batch(spaces[0], "new", "other", "third")) <= 3
        assert round_trips(*(batch(space, "shared", "again") for space in spaces)) == 2
        store.close()
    finally:
        proxy.close()
        own.destroy()

"""A verification whose connections are ended: by an operator, a restart, or a row that ends the process."""

from __future__ import annotations

import os
import random
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from callboard.store.interface import Store
from callboard.store.postgres.store import PostgresStore
from callboard.store.sql.database import Database
from tests import cluster
from tests.damage.flips import fill
from tests.stores import behind, bits, dump, on_postgres


class Ended(PostgresStore):
    """Every connection to the database is ended within one of its snapshots or commits, before it asks."""

    def __init__(self, started: cluster.Cluster, url: str) -> None:
        super().__init__(url)
        self._started = started
        self.entered = 0
        self.end_at = 0

    def _end(self, of: str) -> None:
        self.entered += 1
        if self.entered == self.end_at:
            ended = self._started.ask(
                "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = 'lost'"
            )
            assert ended[0][0] > 0, of

    @contextmanager
    def _snapshot(self, *, whole_texts: bool = False) -> Iterator[Database]:
        with super()._snapshot(whole_texts=whole_texts) as db:
            self._end("a snapshot")
            yield db

    @contextmanager
    def _writing(self, *, whole_texts: bool = False) -> Iterator[Database]:
        with super()._writing(whole_texts=whole_texts) as db:
            self._end("a commit")
            yield db

    def counted(self, *, repair: bool = False) -> int:
        """How many snapshots and commits a verification takes."""
        self.entered = self.end_at = 0
        self.verify(deep=True, repair=repair)
        return self.entered


@pytest.fixture(scope="module")
def server() -> Iterator[tuple[cluster.Cluster, str]]:
    started = cluster.Cluster("fsync=off", "full_page_writes=off", "autovacuum=off")
    started.ask("CREATE DATABASE lost TEMPLATE template0 ENCODING 'UTF8'")
    if started.ask("SELECT 1 FROM pg_available_extensions WHERE name = 'amcheck'"):
        started.ask("CREATE EXTENSION amcheck", "lost")
    store = PostgresStore(started.url + "lost", upgrade=True)
    fill(store)
    store.close()
    yield started, started.url + "lost"
    started.destroy()


def moments(all_of_them: int, how_many: int) -> list[int]:
    seed = int(os.environ.get("CRASH_SEED", "0")) or random.randrange(2**32)
    print(f"CRASH_SEED={seed}")
    return sorted(random.Random(seed).sample(range(1, all_of_them + 1), min(how_many, all_of_them)))


@on_postgres
def test_a_sound_store_is_found_sound_whenever_its_connections_are_ended(
    server: tuple[cluster.Cluster, str],
) -> None:
    """No difference is made up, nothing is left out, and it ends without an error."""
    _found_sound(server, 12)


@on_postgres
@pytest.mark.long
@pytest.mark.timeout(3600)
def test_a_sound_store_is_found_sound_at_each_moment(server: tuple[cluster.Cluster, str]) -> None:
    """The same at every snapshot that it takes."""
    _found_sound(server, 40 if os.environ.get("SHORT") else 10_000)


def _found_sound(server: tuple[cluster.Cluster, str], how_many: int) -> None:
    store = Ended(*server)
    try:
        whole = store.verify(deep=True)
        assert whole.drift == 0
        for moment in moments(store.counted(), how_many):
            store.entered, store.end_at = 0, moment
            found = store.verify(deep=True)
            assert (found.drift, found.checked, found.notes) == (0, whole.checked, whole.notes), moment
    finally:
        store.close()


@on_postgres
def test_a_repair_ends_whenever_its_connections_are_ended(server: tuple[cluster.Cluster, str]) -> None:
    """Every row and counter is what it was before the damage, and nothing is counted twice."""
    store = Ended(*server)
    try:
        right = _everything(store)
        _spoil(store)
        for moment in moments(store.counted(repair=True), 8):
            _spoil(store)
            store.entered, store.end_at = 0, moment
            found = store.verify(deep=True, repair=True)
            assert found.drift == found.repaired > 0, moment
            assert _everything(store) == right, moment
        store.end_at = 0
        assert store.verify(deep=True).drift == 0
    finally:
        store.close()


def _spoil(store: Store) -> None:
    with behind(store) as db:
        db.run("UPDATE totals SET calls_completed = calls_completed + 3")


def _everything(store: Store) -> list[object]:
    return [bits(dump(store, each.id)) for each in store.organizations()]

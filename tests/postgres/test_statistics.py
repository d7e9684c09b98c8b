"""A commit reads what it names, also while the tables of a new store grow."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import closing

from callboard.store.postgres.statistics import LOOK_EVERY_S
from callboard.store.postgres.store import PostgresStore
from tests import cluster
from tests.events import call, send
from tests.stores import make_organization, make_space, on_postgres

pytestmark = on_postgres

TABLES = ("call", "event")
FEW, MANY, MORE = 10, 2_000, 200
"""Commits with which plans are made, events by which the tables have grown then, and those that are looked
at."""
TOLD_S = 1.1
"""A session of PostgreSQL tells what it counted once a second, and at its end."""
MOST_READ = 20
"""Rows and entries of indexes for an event whose call and id are new: there are none of them."""


def _sent(store: PostgresStore, space: object, name: str, count: int, a_commit: int) -> None:
    for first in range(0, count, a_commit):
        ids = [f"{name}-{no}" for no in range(first, min(first + a_commit, count))]
        send(store, space, *(call(each, event_id=each) for each in ids))


def test_a_commit_reads_no_more_when_its_tables_have_grown():
    """Statements whose plans are of the time when their tables were empty."""
    url = cluster.new_database()
    for table in TABLES:
        # Autovacuum comes once a minute, or later where it is busy: here never.
        cluster.asked(url, f"ALTER TABLE {table} SET (autovacuum_enabled = off)")
    cluster.asked(url, "VACUUM ANALYZE")
    try:
        with closing(PostgresStore(url)) as store:
            space = make_space(store, make_organization(store))
            _sent(store, space, "few", FEW, 1)
            _sent(store, space, "many", MANY, 20)
            _until(lambda: _has_statistics(url), store)
            for name in ("told", "all told"):  # of both connections: a session tells what it counted
                time.sleep(TOLD_S)
                _sent(store, space, name, 1, 1)
            before = _read(url)
            _sent(store, space, "more", MORE, 10)
            time.sleep(TOLD_S)
            _sent(store, space, "all told again", 2, 1)
            assert _read(url) - before <= MORE * MOST_READ
    finally:
        cluster.drop(url)


def test_statistics_are_gathered_again_only_of_what_has_doubled():
    url = cluster.new_database()
    for table in TABLES:
        cluster.asked(url, f"ALTER TABLE {table} SET (autovacuum_enabled = off)")
    try:
        with closing(PostgresStore(url)) as store:
            space = make_space(store, make_organization(store))
            _sent(store, space, "many", MANY, 100)
            _until(lambda: _has_statistics(url), store)
            counted = _analyzed(url)
            _sent(store, space, "more", MANY // 10, 10)
            time.sleep(2 * LOOK_EVERY_S)
            _looked(store)
            assert _analyzed(url) == counted
    finally:
        cluster.drop(url)


def _looked(store: PostgresStore) -> None:
    store.compact()
    time.sleep(2 * LOOK_EVERY_S)


def _until(true: Callable[[], bool], store: PostgresStore) -> None:
    deadline = time.monotonic() + 20
    while not true():
        assert time.monotonic() < deadline, "there are no statistics"
        _looked(store)


def _has_statistics(url: str) -> bool:
    found = cluster.asked(url, f"SELECT count(*) FROM pg_class WHERE relname IN {TABLES} AND relpages > 0")
    return bool(found[0][0] == len(TABLES))


def _analyzed(url: str) -> int:
    return int(cluster.asked(url, "SELECT sum(analyze_count) FROM pg_stat_user_tables")[0][0])


def _read(url: str) -> int:
    """How many rows and entries of indexes were read so far."""
    of_indexes, of_tables = (
        int(cluster.asked(url, f"SELECT sum({read}) FROM {view} WHERE relname IN {TABLES}")[0][0])
        for read, view in (("idx_tup_read", "pg_stat_user_indexes"), ("seq_tup_read", "pg_stat_user_tables"))
    )
    return of_indexes + of_tables

"""A database of the tests is used again only when it is as new."""

from __future__ import annotations

import pytest

from callboard.store.postgres.store import PostgresStore
from tests import cluster
from tests.damage.flips import fill
from tests.stores import on_postgres

RELATIONS = "SELECT relname::TEXT, relkind FROM pg_class WHERE relnamespace = 'public'::REGNAMESPACE"
HELD = {"r": "SELECT * FROM {}", "S": "SELECT last_value, is_called FROM {}"}


def held(url: str) -> dict[str, object]:
    """All rows of all tables, and where sequences go on."""
    return {
        name: sorted(map(repr, cluster.asked(url, HELD[kind].format(name))))
        for name, kind in cluster.asked(url, RELATIONS)
        if kind in HELD
    }


@on_postgres
def test_what_a_store_leaves_is_gone() -> None:
    """Rows of every table, and numbers that went on."""
    url = cluster.new_database()
    new = held(url)
    store = PostgresStore(url)
    fill(store)
    store.close()
    assert held(url) != new
    cluster.give_back(url)
    again = cluster.new_database()
    assert again == url
    assert held(again) == new
    cluster.drop(again)


@on_postgres
@pytest.mark.parametrize(
    "change",
    [
        "DROP INDEX task_by_run",
        "DROP TABLE outcome",
        "ALTER TABLE call DROP CONSTRAINT call_pkey",
        "ALTER TABLE call ADD COLUMN more TEXT",
        "ALTER TABLE call ALTER COLUMN call_id DROP NOT NULL",
        "CREATE SCHEMA other",
        "CREATE FUNCTION one() RETURNS INT RETURN 1",
        "CREATE CAST (BYTEA AS TEXT) WITHOUT FUNCTION",
        "ANALYZE",
        "INSERT INTO meta SELECT each_of::TEXT, 1 FROM generate_series(1, 60000) AS each_of",
    ],
)
def test_a_database_that_was_changed_is_not_used_again(change: str) -> None:
    """Neither its tables nor what the planner knows of them."""
    url = cluster.new_database()
    cluster.asked(url, change)
    cluster.give_back(url)
    again = cluster.new_database()
    assert again != url
    cluster.drop(again)

"""A commit looks up what it names, whatever PostgreSQL's statistics say of the organization."""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib.resources import files
from typing import Any

import psycopg
import pytest

from callboard.store.postgres import statements
from callboard.store.postgres.store import PostgresStore
from callboard.store.sql.compaction import _delete_zero_cells
from tests import cluster
from tests.stores import on_postgres

pytestmark = on_postgres

FENCED = sorted(
    each.name.removesuffix(".sql")
    for each in (files(statements.__package__) / "queries").iterdir()
    if "OFFSET 0" in each.read_text()
)
"""The statements that look up the elements of arrays."""
NAMED = re.compile(r"%\((\w+)\)s(::\w+(?:\[\])?)?")
NODE = {"Index Scan", "Index Only Scan", "Bitmap Index Scan", "Tid Scan"}


@pytest.fixture(scope="module")
def database() -> Iterator[psycopg.Connection[Any]]:
    """A database whose statistics know one organization of many rows, and no other."""
    url = cluster.new_database()
    PostgresStore(url).close()
    connection = psycopg.connect(url, autocommit=True)
    connection.execute(
        "INSERT INTO event (org_id, seq, space_id, item_no, batch_no, received_at, source, body, checksum) "
        "SELECT 1, no, 1, no, 1, 0, 'api', '{}', 0 FROM generate_series(1, 20000) AS no"
    )
    connection.execute(
        "INSERT INTO event_repeat (org_id, item_no, body_digest, batch_no, received_at, source) "
        "SELECT 1, no, '0', 1, 0, 'api' FROM generate_series(1, 20000) AS no"
    )
    connection.execute(
        "INSERT INTO cell (org_id, space_id, counter, grain, bucket, d1, d2, d3, "
        "items, answered, timed, talk_ms, wait_ms) "
        "SELECT 1, 1, 1, 'hour', no, '', '', '', 1, 0, 0, 0, 0 FROM generate_series(1, 20000) AS no"
    )
    connection.execute("ANALYZE")
    yield connection
    connection.close()
    cluster.drop(url)


def _prepared(sql: str) -> tuple[str, list[str]]:
    """A statement with parameters `$1`, and their types as they are written beside them."""
    names: dict[str, str] = {}
    for name, cast in NAMED.findall(sql):
        names.setdefault(name, cast)
        names[name] = names[name] or cast
    order = list(names)
    sql = sql.replace("%%", "%")
    numbered = NAMED.sub(lambda found: f"${order.index(found[1]) + 1}{found[2] or ''}", sql)
    return numbered, [names[name].removeprefix("::") or "BIGINT" for name in order]


def _plan(database: psycopg.Connection[Any], sql: str, mode: str, org_id: int) -> dict[str, Any]:
    numbered, types = _prepared(sql)
    many = "array_fill(1, ARRAY[2000])"
    values = [f"{many}::TEXT[]::{each}" if each.endswith("[]") else str(org_id) for each in types]
    database.execute(f"SET plan_cache_mode = force_{mode}_plan")
    database.execute(f"PREPARE looked AS {numbered}")
    try:
        found = database.execute(f"EXPLAIN (FORMAT JSON) EXECUTE looked ({', '.join(values)})").fetchone()
    finally:
        database.execute("DEALLOCATE looked")
    assert found is not None
    plan: dict[str, Any] = found[0][0]["Plan"]
    return plan


def _nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for each in plan.get("Plans", []):
        yield from _nodes(each)


def _check(plan: dict[str, Any]) -> None:
    """No join compares rows with rows: there is a look-up of each element, or a hash of them."""
    for node in _nodes(plan):
        assert "Join Filter" not in node, node


@pytest.mark.parametrize("mode", ["custom", "generic"])
@pytest.mark.parametrize("name", FENCED)
@pytest.mark.parametrize("org_id", [1, 2], ids=["known", "new"])
def test_arrays_are_looked_up(database: psycopg.Connection[Any], name: str, mode: str, org_id: int) -> None:
    """Of an organization that the statistics know, and of one that they do not."""
    _check(_plan(database, statements.statement(name, routed=False).sql, mode, org_id))


@pytest.mark.parametrize("mode", ["custom", "generic"])
def test_empty_cells_are_looked_up(database: psycopg.Connection[Any], mode: str) -> None:
    """Those that a slice of deltas brought to zero."""
    for sql in _delete_zero_cells(False, "least"):
        plan = _plan(database, statements.translated(sql, routed=False).sql, mode, 2)
        scans = [node for node in _nodes(plan) if node.get("Relation Name") == "cell"]
        assert {node["Node Type"] for node in scans} <= {*NODE, "ModifyTable"}, scans
        looked_up = [node for node in scans if node["Node Type"] in ("Index Scan", "Index Only Scan")]
        assert all("d3" in node["Index Cond"] for node in looked_up), looked_up

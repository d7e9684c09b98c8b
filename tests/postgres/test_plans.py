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
ROWS = (
    """
    INSERT INTO event (
        org_id, seq, space_id, item_no, batch_no, received_at, event_key, source, body, checksum
    )
    SELECT %(org_id)s, no, no, no, no, 0, no, 'api', '1', 0 FROM generate_series(1, 20000) AS no
    """,
    """
    INSERT INTO event_repeat (org_id, item_no, body_digest, batch_no, received_at, source)
    SELECT %(org_id)s, no, '0', 1 + mod(no, 3), 0, 'api' FROM generate_series(1, 20000) AS no
    """,
    """
    INSERT INTO batch (
        org_id, no, source, received_at, first_event, last_event, applied, duplicate, stale, rejected
    )
    SELECT %(org_id)s, no, 'api', 0, 1, 1, 0, 0, 0, 0 FROM generate_series(1, 3) AS no
    """,
)
KNOWN, NEW = 1, 2
"""An organization that the statistics know, and one as large that they do not."""
ASKED = 2_000
"""Elements of an array that is looked up."""
NAMED = re.compile(r"%\((\w+)\)s(::\w+(?:\[\])?)?")
NODE = {"Index Scan", "Index Only Scan", "Bitmap Index Scan", "Tid Scan"}


@pytest.fixture(scope="module", params=["analyzed", "fresh"])
def database(request: pytest.FixtureRequest) -> Iterator[psycopg.Connection[Any]]:
    """A database with two organizations of many rows; its statistics know the first, or nothing yet."""
    url = cluster.new_database()
    PostgresStore(url).close()
    connection = psycopg.connect(url, autocommit=True)
    for table in ("event", "event_repeat", "batch", "cell"):
        connection.execute(f"ALTER TABLE {table} SET (autovacuum_enabled = off)")
    for sql in ROWS:
        connection.execute(sql, {"org_id": KNOWN})
    connection.execute(
        "INSERT INTO cell (org_id, space_id, counter, grain, bucket, d1, d2, d3, "
        "items, answered, timed, talk_ms, wait_ms) "
        "SELECT 1, 1, 1, 'hour', no, '', '', '', 1, 0, 0, 0, 0 FROM generate_series(1, 20000) AS no"
    )
    if request.param == "analyzed":
        connection.execute("ANALYZE")
    for sql in ROWS:
        connection.execute(sql, {"org_id": NEW})
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
    many = "'{" + ",".join(map(str, range(1, ASKED + 1))) + "}'"
    values = [f"{many}::{each}" if each.endswith("[]") else str(org_id) for each in types]
    database.execute(f"SET plan_cache_mode = force_{mode}_plan")
    database.execute(f"PREPARE looked AS {numbered}")
    try:
        with database.transaction(force_rollback=True):
            found = database.execute(
                f"EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) EXECUTE looked ({', '.join(values)})"
            ).fetchone()
    finally:
        database.execute("DEALLOCATE looked")
    assert found is not None
    plan: dict[str, Any] = found[0][0]["Plan"]
    return plan


def _nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for each in plan.get("Plans", []):
        yield from _nodes(each)


def _rows(plan: dict[str, Any]) -> float:
    """How many rows all nodes read, compared or gave."""
    told = (
        "Actual Rows",
        "Rows Removed by Filter",
        "Rows Removed by Join Filter",
        "Rows Removed by Index Recheck",
    )
    return sum(node["Actual Loops"] * sum(node.get(each, 0) for each in told) for node in _nodes(plan))


@pytest.mark.parametrize("mode", ["custom", "generic"])
@pytest.mark.parametrize("name", FENCED)
@pytest.mark.parametrize("org_id", [KNOWN, NEW], ids=["known", "new"])
def test_arrays_are_looked_up(database: psycopg.Connection[Any], name: str, mode: str, org_id: int) -> None:
    """No row of the organization is compared with every element: each is looked up, or there is a hash. By
    comparing, 20,000 rows and 2,000 elements would be 40 million.
    """
    plan = _plan(database, statements.statement(name, routed=False).sql, mode, org_id)
    assert _rows(plan) < 200 * ASKED, plan


@pytest.mark.parametrize("mode", ["custom", "generic"])
def test_empty_cells_are_looked_up(database: psycopg.Connection[Any], mode: str) -> None:
    """Those that a slice of deltas brought to zero."""
    for sql in _delete_zero_cells(False, "least"):
        plan = _plan(database, statements.translated(sql, routed=False).sql, mode, NEW)
        scans = [node for node in _nodes(plan) if node.get("Relation Name") == "cell"]
        assert {node["Node Type"] for node in scans} <= {*NODE, "ModifyTable"}, scans
        looked_up = [node for node in scans if node["Node Type"] in ("Index Scan", "Index Only Scan")]
        assert all("d3" in node["Index Cond"] for node in looked_up), looked_up

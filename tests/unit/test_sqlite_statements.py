"""The SQL is read as SQL: every statement compiles, is used, and finds its rows by an index."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import apsw
import pytest

import callboard.store.sql
import callboard.store.sqlite
from callboard.store.questions import CallFilter, Position, Scope, TaskFilter, Window
from callboard.store.sql import lists
from callboard.store.sql.columns import expanded
from callboard.store.sqlite.connection import add_functions
from callboard.store.sqlite.database import SqliteDatabase
from callboard.store.sqlite.statements import migrations

HERE = Path(callboard.store.sqlite.__file__).parent
SHARED = Path(callboard.store.sql.__file__).parent
FILES = sorted([*(HERE / "queries").glob("*.sql"), *(SHARED / "queries").glob("*.sql")])
LARGE = ("call", "task", "event", "cell", "batch", "idempotency", "event_repeat", "it", "ev", "again")
"""Tables, and what statements call them, that grow with the calls."""


@pytest.fixture(scope="module")
def db() -> Iterator[apsw.Connection]:
    with apsw.Connection(":memory:") as connection:
        add_functions(connection)
        for _, script in migrations():
            connection.execute(script)
        yield connection


def plan(db: apsw.Connection, sql: str) -> list[str]:
    bindings = dict.fromkeys(re.findall(r":(\w+)", sql), 0) or (0,) * sql.count("?")
    return [row[3] for row in db.execute(f"EXPLAIN QUERY PLAN {sql}", bindings)]


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_statement_compiles_says_what_it_does_and_scans_nothing_large(
    file: Path, db: apsw.Connection
) -> None:
    """One statement a file, a line that describes it, and no walk over all calls, tasks, events or cells."""
    sql = expanded(file.stem, file.read_text())
    assert sql.startswith("-- ")
    for step in plan(db, sql):
        assert not re.match(rf"SCAN ({'|'.join(LARGE)})\b", step), step
        # An organization is not a search: everything below its first column has to be narrowed further.
        assert not re.search(rf"SEARCH ({'|'.join(LARGE)}) .*\(org_id=\?\)$", step), step


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_statement_is_used(file: Path) -> None:
    """No statement is left behind."""
    table, verb = file.stem.split(".")
    code = "\n".join(each.read_text() for folder in (HERE, SHARED) for each in folder.glob("*.py"))
    assert f'"{file.stem}"' in code or f'{{table}}.{verb}"' in code, f"{file.name} is used nowhere ({table})"


SCOPES = [Scope(1), Scope(1, None, all_content=True), Scope(1, 2)]


@pytest.mark.parametrize("scope", SCOPES, ids=str)
@pytest.mark.parametrize("after", [None, Position(5, "a", 2)], ids=["first page", "later page"])
def test_a_list_walks_an_index_in_its_order(
    scope: Scope, after: Position | None, db: apsw.Connection
) -> None:
    """The first page of a million calls is read, not sorted: only ties are sorted."""
    traced: list[str] = []
    db.trace_v2(apsw.SQLITE_TRACE_STMT, lambda event: traced.append(event["sql"]))
    lists.list_calls(SqliteDatabase(db), scope, CallFilter(), Window(limit=20, after=after))
    lists.list_tasks(SqliteDatabase(db), scope, TaskFilter(), Window(limit=20, after=after))
    db.trace_v2(0, None)
    for sql in (sql for sql in traced if "ORDER BY" in sql):
        steps = plan(db, sql)
        assert "USE TEMP B-TREE FOR ORDER BY" not in steps, steps

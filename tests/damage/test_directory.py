"""A directory that lost something: it is compared with what names it, and with what follows from it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from callboard.model.directory import Member
from callboard.store.interface import Store
from callboard.store.postgres.store import PostgresStore
from tests.events import call, send
from tests.stores import NOW, behind, make_organization, make_space, make_store, on_postgres

ENGINES = ("sqlite", pytest.param("postgres", marks=on_postgres))


@pytest.fixture(params=ENGINES)
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Any:
    """An organization with a token, a space and calls."""
    made = make_store(request.param, tmp_path)
    organization = make_organization(made)
    space = make_space(made, organization)
    send(made, space, call("c1"), call("c2", "missed"))
    made.create_token(
        name="all",
        prefix="cb_1",
        secret_digest=b"1" * 32,
        members=[Member(organization.id, "admin")],
        expires_at=None,
        now=NOW,
    )
    assert made.verify(deep=True).drift == 0
    yield made
    made.close()


def change(store: Store, sql: str) -> None:
    with behind(store) as db:
        if isinstance(store, PostgresStore):
            # Else its foreign keys refuse what damage does not ask them for.
            db.run("SET session_replication_role = replica")
        db.run(sql)
        if isinstance(store, PostgresStore):
            db.run("RESET session_replication_role")


@pytest.mark.parametrize(
    ("sql", "what", "column"),
    [
        ("DELETE FROM organization", "event", "org_id"),
        ("DELETE FROM organization", "space", "org_id"),
        ("DELETE FROM organization_clock", "organization_clock", "org_id"),
        ("DELETE FROM member", "member", "token_id"),
        ("DELETE FROM token", "member", "token_id"),
        ("DELETE FROM token", "token_secret", "token_id"),
        ("DELETE FROM batch", "batch", "no"),
        ("UPDATE organization SET timezone = 'Mars/X'", "organization", "timezone"),
        ("UPDATE space SET cell_zone = 'Mars/X'", "space", "cell_zone"),
        ('UPDATE space SET settings = \'{"timezone":"Mars/X"}\'', "space", "settings"),
    ],
)
def test_what_the_directory_lost_is_found_and_ends_no_repair(
    store: Store, sql: str, what: str, column: str
) -> None:
    """It does not follow from anything else: named as long as it is so, before and after a repair."""
    change(store, sql)
    for repair in (False, True, False):
        found = store.verify(deep=True, repair=repair)
        assert (what, column) in {(each.what, each.column) for each in found.differences}
        assert not any(".." in note for note in found.notes)


@pytest.mark.parametrize("column", ["stuck_running_after_us", "stuck_pending_after_us"])
def test_when_a_task_is_stuck_is_what_the_settings_say(store: Store, column: str) -> None:
    """Lists and counts read the column, people see the settings: a column that differs is set again."""
    change(store, f"UPDATE space SET {column} = 0")
    [found] = store.verify(deep=True).differences
    assert (found.what, found.column) == ("space", column)
    assert store.verify(deep=True, repair=True).repaired == 1
    assert store.verify(deep=True).drift == 0


@pytest.mark.parametrize(
    "table", ["cell", "totals", "delta", "run", "batch", "event", "call", "space", "member"]
)
def test_a_table_that_is_gone_is_a_difference(store: Store, table: str) -> None:
    """With its name, and the rest is checked: neither a verification nor a repair ends in a fault of ours."""
    change(store, f"DROP TABLE {table}" + (" CASCADE" if isinstance(store, PostgresStore) else ""))
    for repair in (False, True):
        found = store.verify(deep=True, repair=repair)
        told = {each.what for each in found.differences} | {each.kept for each in found.differences}
        assert any(table in str(each) for each in told)

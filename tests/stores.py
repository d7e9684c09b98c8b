"""The stores under test, and their whole content in one form, to be compared bit for bit."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import apsw
import msgspec
import psycopg
import pytest

from callboard.clock import Micros
from callboard.model.directory import Organization, Space, SpaceSettings
from callboard.model.totals import TOTALS_FIELDS, Totals
from callboard.store.interface import Store
from callboard.store.postgres.database import PostgresDatabase
from callboard.store.postgres.distribute import distribute
from callboard.store.postgres.migrate import migrate
from callboard.store.postgres.placing import DISTRIBUTED_TABLES, REFERENCE_TABLES, change_one_by_one
from callboard.store.postgres.store import PostgresStore
from callboard.store.questions import CONTACT_SPACES
from callboard.store.sql import compaction
from callboard.store.sql.database import Database
from callboard.store.sql.recount import stored_cells, with_deltas
from callboard.store.sql.rows import (
    CALL_COLUMNS,
    RUN_COLUMNS,
    TASK_COLUMNS,
    call_of,
    run_of,
    task_of,
)
from callboard.store.sql.save import home_zones
from callboard.store.sqlite.database import SqliteDatabase
from callboard.store.sqlite.store import SqliteStore
from tests import cluster
from tests.model import MemoryStore

on_postgres = pytest.mark.skipif(cluster.why_not() is not None, reason=str(cluster.why_not()))
"""For tests that need PostgreSQL."""

DATABASES = (
    pytest.param("postgres", marks=on_postgres),
    *(("citus",) if cluster.citus() else ()),
)
ENGINES = ("sqlite", *DATABASES)
"""What keeps a store, and can be opened again."""
STORES = ("memory", *ENGINES)
NOW: Micros = 1_767_225_600_000_000
"""2026-01-01T00:00:00Z"""

NAMES_IN_META = ("directory_version", "fold_rules", "checksums_complete")
"""What a new store has there."""

Dump = dict[str, dict[Any, Any]]


def make_store(kind: str, folder: Path) -> Store:
    """A new store of a kind; what it keeps, if anything, lies in the folder, or in a database of its own."""
    if kind == "postgres":
        return PassingPostgresStore(cluster.new_database())
    if kind == "citus":
        return ClearedCitusStore()
    return MemoryStore() if kind == "memory" else SqliteStore(new_file(folder / "callboard.db"))


def new_file(path: Path) -> str:
    """The path of a file with an empty store: a copy, byte for byte what a new store writes
    (tests/unit/test_schemas.py), for a tenth of the time.
    """
    path.touch(0o600)
    path.write_bytes(_empty_file())
    return str(path)


@cache
def _empty_file() -> bytes:
    with TemporaryDirectory() as folder:
        SqliteStore(str(path := Path(folder) / "empty.db")).close()
        return path.read_bytes()


@contextmanager
def kept_at(kind: str, folder: Path) -> Iterator[str]:
    """The path or URL of a new, empty store on an engine; it exists inside the block."""
    if kind == "sqlite":
        yield new_file(folder / "callboard.db")
    elif kind == "citus":
        ClearedCitusStore().close()
        yield cluster.citus()
    else:
        url = cluster.new_database()
        yield url
        cluster.drop(url)


class PassingPostgresStore(PostgresStore):
    """When it is closed, the next one has its database, emptied."""

    def close(self) -> None:
        super().close()
        cluster.give_back(self._url)


@cache
def _spread() -> str:
    """The cluster's database, with a store in it."""
    with psycopg.connect(cluster.citus(), autocommit=True) as connection:
        migrate(connection)
        distribute(connection)
    return cluster.citus()


class ClearedCitusStore(PostgresStore):
    """Spread over the nodes of the cluster that `CALLBOARD_TEST_CITUS` names; everything in it goes first.
    One test process at a time.
    """

    def __init__(self) -> None:
        url = _spread()
        with psycopg.connect(url) as connection, connection.pipeline():
            change_one_by_one(connection)
            # Not TRUNCATE: it makes new files for every index of every shard, which takes ten times as long.
            for name in (*DISTRIBUTED_TABLES, *reversed(REFERENCE_TABLES)):
                if name != "meta":
                    connection.execute(f"DELETE FROM {name}".encode())
            for name in ("organization", "space", "token", "hook", "verification"):
                connection.execute(
                    f"SELECT setval(pg_get_serial_sequence('{name}', 'id'), 1, false)".encode()
                )
            connection.execute("UPDATE meta SET value = 1 WHERE name = 'directory_version'")
            connection.execute("DELETE FROM meta WHERE name <> ALL (%s)", (list(NAMES_IN_META),))
        super().__init__(url)


def make_organization(store: Store, handle: str = "acme.example", now: Micros = NOW) -> Organization:
    return store.create_organization(
        name=handle, domain_handle=handle, domain=None, is_private_domain=False, now=now
    )


def make_space(
    store: Store,
    organization: Organization,
    name: str = "Spring",
    *,
    content_type: str = "contact",
    now: Micros = NOW,
    **settings: Any,
) -> Space:
    return store.create_space(
        org_id=organization.id,
        name=name,
        description=None,
        content_type=content_type,
        agent_handle=None,
        settings=SpaceSettings(**settings),
        now=now,
    )


def compact_at(monkeypatch: pytest.MonkeyPatch, count: int) -> None:
    """Let the commit that brings the deltas to this number merge all of them into cells."""
    monkeypatch.setattr(compaction, "COMPACT_AT", 1)
    monkeypatch.setattr(compaction, "WAITING_MAX", count - 1)


def dump(store: Store, org_id: int) -> Dump:
    """Every row, counter and run of an organization. Of a database: what its tables say."""
    if isinstance(store, MemoryStore):
        return store.dump(org_id)
    with behind(store) as db:
        return _dump_of(db, org_id)


@contextmanager
def behind(store: Store) -> Iterator[Database]:
    """What a store keeps, behind its back: each statement a commit of its own."""
    if isinstance(store, PostgresStore):
        with store._connect(writes=True) as database:
            yield PostgresDatabase(database)
        return
    assert isinstance(store, SqliteStore)
    connection = apsw.Connection(store._path)
    try:
        yield SqliteDatabase(connection)
    finally:
        connection.close()


def _dump_of(db: Database, org_id: int) -> Dump:
    def rows(columns: str, table: str) -> Any:
        where = {"org_id": org_id}
        return db.select(f"SELECT space_id, {columns} FROM {table} WHERE org_id = :org_id", where)

    calls = [(space_id, call_of(tuple(values))) for space_id, *values in rows(CALL_COLUMNS, "call")]
    tasks = [(space_id, task_of(tuple(values))) for space_id, *values in rows(TASK_COLUMNS, "task")]
    runs = [run_of(tuple(values)) for _, *values in rows(RUN_COLUMNS, "run")]
    return {
        "calls": {(space_id, call.call_id): call for space_id, call in calls},
        "tasks": {(space_id, task.task_id): task for space_id, task in tasks},
        "cells": _cells_of(db, org_id),
        "totals": {row[0]: Totals(*row[1:]) for row in rows(", ".join(TOTALS_FIELDS), "totals")},
        "runs": {(run.space_id, run.run_id): run for run in runs},
    }


def _cells_of(db: Database, org_id: int) -> dict[Any, Any]:
    ids = [row[0] for row in db.rows("space.ids", {"org_id": org_id})]
    return {
        (space_id, *key): measures
        for space_id, zone in home_zones(db, org_id, ids).items()
        for key, measures in stored_cells(db, org_id, space_id, zone).items()
        if any(measures)
    } | {(CONTACT_SPACES, *key): measures for key, measures in _contact_cells_of(db, org_id).items()}


def _contact_cells_of(db: Database, org_id: int) -> dict[Any, Any]:
    contact = db.rows("space.contact", {"org_id": org_id})
    cells = {key: list(row) for key, row in stored_cells(db, org_id, CONTACT_SPACES, "UTC").items()}
    for (space_id,) in contact:
        cells = with_deltas(db, org_id, space_id, "UTC", cells)
    return {key: tuple(measures) for key, measures in cells.items() if any(measures)}


def bits(content: Mapping[str, Mapping[Any, Any]]) -> dict[str, dict[tuple[str, ...], bytes]]:
    """A dump as bytes: to `==` alone, `1`, `1.0` and `true` would be the same."""
    return {
        what: {_key(key): _encode(value) for key, value in things.items()} for what, things in content.items()
    }


_encode = msgspec.msgpack.Encoder(order="deterministic").encode


def _key(key: Any) -> tuple[str, ...]:
    return tuple(str(part) for part in (key if isinstance(key, tuple) else (key,)))

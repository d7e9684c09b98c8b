"""The schema file of each engine says what its migrations, one after the other, come to."""

from __future__ import annotations

import re
import subprocess
from importlib.resources import files
from pathlib import Path

import apsw
import pytest

from callboard.store import postgres, sqlite
from callboard.store.sqlite.store import SqliteStore
from tests import cluster
from tests.stores import new_file, on_postgres


def test_the_schema_of_files_is_that_of_all_migrations(tmp_path: Path):
    """Tables, columns, checks and indexes; and what stands in them from the beginning."""
    SqliteStore(str(tmp_path / "migrated.db")).close()
    apsw.Connection(str(tmp_path / "written.db")).execute(_schema(sqlite.__name__))
    migrated, written = (_content(tmp_path / f"{name}.db") for name in ("migrated", "written"))
    assert written == migrated


def test_the_file_that_tests_copy_is_what_a_new_store_writes(tmp_path: Path):
    """Byte for byte, with the same mode and nothing beside it."""
    SqliteStore(str(tmp_path / "written.db")).close()
    new_file(tmp_path / "copied.db")
    written, copied = (tmp_path / f"{name}.db" for name in ("written", "copied"))
    assert copied.read_bytes() == written.read_bytes()
    assert copied.stat().st_mode == written.stat().st_mode
    assert set(tmp_path.iterdir()) == {written, copied}


@on_postgres
def test_the_schema_of_databases_is_that_of_all_migrations():
    """As `pg_dump` tells it."""
    programs = cluster.binaries()
    if programs is None or not (programs / "pg_dump").exists():
        pytest.skip("no pg_dump here")
    migrated, written = cluster.new_database(), cluster.empty_database()
    try:
        cluster.asked(written, _schema(postgres.__name__))
        cluster.asked(migrated, "DROP TABLE callboard_schema")
        dumps = [_dump(programs / "pg_dump", url) for url in (migrated, written)]
    finally:
        cluster.drop(migrated)
        cluster.drop(written)
    assert dumps[0] == dumps[1]


def _schema(package: str) -> str:
    return (files(package) / "schema.sql").read_text("utf-8")


def _content(path: Path) -> object:
    db = apsw.Connection(str(path))
    shape = {
        name: re.sub(r"\s+", " ", sql)
        for name, sql in db.execute("SELECT name, sql FROM sqlite_schema WHERE sql IS NOT NULL")
    }
    return shape, db.execute("SELECT name, value FROM meta").fetchall()


def _dump(program: Path, url: str) -> list[str]:
    done = subprocess.run(
        [program, "--no-owner", "--exclude-table-data=callboard_schema", url],
        capture_output=True,
        text=True,
        check=True,
    )
    # Its first and last lines hold a key of their own each time.
    return [line for line in done.stdout.splitlines() if line and not line.startswith(("--", "\\"))]

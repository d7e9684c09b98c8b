"""A file is brought up to date, or refused with a reason; never guessed at."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import apsw
import pytest

from callboard.errors import StoreFileError, StoreUnavailableError, StoreVersionError
from callboard.fold.grain import Grain
from callboard.settings import Settings
from callboard.store.questions import Aggregate, Scan, Sum
from callboard.store.sqlite.clean_mark import CLOSED
from callboard.store.sqlite.migrate import newest_version
from callboard.store.sqlite.statements import migrations
from callboard.store.sqlite.store import SqliteStore
from tests.events import call, send
from tests.stores import NOW, make_organization, make_space


def schema_of(path: Path) -> set[tuple[str, str]]:
    with closing(sqlite3.connect(path)) as db:
        return {
            (name, sql)
            for name, sql in db.execute("SELECT name, sql FROM sqlite_schema WHERE sql IS NOT NULL")
        }


def test_a_missing_file_is_made_at_the_newest_version(tmp_path: Path) -> None:
    """Opening a path that is not there makes a store."""
    SqliteStore(str(tmp_path / "new.db")).close()
    with closing(sqlite3.connect(tmp_path / "new.db")) as db:
        assert db.execute("PRAGMA user_version").fetchone() == (newest_version(),)
        assert db.execute("PRAGMA journal_mode").fetchone() == ("wal",)


def test_every_older_version_ends_at_the_same_schema(tmp_path: Path) -> None:
    """Whatever version a file comes from, all migrations applied make the schema of a new file."""
    SqliteStore(str(tmp_path / "new.db")).close()
    for stop in range(len(migrations())):
        old = tmp_path / f"old-{stop}.db"
        with closing(apsw.Connection(str(old))) as db:
            for number, script in migrations()[:stop]:
                db.execute(script)
                db.execute(f"PRAGMA user_version = {number}")
                db.execute(f"PRAGMA application_id = {CLOSED}")
        SqliteStore(str(old)).close()
        assert schema_of(old) == schema_of(tmp_path / "new.db")


def test_migrations_are_numbered_without_gaps() -> None:
    """Forward only: 1, 2, 3, …"""
    assert [number for number, _ in migrations()] == list(range(1, len(migrations()) + 1))


def test_a_newer_file_is_refused_and_left_alone(tmp_path: Path) -> None:
    """An old program does not touch what a new one wrote."""
    path = tmp_path / "newer.db"
    SqliteStore(str(path)).close()
    with closing(sqlite3.connect(path)) as db:
        db.execute(f"PRAGMA user_version = {newest_version() + 1}")
    before = path.read_bytes()
    with pytest.raises(StoreVersionError, match="newer version of Callboard"):
        SqliteStore(str(path))
    assert path.read_bytes() == before


def test_a_file_that_is_no_database_is_refused_and_left_alone(tmp_path: Path) -> None:
    """A path mistyped to a document does not lose the document."""
    path = tmp_path / "letter.txt"
    path.write_text("Dear all,\n" * 500)
    with pytest.raises(StoreFileError, match="not a database"):
        SqliteStore(str(path))
    assert path.read_text() == "Dear all,\n" * 500


def test_a_database_of_another_program_is_refused(tmp_path: Path) -> None:
    """Callboard's tables are not put beside somebody else's."""
    path = tmp_path / "other.db"
    with closing(sqlite3.connect(path)) as db:
        db.execute("CREATE TABLE notes (text)")
    with pytest.raises(StoreFileError, match="another program"):
        SqliteStore(str(path))


def test_a_folder_that_is_not_there_is_said(tmp_path: Path) -> None:
    """The message says what to check."""
    with pytest.raises(StoreFileError, match="is the folder there"):
        SqliteStore(str(tmp_path / "nowhere" / "callboard.db"))


def test_a_locked_file_is_said_to_be_locked(tmp_path: Path) -> None:
    """A lock of another program is reported as such, after the lock timeout."""
    path = tmp_path / "locked.db"
    # By the same library: two SQLite libraries in one process do not see each other's locks.
    holder = apsw.Connection(str(path))
    holder.execute("BEGIN EXCLUSIVE; CREATE TABLE t (x)")
    try:
        with pytest.raises(StoreUnavailableError, match="locked"):
            SqliteStore(str(path), Settings(lock_timeout_ms=50))
    finally:
        holder.close()


def test_what_an_older_version_had_not_compacted_still_counts(tmp_path: Path) -> None:
    """Differences of before version 4, numbered from 1 again at every compaction, are in no cell yet."""
    path = str(tmp_path / "calls.db")
    store = SqliteStore(path)
    acme = make_organization(store)
    space = make_space(store, acme)
    send(store, space, call("c1", creation_time=NOW), call("c2", "failed", creation_time=NOW))
    store.close()
    with closing(apsw.Connection(path)) as db:
        db.execute("DROP INDEX import_by_file; DROP INDEX import_by_mapping; DROP TABLE import_mapping")
        db.execute("DROP TABLE import_upload; DROP TABLE import_part")
        db.execute("DROP INDEX event_outweighed; DROP INDEX event_repeat_by_batch")
        db.execute("DROP TABLE call_link; DROP TABLE group_end")
        db.execute("DROP INDEX call_by_head; DROP INDEX call_oversized; DROP INDEX call_without_status")
        hooks = (
            "hook_token",
            "hook_secret",
            "hook",
            "hook_count",
            "hook_tally",
            "quarantine",
            "reconciliation",
        )
        for table in hooks:
            db.execute(f"DROP TABLE {table}")
        reading = ("file_digest", "options_digest", "record_type", "place", "mapping")
        for column in ("position", "owner", "beat", *reading, "replaces", "replaced"):
            db.execute(f"ALTER TABLE batch DROP COLUMN {column}")
        db.execute("DROP INDEX call_contradicting; DROP INDEX call_by_space_time")
        for column in (
            *("time_marks", "outcome", "cost_micros", "cost_currency", "billed_ms"),
            *("group_ids", "group_rank", "leg_of"),
        ):
            db.execute(f"ALTER TABLE call DROP COLUMN {column}")
        db.execute("CREATE INDEX call_by_space_time ON call (org_id, space_id, creation_time) WHERE void = 0")
        db.execute("ALTER TABLE task DROP COLUMN status_since")
        db.execute("DROP TABLE compaction; DROP INDEX space_by_change")
        for table, column in (
            ("organization", "timezone"),
            ("space", "cell_zone"),
            ("space", "directory_version"),
        ):
            db.execute(f"ALTER TABLE {table} DROP COLUMN {column}")
        for table in ("event", "delta", "run"):
            db.execute(f"ALTER TABLE {table} DROP COLUMN checksum")
        db.execute("DELETE FROM meta WHERE name = 'checksums_complete'")
        db.execute("PRAGMA user_version = 3")
    store = SqliteStore(path)
    send(store, space, call("c3", creation_time=NOW))
    calls = Aggregate(spaces=(space.id,), sums=(Sum("items"),), counter="calls")
    scan = Scan(aggregate=calls, grain=Grain.DAY, ranges=((0, 2**40),))
    assert store.sums(acme.id, [scan]) == [[(0, 3)]]
    assert store.verify(deep=True).drift == 0
    store.close()

"""Connections that cannot be used any more are replaced: readers, and the one that writes."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import apsw
import pytest

from callboard.errors import StoreLockedError
from callboard.query.analytics import Analytics
from callboard.query.directory import Directory
from callboard.settings import Settings
from callboard.store.questions import Scope
from callboard.store.sqlite.readers import Readers
from callboard.store.sqlite.store import SqliteStore
from tests.crash.test_disk_faults import locked_by_another_process
from tests.events import call, send
from tests.stores import NOW, make_organization, make_space


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqliteStore]:
    store = SqliteStore(str(tmp_path / "calls.db"), Settings(query_timeout_ms=500, lock_timeout_ms=400))
    yield store
    store.close()


def cannot_roll_back(db: apsw.Connection) -> None:
    """From now on this connection fails to roll back."""

    def authorize(operation: int, what: str | None, *_: Any) -> int:
        refused = operation == apsw.SQLITE_TRANSACTION and what == "ROLLBACK"
        return apsw.SQLITE_DENY if refused else apsw.SQLITE_OK

    db.authorizer = authorize


def test_a_reader_whose_rollback_fails_is_replaced(tmp_path: Path) -> None:
    """The query's own error is the one that is told, and no place among the readers is lost with it."""
    path = str(tmp_path / "calls.db")
    apsw.Connection(path).execute("PRAGMA journal_mode = WAL; CREATE TABLE t (a)").fetchall()
    readers = Readers(lambda: apsw.Connection(path), size=2, timeout_ms=500)

    def fails() -> None:
        with readers.borrow() as db:
            cannot_roll_back(db)
            db.execute("BEGIN")
            db.execute("SELECT * FROM t").fetchall()
            raise KeyError

    for _ in range(5):
        with pytest.raises(KeyError):
            fails()
    with readers.borrow() as one, readers.borrow() as other:
        assert not one.in_transaction
        assert not other.in_transaction
    readers.close()


def test_a_writer_whose_rollback_fails_is_replaced(store: SqliteStore) -> None:
    """A transaction that stays open would be in the way of every commit that follows."""
    space = make_space(store, make_organization(store))
    cannot_roll_back(store._writer)
    with pytest.raises(KeyError), store._writing():
        raise KeyError
    assert send(store, space, call("c1")).applied == 1


def test_who_waits_behind_another_for_a_lock_waits_no_longer(store: SqliteStore, tmp_path: Path) -> None:
    """The wait for this process's own lock and for the file's are one: `lock_timeout_ms` for both together,
    and what was waited before counts.
    """
    space = make_space(store, make_organization(store))
    with locked_by_another_process(tmp_path / "calls.db"):
        began = time.monotonic()
        with pytest.raises(StoreLockedError):
            store._write(lambda db: None, waited_s=0.35)
        assert time.monotonic() - began < 0.35
        store._write_lock.acquire()
        with pytest.raises(StoreLockedError):
            send(store, space, call("c1"))
        store._write_lock.release()
    assert send(store, space, call("c1")).applied == 1


def test_an_older_store_restored_into_the_file_empties_what_is_known(
    store: SqliteStore, tmp_path: Path
) -> None:
    """SQLite's own backup writes into the same file: numbers are those of the rows that are there."""
    acme = make_organization(store)
    space = make_space(store, acme)
    send(store, space, call("early"))
    older = apsw.Connection(str(tmp_path / "older.db"))
    with older.backup("main", store._writer, "main") as backup:
        backup.step()
    analytics, directory = Analytics(store), Directory(store, lambda: NOW)
    later = make_space(store, acme, "Later")
    send(store, later, call("lost"))
    assert analytics.totals(Scope(acme.id)).total_calls == 2
    assert directory.space(later.token) is not None
    version = store.changes_since(acme.id, -1).version
    with store._writer.backup("main", older, "main") as backup:
        backup.step()
    assert analytics.totals(Scope(acme.id)).total_calls == 1
    assert analytics.totals(Scope(acme.id, later.id)).total_calls == 0
    assert directory.space(later.token) is None
    # As many commits as were lost, with other content.
    other = make_space(store, acme, "Other")
    send(store, other, call("a"), call("b"))
    assert analytics.totals(Scope(acme.id)).total_calls == 3
    assert store.changes_since(acme.id, -1).version > version
    assert store.verify(deep=True).drift == 0
    older.close()


def test_a_directory_of_which_nothing_is_left_is_empty(store: SqliteStore, tmp_path: Path) -> None:
    """An older store from before the organization was made: unknown, and no error."""
    older = apsw.Connection(str(tmp_path / "older.db"))
    with older.backup("main", store._writer, "main") as backup:
        backup.step()
    acme = make_organization(store)
    directory, analytics = Directory(store, lambda: NOW), Analytics(store)
    assert directory.organization(acme.domain_handle) is not None
    assert analytics.totals(Scope(acme.id)).total_calls == 0
    with store._writer.backup("main", older, "main") as backup:
        backup.step()
    assert directory.organization(acme.domain_handle) is None
    older.close()

"""`callboard db copy`: a store moves house whole, whatever happens on the way."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
from contextlib import closing
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from callboard.settings import Settings
from callboard.store.open import open_store
from callboard.store.sql.copying import CHUNK_ROWS, CLOCK, ORGANIZATION_TABLES, SHARED_TABLES
from callboard.store.sql.store import SqlStore
from tests import cluster
from tests.acceptance.command import callboard
from tests.events import call, send, task
from tests.stores import NOW, make_space, on_postgres

ENGINES = ("sqlite", pytest.param("postgres", marks=on_postgres))


def new_store(engine: str, folder: Path, name: str) -> str:
    """Where a store may be made: an empty database, or no file yet."""
    if engine == "postgres":
        return cluster.empty_database()
    return str(folder / f"{name}.db")


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A month of two organizations: all kinds of rows."""
    path = str(tmp_path_factory.mktemp("demo") / "demo.db")
    assert callboard("demo", "--once", "--port", "0", "--days", "3", "--db", path).code == 0
    return path


@pytest.mark.parametrize("engine", ENGINES)
def test_there_and_back(demo: str, engine: str, tmp_path: Path) -> None:
    """To another engine and back to a file: bit for bit what it was; both sides proven each time."""
    there, back = new_store(engine, tmp_path, "there"), str(tmp_path / "back.db")
    first = callboard("db", "copy", "--from", demo, "--to", there, "--json")
    assert first.code == 0, first.err
    assert first.json["drift_from"] == first.json["drift_to"] == 0
    assert first.json["totals_equal"] is True
    assert first.json["organizations"] == 2
    assert first.json["events"] > 300
    second = callboard("db", "copy", "--from", there, "--to", back)
    assert second.code == 0, second.err
    assert "The totals of both are equal." in second.text
    with opened(demo) as one, opened(back) as other:
        assert everything(one) == everything(other)


def test_killed_at_any_moment_it_goes_on(demo: str, tmp_path: Path) -> None:
    """At drawn commits, before or behind: nothing opens the copy until it has ended, and it ends whole."""
    _killed(demo, "sqlite", tmp_path, moments=2)


@on_postgres
def test_killed_at_any_moment_it_goes_on_in_a_database(demo: str, tmp_path: Path) -> None:
    """The same into PostgreSQL."""
    _killed(demo, "postgres", tmp_path, moments=1)


@pytest.mark.long
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("engine", ENGINES)
def test_killed_at_twenty_moments_it_goes_on(demo: str, engine: str, tmp_path: Path) -> None:
    """The same at length, each time into a new copy and again into one that had ended."""
    _killed(demo, engine, tmp_path, moments=4 if os.environ.get("SHORT") else 20)


def _killed(demo: str, engine: str, tmp_path: Path, moments: int) -> None:
    seed = int(os.environ.get("CRASH_SEED", "0")) or random.randrange(2**32)
    print(f"CRASH_SEED={seed}")
    draw = random.Random(seed)
    source = _copied_file(demo, tmp_path / "source.db")
    first = _dying(source, new_store(engine, tmp_path, "whole"), 0, "before")
    assert first.returncode == 0, first.stderr
    commits = int(first.stdout)
    again = new_store(engine, tmp_path, "again")
    assert _dying(source, again, 0, "before").returncode == 0
    for number in range(moments):
        there = new_store(engine, tmp_path, f"there{number}")
        # The last commit ends the copy: behind it there is nothing left to go on with.
        moment, side = draw.randrange(1, commits), draw.choice(["before", "behind"])
        assert _dying(source, there, moment, side).returncode == -signal.SIGKILL
        _refused(there)
        ended = callboard("db", "copy", "--from", source, "--to", there, "--json")
        assert (ended.code, ended.json["complete"]) == (0, True), ended.err
        with opened(source) as one, opened(there) as other:
            assert everything(one) == everything(other), (moment, side)
    # One that had ended, and whose source has moved.
    _move(source)
    with opened(again) as store:
        as_it_ended = everything(store)
    # Before its first commit nothing of it was changed: it is still the copy that had ended.
    assert _dying(source, again, 1, "before").returncode == -signal.SIGKILL
    with opened(again) as store:
        assert everything(store) == as_it_ended
    moment, side = draw.choice([(1, "behind"), *product(range(2, 6), ("before", "behind"))])
    assert _dying(source, again, moment, side).returncode == -signal.SIGKILL
    _refused(again)
    assert callboard("db", "copy", "--from", source, "--to", again).code == 0
    with opened(source) as one, opened(again) as other:
        assert everything(one) == everything(other)


def _dying(source: str, target: str, at: int, side: str) -> subprocess.CompletedProcess[str]:
    child = Path(__file__).with_name("dying_copy.py")
    return subprocess.run(
        [sys.executable, child, source, target, str(at), side], capture_output=True, text=True, check=False
    )


def _refused(db: str) -> None:
    """No command takes an unfinished copy for a store; `db status` says what it is."""
    for command in (("org", "list"), ("verify",), ("serve", "--port", "0"), ("db", "upgrade")):
        refused = callboard(*command, db=db)
        assert (refused.code, "callboard db copy" in refused.err) == (1, True), (command, refused.err)
    assert callboard("db", "status", "--json", db=db).json["unfinished_copy"] is True


def _copied_file(origin: str, path: Path) -> str:
    shutil.copy(origin, path)
    return str(path)


def _move(db: str) -> None:
    """Everything that may change between two copies: also what moves no organization's version."""
    with opened(db) as store:
        organization = store.organizations()[0]
        space = store.spaces(organization.id)[0]
        send(store, space, call("moved", metadata={"note": "Frühling"}), task("later", run_id="r9"))
        begun = store.begin_import(organization.id, "calls.csv", NOW)
        receipt = send(store, space, call("wrong"), import_no=begun.batch_no)
        assert receipt.applied == 1
        store.finish_import(organization.id, begun.batch_no, NOW + 1)
        store.withdraw(organization.id, begun.batch_no, NOW + 2)
        empty = store.begin_import(organization.id, "empty.csv", NOW)
        store.finish_import(organization.id, empty.batch_no, NOW + 3)
        store.withdraw(organization.id, empty.batch_no, NOW + 4)
        store.update_space(organization.id, space.id, {"name": "Renamed", "archived": True})
        made = make_space(store, organization, "New")
        send(store, made, call("first"))
        [token, *_] = store.tokens(organization.id)
        store.rotate_token(token.id, prefix="cb_other", secret_digest=b"other", old_until=NOW)
        store.revoke_token(token.id, NOW)
        store.record_verification(store.verify(), deep=False, now=NOW)


@pytest.mark.parametrize("engine", ENGINES)
def test_run_again_it_takes_along_what_moved(demo: str, engine: str, tmp_path: Path) -> None:
    """Also what was withdrawn, revoked and renamed; from a file to either engine and to a file."""
    source, there = _copied_file(demo, tmp_path / "source.db"), new_store(engine, tmp_path, "there")
    back = str(tmp_path / "back.db")
    for _ in range(2):
        for one, other in ((source, there), (there, back)):
            ended = callboard("db", "copy", "--from", one, "--to", other, "--json")
            assert (ended.code, ended.json["complete"]) == (0, True), ended.err
            with opened(one) as first, opened(other) as second:
                assert everything(first) == everything(second)
        if _ == 0:
            _move(source)


def test_a_withdrawal_of_nothing_is_taken_along(demo: str, tmp_path: Path) -> None:
    """It moves no version: rows are compared, not remembered."""
    source, there = _copied_file(demo, tmp_path / "source.db"), str(tmp_path / "there.db")
    with opened(source) as store:
        [org_id, *_] = [each.id for each in store.organizations()]
        empty = store.begin_import(org_id, "empty.csv", NOW)
        store.finish_import(org_id, empty.batch_no, NOW)
        assert callboard("db", "copy", "--from", source, "--to", there).code == 0
        version = store.changes_since(org_id, 0).version
        store.withdraw(org_id, empty.batch_no, NOW)
        assert store.changes_since(org_id, 0).version == version
        assert callboard("db", "copy", "--from", source, "--to", there).code == 0
        with opened(there) as other:
            assert everything(store) == everything(other)


@pytest.mark.parametrize("engine", ENGINES)
def test_a_copy_that_was_written_to_is_refused(demo: str, engine: str, tmp_path: Path) -> None:
    """What was written there is nowhere else. Nor is a copy of another store taken for one of this."""
    there = new_store(engine, tmp_path, "there")
    assert callboard("db", "copy", "--from", demo, "--to", there).code == 0
    other = str(tmp_path / "other.db")
    assert callboard("init", "--yes", "--handle", "mine.example", db=other).code == 0
    foreign = callboard("db", "copy", "--from", other, "--to", there)
    assert (foreign.code, "a copy of another store" in foreign.err) == (1, True)
    with opened(there) as store:
        space = store.spaces(store.organizations()[0].id)[0]
        send(store, space, call("own"))
    refused = callboard("db", "copy", "--from", demo, "--to", there)
    assert (refused.code, "was written to since" in refused.err) == (1, True)
    with opened(there) as store:
        assert store.call(space.org_id, space.id, "own") is not None


@pytest.mark.parametrize("engine", ENGINES)
def test_a_copy_is_complete_only_when_verified(demo: str, engine: str, tmp_path: Path) -> None:
    """Drift in the source is no store's number: until it is set right or accepted nothing opens the copy."""
    source, there = _copied_file(demo, tmp_path / "source.db"), new_store(engine, tmp_path, "there")
    with opened(source) as store, store._writing() as db:
        db.run("UPDATE totals SET calls_completed = calls_completed + 1 WHERE space_id = 1")
    copied = callboard("db", "copy", "--from", source, "--to", there, "--json")
    assert (copied.code, copied.json["complete"]) == (1, False)
    assert copied.json["drift_from"] == copied.json["drift_to"] == 1
    _refused(there)
    accepted = callboard("db", "copy", "--from", source, "--to", there, "--with-drift", "--json")
    assert (accepted.code, accepted.json["complete"]) == (0, True)
    assert callboard("verify", "--repair", db=source).code == 0
    assert callboard("db", "copy", "--from", source, "--to", there, "--json").json["complete"] is True
    with opened(source) as one, opened(there) as other:
        assert everything(one) == everything(other)


@pytest.mark.parametrize("engine", ENGINES)
def test_a_new_column_is_copied_without_configuration(demo: str, engine: str, tmp_path: Path) -> None:
    """Of every table there is: what is copied is what the schema has."""
    there = new_store(engine, tmp_path, "there")
    with (
        opened(_copied_file(demo, tmp_path / "source.db")) as one,
        opened(there, copying=True) as other,
    ):
        tables = [CLOCK.name, *(table.name for table in (*SHARED_TABLES, *ORGANIZATION_TABLES))]
        with one._snapshot() as db:
            found = {row[0] for row in db.select("SELECT name FROM sqlite_schema WHERE type = 'table'")}
        assert found - {"meta"} == set(tables), "a table that is neither copied nor named here"
        for store in (one, other):
            with store._writing() as db:
                for table in tables:
                    db.run(f"ALTER TABLE {table} ADD COLUMN novelty TEXT")
        with one._writing() as db:
            for table in tables:
                db.run(f"UPDATE {table} SET novelty = 'kept'")
        assert one.copy_to(other) == 0
        assert one.end_copy(other) == 0
        assert everything(one) == everything(other)
        with other._snapshot() as db:
            assert db.select_value("SELECT count(*) FROM call WHERE novelty = 'kept'") > 0


def test_in_pieces_while_the_source_moves(tmp_path: Path) -> None:
    """Organizations that changed since are copied again, others not; the target is complete only at the
    end.
    """
    source, target = str(tmp_path / "source.db"), str(tmp_path / "target.db")
    made = callboard("init", "--yes", "--json", "--handle", "acme.example", db=source).json
    lines = "".join(f"c{number},completed,2026-01-05T10:00:00Z\n" for number in range(CHUNK_ROWS + 20))
    (tmp_path / "calls.csv").write_text("call_id,call_status,creation_time\n" + lines)
    arguments = ("import", tmp_path / "calls.csv", "--org", "acme.example", "--space", made["space_token"])
    names = ("call_id", "call_status", "creation_time")
    mapped = [part for name in names for part in ("--map", f"{name}={name}")]
    assert callboard(*arguments, *mapped, db=source).code == 0
    with opened(source) as one, opened(target, copying=True) as other:
        told: list[tuple[int, int]] = []

        def move(done: int, total: int) -> None:
            if not told:
                begun = callboard(
                    "space", "set", made["space_token"], "--timezone", "Asia/Kolkata", db=source
                )
                assert begun.code == 0, begun.err
            told.append((done, total))

        assert one.copy_to(other, move) == 1
        assert other.is_unfinished_copy()
        assert one.copy_to(other) == 0
        assert other.is_unfinished_copy()
        assert one.end_copy(other) == 0
        assert not other.is_unfinished_copy()
        assert told[-1][0] == told[-1][1] == 2 * (CHUNK_ROWS + 20)
        assert everything(one) == everything(other)


def test_wrong_use(demo: str, tmp_path: Path) -> None:
    """The same store twice, a source that is not there, a target that holds something: nothing is touched."""
    own = str(tmp_path / "own.db")
    callboard("init", "--yes", "--handle", "mine.example", db=own)
    same = callboard("db", "copy", "--from", demo, "--to", f"sqlite:///{demo}")
    assert (same.code, "name the same store" in same.err) == (2, True)
    missing = callboard("db", "copy", "--from", str(tmp_path / "none.db"), "--to", str(tmp_path / "new.db"))
    assert (missing.code, "There is no file" in missing.err) == (1, True)
    assert not (tmp_path / "new.db").exists()
    full = callboard("db", "copy", "--from", demo, "--to", own)
    assert (full.code, "is not empty" in full.err) == (1, True)
    assert callboard("org", "list", "--json", db=own).json[0]["domain_handle"] == "mine.example"


def opened(db: str, *, copying: bool = False) -> closing[SqlStore]:
    return closing(open_store(Settings(db=db), upgrade=None, copying=copying))


def everything(store: SqlStore) -> dict[str, list[Any]]:
    """Every row of every table, in one order."""
    found = {}
    with store._snapshot() as db:
        for table in (CLOCK, *SHARED_TABLES, *ORGANIZATION_TABLES):
            names = ", ".join(sorted(db.columns(table.name)))
            found[table.name] = sorted(db.select(f"SELECT {names} FROM {table.name}"), key=repr)
        found["meta"] = db.select("SELECT name, value FROM meta WHERE name NOT LIKE 'copied%' ORDER BY name")
    return found

"""`callboard db copy`: a store moves house whole, whatever happens on the way."""

from __future__ import annotations

import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from callboard.settings import Settings
from callboard.store.open import open_store
from callboard.store.sql.copying import CLOCK, OF_ALL, OF_ORGANIZATIONS, PIECE
from callboard.store.sql.store import SqlStore
from tests import cluster
from tests.acceptance.command import callboard
from tests.stores import on_postgres

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


@pytest.mark.parametrize("engine", ENGINES)
def test_killed_at_any_moment_it_goes_on(demo: str, engine: str, tmp_path: Path) -> None:
    """Until it ends nobody takes the copy for a store; run again it ends where one run would have."""
    there = new_store(engine, tmp_path, "there")
    command = [sys.executable, "-m", "callboard", "db", "copy", "--from", demo, "--to", there]
    unfinished = 0
    for delay in (0.8, 1.0, 1.2):
        copying = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(delay)
        copying.kill()
        copying.wait()
        refused = callboard("org", "list", db=there)
        unfinished += "callboard db copy" in refused.err
    print(f"{unfinished} of 3 runs were killed half-way")
    ended = callboard("db", "copy", "--from", demo, "--to", there, "--json")
    assert ended.code == 0 or "is not empty" in ended.err, ended.err
    with opened(demo) as one, opened(there) as other:
        assert everything(one) == everything(other)


def test_in_pieces_while_the_source_moves(tmp_path: Path) -> None:
    """What moved since is copied anew, what did not is not; the target never says that it is whole before."""
    source, target = str(tmp_path / "source.db"), str(tmp_path / "target.db")
    made = callboard("init", "--yes", "--json", "--handle", "acme.example", db=source).json
    lines = "".join(f"c{number},completed,2026-01-05T10:00:00Z\n" for number in range(PIECE + 20))
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
        assert not other.is_unfinished_copy()
        assert told[-1][0] == told[-1][1] == 2 * (PIECE + 20)
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
        for table in (CLOCK, *OF_ALL, *OF_ORGANIZATIONS):
            names = ", ".join(sorted(db.columns(table.name)))
            found[table.name] = sorted(db.select(f"SELECT {names} FROM {table.name}"), key=repr)
        found["meta"] = sorted(db.select("SELECT name, value FROM meta"))
    return found

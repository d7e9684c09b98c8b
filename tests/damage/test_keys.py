"""Keys that were changed behind a store's back: two rows with one key end no verification and no repair."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from callboard.store.postgres.store import PostgresStore
from callboard.store.sqlite.store import SqliteStore
from tests import cluster
from tests.damage.flips import COUNTING, Flip, fill, used_in_file
from tests.damage.test_flips import drawn
from tests.events import send, task
from tests.stores import behind, make_organization, make_space, on_postgres

UNIQUE = (*COUNTING, "call_by_id", "task_by_id", "batch", "outcome", "idempotency", "event_repeat")
"""Trees of SQLite's file in which no two rows may have one key."""


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file that holds some of everything, closed."""
    path = tmp_path_factory.mktemp("keys") / "sound.db"
    store = SqliteStore(str(path))
    fill(store)
    store.close()
    return path


def test_a_repair_goes_on_behind_two_rows_with_one_key(tmp_path: Path) -> None:
    """One bit of a run's id makes it another's; what else differs is repaired all the same."""
    path = tmp_path / "callboard.db"
    store = SqliteStore(str(path))
    space = make_space(store, make_organization(store))
    send(store, space, *[task(f"t{number}", run_id=f"run-{number}") for number in range(4)])
    with behind(store) as db:
        db.run("UPDATE totals SET tasks_failed = 7")
    store.close()
    at = next(at for at in used_in_file(path, "run") if path.read_bytes()[at - 4 : at + 1] == b"run-1")
    Flip("run", at, 1).apply(path)
    store = SqliteStore(str(path))
    found = store.verify(deep=True, repair=True)
    assert {"file", "totals"} <= {each.what for each in found.differences}
    assert "The structure of run stays damaged: restore a backup." in found.notes
    again = store.verify(deep=True)
    assert again.drift > 0
    assert "totals" not in {each.what for each in again.differences}
    store.close()


def test_a_flipped_bit_of_any_key_ends_no_repair(sound: Path, tmp_path: Path) -> None:
    """Drawn bits of every tree with a key: found, and what is said of the repair is true afterwards."""
    draw = drawn()
    used = {table: used_in_file(sound, table) for table in UNIQUE}
    for number in range(2 * len(UNIQUE)):
        table = UNIQUE[number % len(UNIQUE)]
        flip = Flip(table, draw.choice(used[table]), 1 << draw.randrange(3))
        path = tmp_path / f"{number}.db"
        shutil.copy(sound, path)
        flip.apply(path)
        store = SqliteStore(str(path))
        said = store.verify(deep=True, repair=True).notes
        again = store.verify(deep=True)
        broken = {each.key for each in again.differences if each.what == "file"}
        assert {f"The structure of {each} stays damaged: restore a backup." for each in broken} == {
            note for note in said if "stays damaged" in note
        }, flip
        assert not any(".." in note for note in said), flip
        store.close()


@on_postgres
@pytest.mark.parametrize(
    ("table", "key"), [("run", "run_id"), ("totals", "space_id"), ("batch", "no"), ("call", "no")]
)
def test_a_database_with_two_rows_of_one_key_is_repaired_around_them(table: str, key: str) -> None:
    """As a changed byte of a key leaves them: under an index that knows but one of them."""
    url = cluster.new_database()
    store = PostgresStore(url, upgrade=True)
    fill(store)
    with behind(store) as db:
        _double(db, table)
        db.run("UPDATE cell SET items = items + 1 WHERE counter = (SELECT min(counter) FROM cell)")
    found = store.verify(deep=True, repair=True)
    assert {"file", "cell"} <= {each.what for each in found.differences}, key
    assert f"The structure of {table} stays damaged: restore a backup." in found.notes
    store.close()
    cluster.drop(url)


def _double(db: Any, table: str) -> None:
    try:
        db.run("CREATE EXTENSION amcheck")
    except Exception:  # noqa: BLE001 - whichever way the server says that it has none
        pytest.skip("no amcheck here")
    of_table = f"WHERE indrelid = '{table}'::REGCLASS"
    db.run(f"UPDATE pg_index SET indisready = FALSE, indislive = FALSE {of_table}")
    db.run(f"INSERT INTO {table} SELECT * FROM {table} LIMIT 1")
    db.run(f"UPDATE pg_index SET indisready = TRUE, indislive = TRUE {of_table}")

"""Single bytes that change behind a store's back are found, named with their place, and never folded."""

from __future__ import annotations

import os
import random
import shutil
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from callboard.store.interface import Store
from callboard.store.postgres.store import PostgresStore
from callboard.store.sqlite.store import SqliteStore
from tests import cluster
from tests.damage.flips import COUNTING, Flip, fill, used_in_file, used_in_heap
from tests.stores import behind, bits, dump, on_postgres


def drawn() -> random.Random:
    seed = int(os.environ.get("CRASH_SEED", "0")) or random.randrange(2**32)
    print(f"CRASH_SEED={seed}")
    return random.Random(seed)


def how_many(most: int) -> int:
    return 21 if os.environ.get("SHORT") else int(os.environ.get("N", most))


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file that holds some of everything, closed."""
    path = tmp_path_factory.mktemp("sound") / "sound.db"
    store = SqliteStore(str(path))
    fill(store)
    assert store.verify(deep=True).drift == 0
    store.close()
    return path


def test_a_flipped_byte_of_a_file_is_found_with_its_place(sound: Path, tmp_path: Path) -> None:
    """In each table that counts: never a traceback, at least one difference, and it names the table."""
    _flip_file(sound, tmp_path, 14)


@pytest.mark.long
@pytest.mark.timeout(3600)
def test_two_hundred_flipped_bytes_of_a_file_are_found(sound: Path, tmp_path: Path) -> None:
    """The same at length."""
    _flip_file(sound, tmp_path, how_many(200))


def _flip_file(sound: Path, folder: Path, times: int) -> None:
    draw, used = drawn(), {table: used_in_file(sound, table) for table in COUNTING}
    found: Counter[str] = Counter()
    for number in range(times):
        flip = _draw(draw, used, number)
        path = folder / f"{number}.db"
        shutil.copy(sound, path)
        flip.apply(path)
        store = SqliteStore(str(path))
        _is_found(store, flip)
        found[flip.table] += 1
        store.close()
        path.unlink()
    print(dict(found))


def _draw(draw: random.Random, used: dict[str, list[int]], number: int) -> Flip:
    table = COUNTING[number % len(COUNTING)]
    return Flip(table, draw.choice(used[table]), draw.randrange(1, 256))


def _is_found(store: Store, flip: Flip) -> None:
    verified = store.verify(deep=True)
    assert verified.drift > 0, flip
    named = {each.what for each in verified.differences} | {
        each.key for each in verified.differences if each.what == "file"
    }
    # A difference that was not compacted may also show as the cell that it is a part of.
    assert flip.table in named or (flip.table == "delta" and "cell" in named), (flip, verified.differences)


def test_a_repair_never_takes_a_flipped_byte_of_an_event_for_what_happened(
    sound: Path, tmp_path: Path
) -> None:
    """Whichever byte of the log it is: after a repair every row and counter is what it was before it."""
    _repair_flipped(sound, tmp_path, 8)


@pytest.mark.long
@pytest.mark.timeout(3600)
def test_a_repair_never_takes_any_of_two_hundred_for_what_happened(sound: Path, tmp_path: Path) -> None:
    """The same at length."""
    _repair_flipped(sound, tmp_path, how_many(200))


def _repair_flipped(sound: Path, folder: Path, times: int) -> None:
    draw, used = drawn(), used_in_file(sound, "event")
    store = SqliteStore(str(sound))
    right = [bits(dump(store, each.id)) for each in store.organizations()]
    store.close()
    for number in range(times):
        flip = Flip("event", draw.choice(used), draw.randrange(1, 256))
        path = folder / f"{number}.db"
        shutil.copy(sound, path)
        flip.apply(path)
        store = SqliteStore(str(path))
        # Something to repair, so that rows are made anew around the damage.
        with behind(store) as db:
            db.run("UPDATE totals SET calls_failed = calls_failed + 1")
        assert store.verify(deep=True, repair=True).drift > 0
        assert [bits(dump(store, each.id)) for each in store.organizations()] == right, flip
        store.close()
        path.unlink()


@pytest.fixture(scope="module")
def server() -> Iterator[tuple[cluster.Cluster, str]]:
    """A cluster without checksums of pages, and a database in it that holds some of everything."""
    started = cluster.Cluster("fsync=off", "full_page_writes=off", "autovacuum=off")
    if not started.ask("SELECT 1 FROM pg_available_extensions WHERE name = 'amcheck'"):
        started.destroy()
        pytest.skip("no amcheck here, which finds a changed version of a campaign's totals")
    started.ask("CREATE DATABASE flipped TEMPLATE template0 ENCODING 'UTF8'")
    started.ask("CREATE EXTENSION amcheck", "flipped")
    store = PostgresStore(started.url + "flipped", upgrade=True)
    fill(store)
    assert store.verify(deep=True).drift == 0
    store.close()
    yield started, started.url + "flipped"
    started.destroy()


@on_postgres
def test_a_flipped_byte_of_a_database_is_found_with_its_place(server: tuple[cluster.Cluster, str]) -> None:
    """In a value of a row of each table that counts."""
    _flip_database(*server, 3)


@on_postgres
@pytest.mark.long
@pytest.mark.timeout(3600)
def test_two_hundred_flipped_bytes_of_a_database_are_found(server: tuple[cluster.Cluster, str]) -> None:
    """The same at length."""
    _flip_database(*server, how_many(200))


def _flip_database(server: cluster.Cluster, url: str, times: int) -> None:
    draw = drawn()
    heaps = {table: _heap(server, table) for table in COUNTING}
    server.stop()
    sound = {table: path.read_bytes() for table, (path, _) in heaps.items()}
    used = {table: used_in_heap(sound[table], kinds) for table, (_, kinds) in heaps.items()}
    begin = draw.randrange(len(COUNTING))
    try:
        for number in range(times):
            flip = _draw(draw, used, begin + number)
            path = heaps[flip.table][0]
            flip.apply(path)
            server.start()
            store = PostgresStore(url)
            _is_found(store, flip)
            store.close()
            # Nothing was written: as it was before, but for this byte.
            server.stop("immediate")
            path.write_bytes(sound[flip.table])
    finally:
        if server._process is None:
            server.start()


def _heap(server: cluster.Cluster, table: str) -> tuple[Path, list[str]]:
    [(path,)] = server.ask(f"SELECT pg_relation_filepath('{table}')", "flipped")
    kinds = server.ask(
        "SELECT format_type(atttypid, atttypmod) FROM pg_attribute "
        f"WHERE attrelid = '{table}'::REGCLASS AND attnum > 0 ORDER BY attnum",
        "flipped",
    )
    return server.data / str(path), [str(kind) for (kind,) in kinds]

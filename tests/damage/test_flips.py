"""Single bytes that change behind a store's back are found, named with their place, and never folded."""

from __future__ import annotations

import os
import random
import shutil
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path

import pytest

from callboard.store.interface import Store
from callboard.store.postgres.store import PostgresStore
from callboard.store.sqlite.store import SqliteStore
from tests import cluster
from tests.damage.flips import COUNTING, Flip, fill, fill_texts, lengthened_texts, used_in_file, used_in_heap
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
        _is_found(store, flip.table, flip)
        found[flip.table] += 1
        store.close()
        path.unlink()
    print(dict(found))


def _draw(draw: random.Random, used: dict[str, list[int]], number: int) -> Flip:
    table = COUNTING[number % len(COUNTING)]
    return Flip(table, draw.choice(used[table]), draw.randrange(1, 256))


def _is_found(store: Store, table: str, changed: object) -> None:
    verified = store.verify(deep=True)
    assert verified.drift > 0, changed
    named = {each.what for each in verified.differences} | {
        each.key for each in verified.differences if each.what == "file"
    }
    # A difference that was not compacted may also show as the cell that it is a part of.
    assert table in named or (table == "delta" and "cell" in named), (table, changed, verified.differences)


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


@on_postgres
@pytest.mark.long
@pytest.mark.timeout(3600)
def test_a_text_lengthened_by_a_flipped_bit_of_its_length_is_found(
    server: tuple[cluster.Cluster, str],
) -> None:
    """Over the zeros that align the next value: where the text is sent up to its first NUL, the row looks
    right.
    """

    def lengthened(heaps: Heaps) -> list[Flip]:
        flips = [
            flip
            for table, (path, kinds) in heaps.items()
            for flip in lengthened_texts(table, path.read_bytes(), kinds).values()
        ]
        assert {each.table for each in flips} >= {"event", "call", "task", "run"}
        print(len(flips))
        return flips

    _flip_each(*server, lengthened)


@on_postgres
def test_a_text_with_zeros_behind_it_is_found(server: tuple[cluster.Cluster, str]) -> None:
    """In one column of each table that counts and has texts."""
    _lengthen(*server, "SELECT DISTINCT ON (a) a, b FROM ({}) AS texts (a, b)")


@on_postgres
@pytest.mark.long
@pytest.mark.timeout(3600)
def test_a_text_with_zeros_behind_it_is_found_in_every_column(server: tuple[cluster.Cluster, str]) -> None:
    """In each column that has texts."""
    _lengthen(*server, "{}")


def _lengthen(started: cluster.Cluster, url: str, choose: str) -> None:
    """What a lengthened text becomes is put there by a cast that takes bytes for a text as they are."""
    started.ask("DROP DATABASE IF EXISTS lengthened WITH (FORCE)")
    started.ask("CREATE DATABASE lengthened TEMPLATE template0 ENCODING 'UTF8'")
    store = PostgresStore(url.removesuffix("flipped") + "lengthened", upgrade=True)
    fill_texts(store)
    ask = partial(started.ask, database="lengthened")
    ask("CREATE CAST (BYTEA AS TEXT) WITHOUT FUNCTION")
    ask("".join(f"ALTER TABLE {table} DROP CONSTRAINT {name}; " for table, name in ask(_CHECKS)))
    for table, column in ask(choose.format(_TEXTS)):
        one = f"ctid = (SELECT ctid FROM {table} WHERE {column} IS NOT NULL LIMIT 1)"
        longer = f"(textsend({column}) || '\\x00000000')::TEXT"
        changed = ask(f"UPDATE {table} SET {column} = {longer} WHERE {one} RETURNING 1")
        assert len(changed) == 1, f"no row of {table} has a {column}"
        _is_found(store, table, column)
        sound = f"substr(textsend({column}), 1, octet_length({column}) - 4)::TEXT"
        ask(f"UPDATE {table} SET {column} = {sound} WHERE position('\\x00' IN textsend({column})) > 0")
    assert store.verify(deep=True).drift == 0
    store.close()


_CHECKS = (
    "SELECT conrelid::REGCLASS::TEXT, conname FROM pg_constraint "
    f"WHERE contype = 'c' AND conrelid = ANY ('{{{','.join(COUNTING)}}}'::REGCLASS[])"
)
_TEXTS = (
    "SELECT attrelid::REGCLASS::TEXT, attname FROM pg_attribute WHERE atttypid = 'text'::REGTYPE "
    f"AND attnum > 0 AND attrelid = ANY ('{{{','.join(COUNTING)}}}'::REGCLASS[]) ORDER BY 1, attnum"
)


def _flip_database(server: cluster.Cluster, url: str, times: int) -> None:
    draw = drawn()

    def some(heaps: Heaps) -> Iterator[Flip]:
        used = {table: used_in_heap(path.read_bytes(), kinds) for table, (path, kinds) in heaps.items()}
        begin = draw.randrange(len(COUNTING))
        return (_draw(draw, used, begin + number) for number in range(times))

    _flip_each(server, url, some)


Heaps = dict[str, tuple[Path, list[str]]]
"""Table → its file, and the types of its columns."""


def _flip_each(server: cluster.Cluster, url: str, choose: Callable[[Heaps], Iterable[Flip]]) -> None:
    heaps = {table: _heap(server, table) for table in COUNTING}
    server.stop()
    try:
        for flip in choose(heaps):
            path = heaps[flip.table][0]
            sound = path.read_bytes()
            flip.apply(path)
            server.start()
            store = PostgresStore(url)
            _is_found(store, flip.table, flip)
            store.close()
            # Nothing was written: as it was before, but for this byte.
            server.stop("immediate")
            path.write_bytes(sound)
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

"""An import, stopped anywhere and begun again, in any store: it ends where one run would have."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import apsw
import pytest

from callboard.errors import NotFoundError
from callboard.ingest.sources import importer
from callboard.ingest.sources.files.records import Record, RowError
from callboard.ingest.sources.importer import Destination, Importer
from callboard.ingest.sources.mapping import MapOptions, RowMapping
from callboard.ingest.sources.rejects import RejectsFile
from callboard.ingest.sources.report import ImportReport
from callboard.ingest.sources.targets import SpaceFromColumn
from callboard.model.directory import Organization
from callboard.settings import Settings
from callboard.store.interface import Store
from callboard.store.sqlite.store import SqliteStore
from tests.events import call, send
from tests.stores import NOW, bits, dump, make_organization, make_space

CHUNK_ROWS = 400
"""Rows of a commit: fewer than in the product, for the same number of commits in less time."""
ROWS = 2 * CHUNK_ROWS + 100
OPTIONS = MapOptions(map=("call_id=id,call_status=status,creation_time=at,call_duration=talk",))


@pytest.fixture(autouse=True)
def _small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importer, "CHUNK_ROWS", CHUNK_ROWS)
    monkeypatch.setattr(importer, "FIRST_ROWS", CHUNK_ROWS // 2)


class File:
    """Rows as of a file: now and then a bad one, three campaigns; reading may be interrupted."""

    kind = "delimited"
    left_out: dict[str, int] = {}  # noqa: RUF012 - as `Rows` has it
    mended = 0
    columns = ["id", "status", "at", "talk", "campaign"]  # noqa: RUF012 - as `Rows` has it

    def __init__(self, stop_before: int | None = None) -> None:
        self._stop_before = stop_before

    def __iter__(self) -> Iterator[Record]:
        for number in range(ROWS):
            if number == self._stop_before:
                raise KeyboardInterrupt
            yield self._record(number)

    def _record(self, number: int) -> Record:
        if number % 140 == 3:
            return Record(number + 2, {}, ["torn"], RowError("invalid_value", "torn"))
        cells = [
            f"c{number % (2 * CHUNK_ROWS)}",
            "asleep" if number % 180 == 5 else ("completed", "missed", "failed")[number % 3],
            f"2025-11-{number % 28 + 1:02d}T{number % 24:02d}:00:00Z",
            str(number % 600),
            f"Campaign {number % 3}",
        ]
        return Record(number + 2, dict(zip(self.columns, cells, strict=True)), cells)


def run(
    store: Store, owner: Organization, folder: Path, rows: File, *, same_rows: bool = True
) -> ImportReport:
    target = SpaceFromColumn(store, owner, "campaign", clock=lambda: NOW)
    with RejectsFile(folder / "rejected.csv", rows.kind, rows.columns) as rejects:
        run_of_it = Importer(rows, RowMapping(OPTIONS), target, rejects, lambda: NOW, chunk_rows=CHUNK_ROWS)
        return run_of_it.run(Destination(store, owner.id), "calls.csv 1", same_rows=same_rows)


def whole(store: Store, owner: Organization) -> Any:
    return bits(dump(store, owner.id))


@pytest.mark.parametrize("stop_before", [0, 1, 300, CHUNK_ROWS, CHUNK_ROWS + 1, 2 * CHUNK_ROWS + 1, ROWS - 1])
def test_stopped_anywhere_and_begun_again_it_ends_the_same(
    store: Store, acme: Organization, globex: Organization, tmp_path: Path, stop_before: int
) -> None:
    """Rows, counters, what was counted of the batch, and the file of rejected rows."""
    one, two = tmp_path / "one", tmp_path / "two"
    one.mkdir()
    two.mkdir()
    for each in range(3):  # the same space numbers apart, whoever is first
        make_space(store, acme, f"Campaign {each}")
    with pytest.raises(KeyboardInterrupt):
        run(store, acme, one, File(stop_before))
    again = run(store, acme, one, File())
    reference = run(store, globex, two, File())
    numbers = ("batch_no", "received", "applied", "duplicate", "stale", "rejected")
    assert [getattr(again, each) for each in numbers] == [getattr(reference, each) for each in numbers]
    kept = store.find_import(acme.id, again.batch_no or 0)
    other = store.find_import(globex.id, reference.batch_no or 0)
    assert kept is not None
    assert other is not None
    counted = ("applied", "duplicate", "stale", "rejected")
    assert [getattr(kept, each) for each in counted] == [getattr(other, each) for each in counted]
    assert sum(getattr(kept, each) for each in counted) == ROWS
    assert kept.finished_at is not None
    assert (one / "rejected.csv").read_bytes() == (two / "rejected.csv").read_bytes()
    assert [moved for _, moved in sorted(store.changes_since(acme.id, -1).totals.items())] == [
        moved for _, moved in sorted(store.changes_since(globex.id, -1).totals.items())
    ]
    assert store.verify(deep=True).drift == 0


def test_a_pipe_begun_again_sends_its_rows_again(store: Store, acme: Organization, tmp_path: Path) -> None:
    """It is unknown whether these are the same rows, so all are sent again; known ones are duplicates."""
    with pytest.raises(KeyboardInterrupt):
        run(store, acme, tmp_path, File(CHUNK_ROWS + 1), same_rows=False)
    before = store.find_import(acme.id, 1)
    assert before is not None
    again = run(store, acme, tmp_path, File(), same_rows=False)
    assert (again.batch_no, again.earlier, again.received) == (1, 0, ROWS)
    assert again.applied + before.applied > again.applied
    assert store.verify(deep=True).drift == 0


def test_an_import_withdrawn_leaves_nothing_in_any_row_or_counter(
    store: Store, acme: Organization, tmp_path: Path
) -> None:
    """And can be made again."""
    report = run(store, acme, tmp_path, File())
    full = whole(store, acme)
    assert report.batch_no is not None
    store.withdraw(acme.id, report.batch_no, NOW)
    empty = whole(store, acme)
    assert all(not empty[what] for what in ("calls", "tasks", "cells", "runs"))
    run(store, acme, tmp_path, File())
    assert whole(store, acme) == full
    assert store.verify(deep=True).drift == 0


def test_a_store_that_somebody_else_writes_to_is_asked_again(tmp_path: Path) -> None:
    """While another process holds the lock the import waits; nothing is sent twice or left out."""
    path = tmp_path / "callboard.db"
    store = SqliteStore(str(path), Settings(db=str(path), lock_timeout_ms=10))
    acme = make_organization(store)
    for each in range(3):
        make_space(store, acme, f"Campaign {each}")
    other = apsw.Connection(str(path))

    class Locking(File):
        """Locks the store while the second chunk is read, and lets go a moment later."""

        def __iter__(self) -> Iterator[Record]:
            for number, record in enumerate(super().__iter__()):
                if number == CHUNK_ROWS + 10:
                    other.execute("BEGIN IMMEDIATE")
                    threading.Timer(0.2, other.execute, ["ROLLBACK"]).start()
                yield record

    report = run(store, acme, tmp_path, Locking())
    assert (report.received, report.earlier) == (ROWS, 0)
    assert store.verify(deep=True).drift == 0
    other.close()
    store.close()


def test_an_import_that_was_never_begun_is_not_found(store, space):
    """Its events are not called withdrawn: nobody withdrew anything."""
    with pytest.raises(NotFoundError, match="b77"):
        send(store, space, call("c1"), import_no=77)

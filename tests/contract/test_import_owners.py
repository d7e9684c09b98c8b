"""One owner of an import at a time, answers that are lost, and rows that belong to no space: in any store, an
import ends with the numbers of its file.
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import apsw
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec import structs

from callboard.errors import ImportTakenError, StoreUnavailableError
from callboard.ingest.sources import importer, ownership
from callboard.ingest.sources.files.records import Record, RowError
from callboard.ingest.sources.importer import CHUNK_ROWS, Destination, Importer
from callboard.ingest.sources.mapping import MapOptions, RowMapping
from callboard.ingest.sources.process import has_ended, this_process
from callboard.ingest.sources.rejects import RejectsFile
from callboard.ingest.sources.report import ImportReport
from callboard.ingest.sources.targets import SpaceFromColumn
from callboard.model.directory import Organization
from callboard.store.importing import ImportClaim, ImportOwner
from callboard.store.interface import ImportStep, Receipt, Store
from callboard.store.sqlite.store import SqliteStore
from tests.model import MemoryStore
from tests.stores import NOW, dump, make_organization, make_space

OPTIONS = MapOptions(map=("call_id=id,call_status=status,creation_time=at",))
LABEL = "calls.csv 1"
ELSEWHERE = ImportOwner(nonce="other", host="web2", pid=4711, since=NOW, process="another machine 17")


class File:
    """Rows as of a file: g(ood), b(ad, but it names its campaign), n (names no campaign), t(orn)."""

    kind = "delimited"
    left_out: dict[str, int] = {}  # noqa: RUF012 - as `Rows` has it
    mended = 0
    columns = ["id", "status", "at", "campaign"]  # noqa: RUF012 - as `Rows` has it

    def __init__(self, rows: str, before: Callable[[int], None] = lambda _: None) -> None:
        self._rows = rows
        self._before = before

    def __iter__(self) -> Iterator[Record]:
        for number, kind in enumerate(self._rows):
            self._before(number)
            if kind == "t":
                yield Record(number + 2, {}, ["torn"], RowError("invalid_value", "torn"))
                continue
            status = "asleep" if kind == "b" else "completed"
            campaign = "" if kind == "n" else f"Campaign {number % 2}"
            cells = [f"c{number}", status, "2025-11-07T10:00:00Z", campaign]
            yield Record(number + 2, dict(zip(self.columns, cells, strict=True)), cells)


def run(
    store: Store, owner: Organization, folder: Path, rows: File, *, same_rows: bool = True
) -> ImportReport:
    target = SpaceFromColumn(store, owner, "campaign", clock=lambda: NOW)
    with RejectsFile(folder / "rejected.csv", rows.kind, rows.columns) as rejects:
        of_it = Importer(
            rows, RowMapping(OPTIONS), target, rejects, lambda: NOW, chunk_rows=importer.CHUNK_ROWS
        )
        return of_it.run(Destination(store, owner.id), LABEL, same_rows=same_rows)


def check(store: Store, owner: Organization, report: ImportReport, rows: str) -> None:
    """The report, the record, the outcomes and the calls are those of the file, each row once."""
    good = rows.count("g")
    assert report.batch_no is not None
    kept = store.find_import(owner.id, report.batch_no)
    assert kept is not None
    for told in (report, kept):
        numbers = (told.applied, told.duplicate, told.stale, told.rejected)
        assert numbers == (good, 0, 0, len(rows) - good)
    assert (report.received, kept.position, kept.owner) == (len(rows), len(rows), None)
    assert kept.finished_at is not None
    assert sum(store.outcomes(owner.id).values()) == len(rows)
    calls = {call_id for _, call_id in dump(store, owner.id)["calls"]}
    assert calls == {f"c{number}" for number, kind in enumerate(rows) if kind == "g"}
    assert store.verify(deep=True).drift == 0


@pytest.mark.parametrize(
    "rows",
    [
        "n" * (CHUNK_ROWS + 5) + "g" * 10,
        "t" * (2 * CHUNK_ROWS + 1),
        "b" * 7,
        "g" * 10 + "n" * (CHUNK_ROWS + 5),
        "tnb" * 5 + "g" * CHUNK_ROWS + "tnb" * 5,
    ],
    ids=["before the first campaign", "torn alone", "bad alone", "at the end", "around"],
)
def test_every_row_of_a_file_is_counted(store: Store, acme: Organization, tmp_path: Path, rows: str) -> None:
    """Also those rejected before any row names a campaign, and a file that has no others."""
    check(store, acme, run(store, acme, tmp_path, File(rows)), rows)


def test_a_rejected_row_counts_in_the_space_that_it_names(
    store: Store, acme: Organization, tmp_path: Path
) -> None:
    """One that names none, or none that is there, counts with the organization and with no campaign."""
    spaces = [make_space(store, acme, f"Campaign {each}") for each in range(2)]
    run(store, acme, tmp_path, File("bbbnt" + "b" * 4))
    assert [store.outcomes(acme.id, space.id) for space in spaces] == [
        {("rejected", "invalid_status"): 4},
        {("rejected", "invalid_status"): 3},
    ]
    assert store.outcomes(acme.id) == {
        ("rejected", "invalid_status"): 7,
        ("rejected", "missing_field"): 1,
        ("rejected", "invalid_value"): 1,
    }


def test_a_second_run_at_once_is_refused_and_names_the_first(
    store: Store, acme: Organization, tmp_path: Path
) -> None:
    """With its process, machine and progress; it changes nothing, and writes no file of rejected rows."""
    rows = "n" + "g" * (2 * CHUNK_ROWS)
    told: list[str] = []
    second = tmp_path / "second"
    second.mkdir()

    def meanwhile(number: int) -> None:
        if number == CHUNK_ROWS + 1:
            with pytest.raises(ImportTakenError) as refused:
                run(store, acme, second, File(rows))
            told.append(refused.value.message)

    check(store, acme, run(store, acme, tmp_path, File(rows, meanwhile)), rows)
    assert told[0].startswith(f"This import (b1) is under way: process {os.getpid()} on ")
    assert f"; {CHUNK_ROWS:,} rows taken so far" in told[0]
    assert list(second.iterdir()) == []


class LosesAnswers:
    """A store whose commits stand, or do not, and whose answers are lost."""

    def __init__(self, store: Store, faults: list[str]) -> None:
        self._store = store
        self._faults = faults

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    def _ask(self, ask: Callable[[], Any]) -> Any:
        fault = self._faults.pop(0) if self._faults else ""
        if fault == "before":
            raise StoreUnavailableError(retry_after_s=0)
        answer = ask()
        if fault == "after":
            raise StoreUnavailableError(retry_after_s=0)
        return answer

    def begin_import(self, *args: Any, **more: Any) -> Any:
        return self._ask(lambda: self._store.begin_import(*args, **more))

    def claim_import(self, *args: Any) -> Any:
        return self._ask(lambda: self._store.claim_import(*args))

    def import_rows(self, step: ImportStep) -> list[Receipt]:
        answer: list[Receipt] = self._ask(lambda: self._store.import_rows(step))
        return answer

    def find_import(self, *args: Any) -> Any:
        return self._ask(lambda: self._store.find_import(*args))

    def finish_import(self, *args: Any) -> Any:
        return self._ask(lambda: self._store.finish_import(*args))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    faults=st.lists(st.sampled_from(["", "", "before", "after"]), max_size=12),
    rows=st.text("ggggnbt", max_size=40),
    chunk=st.integers(1, 9),
)
def test_answers_lost_at_any_call_change_no_number(
    tmp_path_factory: pytest.TempPathFactory, faults: list[str], rows: str, chunk: int
) -> None:
    """The importer asks where the import stands and goes on from there, exactly."""
    store = MemoryStore()
    acme = make_organization(store)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(importer, "CHUNK_ROWS", chunk)
        lossy: Any = LosesAnswers(store, list(faults))
        report = run(lossy, acme, tmp_path_factory.mktemp("lost"), File(rows))
    check(store, acme, report, rows)


def test_an_answer_lost_behind_each_commit_changes_no_number(
    store: Store, acme: Organization, tmp_path: Path
) -> None:
    """On every store: each call that changes something stands, and is not heard of."""
    rows = "g" * (2 * CHUNK_ROWS + 7) + "tb"
    lossy: Any = LosesAnswers(store, ["after", "after", "after", "", "after", "", "after", "", "after"])
    check(store, acme, run(lossy, acme, tmp_path, File(rows)), rows)


def claimed_elsewhere(store: Store, acme: Organization) -> int:
    begun = store.begin_import(acme.id, LABEL, NOW)
    store.claim_import(acme.id, begun.batch_no, ImportClaim(owner=ELSEWHERE, instead_of=None))
    return begun.batch_no


def test_an_owner_elsewhere_that_gives_no_sign_of_life_is_replaced(
    store: Store, acme: Organization, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Watched by a clock that cannot jump, for a stated time; what the old one sends then counts nothing."""
    monkeypatch.setattr(ownership, "OWNER_TIMEOUT_S", 0.6)
    batch_no = claimed_elsewhere(store, acme)
    rows = "g" * 10
    check(store, acme, run(store, acme, tmp_path, File(rows)), rows)
    late = ImportStep(
        org_id=acme.id,
        batch_no=batch_no,
        owner=ELSEWHERE.nonce,
        from_row=10,
        to_row=11,
        received_at=NOW,
        batches=[],
        without_space=[],
    )
    with pytest.raises(ImportTakenError):
        store.import_rows(late)


def test_an_owner_elsewhere_that_lives_is_not_replaced(
    store: Store, acme: Organization, tmp_path: Path
) -> None:
    """As soon as it gives a sign of life the second run ends, and says where the first one runs."""
    batch_no = claimed_elsewhere(store, acme)
    timer = threading.Timer(0.5, store.heartbeat_import, (acme.id, batch_no, ELSEWHERE))
    timer.start()
    with pytest.raises(ImportTakenError, match="process 4711 on web2, since 2026-01-01T00:00:00Z"):
        run(store, acme, tmp_path, File("g"))
    timer.join()


def test_an_owner_that_reads_for_long_gives_signs_of_life(
    store: Store, acme: Organization, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between two commits, so that others see that it is there."""
    monkeypatch.setattr(ownership, "HEARTBEAT_S", 0.01)
    beats: list[int] = []

    def slowly(number: int) -> None:
        if number != CHUNK_ROWS + 1:
            return
        first = store.find_import(acme.id, 1)
        assert first is not None
        while True:
            now = store.find_import(acme.id, 1)
            assert now is not None
            if now.heartbeat > first.heartbeat + 2:
                beats.append(now.heartbeat)
                return
            time.sleep(0.01)

    rows = "g" * (CHUNK_ROWS + 10)
    check(store, acme, run(store, acme, tmp_path, File(rows, slowly)), rows)
    assert beats


def test_an_import_given_back_is_free_at_once(store: Store, acme: Organization, tmp_path: Path) -> None:
    """Stopped by Ctrl-C or a fault, it has no owner any more."""

    def stop(number: int) -> None:
        if number == CHUNK_ROWS + 1:
            raise KeyboardInterrupt

    rows = "g" * (CHUNK_ROWS + 10)
    with pytest.raises(KeyboardInterrupt):
        run(store, acme, tmp_path, File(rows, stop))
    kept = store.find_import(acme.id, 1)
    assert kept is not None
    assert (kept.owner, kept.position) == (None, CHUNK_ROWS)
    check(store, acme, run(store, acme, tmp_path, File(rows)), rows)


def test_a_pipe_begun_again_has_the_numbers_of_its_rows(
    store: Store, acme: Organization, tmp_path: Path
) -> None:
    """Sent again from the start: what is there is a duplicate, and each row is counted once."""

    def stop(number: int) -> None:
        if number == CHUNK_ROWS + 1:
            raise KeyboardInterrupt

    rows = "g" * (CHUNK_ROWS + 10)
    with pytest.raises(KeyboardInterrupt):
        run(store, acme, tmp_path, File(rows, stop), same_rows=False)
    again = run(store, acme, tmp_path, File(rows), same_rows=False)
    assert (again.received, again.applied, again.duplicate) == (len(rows), 10, CHUNK_ROWS)
    kept = store.find_import(acme.id, 1)
    assert kept is not None
    assert (kept.position, kept.applied, kept.duplicate) == (len(rows), 10, CHUNK_ROWS)


def test_an_unfinished_import_of_an_earlier_version_begins_again(tmp_path: Path) -> None:
    """What it had counted is no position: two runs at once had made it more than was read."""
    store = SqliteStore(str(tmp_path / "calls.db"))
    acme = make_organization(store)
    store.begin_import(acme.id, LABEL, NOW)
    with closing(apsw.Connection(str(tmp_path / "calls.db"))) as db:
        db.execute("UPDATE batch SET position = NULL, applied = 5, duplicate = 7")
    rows = "g" * 20
    check(store, acme, run(store, acme, tmp_path, File(rows)), rows)
    store.close()


# --- whether a process has ended -------------------------------------------------------------------

on_linux = pytest.mark.skipif(sys.platform != "linux", reason="told by /proc")


@on_linux
def test_a_killed_owner_of_this_machine_has_ended_at_once() -> None:
    """Also while its parent has not asked how it ended, and once another process has its pid."""
    child = subprocess.Popen(
        [sys.executable, "-c", "import sys; sys.stdin.read()"],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
    )
    started = Path(f"/proc/{child.pid}/stat").read_text("utf-8").rpartition(")")[2].split()[19]
    mine = this_process(NOW)
    assert mine.process is not None
    machine = mine.process.rpartition(" ")[0]
    owner = structs.replace(mine, pid=child.pid, process=f"{machine} {started}")
    assert has_ended(owner) is False
    child.kill()
    os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)  # ended, and still listed
    assert has_ended(owner) is True
    child.communicate()
    assert has_ended(owner) is True
    assert has_ended(structs.replace(mine, process=f"{machine} 17")) is True


@on_linux
def test_a_process_of_another_machine_cannot_be_told() -> None:
    """Its pid says nothing here; nor where a system does not tell one process from another."""
    assert has_ended(this_process(NOW)) is False
    assert has_ended(ELSEWHERE) is None
    assert has_ended(structs.replace(ELSEWHERE, process=None)) is None

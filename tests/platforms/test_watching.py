"""A growing file is followed: each whole row is counted once, whatever happens to the file between."""

from __future__ import annotations

import gzip
import itertools
import os
import threading
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec import structs

from callboard.clock import system_clock
from callboard.ingest.sources.files.records import ImportOptionError
from callboard.ingest.sources.platform_files.translator import Translator
from callboard.ingest.sources.platforms.delivery import HookSettings
from callboard.ingest.sources.platforms.registry import PLATFORMS
from callboard.ingest.sources.rejects import RejectsFile
from callboard.ingest.sources.watching import folder, following, watch
from callboard.ingest.sources.watching.places import (
    PLACES_MAX,
    Place,
    Progress,
    ProgressFile,
    WatchTakenError,
)
from callboard.ingest.sources.watching.watch import Files, Tally, Watch
from callboard.model.directory import Space
from callboard.store.questions import CallFilter, Scope, Window
from callboard.store.sqlite.store import SqliteStore
from tests.platforms.manifests import RECEIVED
from tests.stores import make_organization, make_space, new_file
from tests.watching import Log, row_of


class Reader:
    """Reads a log to its present end, by a run of its own each time, unless `again` is used."""

    def __init__(self, folder: Path) -> None:
        self.log = Log(folder)
        self.store = SqliteStore(new_file(folder / "calls.db"))
        self.space: Space = make_space(self.store, make_organization(self.store))
        self.told: list[str] = []
        self.runs: list[Watch] = []
        self.rejects: list[RejectsFile] = []

    def opened(self, platform: str = "asterisk") -> Watch:
        translator = Translator(PLATFORMS[platform], HookSettings(), RECEIVED, Counter())
        kept = ProgressFile(self.log.folder / ".Master.csv.callboard")
        rejects = RejectsFile(self.log.folder / "Master.csv.rejected.csv", "delimited", [])
        self.rejects.append(rejects)
        files = Files(self.log.path, kept, rejects)
        self.runs.append(Watch(self.store, self.space, files, translator, system_clock, self.told.append))
        return self.runs[-1]

    def read(self) -> Tally:
        """By a run that begins and ends."""
        self.told.clear()
        return self.go_on(self.opened())

    def go_on(self, run: Watch) -> Tally:
        run.run(threading.Event(), once=True)
        return run.tally

    def numbers(self) -> list[int]:
        """The rows whose calls are counted."""
        scope = Scope(self.space.org_id, self.space.id)
        found = self.store.calls(scope, CallFilter(), Window(limit=10_000))
        return sorted(int(each.call.call_id.rpartition(".")[2]) for each in found)

    def has_all(self) -> bool:
        return self.numbers() == list(range(self.log.written))


@pytest.fixture
def reader(tmp_path: Path) -> Iterator[Reader]:
    found = Reader(tmp_path)
    yield found
    for run in found.runs:
        run.close()
    for rejects in found.rejects:
        rejects.__exit__(None, None, None)
    found.store.close()


def test_rows_are_read_as_they_are_written(reader):
    for rows in (1, 3, 0, 5_000):
        reader.log.write(rows)
        tally = reader.read()
        assert (tally.applied, tally.duplicate) == (rows, 0)
    assert reader.has_all()


@pytest.mark.parametrize("size", [1, 17, 100, len(row_of(0)) - 1])
def test_a_row_that_is_half_written_waits(reader, size):
    """In a quote, behind a whole cell, and without its line end alone."""
    reader.log.write(2)
    rest = reader.log.write_half(size)
    assert reader.read().rows == 2
    rest()
    assert reader.read().applied == 1
    assert reader.has_all()


def test_a_row_over_several_lines_waits_for_its_last(reader):
    reader.log.write(1)
    begin = b'"","12025550143","12025550178",'
    first, rest = begin + b'"in\n', row_of(7).removeprefix(begin)
    with reader.log.path.open("ab") as file:
        file.write(first)
    assert reader.read().rows == 1
    with reader.log.path.open("ab") as file:
        file.write(b'side"' + rest[rest.index(b",") :])
    assert reader.read().applied == 1
    assert reader.numbers() == [0, 7]


def test_a_file_that_is_renamed_loses_nothing_and_repeats_nothing(reader):
    """Rows that were written to it before its rename, and after."""
    reader.log.write(3)
    reader.read()
    reader.log.write(2)
    old = reader.log.rotate()
    reader.log.write(2)
    tally = reader.read()
    assert (tally.applied, tally.duplicate, tally.rotations, tally.cuts) == (4, 0, 1, 0)
    with old.open("ab") as file:
        file.write(row_of(reader.log.written))
    reader.log.written += 1
    assert (tally := reader.read()).applied == 1
    assert (tally.rotations, tally.cuts) == (0, 0)
    assert reader.has_all()


def test_a_run_follows_the_name_to_the_next_file(reader):
    reader.log.write(3)
    run = reader.opened()
    reader.go_on(run)
    for _ in range(3):
        rest = reader.log.write_half()
        old = reader.log.rotate()
        reader.log.write(2)
        run.step(threading.Event())
        rest(old)
        while run.step(threading.Event()):
            pass
    assert reader.has_all()
    assert (run.tally.duplicate, run.tally.rotations, run.tally.rejected) == (0, 3, {})


@pytest.mark.parametrize("packed", [False, True])
def test_several_rotations_while_nobody_reads_lose_nothing(reader, packed):
    """The file that was being read may be packed meanwhile, and others have come and gone behind it."""
    reader.log.write(3)
    reader.read()
    for _ in range(3):
        reader.log.write(2)
        reader.log.rotate(packed=packed)
    reader.log.write(1)
    tally = reader.read()
    assert (tally.applied, tally.duplicate, tally.cuts) == (7, 0, 0)
    assert reader.has_all()


def test_a_file_that_is_packed_while_it_is_read_is_read_to_its_end(reader):
    reader.log.write(3)
    run = reader.opened()
    reader.go_on(run)
    reader.log.write(1)
    reader.log.rotate(packed=True)
    reader.log.write(1)
    while run.step(threading.Event()):
        pass
    assert reader.has_all()


@pytest.mark.parametrize("packed", [False, True], ids=["renamed", "packed"])
@pytest.mark.parametrize("is_open", [False, True], ids=["at the start", "while it follows"])
@pytest.mark.parametrize("after", range(4))
def test_a_rotation_while_the_folder_is_looked_at_loses_nothing(reader, monkeypatch, after, is_open, packed):
    """Between the listing of the folder and the opening of its files, at any of them."""
    reader.log.write(3)
    run = reader.opened()
    reader.go_on(run)
    reader.log.write(2)
    reader.log.rotate()
    reader.log.write(2)
    looks = itertools.count()
    changed = folder._changed

    def rotated_meanwhile(path: Path) -> int:
        if next(looks) == after:
            reader.log.rotate(packed=packed)
            reader.log.write(2)
        return changed(path)

    monkeypatch.setattr(folder, "_changed", rotated_meanwhile)
    if is_open:
        reader.go_on(run)
    else:
        run.close()
        reader.read()
    reader.log.write(1)
    reader.log.rotate()
    reader.log.write(1)
    reader.read()
    assert reader.has_all()


def test_files_of_before_the_first_run_are_not_read(reader):
    """What was rotated before anybody followed the file is for `callboard import`."""
    reader.log.write(3)
    reader.log.rotate()
    reader.log.write(2)
    assert reader.read().applied == 2


def test_bytes_that_were_cut_away_unread_are_told(reader):
    reader.log.write(3)
    reader.read()
    reader.log.write(2)
    reader.log.cut(copied=False)
    reader.log.write(1)
    tally = reader.read()
    assert (tally.applied, tally.cuts) == (1, 1)
    place = len(b"".join(map(row_of, range(3))))
    assert any(f"behind byte {place:,} (line 3) and not read" in each for each in reader.told)
    assert reader.numbers() == [0, 1, 2, 5]


def test_a_half_row_that_was_seen_and_cut_away_is_told_and_not_guessed(reader):
    reader.log.write(3)
    run = reader.opened()
    reader.log.write_half()
    reader.go_on(run)
    reader.log.cut(copied=False)
    while run.step(threading.Event()):
        pass
    assert (run.tally.cuts, run.tally.lost_bytes, run.tally.rejected) == (1, 100, {})
    assert any("at least 100 bytes" in each for each in reader.told)


def test_a_file_of_half_a_row_that_was_cut_away_is_told(reader):
    """Nothing of it was in the store: its size alone tells."""
    run = reader.opened()
    reader.log.write_half()
    reader.go_on(run)
    reader.log.cut(copied=False)
    reader.go_on(run)
    assert (run.tally.cuts, run.tally.lost_bytes) == (1, 100)


@pytest.mark.parametrize("packed", [False, True], ids=["as it is", "packed"])
@pytest.mark.parametrize("seen", [0, 100])
@pytest.mark.parametrize("lost", [0, 2], ids=["copy is whole", "rows behind the copy"])
@pytest.mark.parametrize("held", [0, 2])
@pytest.mark.parametrize("is_open", [True, False], ids=["while it follows", "at the start"])
def test_a_cut_is_told_also_beside_a_copy(reader, is_open, held, lost, seen, packed):
    """The copy proves nothing: rows may have been written between it and the cut. Those it holds are read."""
    log = reader.log
    log.write(3)
    run = reader.opened()
    reader.go_on(run)
    log.write(held)
    content = log.path.read_bytes()
    if seen:
        log.write_half(seen)
        if not held:
            reader.go_on(run)
    log.path.with_name("Master.csv.1").write_bytes(gzip.compress(content) if packed else content)
    if lost:
        with log.path.open("ab") as file:
            file.write(b"\n" + b"".join(row_of(500 + each) for each in range(lost)))
    log.cut(copied=False)
    after = log.written
    log.write(1)
    if not is_open:
        run.close()
        run = reader.opened()
    tally = reader.go_on(run)
    assert (tally.cuts, tally.duplicate, tally.rotations) == (1, 0, 0)
    assert tally.lost_bytes == (seen if is_open and not held else 0)
    [told] = [each for each in reader.told if "was emptied" in each]
    assert "is read in Master.csv.1; what was written after that copy was made and not read" in told
    assert ("at least 100 bytes" if tally.lost_bytes else "if anything") in told
    assert reader.numbers() == [*range(3 + held), after]
    run.close()
    again = reader.read()
    assert (again.rows, again.cuts, again.rotations) == (0, 0, 0), "told once"


@pytest.mark.parametrize("is_open", [True, False], ids=["while it follows", "at the start"])
def test_a_copy_that_lacks_what_was_read_proves_nothing(reader, is_open):
    reader.log.write(3)
    copy = reader.log.path.with_name("Master.csv.1")
    copy.write_bytes(reader.log.path.read_bytes())
    os.utime(copy, (1_772_443_800, 1_772_443_800))
    reader.log.write(1)
    run = reader.opened()
    reader.go_on(run)
    reader.log.write(1)
    reader.log.cut(copied=False)
    reader.log.write(1)
    if not is_open:
        run.close()
        run = reader.opened()
    assert (reader.go_on(run).cuts, run.tally.rotations) == (1, 0)
    assert reader.numbers() == [0, 1, 2, 3, 5]
    run.close()
    assert reader.read().cuts == 0


def test_each_cut_while_nobody_looked_is_told(reader):
    """By the copies that it left: those of before it have other names by now."""
    reader.log.write(3)
    reader.read()
    for _ in range(3):
        reader.log.write(2)
        reader.log.cut(copied=True)
    reader.log.write(1)
    tally = reader.read()
    assert (tally.applied, tally.duplicate, tally.rotations, tally.cuts) == (7, 0, 0, 3)
    assert reader.has_all()
    assert (reader.read().rows, reader.runs[-1].tally.cuts) == (0, 0)


@pytest.mark.parametrize("rotations", [1, 2, 3, 4])
def test_a_new_file_that_got_the_inode_of_a_packed_one_was_not_cut(reader, rotations):
    """As logrotate does: the file is renamed, another made, then the old one packed, and its inode free."""
    reader.log.write(3)
    reader.read()
    for _ in range(rotations):
        reader.log.write(2)
        old = reader.log.rotate()
        reader.log.write(1)
        old.with_name(old.name + ".gz").write_bytes(gzip.compress(old.read_bytes()))
        old.unlink()
    kept = ProgressFile(reader.log.folder / ".Master.csv.callboard")
    progress = kept.read(reader.space.token, "asterisk")
    now = reader.log.path.stat()
    assert progress.places[-1].born_ns, "the disk keeps no birth of files: this proves nothing"
    progress.places[-1] = structs.replace(progress.places[-1], device=now.st_dev, inode=now.st_ino)
    kept.write(progress)
    assert (reader.read().cuts, reader.has_all()) == (0, True)


@pytest.mark.parametrize("is_open", [True, False], ids=["while it follows", "at the start"])
def test_a_cut_behind_which_nothing_is_written_is_told_once(reader, is_open):
    """And files of before the first run are not read for it."""
    reader.log.write(3)
    reader.log.rotate()
    reader.log.write(2)
    run = reader.opened()
    reader.go_on(run)
    reader.log.cut(copied=False)
    if not is_open:
        run.close()
        run = reader.opened()
    assert reader.go_on(run).cuts == 1
    run.close()
    again = reader.read()
    assert (again.rows, again.cuts, reader.numbers()) == (0, 0, [3, 4])


def test_a_file_that_was_cut_and_is_longer_than_before_is_noticed(reader):
    """Its size tells nothing: the bytes before the place do."""
    reader.log.write(2)
    run = reader.opened()
    reader.go_on(run)
    reader.log.cut(copied=False)
    reader.log.write(9)
    assert reader.go_on(run).cuts == 1
    assert reader.has_all()


def test_a_new_file_on_the_inode_of_an_old_one_is_no_old_one(reader):
    reader.log.write(3)
    reader.read()
    before = reader.log.path.stat().st_ino
    rows = b"".join(map(row_of, range(100, 120)))
    with reader.log.path.open("r+b") as file:
        file.write(rows)
    assert reader.log.path.stat().st_ino == before
    assert reader.read().cuts == 1
    assert reader.numbers() == [0, 1, 2, *range(100, 120)]


def test_a_file_on_the_inode_of_one_that_was_never_read_is_read(reader, tmp_path_factory):
    """The one was packed before a row of it was read, and the other got its inode."""
    reader.log.write(2)
    reader.read()
    other = tmp_path_factory.mktemp("elsewhere") / "Master.csv.9"
    other.write_bytes(row_of(2) + row_of(3))
    reader.log.written += 2
    kept = ProgressFile(reader.log.folder / ".Master.csv.callboard")
    progress = kept.read(reader.space.token, "asterisk")
    status = other.stat()
    progress.places.append(Place(device=status.st_dev, inode=status.st_ino))
    kept.write(progress)
    run = reader.opened()
    reader.log.rotate()
    other.rename(reader.log.folder / other.name)
    reader.log.write(1)
    reader.go_on(run)
    assert reader.has_all()


def test_a_file_that_was_packed_unread_is_read_though_the_next_has_its_inode(reader):
    """Nothing of it was read when the process ended, and the next file has the name and the inode of it."""
    reader.log.write(2)
    reader.read()
    reader.log.rotate()
    reader.log.write(2)
    run = reader.opened()
    run._look()  # it sees the file, and is killed before it reads it
    kept = ProgressFile(reader.log.folder / ".Master.csv.callboard")
    progress = structs.replace(run._progress, places=run._places())
    kept.write(progress)
    run.close()
    assert progress.places[-1].offset == 0
    reader.log.rotate(packed=True)
    reader.log.write(2)
    now = reader.log.path.stat()
    progress.places[-1] = structs.replace(progress.places[-1], device=now.st_dev, inode=now.st_ino)
    kept.write(progress)
    reader.read()
    reader.log.rotate()
    reader.log.write(1)
    reader.read()
    assert reader.has_all()


@pytest.mark.parametrize("kills", [1, 3])
def test_more_files_than_are_remembered_are_all_read_when_they_come_at_once(reader, kills):
    """And the process is killed while it reads them: behind the first rows, and again."""
    reader.log.write(2)
    reader.read()
    for _ in range(2 * PLACES_MAX):
        reader.log.rotate()
        reader.log.write(3)
    for _ in range(kills):
        run = reader.opened()
        run._look()
        run._take(run._followed[-1], threading.Event())
        run.close()
    reader.read()
    assert reader.has_all()


def test_the_file_may_come_later(reader):
    run = reader.opened()
    assert not run.step(threading.Event())
    assert any("waiting for it" in each for each in reader.told)
    reader.log.write(2)
    reader.go_on(run)
    assert reader.has_all()


def test_the_rest_of_a_file_that_was_left_is_a_row_in_the_end(reader, monkeypatch):
    """Of a program that died while it wrote: it is rejected, and counted."""
    monkeypatch.setattr(watch, "LINGER_S", 0.0)
    reader.log.write(2)
    run = reader.opened()
    reader.log.write_half()
    reader.go_on(run)
    assert run.tally.rows == 2
    reader.log.rotate()
    reader.log.write(1)
    reader.go_on(run)
    assert run.tally.rejected == {"invalid_value": 1}
    [_, row] = (reader.log.folder / "Master.csv.rejected.csv").read_text().splitlines()
    assert row.startswith("3,invalid_value,")


def test_rows_that_are_longer_than_what_is_read_at_once_are_rejected(reader, monkeypatch):
    monkeypatch.setattr(following, "READ_BYTES", 1_000)
    reader.log.write(1)
    with reader.log.path.open("ab") as file:
        file.write(b'"' + b"x" * 3_000 + b"\n")
    reader.log.write(2)
    tally = reader.read()
    assert (tally.applied, sum(tally.rejected.values()) > 0) == (3, True)
    assert reader.has_all()


def test_rows_with_a_header_are_followed(reader):
    head = b"callid,method,sip_code,sip_reason,time\n"
    one = b"c-1772443800.%d,INVITE,486,Busy,2026-03-02 09:30:00\n"
    reader.log.path.write_bytes(head + one % 0)
    assert reader.go_on(reader.opened("kamailio")).applied == 1
    reader.log.path.write_bytes(head + one % 0 + one % 1)
    assert reader.go_on(reader.opened("kamailio")).applied == 1
    reader.log.rotate()
    reader.log.path.write_bytes(head + one % 2)
    assert reader.go_on(reader.opened("kamailio")).applied == 1
    assert reader.numbers() == [0, 1, 2]


def test_files_that_share_a_header_alone_are_told_apart(reader):
    """Of the file that was read there was but its header; those that came and went meanwhile have it, too."""
    head = b"callid,method,sip_code,sip_reason,time\n"
    reader.log.path.write_bytes(head)
    assert reader.go_on(reader.opened("kamailio")).rows == 0
    for number in range(3):
        reader.log.rotate()
        row = b"c-1772443800.%d,INVITE,486,Busy,2026-03-02 09:30:00\n" % number
        reader.log.path.write_bytes(head + row)
    assert reader.go_on(reader.opened("kamailio")).applied == 3
    assert reader.numbers() == [0, 1, 2]


def test_a_file_that_is_none_of_the_platform_is_refused(reader):
    reader.log.path.write_bytes(b"some,thing,else\n")
    with pytest.raises(ImportOptionError, match="no table of Asterisk"):
        reader.read()


def test_after_a_rotation_rows_of_another_table_are_rejected(reader):
    reader.log.write(1)
    reader.read()
    reader.log.rotate()
    reader.log.path.write_bytes(b"some,thing,else\n")
    assert reader.read().rejected == {"invalid_value": 1}


def test_rows_that_are_read_beside_others_are_not_followed(reader):
    reader.log.path.write_bytes(
        b"eventtype,eventname,eventtime,uniqueid,linkedid\n1,CHAN_START,2026-03-02 09:30:00,1.1,1.1\n"
    )
    with pytest.raises(ImportOptionError, match="import the file"):
        reader.read()


def test_one_file_of_progress_is_for_one_space(reader):
    reader.log.write(1)
    reader.read()
    kept = ProgressFile(reader.log.folder / ".Master.csv.callboard")
    with pytest.raises(WatchTakenError, match="--state"):
        kept.read("spc_other", "asterisk")
    kept.path.write_text("{}")
    with pytest.raises(WatchTakenError, match="does not say"):
        kept.read(reader.space.token, "asterisk")


def test_two_processes_cannot_follow_one_file(tmp_path):
    kept = ProgressFile(tmp_path / "progress")
    with kept.owned(), pytest.raises(WatchTakenError), ProgressFile(kept.path).owned():
        pass
    with kept.owned():
        assert kept.read("spc", "asterisk") == Progress(space="spc", format="asterisk")


def test_bytes_that_are_no_text_reject_their_row_alone(reader):
    reader.log.write(1)
    with reader.log.path.open("ab") as file:
        file.write(row_of(1).replace(b"Kim", b"\xff\xfe\x00"))
        file.write(b"\xff\n")
    reader.log.written += 1
    reader.log.write(1)
    assert sum(reader.read().rejected.values()) == 1
    assert reader.has_all()


def test_damaged_packed_files_are_passed_over(reader):
    reader.log.write(3)
    reader.read()
    (reader.log.folder / "Master.csv.9.gz").write_bytes(gzip.compress(os.urandom(9_000))[:500])
    reader.log.rotate()
    reader.log.write(1)
    assert reader.read().applied == 1
    assert reader.has_all()

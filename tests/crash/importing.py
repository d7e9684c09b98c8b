"""A file that is imported by processes that are killed, and what must be there at its end."""

from __future__ import annotations

import csv
import json
import os
import re
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from callboard.ingest.sources.importer import CHUNK_ROWS
from callboard.store.interface import Store
from tests.acceptance.command import done
from tests.stores import dump

MAP = "call_id=id,call_status=status,creation_time=at,call_duration=talk"
UNDER_WAY = re.compile(
    r"This import \(b\d+\) is under way: process (\d+) on \S+, since \S+; [\d,]+ rows taken"
)
TAKEN = re.compile(r"Another process has (taken over|finished) this import")


@dataclass
class Drawn:
    """A file whose rows end in known ways."""

    rows: int = 0
    calls: set[str] = field(default_factory=set)
    duplicates: int = 0
    bad_lines: list[int] = field(default_factory=list)


def write_file(path: Path, random: Random, *, chunks: int, name: str) -> Drawn:
    """So many commits' worth of rows: of three campaigns, some over several lines, some said twice, some bad;
    more bad ones than one commit holds before the first that names a campaign, and some at the end.
    """
    drawn = Drawn()
    line = 2
    told: list[str] = []
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write("id,status,at,talk,campaign,note\n")

        def bad(text: str) -> None:
            nonlocal line
            file.write(text)
            drawn.bad_lines.append(line)
            drawn.rows += 1
            line += 1

        for number in range(CHUNK_ROWS + random.randrange(100)):
            bad(f"n{number},completed,2026-02-07T10:00:00Z,60,,no campaign\n")
        for number in range(chunks * CHUNK_ROWS + random.randrange(CHUNK_ROWS)):
            kind = random.random()
            if kind < 0.01:
                bad(f"x{number},asleep,2026-02-07T10:00:00Z,60,Campaign 1,\n")
                continue
            if kind < 0.04 and told:
                row = random.choice(told)
                drawn.duplicates += 1
            else:
                note = '"over\ntwo lines"' if kind < 0.1 else "-"
                row = (
                    f"{name}{number},{random.choice(('completed', 'missed', 'failed'))},"
                    f"2026-02-{number % 28 + 1:02d}T{number % 24:02d}:00:00Z,{number % 600},"
                    f"Campaign {number % 3},{note}\n"
                )
                told.append(row)
                drawn.calls.add(f"{name}{number}")
            file.write(row)
            drawn.rows += 1
            line += row.count("\n")
        for number in range(20):
            bad(f"torn,{number}\n")
    return drawn


@dataclass
class KilledImport:
    """One file, and runs of its import that are killed until one comes to its end."""

    store: Store
    db: str
    folder: Path
    random: Random
    name: str
    chunks: int
    replacing: bool = False
    """The file was imported before, whole, and read otherwise: the runs replace that."""
    kills: int = 0
    refused: int = 0

    def __post_init__(self) -> None:
        self.folder.mkdir()
        self.file = self.folder / f"{self.name}.csv"
        self.drawn = write_file(self.file, self.random, chunks=self.chunks, name=self.name)
        self.org_id = self._organization()
        self._before = 0
        if self.replacing:
            done(*self._command(), "--duration-unit", "minutes", db=self.db, cwd=self.folder)
            self._before, self._batch_no = self.drawn.rows, 2

    def run(self, kills: int, *, at_once: int) -> None:
        """Start so many runs at once, kill the one that is at work, or all; again; then let one end."""
        while self.kills < kills and not self._ended():
            started = [self._start(place) for place in range(at_once)]
            if self._at_work(started, self.random.randrange(4)):
                time.sleep(self.random.uniform(0, 0.1))
                self._kill(started)
            for process in started:
                self._check_end(process)
        self._check_whole(done(*self._command(), db=self.db, cwd=self.folder).json)

    def _kill(self, started: list[subprocess.Popen[bytes]]) -> None:
        owner = self._owner()
        chosen = [each for each in started if each.pid == owner] or started
        if self.random.random() < 0.3:
            chosen = started
        for process in chosen:
            self.kills += process.poll() is None
            process.kill()

    def _at_work(self, started: list[subprocess.Popen[bytes]], commits: int) -> bool:
        """Wait until one of them owns the import and has committed so often. False: they ended before."""
        first: int | None = None
        while any(process.poll() is None for process in started):
            found = self.store.find_import(self.org_id, self._batch_no)
            if found is not None and found.owner and found.owner.pid in {each.pid for each in started}:
                first = found.position if first is None else first
                if found.position >= first + commits * CHUNK_ROWS:
                    return True
            time.sleep(0.005)
        return False

    def _check_end(self, process: subprocess.Popen[bytes]) -> None:
        """It was killed, came to the end of the file, or told who was before it."""
        out, err = process.communicate(timeout=120)
        if process.returncode == 1:
            told = err.decode()
            assert UNDER_WAY.search(told) or TAKEN.search(told), told
            self.refused += 1
        else:
            assert process.returncode in (0, -9), err.decode()
            if process.returncode == 0:
                assert json.loads(out)["received"] == self.drawn.rows

    def _check_whole(self, report: dict[str, object]) -> None:
        drawn = self.drawn
        assert report["received"] == drawn.rows
        kept = self.store.find_import(self.org_id, self._batch_no)
        assert kept is not None
        assert kept.finished_at is not None
        # No length is the same in seconds and in minutes: these calls were known.
        known = sum(self._seconds(each) == 0 for each in drawn.calls) if self.replacing else 0
        ended = (len(drawn.calls) - known, drawn.duplicates + known, 0, len(drawn.bad_lines))
        assert kept.position == drawn.rows
        assert (kept.applied, kept.duplicate, kept.stale, kept.rejected) == ended
        if report["batch_id"] == f"b{self._batch_no}":
            assert tuple(report[what] for what in ("applied", "duplicate", "stale", "rejected")) == ended
            assert sum(self.store.outcomes(self.org_id).values()) == self._before + drawn.rows
        calls = dump(self.store, self.org_id)["calls"]
        assert {call_id for _, call_id in calls} == drawn.calls
        # Each as this reading has it, none as the one before.
        read = {row.call_id: row.duration_ms for row in calls.values() if row.call_status == "completed"}
        assert read == {each: self._seconds(each) * 1_000 for each in read}
        with Path(self.folder / f"{self.name}.csv.rejected.csv").open(encoding="utf-8", newline="") as file:
            lines = [int(row[0]) for row in list(csv.reader(file))[1:]]
        assert lines == drawn.bad_lines

    def _seconds(self, call_id: str) -> int:
        """How long the file says that a call was."""
        return int(call_id.removeprefix(self.name)) % 600

    _batch_no = 1

    def _ended(self) -> bool:
        found = self.store.find_import(self.org_id, self._batch_no)
        return found is not None and found.finished_at is not None

    def _owner(self) -> int | None:
        found = self.store.find_import(self.org_id, self._batch_no)
        return found.owner.pid if found is not None and found.owner is not None else None

    def _organization(self) -> int:
        done("org", "create", "--name", self.name, "--handle", f"{self.name}.example", db=self.db)
        found = self.store.find_organization(f"{self.name}.example")
        assert found is not None
        return found.id

    def _command(self) -> list[str]:
        where = ["--org", f"{self.name}.example", "--space-from", "campaign", "--map", MAP]
        return ["import", self.file.name, *where, *(["--replace"] if self.replacing else []), "--json"]

    def _start(self, place: int) -> subprocess.Popen[bytes]:
        time.sleep(place * self.random.choice((0, 0, 0.2)))
        own = {name: value for name, value in os.environ.items() if not name.startswith("CALLBOARD_")}
        return subprocess.Popen(
            [sys.executable, "-m", "callboard", *self._command()],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={**own, "CALLBOARD_DB": self.db},
            cwd=self.folder,
        )

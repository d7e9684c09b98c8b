"""A file of call records that grows and is rotated, and processes that follow it."""

from __future__ import annotations

import gzip
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from callboard.store.questions import CallFilter, Scope, Window
from callboard.store.sqlite.store import SqliteStore
from tests.acceptance.command import Outcome, callboard, done

WAIT_S = 60.0
"""How long a row may take to be counted on a busy machine before it counts as lost."""


def row_of(number: int) -> bytes:
    """A row of `Master.csv`; its call is `asterisk:1772443800.<number>`."""
    cells = (
        '"","12025550143","12025550178","from-internal","""Kim"" <12025550143>","PJSIP/a-1","PJSIP/b-1",'
        '"Dial","PJSIP/b","2026-03-02 09:30:00","2026-03-02 09:30:05","2026-03-02 09:31:05",65,60,'
    )
    return f'{cells}"ANSWERED","DOCUMENTATION","1772443800.{number}",""\n'.encode()


@dataclass
class Log:
    """`Master.csv` in a folder, and who writes to it."""

    folder: Path
    written: int = 0
    moved: int = 0
    path: Path = field(init=False)

    def __post_init__(self) -> None:
        self.path = self.folder / "Master.csv"

    def write(self, rows: int = 1) -> None:
        """Write so many rows more."""
        with self.path.open("ab") as file:
            for _ in range(rows):
                file.write(row_of(self.written))
                self.written += 1

    def write_half(self, size: int = 100) -> Callable[[], None]:
        """Write the first bytes of a row; what it gives writes the others."""
        row = row_of(self.written)
        self.written += 1
        with self.path.open("ab") as file:
            file.write(row[:size])

        def rest(path: Path = self.path) -> None:
            with path.open("ab") as file:
                file.write(row[size:])

        return rest

    def rotate(self, *, packed: bool = False) -> Path:
        """Rename the file, as logrotate does; another is made by the next row."""
        self.moved += 1
        to = self.path.with_name(f"Master.csv.{self.moved}")
        self.path.rename(to)
        if packed:
            to.with_name(to.name + ".gz").write_bytes(gzip.compress(to.read_bytes()))
            to.unlink()
        return to

    def cut(self, *, copied: bool) -> None:
        """Empty the file in its place, as logrotate's copytruncate does."""
        self.moved += 1
        if copied:
            self.path.with_name(f"Master.csv.{self.moved}").write_bytes(self.path.read_bytes())
        os.truncate(self.path, 0)


class Followers:
    """Runs of `callboard watch` over a log."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.db = folder, folder / "calls.db"
        done("org", "create", "--name", "Acme", "--handle", "acme.example", db=self.db)
        made = done("space", "create", "--org", "acme.example", "--name", "Spring", "--json", db=self.db)
        self.space: str = made.json["token"]
        self.log = Log(folder)

    def command(self, *options: str) -> list[str]:
        how = ("--format", "asterisk", "--space", self.space, "--timezone", "UTC", "--json", *options)
        return ["watch", "Master.csv", *how]

    def once(self, *options: str) -> Any:
        """Read to the present end: what the command tells of it."""
        outcome = self.outcome("--once", *options)
        assert outcome.code == 0, outcome.err
        return outcome.json | {"told": outcome.err}

    def outcome(self, *options: str) -> Outcome:
        return callboard(*self.command(*options), db=self.db, cwd=self.folder)

    def start(self) -> subprocess.Popen[bytes]:
        """A run that follows the file until it is stopped."""
        own = {name: value for name, value in os.environ.items() if not name.startswith("CALLBOARD_")}
        return subprocess.Popen(
            [sys.executable, "-m", "callboard", *self.command()],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={**own, "CALLBOARD_DB": str(self.db)},
            cwd=self.folder,
        )

    def stop(self, process: subprocess.Popen[bytes]) -> Any:
        """End a run as a supervisor does."""
        process.send_signal(signal.SIGTERM)
        out, err = process.communicate(timeout=WAIT_S)
        assert process.returncode == 0, err.decode()
        return json.loads(out) | {"told": err.decode()}

    def counted(self) -> int:
        """Calls that are counted."""
        found: int = done("analytics", "--json", db=self.db).json["data"]["total_calls"]
        return found

    def wait_for(self, calls: int) -> None:
        """Wait until so many calls are counted."""
        until = time.monotonic() + WAIT_S
        while (found := self.counted()) < calls:
            assert time.monotonic() < until, f"{found} calls are counted, not {calls}"
            time.sleep(0.1)
        assert found == calls

    def check(self) -> None:
        """Each row that was written is one call, no more and no less, and the store is sound."""
        store = SqliteStore(str(self.db))
        try:
            [acme] = store.organizations()
            listed = store.calls(Scope(acme.id), CallFilter(), Window(limit=2 * self.log.written))
        finally:
            store.close()
        found = {int(each.call.call_id.removeprefix("asterisk:1772443800.")) for each in listed}
        lost = sorted(set(range(self.log.written)) - found)
        assert (len(listed), lost[:20]) == (self.log.written, []), (len(listed), lost[:20], self.log.written)
        assert self.counted() == self.log.written
        assert callboard("verify", "--deep", db=self.db).code == 0

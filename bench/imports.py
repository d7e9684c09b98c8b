"""Imports of a CSV file: by mapping and by guess, rows a second of CPU time and the most memory.

`CALLBOARD_BENCH_BEFORE` names the `callboard` of an earlier commit, which imports the same files by mapping,
by turns with ours. `CALLBOARD_BENCH_CALLS` and `CALLBOARD_BENCH_ROUNDS` ask for more or less of either.
"""

from __future__ import annotations

import csv
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from msgspec import Struct

from bench import calls, files
from bench.figures import ratios, spread, target, write
from bench.machine import OtherLoad, sync_ms
from callboard.clock import DAY, SECOND

ROWS = 1_000_000
ROUNDS = 3
SHORT_ROUNDS = 5
SHORT_ROWS = 20_000
MOST_MIB = 250 / 1.048576
"""250 MB."""
EDITION = 1
"""Increase it when another file is written: files of an older edition are written again."""
HANDLE = "bench.example"
WORDS = {"completed": "ANSWERED", "failed": "FAILED"}
COLUMNS = (
    "call_id", "direction", "from", "to", "agent", "created_at", "answered_at", "ended_at", "status",
    "end_reason", "talk_seconds",
)  # fmt: skip
_MAP = (
    "call_id=call_id,call_type=direction,source_number=from,destination_number=to,agent=agent,"
    "creation_time=created_at,start_time=answered_at,end_time=ended_at,call_status=status,"
    "end_reason=end_reason,call_duration=talk_seconds"
)
MAPPING = (
    "--map",
    _MAP,
    "--values",
    "call_status:ANSWERED=completed,NO ANSWER=missed,BUSY=missed,FAILED=failed",
)
GUESS = ("--guess",)

_MEASURED = """
import json, os, subprocess, sys
process = subprocess.Popen(sys.argv[2:])
_, status, used = os.wait4(process.pid, 0)
with open(sys.argv[1], "w") as file:
    json.dump([used.ru_utime + used.ru_stime, used.ru_maxrss], file)
process.returncode = os.waitstatus_to_exitcode(status)
sys.exit(process.returncode)
"""
"""Runs a command and writes what it used. The most memory of a process counts from the memory of the one that
starts it: so that is a small one, and not this.
"""


class Import(Struct, frozen=True):
    """What one import cost."""

    rows: int
    seconds: float
    cpu_s: float
    """User and system time, of its children too."""
    memory_mib: float
    """The most that was resident at once."""

    @property
    def rate(self) -> float:
        """Rows a second of CPU time."""
        return self.rows / self.cpu_s


def measure(*, short: bool) -> None:
    """Take the figures."""
    rows = SHORT_ROWS if short else files.asked_calls(ROWS)
    turns = SHORT_ROUNDS if short else int(os.environ.get("CALLBOARD_BENCH_ROUNDS") or ROUNDS)
    sides: dict[str, tuple[str, Sequence[str]]] = {
        "mapping": (callboard(), MAPPING),
        "guess": (callboard(), GUESS),
    }
    if before := os.environ.get("CALLBOARD_BENCH_BEFORE"):
        sides["mapping_before"] = (before, MAPPING)
    else:
        print("  CALLBOARD_BENCH_BEFORE names no earlier callboard: measured beside our own mapping")
    file = call_file(rows)
    other = OtherLoad()
    rounds: dict[str, list[Import]] = {name: [] for name in sides}
    for place in range(turns):
        # By turns, and each is first in its turn: what runs later finds the file in the page cache.
        for name in [*sides][place % len(sides) :] + [*sides][: place % len(sides)]:
            rounds[name].append(run(sides[name][0], file, rows, sides[name][1]))
            print(f"  {name}: {rounds[name][-1].rate:,.0f} rows a second of CPU time", flush=True)
    beside = "mapping_before" if before else "mapping"
    rates = {name: [each.rate for each in some] for name, some in rounds.items()}
    by = {name: ratios(rates[name], rates[beside]) for name in sides if name != beside}
    targets = [target("by guess, of the rate by mapping before", by["guess"]["median"], at_least=0.4)]
    if before:
        targets.insert(
            0, target("by mapping, of the rate by mapping before", by["mapping"]["median"], at_least=0.95)
        )
    targets += [
        target(f"memory of {rows:,} rows by {name}, MiB", _most(rounds[name]), at_most=MOST_MIB)
        for name in ("mapping", "guess")
    ]
    write(
        "imports",
        "`callboard import` of a CSV file of calls into an empty store: by mapping, by `--guess`, and by "
        "mapping with an earlier commit, by turns; rows a second of CPU time (user and system, children "
        "included), and the most memory (ru_maxrss)",
        short=short,
        targets=targets,
        rows=rows,
        beside=beside,
        ratios=by,
        ratios_of_wall_time={
            name: ratios(
                [each.rows / each.seconds for each in rounds[name]],
                [each.rows / each.seconds for each in rounds[beside]],
            )
            for name in sides
            if name != beside
        },
        rows_a_cpu_second={name: spread(each) for name, each in rates.items()},
        rows_a_second={
            name: spread([each.rows / each.seconds for each in some]) for name, some in rounds.items()
        },
        memory_mib={name: spread([each.memory_mib for each in some]) for name, some in rounds.items()},
        other_load_cores=other.cores(),
        disk_sync_ms=sync_ms(),
        all_rounds=rounds,
    )


def _most(some: Sequence[Import]) -> float:
    return max(each.memory_mib for each in some)


def callboard() -> str:
    """The command of this checkout."""
    return str(Path(sys.executable).with_name("callboard"))


def run(command_of: str, file: Path, rows: int, options: Sequence[str]) -> Import:
    """Import the file into a new store. Every row must be taken, unasked."""
    folder = Path(tempfile.mkdtemp(prefix="import-", dir=files.folder()))
    try:
        env = {**os.environ, "CALLBOARD_DB": str(folder / "board.db")}
        made = subprocess.run(
            [command_of, "init", "--org-name", "Bench", "--handle", HANDLE, "--space", "Calls", "--json"],
            env=env, cwd=folder, check=True, capture_output=True,
        )  # fmt: skip
        space = json.loads(made.stdout)["space_token"]
        command = [command_of, "import", str(file), "--org", HANDLE, "--space", space, "--json", *options]
        began = time.perf_counter()
        with (folder / "answer.json").open("wb") as answer:
            measured = subprocess.run(
                [sys.executable, "-I", "-S", "-c", _MEASURED, folder / "used.json", *command],
                env=env, cwd=folder, check=False, stdin=subprocess.DEVNULL, stdout=answer,
            )  # fmt: skip
        seconds = time.perf_counter() - began
        said = (folder / "answer.json").read_text(encoding="utf-8")
        if measured.returncode or _taken(json.loads(said)) != rows:
            raise RuntimeError(f"{' '.join(command)}: exit {measured.returncode}: {said[:2000]}")
        cpu_s, memory_kib = json.loads((folder / "used.json").read_bytes())
        return Import(rows, seconds, cpu_s, memory_kib / 1024)
    finally:
        shutil.rmtree(folder)


def _taken(report: dict[str, Any]) -> int:
    return int(report["received"]) - int(report["rejected"])


def call_file(rows: int) -> Path:
    """A CSV file of so many calls that says everything: words, times with an offset, a unit."""
    path = files.folder() / f"{rows}-calls-{EDITION}.csv"
    if path.exists():
        return path
    draw = random.Random(rows)
    part = path.with_suffix(".part")
    with part.open("w", encoding="utf-8", newline="") as out:
        lines = csv.writer(out)
        lines.writerow(COLUMNS)
        for number in range(rows):
            lines.writerow(_row(draw, number, rows))
    part.rename(path)
    return path


def _row(draw: random.Random, number: int, rows: int) -> tuple[Any, ...]:
    # As many calls an hour in every file, but for the largest.
    at = calls.FIRST_DAY + calls.DAYS * DAY * number // max(rows, ROWS) // SECOND * SECOND
    status, reason, start, end = calls.outcome(draw, at, None)
    word = WORDS.get(status) or ("BUSY" if reason == "busy" else "NO ANSWER")
    return (
        f"{draw.getrandbits(128):032x}",
        "outbound" if draw.random() < 0.9 else "inbound",
        "+12025550100",
        f"+1202555{100 + number % 100:04d}",
        calls.AGENTS[number % len(calls.AGENTS)],
        calls.instant(at),
        "" if start is None else calls.instant(start),  # type: ignore[arg-type]
        "" if end is None else calls.instant(end),  # type: ignore[arg-type]
        word,
        reason,
        "" if start is None else (end - start) / 1_000_000,  # type: ignore[operator]
    )

"""Runs the load generator `wrk` with our scripts, and reads what it measured."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import msgspec
from msgspec import Struct

from bench.files import Board, folder

SCRIPTS = Path(__file__).parent / "lua"


class Run(Struct, frozen=True):
    """The figures of one run."""

    requests: int
    seconds: float
    p50_ms: float
    p99_ms: float
    max_ms: float
    errors: int

    @property
    def rate(self) -> float:
        """Requests a second."""
        return self.requests / self.seconds


def missing() -> bool:
    """Whether wrk is not installed; prints so."""
    if shutil.which("wrk") is None:
        print("  left out: wrk is not installed (apt-get install wrk, brew install wrk)")
        return True
    return False


def plan(board: Board) -> Path:
    """Write the file that the scripts draw from: handle, secrets, space tokens."""
    path = folder() / "plan.txt"
    lines = [f"handle {board.handle}"]
    lines += [f"secret {secret}" for secret in board.secrets]
    lines += [f"space {token}" for token in board.space_tokens]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def run(url: str, script: str, *arguments: str, seconds: int, connections: int = 32) -> Run:
    """One run of a script, by one thread. Any request that is not answered 2xx ends the bench."""
    command = [
        "wrk",
        "-t1",
        f"-c{connections}",
        f"-d{seconds}s",
        "--timeout",
        "10s",
        "-s",
        str(SCRIPTS / f"{script}.lua"),
        url,
        "--",
        *arguments,
    ]
    environment = {**os.environ, "BENCH_DONE": str(SCRIPTS / "done.lua")}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    for line in done.stdout.splitlines():
        if line.startswith("JSON "):
            found = msgspec.json.decode(line[5:], type=Run)
            if found.errors:
                raise SystemExit(f"wrk counted {found.errors} errors: {done.stdout}")
            return found
    raise SystemExit(f"wrk failed: {done.stdout}{done.stderr}")

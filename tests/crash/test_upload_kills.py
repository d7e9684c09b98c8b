"""An uploaded file ends exact, whoever is killed while it is read and imported, over a real server of two
workers.
"""

from __future__ import annotations

import os
import signal
import time
from contextlib import suppress
from pathlib import Path
from random import Random
from typing import Any

import httpx
import pytest

from callboard.ingest.uploads.job import COMMIT_ROWS
from tests.acceptance.command import callboard
from tests.http.door import Door

pytestmark = pytest.mark.skipif(not Path("/proc").exists(), reason="finds processes by /proc")

PART = 100_000


class Uploading:
    """A file on its way through a real server."""

    def __init__(self, door: Door, content: bytes) -> None:
        self.door = door
        self.content = content
        self.base = f"/api/v2/platform/spaces/{door.spring}/imports/"
        said = self.ask("POST", "", json={"name": "calls.csv", "size": len(content)})
        self.id, self.part_bytes, self.parts = said["id"], said["part_bytes"], said["parts"]

    def ask(self, method: str, path: str, **more: Any) -> dict[str, Any]:
        """Over a new connection each time, so that either worker may get it."""
        url = self.door.server.url + self.base + path
        headers = {"Authorization": f"Token {self.door.admin}", **more.pop("headers", {})}
        answer = httpx.request(method, url, headers=headers, timeout=60, trust_env=False, **more)
        assert answer.status_code in (200, 201, 202), answer.text
        said: dict[str, Any] = answer.json()["data"]
        return said

    def send(self, random: Random) -> None:
        order = list(range(self.parts))
        random.shuffle(order)
        for part in order:
            body = self.content[part * self.part_bytes : (part + 1) * self.part_bytes]
            media = {"Content-Type": "application/octet-stream"}
            self.ask("PUT", f"{self.id}/parts/{part}/", content=body, headers=media)

    @property
    def state(self) -> dict[str, Any]:
        return self.ask("GET", f"{self.id}/")

    def settled(self) -> dict[str, Any]:
        while (found := self.state)["state"] in ("reading", "importing", "undoing"):
            time.sleep(0.05)
        return found

    def workers_of_imports(self) -> list[int]:
        """The processes that read and import."""
        # A worker starts them on a thread, and /proc lists children by the thread that started them.
        lists = (
            file
            for pid in self.door.server.processes()
            for file in Path(f"/proc/{pid}/task").glob("*/children")
        )
        children = {int(child) for file in lists for child in _text(file).split()}
        return [pid for pid in children if "callboard.importing" in _text(Path(f"/proc/{pid}/cmdline"))]

    def killed_one(self, rows: int) -> bool:
        """Kill the process at work once it has come to so many rows. False: it was done before that."""
        begun = rows == 0
        while (found := self.state)["state"] in ("reading", "importing", "undoing"):
            pids = self.workers_of_imports()
            # A process that takes the work up begins to count anew.
            begun = begun or found["rows_done"] < rows
            if pids and begun and found["rows_done"] >= rows:
                # Both workers may have started one; the second finds the first at work, and ends.
                for pid in pids:
                    with suppress(ProcessLookupError):
                        os.kill(pid, signal.SIGKILL)
                return True
            time.sleep(0.01)
        return False


def _text(file: Path) -> str:
    try:
        return file.read_text("latin-1")
    except OSError:
        return ""


def rows(count: int) -> bytes:
    lines = ["call_id,status,started_at,talk_seconds"]
    lines += [
        f"c{number},{'completed' if number % 3 else 'missed'},2025-11-{number % 28 + 1:02d}T10:00:00Z,"
        f"{60 + number % 7 if number % 3 else 0}"
        for number in range(count)
    ]
    return "\n".join([*lines, ""]).encode()


def expected(count: int) -> dict[str, Any]:
    talks = [60_000 + 1_000 * (number % 7) for number in range(count) if number % 3]
    return {
        "total_calls": count,
        "completed_calls": len(talks),
        "avg_duration_seconds": round(sum(talks) / len(talks) / 1000, 3),
    }


def numbers(door: Door) -> dict[str, Any]:
    path = f"/api/v2/platform/organisation/analytics/?space_token={door.spring}"
    data = httpx.get(door.server.url + path, headers=door.headers(), trust_env=False).json()["data"]
    return {name: data[name] for name in ("total_calls", "completed_calls", "avg_duration_seconds")}


@pytest.fixture
def door(tmp_path: Path) -> Any:
    made = Door(tmp_path)
    made.server.workers = 2
    made.server._command[made.server._command.index("--workers") + 1] = "2"
    made.server._environment["CALLBOARD_MAX_BODY_BYTES"] = str(PART)
    with made:
        yield made


def test_whoever_is_killed_a_file_ends_exact(door: Door) -> None:
    """The process is killed while it reads, while it imports, and while it withdraws; then the whole server
    while it imports. Each row counts once, the books balance, and the import is withdrawn whole.
    """
    count, random = 120 * COMMIT_ROWS + 17, Random(17)
    upload = Uploading(door, rows(count))
    upload.send(random)
    upload.ask("POST", f"{upload.id}/read/")
    upload.killed_one(0)
    found = upload.settled()
    assert (found["state"], found["rows_total"]) == ("ready", count), found["message"]
    assert numbers(door)["total_calls"] == 0

    upload.ask("POST", f"{upload.id}/start/", json={"options": found["plan"]})
    assert upload.killed_one(random.randrange(1, 30) * COMMIT_ROWS)
    while upload.state["rows_done"] < 40 * COMMIT_ROWS and upload.state["state"] == "importing":
        time.sleep(0.01)
    door.server.kill()
    door.server.start()
    done = upload.settled()
    assert done["state"] == "done", done["message"]
    report = done["report"]
    assert (report["received"], report["applied"], report["rejected"]) == (count, count, 0)
    assert numbers(door) == expected(count)

    upload.ask("POST", f"{upload.id}/undo/")
    upload.killed_one(0)
    assert upload.settled()["state"] == "undone"
    assert numbers(door)["total_calls"] == 0
    verified = callboard("verify", "--deep", "--json", db=door.server.db)
    assert (verified.code, verified.json["drift"]) == (0, 0), verified.text


def test_a_process_that_ends_each_time_is_given_up(door: Door) -> None:
    """And says so, instead of being started for ever."""
    upload = Uploading(door, rows(120 * COMMIT_ROWS))
    upload.send(Random(1))
    upload.ask("POST", f"{upload.id}/read/")
    found = upload.settled()
    upload.ask("POST", f"{upload.id}/start/", json={"options": found["plan"]})
    kills = 0
    while upload.killed_one(COMMIT_ROWS):
        kills += 1
    failed = upload.settled()
    assert (failed["state"], kills) == ("failed", 3)
    assert "ended 3 times" in failed["message"]
    # Started again, it carries on where it stood.
    upload.ask("POST", f"{upload.id}/start/")
    assert upload.settled()["report"]["received"] == 120 * COMMIT_ROWS
    assert numbers(door) == expected(120 * COMMIT_ROWS)

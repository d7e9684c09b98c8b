"""A server that hangs: what it answers meanwhile, how long that takes, and what is left of its processes."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from msgspec import Struct

from callboard.store.sqlite.store import SqliteStore
from tests.acceptance.campaign import Campaign, call, new_campaign
from tests.acceptance.server import Server
from tests.crash.test_writer_ends import writers

COMMIT_TIMEOUT_S = 2.0
LOCK_TIMEOUT_S = 1.0
SLACK_S = 2.0
"""What a busy machine may add to a stated time."""
IMPATIENT = (
    *("--commit-timeout-ms", str(int(COMMIT_TIMEOUT_S * 1000))),
    *("--lock-timeout-ms", str(int(LOCK_TIMEOUT_S * 1000))),
)
WRITING_S = COMMIT_TIMEOUT_S + SLACK_S


class Answer(Struct):
    """What a request was answered, and after how long."""

    status: int
    text: str
    took_s: float
    retry_after: str | None


class Watched:
    """One campaign on a server, and the books of what was acknowledged."""

    def __init__(
        self, folder: Path, *, workers: int = 1, impatient: bool = True, log: Path | None = None
    ) -> None:
        self.path = folder / "calls.db"
        self.campaign: Campaign = new_campaign(self.path)
        self.server = Server(self.path, workers=workers, arguments=IMPATIENT if impatient else (), log=log)
        self.acknowledged: set[str] = set()
        self._sent = 0

    def send(self, *, many: int = 1, call_id: str | None = None) -> Answer:
        """Send calls that are new (or that one), and note what was acknowledged."""
        ids = [call_id] if call_id else [f"c{self._sent + number}" for number in range(many)]
        self._sent += len(ids)
        answer = self._asked(
            "POST", f"spaces/{self.campaign.space_token}/events/", [call(each) for each in ids]
        )
        if answer.status == 200:
            self.acknowledged.update(ids)
        return answer

    def numbers(self) -> Answer:
        return self._asked("GET", "organisation/analytics/")

    def calls(self) -> Answer:
        return self._asked("GET", "call-logs/")

    def ready(self) -> Answer:
        return self._asked("GET", f"{self.server.url}/readyz")

    def until(self, true: Any, within_s: float = 30.0) -> None:
        deadline = time.monotonic() + within_s
        while not true():
            assert time.monotonic() < deadline, self.server.log[-3000:]
            time.sleep(0.05)

    def recover(self) -> None:
        """It goes on by itself: ready, and it takes events."""
        self.until(lambda: self.ready().status == 200)
        self.until(lambda: self.send().status == 200)

    def check(self) -> None:
        """All that was acknowledged is counted, by the server and by a newly opened store; nothing
        drifted.
        """
        listed = self.calls()
        assert listed.status == 200, listed.text
        self.stop()
        check_file(self.path, self.campaign, self.acknowledged)

    def stop(self, within_s: float = 30.0) -> int:
        """SIGTERM; all processes end within the stated time."""
        group, began = self.server.pid, time.monotonic()
        code = self.server.stop()
        assert time.monotonic() - began < within_s
        assert not _group(group), "a process outlived its server"
        return code

    def _asked(self, method: str, path: str, body: Any = None) -> Answer:
        began = time.monotonic()
        with self.campaign.client(self.server.api) as client:
            answer: httpx.Response = client.request(method, path, json=body)
        took_s = time.monotonic() - began
        return Answer(answer.status_code, answer.text, took_s, answer.headers.get("retry-after"))


@contextmanager
def watched(
    folder: Path, *, workers: int = 1, impatient: bool = True, log: Path | None = None
) -> Iterator[Watched]:
    """A server that has taken a first call; killed at the end if it still runs."""
    board = Watched(folder, workers=workers, impatient=impatient, log=log)
    board.server.start()
    try:
        board.until(lambda: board.send().status == 200)
        assert board.numbers().status == 200
        yield board
    finally:
        if board.server.running:
            board.server.kill()


@contextmanager
def small_disk(folder: Path) -> Iterator[Path]:
    """A file system of 8 MiB; skips where none can be mounted."""
    if os.geteuid() != 0 or shutil.which("mount") is None:
        pytest.skip("a small file system can only be mounted by root")
    place = folder / "small"
    place.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", place], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("a small file system cannot be mounted here")
    try:
        yield place
    finally:
        subprocess.run(["umount", "-l", place], check=True)


class Disk:
    """A disk of its own that can be made to hang: what is written to it stays in memory, and a sync does not
    come back. It lies in a file of another file system, which is frozen meanwhile.
    """

    def __init__(self, folder: Path) -> None:
        self._below, self.folder = folder / "below", folder / "disk"
        self._mounted: list[Path] = []
        self._mount(folder / "below-image", self._below, "ext4", 96)
        self._mount(self._below / "image", self.folder, "ext2", 48)

    def _mount(self, image: Path, place: Path, kind: str, mib: int) -> None:
        place.mkdir()
        with image.open("wb") as file:
            for _ in range(mib):
                file.write(bytes(1 << 20))
        for command in (
            [f"mkfs.{kind}", "-q", "-F", str(image)],
            ["mount", "-o", "loop", str(image), str(place)],
        ):
            if subprocess.run(command, capture_output=True, check=False).returncode:
                self.unmount()
                pytest.skip("a disk that can be made to hang cannot be mounted here")
        self._mounted.append(place)

    @contextmanager
    def hung(self) -> Iterator[None]:
        """It does not answer for a while."""
        subprocess.run(["sync", "-f", self.folder], check=True)
        subprocess.run(["fsfreeze", "-f", self._below], check=True)
        try:
            yield
        finally:
            subprocess.run(["fsfreeze", "-u", self._below], check=True)

    def unmount(self) -> None:
        while self._mounted:
            subprocess.run(["umount", "-l", self._mounted.pop()], check=True)


@contextmanager
def own_disk(folder: Path) -> Iterator[Disk]:
    """Skips where none can be had."""
    if os.geteuid() != 0 or shutil.which("fsfreeze") is None or shutil.which("mkfs.ext4") is None:
        pytest.skip("a file system can only be frozen by root")
    disk = Disk(folder)
    try:
        yield disk
    finally:
        disk.unmount()


def writer_of(board: Watched) -> int:
    [pid] = writers(board.server)
    return pid


def check_file(path: Path, campaign: Campaign, acknowledged: set[str]) -> None:
    """What a start on this file finds: all that was acknowledged, exact."""
    store = SqliteStore(str(path))
    try:
        space = store.find_space(campaign.space_token)
        assert space is not None
        missing = [each for each in acknowledged if store.call(space.org_id, space.id, each) is None]
        assert not missing, f"acknowledged, and lost: {missing[:5]}"
        assert store.verify(deep=True).drift == 0
    finally:
        store.close()


def lives(pid: int) -> bool:
    """Whether this process does anything yet. One that ended and that nobody asked for is none."""
    try:
        return b") Z " not in Path(f"/proc/{pid}/stat").read_bytes()
    except OSError:
        return False


def _group(group: int) -> list[int]:
    """The living processes of a group."""
    found = []
    for each in Path("/proc").glob("[0-9]*"):
        try:
            if os.getpgid(int(each.name)) == group and lives(int(each.name)):
                found.append(int(each.name))
        except ProcessLookupError:
            continue
    return found

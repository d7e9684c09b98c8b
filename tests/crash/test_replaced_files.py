"""Promise 1, the file: nothing is acknowledged into a file that nobody will find again, and no number of a
file that is gone is told as if it were of the one in its place.
"""

from __future__ import annotations

import os
import shutil
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from callboard.errors import StoreReplacedError
from callboard.store.sqlite.store import SqliteStore
from tests.acceptance.campaign import new_campaign
from tests.crash.hanging import Watched, check_file, lives, watched, writer_of
from tests.events import call, send
from tests.stores import make_organization, make_space

pytestmark = pytest.mark.timeout(120)

Change = Callable[[Path, Path], None]
"""What is done to a store's file, by means of another store."""


def deleted(path: Path, _: Path) -> None:
    path.unlink()


def replaced(path: Path, other: Path) -> None:
    """As a backup is put back: the file, and nothing of the old one beside it."""
    for beside in ("-wal", "-shm"):
        Path(f"{path}{beside}").unlink()
    shutil.copy(other, f"{path}.new")
    Path(f"{path}.new").replace(path)


def wal_deleted(path: Path, _: Path) -> None:
    Path(f"{path}-wal").unlink()


def wal_replaced(path: Path, _: Path) -> None:
    shutil.copy(f"{path}-wal", f"{path}.new")
    Path(f"{path}.new").replace(f"{path}-wal")


def shm_deleted(path: Path, _: Path) -> None:
    """By it processes find each other's locks: without it two could write at once."""
    Path(f"{path}-shm").unlink()


CHANGES = [deleted, replaced, wal_deleted, wal_replaced, shm_deleted]
SHORTLY = [(deleted, True), (replaced, False), (wal_deleted, True)]
"""What is tried with a server each time; the rest takes a minute more."""


@pytest.fixture
def other(tmp_path: Path) -> Path:
    """Another complete store, which no process has open."""
    path = tmp_path / "other.db"
    new_campaign(path, name="Other", handle="other.example")
    return path


@pytest.mark.parametrize("change", CHANGES)
def test_a_store_refuses_what_could_not_be_looked_up_again(
    change: Change, tmp_path: Path, other: Path
) -> None:
    """Deleted or replaced while it is idle, or in the middle of a commit: neither is acknowledged, nothing is
    read.
    """
    path = tmp_path / "calls.db"
    store = SqliteStore(str(path))
    space = make_space(store, make_organization(store))
    send(store, space, call("kept"))
    with pytest.raises(StoreReplacedError, match="may have been kept"):
        store._write(lambda _: change(path, other))
    for ask in (
        lambda: send(store, space, call("refused")),
        lambda: store.call(space.org_id, space.id, "kept"),
        store.ready,
        store.organizations,
    ):
        with pytest.raises(StoreReplacedError):
            ask()
    time.sleep(0.11)
    for look in (store.change_counter, store.change_counter):
        with pytest.raises(StoreReplacedError):
            look()
    store.close()


@pytest.mark.parametrize(
    ("change", "busy"),
    [
        pytest.param(change, busy, marks=() if (change, busy) in SHORTLY else pytest.mark.long)
        for change in CHANGES
        for busy in (False, True)
    ],
)
def test_nothing_is_acknowledged_after_a_file_was_replaced(
    busy: bool, change: Change, tmp_path: Path, other: Path
) -> None:
    """By the server, idle or fed: 503 for writing and reading alike, `/readyz` says why; SIGTERM ends it."""
    folder = tmp_path / "served"
    folder.mkdir()
    with watched(folder, workers=2) as board:
        for number in range(5):
            board.send(many=20, call_id=None if number else "first")
        enough, changed = threading.Event(), threading.Event()
        late: list[str] = []

        def feed(name: int) -> None:
            number = 0
            while not enough.is_set():
                began_after = changed.is_set()
                answer = board.send(call_id=f"f{name}-{number}")
                number += 1
                if answer.status == 200 and began_after:
                    late.append(answer.text)

        with ThreadPoolExecutor(2) as senders:
            if busy:
                for name in range(2):
                    senders.submit(feed, name)
                time.sleep(0.3)
            try:
                change(board.path, other)
                changed.set()
                time.sleep(0.3)
                for _ in range(4):  # whichever worker answers
                    all_is_refused(board)
            finally:
                enough.set()
        assert not late, "acknowledged after the file was replaced"
        board.stop()
        what_is_left_is_right(board, change, other)


def all_is_refused(board: Watched) -> None:
    for answer in (board.send(), board.numbers(), board.calls(), board.ready()):
        assert (answer.status, bool(answer.retry_after)) == (503, True), answer
        assert answer.took_s < 2, answer
        assert "deleted or replaced" in answer.text or "process that writes" in answer.text


def what_is_left_is_right(board: Watched, change: Change, other: Path) -> None:
    """The new file as it was put there; or in the old one all that had been acknowledged, also what its
    `-wal` alone held.
    """
    if change is replaced:
        assert board.path.read_bytes() == other.read_bytes(), "the new file was written to"
        assert not Path(f"{board.path}-wal").exists()
    elif change is not deleted:
        check_file(board.path, board.campaign, board.acknowledged)


def test_what_a_deleted_wal_held_survives_also_a_kill(tmp_path: Path) -> None:
    """It is moved into the file as soon as somebody notices: acknowledged is durable."""
    with watched(tmp_path) as board:
        board.send(many=50)
        wal_deleted(board.path, board.path)
        board.until(lambda: board.numbers().status == 503)
        time.sleep(1)
        board.server.kill()
        check_file(board.path, board.campaign, board.acknowledged)


def test_a_file_that_is_put_back_is_served_again(tmp_path: Path) -> None:
    """Moved away by mistake: refused meanwhile, and then it goes on by itself."""
    with watched(tmp_path) as board:
        away = tmp_path / "away.db"
        board.path.rename(away)
        board.until(lambda: board.numbers().status == 503)
        assert (board.send().status, board.ready().status) == (503, 503)
        away.rename(board.path)
        board.recover()
        board.check()


def test_a_new_writer_takes_no_other_store_than_its_workers(tmp_path: Path, other: Path) -> None:
    """The writer ends just after the file was replaced: the next one must not write one store's events, for
    which a worker checked another store's tokens, into the new file.
    """
    with watched(tmp_path) as board:
        pid = writer_of(board)
        replaced(board.path, other)
        os.kill(pid, 9)
        board.until(lambda: not lives(pid))
        time.sleep(2)
        board.until(lambda: board.ready().status == 503)
        assert board.send().status == 503
        board.stop()
        assert board.path.read_bytes() == other.read_bytes()


def test_a_link_that_leads_elsewhere_is_another_file(tmp_path: Path, other: Path) -> None:
    """The path is what the next process follows."""
    real, link = tmp_path / "real.db", tmp_path / "link.db"
    new_campaign(real)
    link.symlink_to(real)
    store = SqliteStore(str(link))
    store.ready()
    (tmp_path / "new-link").symlink_to(other)
    (tmp_path / "new-link").replace(link)
    with pytest.raises(StoreReplacedError):
        store.ready()
    store.close()

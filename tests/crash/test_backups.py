"""A backup is one moment, whole or absent; what it restores is all that was acknowledged before it began."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from random import Random
from threading import Event, Thread
from typing import Self

import apsw
import httpx
import pytest

from callboard.errors import StoreError, StoreFileError, StoreUnavailableError
from callboard.settings import Settings
from callboard.store.sqlite import backup
from callboard.store.sqlite.clean_mark import CLOSED, mark_in_file
from callboard.store.sqlite.new_file import unfinished_file
from callboard.store.sqlite.restoring import check_backup, put_restored
from callboard.store.sqlite.store import SqliteStore
from tests.acceptance.campaign import Campaign, call, new_campaign
from tests.acceptance.command import callboard, done
from tests.acceptance.server import Server
from tests.crash.sending import the_seed
from tests.events import call as call_event
from tests.events import send
from tests.stores import NOW, make_organization, make_space

pytestmark = pytest.mark.timeout(180)

ROOT = Path(__file__).parents[2]


def calls_in(path: Path) -> set[str]:
    """The calls of a file that no process has open."""
    db = apsw.Connection(str(path), flags=apsw.SQLITE_OPEN_READONLY)
    try:
        return {call_id for (call_id,) in db.execute("SELECT call_id FROM call")}
    finally:
        db.close()


class Feeding:
    """A server that clients feed without a pause, and what was acknowledged."""

    def __init__(self, campaign: Campaign, server: Server) -> None:
        self.acknowledged: set[str] = set()
        self.sent: set[str] = set()
        self._campaign = campaign
        self._server = server
        self._over = Event()
        self._threads = [Thread(target=self._feed, args=(name,)) for name in "ab"]

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join()

    def _feed(self, name: str) -> None:
        number = 0
        while not self._over.is_set():
            ids = [f"{name}{number + each}" for each in range(20)]
            number += len(ids)
            self.sent.update(ids)
            try:
                with self._campaign.client(self._server.api) as client:
                    self._campaign.send(client, *map(call, ids))
            except (httpx.HTTPError, AssertionError):  # it is killed just now
                time.sleep(0.05)
                continue
            self.acknowledged.update(ids)


def test_a_backup_while_writers_run_and_are_killed_restores_what_was_acknowledged(tmp_path):
    """All that was acknowledged before it began, nothing that nobody sent, and no drift."""
    random = Random(the_seed())
    campaign, folder = new_campaign(tmp_path / "calls.db"), tmp_path / "backups"
    folder.mkdir()
    server = Server(campaign.db).start()
    try:
        with Feeding(campaign, server) as fed:
            for number in range(4):
                before = set(fed.acknowledged)
                making = Thread(
                    target=lambda file=folder / f"{number}.db": done("backup", file, db=campaign.db)
                )
                making.start()
                if number % 2:
                    time.sleep(random.uniform(0.2, 0.8))
                    server.kill()
                    server.start()
                making.join()
                file, restored = folder / f"{number}.db", tmp_path / f"restored-{number}.db"
                assert file.stat().st_mode & 0o777 == 0o600
                assert done("backup", "verify", file, "--json").json["drift"] == 0
                done("restore", file, db=restored)
                found = calls_in(restored)
                assert before <= found <= fed.sent
                numbers = done("analytics", "--json", db=restored).json["data"]
                assert numbers["total_calls"] == len(found)
    finally:
        if server.running:
            server.stop()
    assert len(fed.acknowledged) > 100, "nothing was fed meanwhile: this proves nothing"
    assert sorted(each.name for each in folder.iterdir()) == [f"{number}.db" for number in range(4)]


def killed_at(last: int, *arguments: str | Path) -> bool:
    """Run a command that is killed at its `last`-th step; whether it was."""
    ended = subprocess.run(
        [sys.executable, "-m", "tests.crash.dying_command", str(last), *map(str, arguments)],
        cwd=ROOT,
        capture_output=True,
        check=False,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert ended.returncode in (0, -signal.SIGKILL), ended.stderr.decode()
    return ended.returncode != 0


def drawn_steps(random: Random, number: int, most: int) -> Sequence[int]:
    """The first steps, and others: as likely early as late."""
    return sorted({*range(4), *(random.randrange(most) for _ in range(number))})


def test_a_backup_that_is_killed_leaves_its_target_whole_or_absent(tmp_path):
    """At any step; and what is left of it is in nobody's way."""
    random = Random(the_seed())
    campaign = new_campaign(tmp_path / "calls.db")
    folder = tmp_path / "backups"
    folder.mkdir()
    killed = whole = 0
    for last in drawn_steps(random, 14, 40):
        target = folder / f"{last}.db"
        was_killed = killed_at(last, "backup", target, "--db", campaign.db)
        assert was_killed or target.exists()
        killed += was_killed
        if target.exists():
            whole += 1
            assert mark_in_file(str(target)) == CLOSED
            assert done("backup", "verify", target, "--json").json["organizations"] == ["acme.com"]
        else:
            done("backup", target, db=campaign.db)
    assert killed > 5, "nothing was killed: this proves nothing"
    assert whole, "it was always killed before its end: this proves nothing"
    assert {each.suffix for each in folder.iterdir()} <= {".db", ".part"}


def test_a_restore_that_is_killed_leaves_the_old_store_or_the_new_one(tmp_path):
    """At any step there is one at the path, whole; and never a new, empty one."""
    random = Random(the_seed())
    old, backed_up = new_campaign(tmp_path / "calls.db"), tmp_path / "new.db"
    new_campaign(tmp_path / "other.db", handle="new.example")
    done("backup", backed_up, db=tmp_path / "other.db")
    handles = set()
    for last in (*drawn_steps(random, 8, 24), 30):  # the last is not killed
        killed_at(last, "restore", backed_up, "--replace", "--db", old.db)
        found = done("org", "list", "--json", db=old.db).json
        [handle] = [each["domain_handle"] for each in found]
        assert done("verify", "--deep", "--json", db=old.db).json["drift"] == 0
        handles.add(handle)
        if handle == "new.example":
            for each in tmp_path.glob("calls.db*"):
                each.unlink()
            new_campaign(old.db)
    assert handles == {"acme.com", "new.example"}


def test_a_restore_goes_on_after_one_that_was_killed_within_the_same_second(tmp_path):
    """At any step: what was there before is whole under one name, which the second restore tells."""
    random = Random(the_seed())
    new_campaign(tmp_path / "other.db", handle="new.example")
    backed_up = tmp_path / "new.db"
    done("backup", backed_up, db=tmp_path / "other.db")
    begun = 0
    for last in random.sample(range(8, 18), 10):  # it makes files from the 8th to the 17th
        if begun == 2:
            break
        folder = tmp_path / f"{last}"
        folder.mkdir()
        old = new_campaign(folder / "calls.db")
        killed_at(last, "restore", backed_up, "--replace", "--db", old.db)
        [found] = done("org", "list", "--json", db=old.db).json
        if found["domain_handle"] == "new.example":
            continue
        begun += len(list(folder.glob("*.before-*")))
        aside = Path(done("restore", backed_up, "--replace", "--json", db=old.db).json["aside"])
        assert list(folder.glob("*.before-*")) == [aside]
        assert [each["domain_handle"] for each in done("org", "list", "--json", db=aside).json] == [
            "acme.com"
        ]
        assert done("verify", "--deep", "--json", db=aside).json["drift"] == 0
    assert begun, "no restore was killed after it had begun: this proves nothing"


def test_the_name_of_what_was_there_before_is_one_that_is_free(tmp_path):
    """Restores within one second replace no store that an earlier one has kept."""
    target, wanted = tmp_path / "calls.db", tmp_path / "calls.db.before-2026-02-08T091200Z"
    contents = [b"zeroth", b"first", b"second", b"third"]
    kept = []
    for content in contents:  # the first finds nothing there
        new = tmp_path / "new.db"
        new.write_bytes(content)
        kept.append(put_restored(new, target, wanted))
    assert kept == [None, wanted, Path(f"{wanted}-2"), Path(f"{wanted}-3")]
    assert [each.read_bytes() for each in (*kept[1:], target)] == contents


def test_a_store_in_use_is_not_replaced_and_one_that_is_replaced_is_kept(tmp_path):
    """Its lock says so, not its files: what a crash left beside the file does not look like a user."""
    campaign, file = new_campaign(tmp_path / "calls.db"), tmp_path / "one.db"
    done("backup", file, db=campaign.db)
    with Server(campaign.db) as server, campaign.client(server.api) as client:
        campaign.send(client, call("after the backup"))
        refused = callboard("restore", file, "--replace", db=campaign.db)
        assert (refused.code, "open" in refused.err) == (1, True)
        assert campaign.send(client, call("goes on"))["applied"] == 1
        server.kill()
    assert callboard("restore", file, db=campaign.db).code == 1, "there is a store already"
    aside = Path(done("restore", file, "--replace", "--json", db=campaign.db).json["aside"])
    assert not list(tmp_path.glob("*-wal")) + list(tmp_path.glob("*-journal"))
    assert calls_in(campaign.db) == set()
    assert calls_in(aside) == {"after the backup", "goes on"}
    assert done("verify", "--deep", "--json", db=aside).json["drift"] == 0


def test_what_cannot_be_read_is_moved_aside_with_all_that_is_beside_it(tmp_path):
    """A damaged file, one without its log, a log without its file: none of it meets the new file."""
    source, file = new_campaign(tmp_path / "source.db"), tmp_path / "one.db"
    done("backup", file, db=source.db)
    for number, (main, log) in enumerate(
        [(b"rubbish" * 1000, b"log"), (file.read_bytes()[:8192], None), (None, b"log"), (b"", None)]
    ):
        target = tmp_path / f"{number}" / "calls.db"
        target.parent.mkdir()
        for name, content in (("", main), ("-wal", log)):
            if content is not None:
                Path(f"{target}{name}").write_bytes(content)
        aside = done("restore", file, "--replace", "--json", db=target).json["aside"]
        assert done("verify", "--deep", "--json", db=target).json["drift"] == 0
        for name, content in (("", main), ("-wal", log)):
            if content:
                assert Path(f"{aside}{name}").stat().st_size == len(content)


def test_a_backup_of_a_newer_version_is_refused(tmp_path):
    """With nothing changed."""
    source, file = new_campaign(tmp_path / "calls.db"), tmp_path / "one.db"
    done("backup", file, db=source.db)
    db = apsw.Connection(str(file))
    db.execute("PRAGMA user_version = 9999")
    db.close()
    for arguments in (("backup", "verify", file), ("restore", file, "--db", tmp_path / "new.db")):
        refused = callboard(*arguments)
        assert (refused.code, "newer version" in refused.err) == (1, True)
    assert not (tmp_path / "new.db").exists()


def test_a_backup_is_given_up_before_the_log_grows_without_end(tmp_path, monkeypatch):
    """Writers go on, and nothing is left of it."""
    monkeypatch.setattr(backup, "LEAST_WAL_BYTES", 0)
    monkeypatch.setattr(backup, "STEP_PAGES", 1)
    store = SqliteStore(str(tmp_path / "calls.db"), Settings())
    space = make_space(store, make_organization(store))
    sent = 0

    def feed(*_: int) -> None:
        nonlocal sent
        send(store, space, *(call_event(f"c{sent + each}") for each in range(100)))
        sent += 100

    with (
        unfinished_file(tmp_path, "one.db") as path,
        pytest.raises(StoreError, match="given up: the -wal file has grown"),
    ):
        store.write_backup(path, NOW, feed)
    assert sent
    assert not list(tmp_path.glob(".*"))
    feed()
    store.close()


def test_a_backup_is_of_one_moment_however_much_is_committed_meanwhile(tmp_path, monkeypatch):
    """Commits between two of its steps neither get into it nor make it begin again."""
    monkeypatch.setattr(backup, "STEP_PAGES", 3)
    store = SqliteStore(str(tmp_path / "calls.db"), Settings())
    space = make_space(store, make_organization(store))
    send(store, space, *(call_event(f"before-{each}") for each in range(200)))
    steps = 0

    def feed(*_: int) -> None:
        nonlocal steps
        steps += 1
        send(store, space, call_event(f"during-{steps}"))

    with unfinished_file(tmp_path, "one.db") as path:
        store.write_backup(path, NOW, feed)
        with (
            pytest.raises(StoreError, match="Another process is writing"),
            unfinished_file(tmp_path, "one.db"),
        ):
            pass
        copy = SqliteStore(str(path))
        assert copy.backup_made_at() == copy.last_backup() == NOW
        assert copy.verify(deep=True).drift == 0
        copy.close()
        assert calls_in(path) == {f"before-{each}" for each in range(200)}
    assert steps > 20
    store.close()


def test_a_restored_file_takes_no_other_name_while_its_store_is_open(tmp_path):
    """Also where the process that has it open is this one."""
    store = SqliteStore(str(tmp_path / "calls.db"), Settings())
    make_organization(store)
    new = tmp_path / "new.db"
    new.write_bytes(b"")
    with pytest.raises(StoreUnavailableError, match="stop every server"):
        put_restored(new, tmp_path / "calls.db", tmp_path / "aside.db")
    assert len(store.organizations()) == 1
    store.close()
    with pytest.raises(StoreFileError, match="no backup"):
        check_backup(new)

"""Compacting a file gives room back and changes no number, whatever ends it."""

from __future__ import annotations

import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path
from random import Random

import apsw
import pytest

from callboard.errors import StoreUncleanError
from callboard.settings import Settings
from callboard.store.sqlite.clean_mark import CLOSED, mark_in_file
from callboard.store.sqlite.compacting import compact_file
from callboard.store.sqlite.new_file import BESIDE
from callboard.store.sqlite.store import SqliteStore
from tests.acceptance.campaign import Campaign, call, new_campaign
from tests.acceptance.command import callboard, done
from tests.acceptance.server import Server
from tests.crash.sending import the_seed
from tests.crash.test_backups import ROOT, drawn_steps, killed_at

pytestmark = pytest.mark.timeout(180)

CALLS = 300


def emptied_campaign(path: Path) -> Campaign:
    """A store with calls, most of whose pages are free: a batch of it was a large upload, since removed."""
    campaign = new_campaign(path)
    with Server(campaign.db) as server, campaign.client(server.api) as client:
        campaign.send(client, *(call(f"c{number}") for number in range(CALLS)))
    with closing(apsw.Connection(str(path))) as db:
        db.execute("CREATE TABLE filler (body BLOB)")
        db.executemany("INSERT INTO filler VALUES (?)", [(b"x" * 4000,) for _ in range(400)])
        db.execute("DROP TABLE filler")
    return campaign


def total(path: Path | str) -> int:
    """Calls, as the analytics answer."""
    return int(done("analytics", "--json", db=path).json["data"]["total_calls"])


def check_whole_and_right(path: Path) -> None:
    """All of the store is in its file, and its numbers equal a recount."""
    assert mark_in_file(str(path)) == CLOSED
    assert not Path(f"{path}-wal").exists()
    assert done("verify", "--deep", "--json", db=path).json["drift"] == 0
    assert total(path) == CALLS


def test_a_compacted_file_is_smaller_and_says_the_same(tmp_path):
    """It keeps its mode, and is written to as before."""
    campaign = emptied_campaign(tmp_path / "calls.db")
    Path(campaign.db).chmod(0o640)
    before = Path(campaign.db).stat().st_size
    told = done("db", "compact", "--json", db=campaign.db).json
    assert told["bytes_before"] == before
    assert told["bytes"] == Path(campaign.db).stat().st_size < before - 400 * 3000
    assert Path(campaign.db).stat().st_mode & 0o777 == 0o640
    check_whole_and_right(tmp_path / "calls.db")
    with Server(campaign.db) as server, campaign.client(server.api) as client:
        assert campaign.send(client, call("one more"))["applied"] == 1
    assert not [each for beside in (*BESIDE, ".part") for each in tmp_path.glob(f"*{beside}")]


def test_a_link_stays_a_link(tmp_path):
    """What it leads to is compacted."""
    campaign = emptied_campaign(tmp_path / "calls.db")
    (tmp_path / "link.db").symlink_to(campaign.db)
    done("db", "compact", db=tmp_path / "link.db")
    assert (tmp_path / "link.db").is_symlink()
    check_whole_and_right(tmp_path / "calls.db")


def test_a_store_in_use_is_not_compacted_and_goes_on(tmp_path):
    """Its lock says so; after a kill, what only its log holds is in the new file."""
    campaign = new_campaign(tmp_path / "calls.db")
    with Server(campaign.db) as server, campaign.client(server.api) as client:
        campaign.send(client, call("before"))
        refused = callboard("db", "compact", db=campaign.db)
        assert (refused.code, "stop every server" in refused.err) == (1, True)
        assert campaign.send(client, call("goes on"))["applied"] == 1
        server.kill()
    assert Path(f"{campaign.db}-wal").exists(), "it was closed: this proves nothing"
    done("db", "compact", db=campaign.db)
    assert total(campaign.db) == 2


def test_a_store_that_this_process_has_open_is_not_compacted(tmp_path):
    """And one that lacks its log is refused as everywhere, with nothing changed."""
    store = SqliteStore(str(tmp_path / "calls.db"), Settings())
    try:
        assert callboard("db", "compact", db=tmp_path / "calls.db").code == 1
    finally:
        store.close()
    campaign = new_campaign(tmp_path / "other.db")
    with Server(campaign.db) as server, campaign.client(server.api) as client:
        campaign.send(client, call("in the log"))
        server.kill()
    Path(f"{campaign.db}-wal").unlink()
    content = Path(campaign.db).read_bytes()
    with pytest.raises(StoreUncleanError):
        compact_file(Path(campaign.db), Settings())
    assert Path(campaign.db).read_bytes() == content


def test_a_compaction_that_is_killed_at_any_step_leaves_the_store_whole(tmp_path):
    """The old file or the new one; and what is left beside it is in nobody's way."""
    random = Random(the_seed())
    campaign = emptied_campaign(tmp_path / "calls.db")
    original = Path(campaign.db).read_bytes()
    killed, smaller = 0, set()
    for last in drawn_steps(random, 12, 60):
        Path(campaign.db).write_bytes(original)
        killed += killed_at(last, "db", "compact", "--db", campaign.db)
        smaller.add(Path(campaign.db).stat().st_size < len(original))
        check_whole_and_right(tmp_path / "calls.db")
        done("db", "compact", db=campaign.db)
        assert not list(tmp_path.glob(".*.part*"))
    assert killed > 3, "nothing was killed: this proves nothing"
    assert smaller == {False, True}, "it was always killed before its end, or never"


def test_a_compaction_of_a_crashed_store_that_is_killed_at_any_moment_loses_nothing(tmp_path):
    """Also while the log is moved into the file: all that was acknowledged is there."""
    random = Random(the_seed())
    for number in range(4):
        campaign = new_campaign(tmp_path / f"{number}.db")
        with Server(campaign.db) as server, campaign.client(server.api) as client:
            campaign.send(client, *(call(f"c{each}") for each in range(CALLS)))
            server.kill()
        process = subprocess.Popen(
            [sys.executable, "-m", "callboard", "db", "compact", "--db", campaign.db],
            cwd=ROOT,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        time.sleep(random.uniform(0.2, 0.7))
        process.kill()
        process.wait()
        assert total(campaign.db) == CALLS
        assert done("verify", "--deep", "--json", db=campaign.db).json["drift"] == 0

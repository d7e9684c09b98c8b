"""Files that hold phone numbers: who may read them when they are made."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from callboard.settings import Settings
from callboard.store.sqlite.store import SqliteStore
from tests.acceptance.campaign import new_campaign
from tests.acceptance.command import callboard


@pytest.fixture(autouse=True)
def _generous():
    """The least restrictive umask: modes that are not set explicitly are open to all."""
    before = os.umask(0)
    yield
    os.umask(before)


def test_a_new_store_is_its_owners_alone(tmp_path: Path) -> None:
    """The file and what lies beside it while it is open."""
    store = SqliteStore(str(tmp_path / "calls.db"), Settings())
    modes = {path.name: _mode(path) for path in tmp_path.iterdir()}
    store.close()
    assert modes == {"calls.db": 0o600, "calls.db-wal": 0o600, "calls.db-shm": 0o600}


def test_a_new_store_behind_a_link_is_its_owners_alone(tmp_path: Path) -> None:
    """A link to a file that is not there yet makes that file."""
    (tmp_path / "link.db").symlink_to(tmp_path / "calls.db")
    SqliteStore(str(tmp_path / "link.db"), Settings()).close()
    assert _mode(tmp_path / "calls.db") == 0o600


def test_the_mode_of_a_store_that_is_there_is_not_changed(tmp_path: Path) -> None:
    """Who lets a group read the file goes on letting it, beside files included."""
    path = tmp_path / "calls.db"
    SqliteStore(str(path), Settings()).close()
    path.chmod(0o640)
    store = SqliteStore(str(path), Settings())
    modes = {each.name: _mode(each) for each in tmp_path.iterdir()}
    store.close()
    assert modes == {"calls.db": 0o640, "calls.db-wal": 0o640, "calls.db-shm": 0o640}


def test_rejected_rows_are_their_owners_alone(tmp_path: Path) -> None:
    """A new file of them; one that is there and written anew keeps its mode."""
    campaign = new_campaign(tmp_path / "calls.db")
    source = tmp_path / "calls.csv"
    source.write_text("id,status,start\nc-1,nonsense,2026-02-07T05:57:52Z\n")
    rejected = tmp_path / "calls.csv.rejected.csv"
    for mode in (0o600, 0o644):
        if rejected.exists():
            rejected.chmod(mode)
        outcome = callboard(
            "import", source, "--space", campaign.space_token, "--yes",
            "--map", "call_id=id,call_status=status,start_time=start", db=campaign.db, cwd=tmp_path,
        )  # fmt: skip
        assert outcome.code == 1, outcome.err
        assert _mode(rejected) == mode


def _mode(path: Path) -> int:
    return path.stat().st_mode & 0o777

"""`callboard watch`: how it is started, what it says, and how it ends."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.acceptance.command import callboard
from tests.watching import Followers


@pytest.fixture
def followers(tmp_path: Path) -> Followers:
    return Followers(tmp_path)


def test_it_follows_a_file_until_it_is_told_to_stop(followers):
    """Rows are counted while it runs; SIGTERM ends it with a summary, and the next run goes on."""
    followers.log.write(3)
    process = followers.start()
    followers.wait_for(3)
    followers.log.write(2)
    followers.wait_for(5)
    followers.log.rotate()
    followers.log.write(1)
    followers.wait_for(6)
    second = followers.outcome("--once")
    assert (second.code, "Another process follows this file" in second.err) == (1, True)
    found = followers.stop(process)
    assert (found["applied"], found["duplicate"], found["rotations"], found["cuts"]) == (6, 0, 1, 0)
    assert "Master.csv was rotated" in found["told"]
    assert followers.once()["rows"] == 0
    followers.check()


def test_a_person_reads_what_became_of_the_rows(followers):
    followers.log.write(2)
    with followers.log.path.open("ab") as file:
        file.write(b"torn,row\n")
    how = ("--format", "asterisk", "--space", followers.space, "--once", "--state", "how_far")
    outcome = callboard("watch", "Master.csv", *how, db=followers.db, cwd=followers.folder)
    assert outcome.text.startswith("3 rows: 2 applied, 0 duplicate, 0 stale, 1 rejected.")
    assert "read as UTC" in outcome.err
    assert (followers.folder / "how_far").exists()
    assert (followers.folder / "Master.csv.rejected.csv").read_text().splitlines()[1].startswith("3,")


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (("--format", "vapi"), "freeswitch, asterisk"),
        (("--format", "nobody"), "--format"),
        (("--format", "asterisk", "--timezone", "Mars/Base"), "--timezone"),
        (("--format", "asterisk", "--setting", "nothing=1"), "--setting"),
    ],
)
def test_what_cannot_be_followed_is_wrong_usage(followers, options, told):
    followers.log.write(1)
    outcome = callboard(
        "watch", followers.log.path, "--space", followers.space, *options, "--once", db=followers.db
    )
    assert (outcome.code, told in outcome.err) == (2, True)


def test_progress_of_another_space_is_not_taken_over(followers):
    followers.log.write(1)
    followers.once()
    made = callboard("space", "create", "--name", "Autumn", "--json", db=followers.db).json
    followers.space = made["token"]
    outcome = followers.outcome("--once")
    assert (outcome.code, "--state" in outcome.err) == (1, True)

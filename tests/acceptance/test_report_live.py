"""`callboard report live`: what the stream sends, in the terminal."""

from __future__ import annotations

import csv
import io
import json
import os
import pty
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.campaign import Campaign, call, new_campaign
from tests.acceptance.command import callboard, done

FOLLOW = [sys.executable, "-m", "callboard", "report", "live"]


@pytest.fixture
def campaign(tmp_path: Path) -> Campaign:
    return new_campaign(tmp_path / "calls.db")


def add(campaign: Campaign, call_id: str) -> None:
    """One call more, by another process."""
    event = call(call_id)
    rows = campaign.db.parent / f"{call_id}.ndjson"
    rows.write_text(json.dumps({name: event[name] for name in ("call_id", "call_status", "occurred_at")}))
    fields = "call_id=call_id,call_status=call_status,occurred_at=occurred_at"
    done("import", rows, "--space", campaign.space_token, "--map", fields, db=campaign.db)


def following(campaign: Campaign, *arguments: str, **more: Any) -> subprocess.Popen[bytes]:
    own = {name: value for name, value in os.environ.items() if not name.startswith("CALLBOARD_")}
    environment = {**own, "CALLBOARD_DB": str(campaign.db)}
    return subprocess.Popen([*FOLLOW, *arguments], env=environment, **{"stdout": subprocess.PIPE, **more})


def test_there_is_a_line_for_each_change(campaign: Campaign):
    """The endpoint's body; in a pipe it comes at once, not when a buffer is full; Ctrl-C is how it ends."""
    with following(campaign) as process:
        assert process.stdout is not None
        for number in range(3):
            told = process.stdout.readline()
            assert told == done("analytics", "--json", db=campaign.db).out + b"\n"
            assert json.loads(told)["data"]["total_calls"] == number
            if number < 2:
                add(campaign, f"c-{number}")
        process.send_signal(signal.SIGINT)
        assert process.stdout.read() == b""
        assert process.wait(30) == 0


def test_rows_of_csv_have_the_same_numbers(campaign: Campaign):
    """A header, and as many rows as were asked for."""
    add(campaign, "c-1")
    told = done("report", "live", "--csv", "--changes", "1", db=campaign.db).text
    [row] = csv.DictReader(io.StringIO(told))
    assert (row["total_calls"], row["completed_calls"], row["pending"]) == ("1", "1", "0")
    assert row["at"].endswith("Z")


def test_a_scope_can_be_chosen(campaign: Campaign):
    """One space, the contact spaces, or all together, as anywhere."""
    email = done(
        "space", "create", "--name", "Mail", "--content-type", "email", "--json", db=campaign.db
    ).json
    add(campaign, "c-1")

    def total(*arguments: str) -> int:
        found: int = done("report", "live", "--json", "--changes", "1", *arguments, db=campaign.db).json[
            "data"
        ]["total_calls"]
        return found

    assert total() == total("--all-content") == total("--space", campaign.space_token) == 1
    assert total("--space", email["token"]) == 0


def test_on_a_terminal_they_are_shown_in_place(campaign: Campaign):
    """With what the analytics command says of them."""
    outer, inner = pty.openpty()
    try:
        with following(campaign, "--changes", "1", stdout=inner) as process:
            os.close(inner)
            assert process.wait(60) == 0
        shown = os.read(outer, 100_000).decode()
    finally:
        os.close(outer)
    assert "Total calls" in shown
    assert "Ctrl-C ends it" in shown


def test_json_and_csv_at_once_are_wrong_usage(campaign: Campaign):
    """Nothing is guessed."""
    assert callboard("report", "live", "--json", "--csv", db=campaign.db).code == 2

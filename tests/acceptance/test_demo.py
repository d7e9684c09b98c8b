"""`callboard demo`: a month that anybody can look at, and the proof."""

from __future__ import annotations

import os
import pty
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.acceptance.campaign import curl_request
from tests.acceptance.command import callboard, done
from tests.acceptance.server import Server

NOBODY = re.compile(rb"\+1\d{3}55501\d\d")
NUMBER = re.compile(rb"\+\d{6,}")


@pytest.mark.timeout(300)
def test_a_month_is_loaded_with_its_four_stories(tmp_path: Path) -> None:
    """What it prints is what the server and the command line answer; nobody in it is real."""
    db = tmp_path / "demo.db"
    shown = done("demo", "--once", "--json", "--days", "9", "--port", "0", "--db", db).json
    sent = shown["sent"]
    assert sent["applied"] + sent["duplicate"] + sent["stale"] == sent["received"]
    assert sent["rejected"] == 0
    assert [story["name"] for story in shown["stories"]] == [
        "A failing carrier",
        "Six stuck tasks",
        "A campaign stopped at 14:00",
        "A platform that repeats everything",
    ]
    carrier, stuck, stopped, repeating = (story["count"] for story in shown["stories"])
    assert stuck == 6
    assert min(carrier, stopped) > 0
    assert repeating > 1000
    own = done("analytics", "--org", "acme.example", "--json", db=db).json
    assert own == shown["analytics"]
    assert own["data"]["total_calls"] > 1000
    assert len(done("tasks", "--stuck", "--org", "acme.example", "--json", db=db).json) == 6
    assert len(done("tasks", "--stuck", "--org", "harbor.example", "--json", db=db).json) == 0
    calls = b"".join(
        done("calls", "--org", org, "--json", db=db).out for org in ("acme.example", "harbor.example")
    )
    assert set(NUMBER.findall(calls)) == set(NOBODY.findall(calls)) != set()
    assert done("verify", "--deep", "--json", db=db).json["drift"] == 0
    with Server(db) as server:
        for request in (shown["curl"], *(story["request"] for story in shown["stories"])):
            asked = curl_request(request)
            there = asked.url.copy_with(port=server.port)
            answer = httpx.get(there, headers=asked.headers, trust_env=False)
            assert answer.status_code == 200


def _heeding_interrupts() -> None:
    """A shell has what it starts in the background ignore Ctrl-C, and so would the demo under test."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@pytest.mark.timeout(300)
@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM])
def test_it_goes_on_until_it_is_interrupted(tmp_path: Path, ending: signal.Signals) -> None:
    """The screen names the stories, the request and its answer; the numbers move; Ctrl-C or `kill` ends it
    well: no server and no file stays.
    """
    own, its = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "callboard", "demo", "--days", "3", "--port", "0"],
        stdout=its,
        stderr=subprocess.DEVNULL,
        stdin=subprocess.DEVNULL,
        env={**os.environ, "NO_COLOR": "1", "TERM": "dumb", "TMPDIR": str(tmp_path)},
        start_new_session=True,
        preexec_fn=_heeding_interrupts,  # noqa: PLW1509 - it touches nothing that a thread could hold
    )
    os.close(its)
    try:
        screen = ""
        while "Ctrl-C ends it" not in screen:
            screen += os.read(own, 65_536).decode()
        assert all(
            story in screen for story in ("failing carrier", "Six stuck", "14:00", "repeats everything")
        )
        request = curl_request(next(each.strip() for each in screen.splitlines() if "analytics/ -H" in each))
        before = _calls(request)
        limit = time.monotonic() + 60
        while _calls(request) == before:
            assert time.monotonic() < limit, "no new call for a minute"
            time.sleep(0.2)
        assert httpx.get(request.url.copy_with(path="/docs"), trust_env=False).status_code == 200
        process.send_signal(ending)
        assert process.wait(60) == 0
    finally:
        process.kill()
        os.close(own)
    with pytest.raises(httpx.ConnectError):
        httpx.get(request.url, trust_env=False)
    assert list(tmp_path.iterdir()) == []


def test_killed_while_it_loads_it_leaves_nothing(tmp_path: Path) -> None:
    """`kill` before the first screen: no server and no folder stays."""
    with subprocess.Popen(
        [sys.executable, "-m", "callboard", "demo", "--days", "3", "--port", "0"],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        stdin=subprocess.DEVNULL,
        env={**os.environ, "TMPDIR": str(tmp_path)},
        start_new_session=True,
    ) as process:
        assert process.stdout is not None
        assert b"Making a month" in process.stdout.readline()
        process.terminate()
        process.stdout.read()
        assert process.wait(60) == 130
    assert list(tmp_path.iterdir()) == []


def _calls(request: httpx.Request) -> Any:
    answer = httpx.get(request.url, headers=request.headers, trust_env=False)
    assert answer.status_code == 200
    return answer.json()["data"]["total_calls"]


@pytest.mark.timeout(300)
def test_the_proof_holds(tmp_path: Path) -> None:
    """Killed while it was fed, fed twice and shuffled: before = after, in every number and row."""
    proof = done("demo", "--prove", "--json", "--seed", "11", environment={"TMPDIR": str(tmp_path)}).json
    assert proof["holds"]
    assert 0 < proof["acknowledged_before_kill"] < proof["events"] < proof["sent"]
    assert len(proof["comparisons"]) >= 14
    assert all(each["equal"] and each["before"] == each["after"] for each in proof["comparisons"])
    assert {each["what"] for each in proof["comparisons"]} >= {
        "acknowledged before the kill, known after it",
        "acme.example",
        "harbor.example",
        "calls, row by row",
        "tasks, row by row",
        "drift found by verify --deep",
    }
    assert list(tmp_path.iterdir()) == []


def test_a_store_that_is_no_demo_is_never_touched(tmp_path: Path) -> None:
    """Neither a store of somebody else nor a file of something else."""
    real = tmp_path / "real.db"
    done("org", "create", "--name", "Acme", "--handle", "acme.com", db=real)
    notes = tmp_path / "notes.txt"
    notes.write_text("not a store")
    for file in (real, notes):
        before = file.read_bytes()
        outcome = callboard("demo", "--once", "--db", file)
        assert outcome.code == 1
        assert "demo" in outcome.err
        assert file.read_bytes() == before
    assert len(done("org", "list", "--json", db=real).json) == 1


def test_the_proof_makes_its_own_stores() -> None:
    """What cannot be meant is wrong usage."""
    assert callboard("demo", "--prove", "--db", "x.db").code == 2
    assert callboard("demo", "--days", "0").code == 2

"""Callboard imports installed modules only, never a file in the folder that it is started in."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from callboard.isolation import child_command
from tests.acceptance.campaign import new_campaign
from tests.acceptance.server import Server
from tests.pages import ROOT

TRAPS = (
    "random",
    "json",
    "typing",
    "apsw",
    "msgspec",
    "click",
    "socket",
    "pathlib",
    "runpy",
    "sitecustomize",
)
"""Modules of the standard library, of our dependencies and of the start of Python itself."""


@pytest.fixture
def trapped(tmp_path: Path) -> Path:
    """A folder in which each module that is imported leaves a mark."""
    folder = tmp_path / "downloads"
    folder.mkdir()
    for name in TRAPS:
        mark = f"open({str(folder / 'sprung')!r}, 'a').write(__name__ + ' ')\n"
        (folder / f"{name}.py").write_text(f"{mark}raise ImportError('taken from the current folder')\n")
    return folder


def sprung(folder: Path) -> str:
    """Which traps were imported."""
    mark = folder / "sprung"
    return mark.read_text() if mark.exists() else ""


def test_the_writer_of_a_server_started_in_a_folder_runs_nothing_of_it(trapped: Path, tmp_path: Path):
    """It serves and accepts events, whatever files are in the folder."""
    campaign = new_campaign(tmp_path / "calls.db")
    command = Path(sys.executable).with_name("callboard")
    server = Server(campaign.db, folder=trapped, python=[str(command)])
    with server, campaign.client(server.api) as client:
        answer = client.post(
            f"spaces/{campaign.space_token}/events/",
            json={"type": "call", "call_id": "c", "call_status": "missed"},
        )
        assert answer.json()["data"]["applied"] == 1
    assert sprung(trapped) == ""


@pytest.mark.parametrize("search", [None, "", os.pathsep + str(ROOT), "."])
def test_a_child_runs_nothing_of_the_folder(trapped: Path, search: str | None):
    """Also where PYTHONPATH has an empty entry, which stands for that folder."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    if search is not None:
        environment["PYTHONPATH"] = search
    done = subprocess.run(
        child_command("callboard", "--version"),
        cwd=trapped,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, sprung(trapped)) == (0, ""), done.stderr


def test_the_module_itself_takes_nothing_of_the_folder_once_it_runs(trapped: Path):
    """`python -m callboard`: what Python imports before it runs us (`runpy`) is Python's own affair."""
    for name in ("runpy", "typing", "sitecustomize"):
        (trapped / f"{name}.py").unlink()
    done = subprocess.run(
        [sys.executable, "-m", "callboard", "settings", "--json"],
        cwd=trapped,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, sprung(trapped)) == (0, ""), done.stderr
    assert json.loads(done.stdout)


def test_callboard_is_found_where_its_parent_found_it(tmp_path: Path):
    """A copy that is on no path but the current folder: it and its children run that copy, and nothing
    beside it stands before the standard library.
    """
    copy = tmp_path / "copy"
    copy.mkdir()
    (copy / "callboard").symlink_to(ROOT / "src" / "callboard")
    (copy / "random.py").write_text("raise ImportError('taken from the current folder')\n")
    code = (
        "import callboard.isolation as i, subprocess; i.leave_folder(); import random; "
        "import callboard.model.words; "
        "done = subprocess.run(i.child_command('callboard', '--version'), capture_output=True, text=True); "
        "print(done.stdout)"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=copy, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "callboard" in done.stdout

"""The page people start with, followed to the letter by a shell: what it says happens, happens."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tests.acceptance.command import done
from tests.pages import DOCS, examples

START = DOCS / "start" / "first-ten-minutes.md"
IMPORT = DOCS / "how-to" / "import-a-file.md"
UNDO = DOCS / "how-to" / "undo-an-import.md"
WAIT = """
for _ in $(seq 200); do curl -sf http://127.0.0.1:$PORT/readyz > /dev/null && break; sleep 0.1; done
"""
ON_PATH = 'export PATH="$PWD/.venv/bin:$PATH"'
SERVE = "callboard serve --db calls.db &"


@pytest.fixture
def shell(tmp_path: Path):
    """Runs a script where `make setup` left the command, and the example's port is a free one.

    That the shell finds the command is left to the page.
    """
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = tmp_path / ".venv" / "bin" / "callboard"
    command.parent.mkdir(parents=True)
    command.write_text(f'#!/bin/sh\nexec {sys.executable} -m callboard "$@"\n')
    command.chmod(0o755)
    own = {name: value for name, value in os.environ.items() if not name.startswith("CALLBOARD_")}
    environment = {**own, "PORT": str(port), "no_proxy": "*"}

    def run(script: str) -> str:
        script = script.replace("127.0.0.1:8321", f"127.0.0.1:{port}")
        script = script.replace(SERVE, f"{SERVE.removesuffix(' &')} --port {port} &\nserver=$!\n{WAIT}")
        ended = "server=\ntrap '[ -z \"$server\" ] || { kill $server; wait $server; }' EXIT\n"
        told = subprocess.run(
            ["bash", "-euc", ended + script],
            capture_output=True,
            text=True,
            env=environment,
            cwd=tmp_path,
            timeout=120,
            check=False,
        )
        assert told.returncode == 0, told.stdout + told.stderr
        return told.stdout

    return run


def test_the_first_ten_minutes_go_as_the_page_says(shell, tmp_path):
    """Every command of the page, from its top to its end, and the table it shows."""
    script = "\n".join(each.text + "\necho" for each in examples(START) if each.language == "sh")
    told = shell(f"{script}\ncommand -v callboard")
    assert told.splitlines()[-1] == str(tmp_path / ".venv" / "bin" / "callboard")
    answers = [json.loads(line) for line in told.splitlines() if line.startswith("{")]
    asked, sent, updated = answers
    assert asked["data"]["total_calls"] == 0
    assert (sent["data"]["applied"], sent["data"]["rejected"]) == (2, 0)
    assert updated["data"]["status"] == "completed"
    [table] = [each.text for each in examples(START) if each.text.startswith("Total calls")]
    assert table in told
    assert "stuck for" in told
    assert "No drift" in told
    numbers = json.loads(done("analytics", "--json", db=tmp_path / "calls.db").out)["data"]
    assert numbers["task_status_breakdown"] == {"pending": 0, "running": 0, "completed": 1, "failed": 0}
    assert numbers["avg_duration_seconds"] == 138.0


@pytest.mark.parametrize("page", [START, DOCS / "reference" / "command-line.md", DOCS.parent / "README.md"])
def test_a_page_that_calls_the_command_says_how_the_shell_finds_it(page):
    """After `make setup`, before the first `callboard`: the same line everywhere."""
    text = page.read_text("utf-8")
    assert text.index("make setup") < text.index(ON_PATH) < text.index("callboard init")


def test_a_file_is_imported_and_undone_as_the_pages_say(shell, tmp_path):
    """The file of the page, its commands, and what they print."""
    [csv] = [each.text for each in examples(IMPORT) if each.language == "csv"]
    (tmp_path / "calls.csv").write_text(csv + "\n")
    made = done(
        "init", "--org-name", "Acme", "--handle", "acme.example", "--space", "Spring", "--json",
        db=tmp_path / "callboard.db",
    ).json  # fmt: skip
    ran = 0
    for page in (IMPORT, UNDO):
        for each in examples(page):
            if each.language == "console" and _is_for_a_script(each.text):
                ran += 1
                command, shown = _split(each.text)
                told = shell(f"{ON_PATH}\n" + command.replace("$SPACE", made["space_token"]))
                assert _formed(told) == _formed(shown), told
    assert ran > 1, "the pages import, and undo"
    assert json.loads(done("verify", "--deep", "--json", db=tmp_path / "callboard.db").out)["drift"] == 0


def _is_for_a_script(text: str) -> bool:
    """Whether the example is a command on the file of the page that asks nothing, shown to its end."""
    others = ("Mind:", "…", "doubts", "tomorrow.csv", "$MAP", "b2")
    return "callboard import" in text and not any(each in text for each in others)


def _split(text: str) -> tuple[str, str]:
    """A console block: its command, and what it prints."""
    lines = text.splitlines()
    length = next(place for place, line in enumerate(lines, 1) if not line.endswith("\\"))
    return "\n".join(lines[:length]).removeprefix("$ "), "\n".join(lines[length:])


def _formed(text: str) -> list[list[str]]:
    """Lines as words, ids in one form."""
    words = [[_form(word) for word in line.split()] for line in text.strip().splitlines()]
    return [line for line in words if line]


def _form(word: str) -> str:
    if word.startswith("spc_"):
        return "spc_…"
    return "…" if len(word.rstrip(").")) == 16 and set(word.rstrip(").")) <= set("0123456789abcdef") else word

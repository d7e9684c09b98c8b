"""The command that a guess prints, through a real shell: it reads the file as `--guess=anyway` does."""

from __future__ import annotations

import csv
import io
import os
import random
import subprocess
import sys
from pathlib import Path

import pytest

from tests.files.command import HANDLE, FreshStore, Template

ODD = ("'", '"', "$HOME", "`id`", "=", "-", "--", "{a}", "\\", ",", "!", "*", " ", ";", "%", "通話")
"""What a shell, an option or a template would read as something else."""
FIELDS = ("Call ID", "Start Time", "Status", "Talk Time", "Agent")
JAPANESE = ("通話ID", "開始時刻", "状態", "通話時間", "担当者")
WORDS = ("Answered", "No Answer", "Busy", "zz")


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Template:
    return Template(tmp_path_factory.mktemp("printed") / "template")


def drawn(seed: int, *, told: bool) -> tuple[bytes, list[str]]:
    """A file whose cells have odd characters. `told`: so have its headings, and options say what they are."""
    draw = random.Random(seed)

    def odd(text: str) -> str:
        before, behind = draw.choice(ODD), draw.choice(ODD)
        return f"{before}{text}{behind}".strip()

    names = JAPANESE if draw.random() < 0.5 else FIELDS
    headings = [odd(each) if told else each for each in names]
    headings = [each.replace("{", "(").replace("}", ")") for each in headings]
    words = [odd(each) for each in WORDS]
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(headings)
    for n in range(12):
        word = words[n % len(words)]
        talk = 61 + 7 * n if n % len(words) == 0 else 0
        writer.writerow([odd(f"c{n}"), f"2026-03-02 09:{10 + n}:00Z", word, talk, odd(f"Agent {n % 3}")])
    fields = ("call_id", "creation_time", "call_status", "call_duration", "agent")
    named = [f"{field}={heading}" for field, heading in zip(fields, headings, strict=True)]
    meanings = ("completed", "missed", "missed", "failed")
    if not told:
        return out.getvalue().encode(), []
    explained = [f"call_status:{_word(word)}={says}" for word, says in zip(words, meanings, strict=True)]
    options = [each for name in named for each in ("--map", _piece(name))]
    return out.getvalue().encode(), [
        *options,
        *(each for one in explained for each in ("--values", _piece(one))),
    ]


def _word(text: str) -> str:
    return text.replace("\\", "\\\\").replace("*", "\\*")


def _piece(text: str) -> str:
    return '"' + text.replace('"', '""') + '"' if set(text) & set(',"') else text


@pytest.mark.parametrize("told", [True, False])
@pytest.mark.parametrize("seed", range(3))
def test_a_printed_command_means_the_same_in_a_shell(
    seed: int, told: bool, template: Template, tmp_path: Path
) -> None:
    """Whatever headings and cells hold, and whether it imports or asks."""
    content, options = drawn(seed, told=told)
    name = ("-calls.csv", "it's $HOME.csv", "calls.csv")[seed % 3]
    anyway = FreshStore(template, tmp_path / "anyway")
    name = f"./{name}"
    found = anyway.import_(name, content, "calls", "UTC", "--guess=anyway", *options)
    assert found.code == 0, found.err
    asking = FreshStore(template, tmp_path / "asking")
    command = asking.import_(name, content, "calls", "UTC", "--guess", *options).json["command"]
    assert command == found.json["command"]
    by_shell = FreshStore(template, tmp_path / "shell")
    (by_shell.folder / name).write_bytes(content)
    environment = {key: each for key, each in os.environ.items() if not key.startswith("CALLBOARD_")}
    environment["CALLBOARD_DB"] = str(by_shell.db)
    script = f'callboard() {{ "{sys.executable}" -m callboard "$@"; }}\n{command} --json'
    done = subprocess.run(
        ["bash", "-c", script],
        capture_output=True,
        text=True,
        cwd=by_shell.folder,
        env=environment,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert by_shell.numbers("calls") == anyway.numbers("calls")
    shown = [
        sorted(
            (each["call_id"], each["call_status"], each["agent"])
            for each in store.run("calls", "--org", HANDLE, "--json").json
        )
        for store in (by_shell, anyway)
    ]
    assert shown[0] == shown[1]

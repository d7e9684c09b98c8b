"""The `callboard` command in this process, and the numbers of a store by its own answers."""

from __future__ import annotations

import io
import json
import os
import shutil
import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from callboard.cli.main import main
from tests.acceptance.command import Outcome, callboard

Command = Callable[..., Outcome]
"""Takes the arguments, `db` and `cwd`."""
HANDLE = "files.example"


def in_process(*arguments: str | Path, db: Path, cwd: Path) -> Outcome:
    """Run it here, which is twenty times as fast. Nothing of this machine's settings reaches it."""
    code = 0
    with pytest.MonkeyPatch.context() as patch:
        out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8", newline="\n") for _ in range(2))
        for name in [name for name in os.environ if name.startswith("CALLBOARD_")]:
            patch.delenv(name)
        for name, value in {"CALLBOARD_DB": str(db), "NO_COLOR": "1", "PYTHONSAFEPATH": "1"}.items():
            patch.setenv(name, value)
        patch.setattr(sys, "path", [*sys.path])
        patch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(), encoding="utf-8"))
        patch.setattr(sys, "stdout", out)
        patch.setattr(sys, "stderr", err)
        patch.chdir(cwd)
        try:
            main([*map(str, arguments)])
        except SystemExit as left:
            code = int(left.code or 0)
    return Outcome(code, _written(out), _written(err).decode())


def as_process(*arguments: str | Path, db: Path, cwd: Path) -> Outcome:
    """Run it as a person does."""
    return callboard(*arguments, db=db, cwd=cwd)


def _written(stream: io.TextIOWrapper) -> bytes:
    stream.flush()
    buffer = stream.buffer
    assert isinstance(buffer, io.BytesIO)
    return buffer.getvalue()


class Template:
    """A store with an organization and a space, made once and copied for each file."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.folder.mkdir()
        how = ("--org-name", "Files", "--handle", HANDLE, "--space", "Files", "--json")
        made = as_process("init", *how, db=folder / "board.db", cwd=folder)
        assert made.code == 0, made.err
        self.space = str(made.json["space_token"])


class FreshStore:
    """A copy of the template, with a file to import beside it."""

    def __init__(self, template: Template, folder: Path, command: Command = in_process) -> None:
        shutil.copytree(template.folder, folder)
        self.folder, self.db, self.space, self._command = folder, folder / "board.db", template.space, command

    def run(self, *arguments: str | Path) -> Outcome:
        return self._command(*arguments, db=self.db, cwd=self.folder)

    def import_(self, name: str, content: bytes, kind: str, zone: str, *options: str) -> Outcome:
        """`callboard import NAME … --json`, with the options beside."""
        (self.folder / name).write_bytes(content)
        where = ("--org", HANDLE, "--space", self.space, "--timezone", zone)
        type_ = ("--type", "task") if kind == "tasks" else ()
        return self.run("import", name, *where, *type_, *options, "--json")

    def numbers(self, kind: str) -> dict[str, Any]:
        """What the store says, under the keys of a truth."""
        data = self.run("analytics", "--org", HANDLE, "--json").json["data"]
        if kind == "tasks":
            found = {"total": data["total_tasks"], **data["task_status_breakdown"]}
            times = [each["created"] for each in self.run("tasks", "--org", HANDLE, "--json").json]
        else:
            calls = self.run("calls", "--org", HANDLE, "--json").json
            missed = sum(each["call_status"] == "missed" for each in calls)
            found = {"calls": data["total_calls"], "completed": data["completed_calls"], "missed": missed}
            found |= {"failed": data["failed_calls"], "avg_duration_seconds": data["avg_duration_seconds"]}
            times = [each["creation_time"] for each in calls]
        moments = sorted(datetime.fromisoformat(each) for each in times if each)
        return {**found, "first": moments[0] if moments else None, "last": moments[-1] if moments else None}


def doubts_of(outcome: Outcome) -> list[dict[str, Any]]:
    """The doubts that an import with exit code 3 printed; none if they cannot be read."""
    try:
        doubts = json.loads(outcome.out)["doubts"]
        return [{"about": str(each["about"]), "message": str(each["message"])} for each in doubts]
    except (ValueError, KeyError, TypeError):
        return []

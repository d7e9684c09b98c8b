"""The command line in this process: what it prints at a width of 100, as text."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import click
import pytest

from callboard.cli.main import callboard, main
from tests.recorded.form import body_lines

WIDTH = "100"


def run(
    patch: pytest.MonkeyPatch,
    folder: Path,
    arguments: Sequence[str],
    stdin: str = "",
    environment: dict[str, str] | None = None,
) -> str:
    """One command, its exit code and both of its outputs. Nothing of this machine reaches it."""
    code = 0
    with patch.context() as within:
        out, err = _stream(), _stream()
        for name in [*os.environ]:
            if name.startswith("CALLBOARD_"):
                within.delenv(name)
        for name, value in {"COLUMNS": WIDTH, "NO_COLOR": "1", "PATH": "", **(environment or {})}.items():
            within.setenv(name, value)
        within.setenv("PYTHONSAFEPATH", "1")
        within.setattr(sys, "path", [*sys.path])
        within.setattr(sys, "argv", ["callboard", *arguments])
        within.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin.encode()), encoding="utf-8"))
        within.setattr(sys, "stdout", out)
        within.setattr(sys, "stderr", err)
        within.chdir(folder)
        try:
            main(arguments)
        except SystemExit as left:
            code = int(left.code or 0)
    lines = [f"=== callboard {' '.join(_quoted(each) for each in arguments)}"]
    lines += [f"    < {line}" for line in stdin.splitlines()]
    lines += [f"    {name}={value}" for name, value in (environment or {}).items() if name != "CALLBOARD_DB"]
    lines += [f"--- {code}", *body_lines(_written(out))]
    if told := _written(err):
        lines += ["--- on standard error", *body_lines(told)]
    return "\n".join([*lines, ""])


def helps() -> Iterator[tuple[str, ...]]:
    """Every command and group: what to ask for the help of each."""
    yield from _below(callboard, click.Context(callboard, info_name="callboard"), ())


def _below(
    command: click.Command, context: click.Context, path: tuple[str, ...]
) -> Iterator[tuple[str, ...]]:
    yield path
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            if (found := command.get_command(context, name)) is not None:
                yield from _below(found, click.Context(found, parent=context, info_name=name), (*path, name))


def _stream() -> io.TextIOWrapper:
    return io.TextIOWrapper(io.BytesIO(), encoding="utf-8", newline="\n")


def _written(stream: io.TextIOWrapper) -> bytes:
    stream.flush()
    buffer = stream.buffer
    assert isinstance(buffer, io.BytesIO)
    return buffer.getvalue()


def _quoted(argument: str) -> str:
    return f"'{argument}'" if not argument or set(argument) & set(" '\"") else argument

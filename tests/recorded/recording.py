"""All that is recorded, made anew: name of the file → text."""

from __future__ import annotations

from pathlib import Path

import pytest

from callboard import errors
from callboard.http.errors import error_body, http_error
from tests.recorded.commands import command_texts
from tests.recorded.form import ANSWERS
from tests.recorded.reading import read_all
from tests.recorded.recorder import Recorder
from tests.recorded.world import World
from tests.recorded.writing import small_board, write_all, write_small

_OF_READS = (errors.SubscribersFullError, errors.ExportsFullError)
"""No change meets these."""


def answers(folder: Path) -> dict[str, str]:
    """What the application answers."""
    with pytest.MonkeyPatch.context() as patch:
        world = World(folder, patch)
        with world.board:
            world.tell()
            recorder = Recorder(world.board)
            read_all(world, recorder)
            write_all(world, recorder)
        found = recorder.texts()
    with pytest.MonkeyPatch.context() as patch:
        small = folder / "small"
        small.mkdir()
        with World(small, patch, board=small_board).board as board:
            recorder = Recorder(board)
            write_small(small, recorder)
            found |= {f"bounds_{name}": text for name, text in recorder.texts().items()}
    return {**found, "errors": _errors()}


def commands(folder: Path) -> dict[str, str]:
    """What the command line prints."""
    with pytest.MonkeyPatch.context() as patch:
        world = World(folder, patch)
        with world.board:
            world.tell()
        return command_texts(world)


def rerecord(folder: Path) -> None:
    """Record: only where answers are to change."""
    for name in ("answers", "commands"):
        (folder / name).mkdir()
    made = answers(folder / "answers") | commands(folder / "commands")
    for path in ANSWERS.glob("*.txt"):
        if path.stem not in made:
            path.unlink()
    for name, text in made.items():
        (ANSWERS / f"{name}.txt").write_text(text, "utf-8")


def _errors() -> str:
    """What each error is answered with over HTTP, those too that no request can bring about at will."""
    lines = []
    for kind in _kinds(errors.CallboardError):
        if kind is errors.InvalidInputError:
            error: errors.CallboardError = errors.InvalidInputError("field: rule", [("field", "rule")])
        elif kind is errors.ParameterError:
            error = errors.ParameterError("name", "reason")
        else:
            error = kind()
        if not isinstance(error, (errors.CallerError, errors.StoreError)):
            lines += [f"=== {kind.__name__} {error.code}", error.message, ""]
            continue
        told = http_error(error)
        lines += [f"=== {kind.__name__} {error.code}", f"--- {told.status}"]
        lines += [f"{name.decode()}: {value.decode()}" for name, value in told.headers]
        lines += [error_body(told, "recorded").decode(), ""]
        if isinstance(error, errors.StoreUnavailableError) and not isinstance(error, _OF_READS):
            lines += [f"of a change: {errors.nothing_kept(error).message}", ""]
    return "\n".join(lines)


def _kinds(kind: type[errors.CallboardError]) -> list[type[errors.CallboardError]]:
    """A kind of error and those below it, of the one table of errors."""
    below = [each for each in kind.__subclasses__() if each.__module__ == errors.__name__]
    # One that is of two kinds is met twice.
    return [*dict.fromkeys([kind, *(found for each in below for found in _kinds(each))])]

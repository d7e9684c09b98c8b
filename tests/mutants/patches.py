"""Kept patches: a head of `Name: value` lines, an empty line, and a unified diff.

    Promise: which of the promises it breaks, in a line
    Mutation: what it does to the source
    Killed by: tests/folder/test_file.py::test_name   (each such line a test; one of them has to fail)

A hunk is placed by its text alone: its lines as they were must be in the file exactly once. So a patch
outlives what moves around it, and says so when what it mutates is no longer there.
"""

from __future__ import annotations

from pathlib import Path

from msgspec import Struct

HERE = Path(__file__).parent


class StalePatchError(Exception):
    """The source is no longer what the patch was made for."""


class Hunk(Struct, frozen=True):
    """One place in one file."""

    path: str
    before: str
    after: str


class Mutant(Struct, frozen=True):
    """A promise broken on purpose."""

    name: str
    promise: str
    mutation: str
    killed_by: list[str]
    """pytest ids, without parameters."""
    hunks: list[Hunk]

    def apply(self, root: Path) -> None:
        """Change the tree at `root`. Raises `StalePatchError` where a hunk does not fit."""
        for hunk in self.hunks:
            file = root / hunk.path
            text = file.read_text() if file.exists() else ""
            if (times := text.count(hunk.before)) != 1:
                raise StalePatchError(
                    f"tests/mutants/{self.name}.patch does not apply: what it changes is in {hunk.path} "
                    f"{times} times, not once. Refresh it: make the same mutation in the source as it is now "
                    f"and keep its `git diff` under the same head.\n{hunk.before}"
                )
            file.unlink(missing_ok=True)  # it may be a link to the file of another tree
            file.write_text(text.replace(hunk.before, hunk.after))


def mutants() -> list[Mutant]:
    """All kept ones, by name."""
    return [_read(path) for path in sorted(HERE.glob("*.patch"))]


def _read(path: Path) -> Mutant:
    head, _, diff = path.read_text().partition("\n\n")
    said: dict[str, list[str]] = {}
    for line in head.splitlines():
        name, _, value = line.partition(": ")
        said.setdefault(name, []).append(value)
    return Mutant(
        path.stem, said["Promise"][0], said["Mutation"][0], said["Killed by"], _hunks(diff.splitlines())
    )


def _hunks(diff: list[str]) -> list[Hunk]:
    hunks: list[Hunk] = []
    path, old, new = "", [""], [""]

    def end() -> None:
        if any(old) or any(new):
            hunks.append(Hunk(path, "".join(old), "".join(new)))
        old.clear()
        new.clear()

    for line in diff:
        if line.startswith(("--- ", "diff ", "index ", "@@")):
            end()
        elif line.startswith("+++ "):
            path = line.removeprefix("+++ b/")
        elif line.startswith("-"):
            old.append(line[1:] + "\n")
        elif line.startswith("+"):
            new.append(line[1:] + "\n")
        else:
            old.append(line[1:] + "\n")
            new.append(line[1:] + "\n")
    end()
    return hunks

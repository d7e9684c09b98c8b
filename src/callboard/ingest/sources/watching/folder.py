"""The folder of a file that is followed: the file, and all that may have been it, under other names."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

from callboard.ingest.sources.watching.places import Place
from callboard.ingest.sources.watching.sources import Source

T = TypeVar("T", bound="Source | None")


class Folder:
    """Finds files by what is in them."""

    def __init__(self, path: Path, ours: set[Path]) -> None:
        """`ours`: files beside it that are none of its rotation."""
        self._path, self._ours = path, ours

    def found(self, places: list[Place]) -> list[Source | None]:
        """The file that each place is in."""
        return self.undisturbed(lambda: map(self._found, places))

    def _found(self, place: Place) -> Source | None:
        """Under its name, renamed, packed, or copied."""
        found: Source | None = None
        for source in self.candidates():
            if (found is None or source.is_of(place)) and source.is_at(place):
                found, source = source, found  # noqa: PLW2901 - the other one is closed
            if source is not None:
                source.close()
        return found

    def emptied(self, place: Place, known: list[Place]) -> Source | None:
        """The very file that a place was in, of which the bytes before it are gone; none that is in a place
        that is known.
        """
        for source in self.candidates():
            if source.is_of(place) and not any(map(source.is_at, known)):
                return source
            source.close()
        return None

    def undisturbed(self, look: Callable[[], Iterable[T]]) -> list[T]:
        """What `look` finds in the folder while nothing is renamed there. A file that is rotated after the
        folder was listed is opened under its old name, or not at all: what it finds then is closed, and it
        looks again.
        """
        while True:
            before = self._names()
            found = list(look())
            if self._names() == before:
                return found
            for each in found:
                if each is not None:
                    each.close()

    def _names(self) -> set[tuple[Path, int]]:
        """The files that there are now, and which of them has which name."""
        return {(path, each.st_ino) for path in self._paths() if (each := status_of(path)) is not None}

    def _paths(self) -> list[Path]:
        return [
            each
            for each in self._path.parent.glob(f"{_escaped(self._path.name)}*")
            if each not in self._ours and each.is_file()
        ]

    def candidates(self) -> Iterator[Source]:
        """The file, and all that may have been it, opened; those of before first, by their last change."""
        paths = self._paths()
        for path in sorted(paths, key=lambda each: (each == self._path, _changed(each), each.name)):
            with suppress(OSError):
                yield Source(path)


def status_of(path: Path) -> os.stat_result | None:
    """None where there is no file."""
    try:
        return path.stat()
    except OSError:
        return None


def _changed(path: Path) -> int:
    found = status_of(path)
    return 0 if found is None else found.st_mtime_ns


def _escaped(name: str) -> str:
    """The name as a pattern that fits it alone."""
    return "".join(f"[{each}]" if each in "*?[" else each for each in name)

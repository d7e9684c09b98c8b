"""The documents that a store keeps with an upload: what is to be done, and what reading the file found."""

from __future__ import annotations

from typing import Any, Literal, TypeVar

import msgspec
from msgspec import Struct

from callboard.ingest.sources.guessing.doubts import Doubt
from callboard.store.importing import Reading

T = TypeVar("T")


class Work(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a process is to do with an upload."""

    does: Literal["read", "import", "undo"]
    handle: str
    """The organization's, for the commands that are shown."""
    space_token: str
    options: dict[str, Any] = {}
    """How the file is read, as `saved.document_of` writes it: to be completed by a guess, or complete."""
    mapping: str | None = None
    """The name of the saved mapping that the file is read by."""
    mapped: str | None = None
    """What that mapping holds, as it was when the work was given: the options are beside it."""
    save_mapping: str | None = None
    """The name under which it is saved, after the import, how the file was read."""
    replace: bool = False

    @property
    def series(self) -> str | None:
        """The name of the mapping that the import is known by."""
        return self.save_mapping or self.mapping


class FoundRow(Struct, frozen=True, kw_only=True):
    """One of the first rows."""

    line: int
    cells: list[str | None]
    """As they stand, in the order of the columns, shortened."""
    event: dict[str, Any] | None = None
    """As it would be sent; None where the row cannot be taken."""
    problem: str | None = None
    """Why it cannot be taken."""


class Found(Struct, frozen=True, kw_only=True):
    """What reading a file found."""

    options: dict[str, Any]
    """The options that it was read by, as they were given."""
    plan: dict[str, Any]
    """The same, completed by what the guess found: an import runs on these."""
    command: str
    """The command line that does the same."""
    columns: list[str]
    rows: list[FoundRow]
    doubts: list[Doubt]
    missing: list[str]
    """Fields that every event needs and no column seems to hold: it cannot be imported so."""
    preview: dict[str, Any]
    """The numbers that the import would bring."""
    received: int
    """Rows of the file."""
    rejected: int
    """Of these, rows that cannot be taken."""
    left_out: dict[str, int]
    """Lines that are no rows, by what they are."""
    mended: int
    """Rows that were read in spite of quotes that are not doubled."""
    unknown_words: list[dict[str, Any]]
    reading: Reading
    """By which earlier imports of the same file are found."""
    mapping: str | None = None
    """The saved mapping that it was read by, beside the options."""
    accepting: list[str] = []
    """What a mapping accepts that is saved by this import, as `--accept` has it."""
    usual_length: float | None = None
    """What a mapping that is saved by this import keeps as the usual talk time, in seconds."""
    overlapping: list[int] = []
    """Earlier imports that say something else of calls and tasks that the file names."""


def document(value: Struct | dict[str, Any]) -> str:
    """The value as the store keeps it."""
    return msgspec.json.encode(value).decode()


def read_document(text: str, kind: type[T]) -> T:
    """A value that `document` wrote."""
    return msgspec.json.decode(text, type=kind)

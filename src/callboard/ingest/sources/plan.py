"""The plan of an import, and the command line that it corresponds to."""

from __future__ import annotations

import hashlib
import shlex
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Literal

import msgspec

from callboard.ingest.sources.delimited import DelimitedRows, separator_for, text_of
from callboard.ingest.sources.mapping import MapOptions
from callboard.ingest.sources.ndjson import NdjsonRows
from callboard.ingest.sources.opening import PARQUET, Opened, open_file, seekable
from callboard.ingest.sources.parquet import ParquetRows
from callboard.ingest.sources.records import ImportOptionError, Rows, UnreadableFileError

Format = Literal["delimited", "ndjson", "parquet"]


@dataclass(frozen=True)
class ImportPlan:
    """The file, destination and options of one import."""

    file: str
    handle: str
    space: str | None = None
    space_from: str | None = None
    encoding: str | None = None
    separator: str | None = None
    options: MapOptions = field(default_factory=MapOptions)
    db: str | None = None
    """The value of `--db`, if given."""

    def command(self) -> str:
        """The command line of this import, quoted for a shell."""
        # A file named "undo" must not be read as the subcommand `import undo`.
        words = ["callboard", "import", f"./{self.file}" if self.file == "undo" else self.file]
        words += ["--org", self.handle]
        options = self.options
        pairs: list[tuple[str, str | None]] = [
            ("--space", self.space),
            ("--space-from", self.space_from),
            ("--type", options.record_type if options.record_type != "call" else None),
            ("--encoding", self.encoding),
            ("--separator", {"\t": "tab"}.get(self.separator or "", self.separator)),
            *(("--set", each) for each in options.set),
            ("--timezone", options.timezone),
            *(("--time-format", each) for each in options.time_format),
            ("--duration-unit", options.duration_unit if options.duration_unit != "seconds" else None),
            *(("--map", each) for each in options.map),
            *(("--values", each) for each in options.values),
            *(("--null", each) for each in options.null),
            ("--db", self.db),
        ]
        words += [word for option, value in pairs if value is not None for word in (option, value)]
        return shlex.join(words)

    def undo(self, batch: str) -> str:
        """The command line that withdraws the batch of this import."""
        words = ["callboard", "import", "undo", batch, "--org", self.handle]
        return shlex.join([*words, "--db", self.db] if self.db else words)

    def label(self, opened: Opened, name: str | None) -> str:
        """The label of the import. The same content with the same options has the same label, so that an
        interrupted import is found again when it is repeated.
        """
        how = msgspec.json.encode(
            [self.space, self.space_from, self.encoding, self.separator, msgspec.to_builtins(self.options)]
        )
        digest = hashlib.sha256(opened.digest.encode() + how).hexdigest()[:16]
        return f"{name or opened.name} {digest}"


def kind_of_file(head: bytes) -> Format:
    """The format of a file by its first bytes. Raises `UnreadableFileError` for a JSON array."""
    if head.startswith(PARQUET):
        return "parquet"
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if text.startswith(b"{"):
        return "ndjson"
    if text.startswith(b"["):
        raise UnreadableFileError("The file is a JSON array; make it one object a line (jq -c '.[]')")
    return "delimited"


@contextmanager
def open_rows(plan: ImportPlan, columns: list[str] | None) -> Iterator[tuple[Opened, Rows]]:
    """The rows of the plan's file. `columns`: the columns to read; None means all.

    Raises `UnreadableFileError`, `ImportOptionError`.
    """
    with open_file(plan.file) as opened:
        if not opened.head:
            raise UnreadableFileError(f"{opened.name} is empty")
        kind = kind_of_file(opened.head)
        if kind == "parquet":
            with seekable(opened) as file:
                yield opened, ParquetRows(file, opened.name, columns)
            return
        text, _ = text_of(opened.stream, opened.head, plan.encoding)
        if kind == "ndjson":
            yield opened, NdjsonRows(text, opened.name)
        else:
            yield opened, DelimitedRows(text, opened.name, separator_for(columns or [], plan.separator))


def separator_of(word: str | None) -> str | None:
    """The separator character for a word of the command line. Raises `ImportOptionError`."""
    if word is None:
        return None
    named = {"tab": "\t", "\\t": "\t", "comma": ",", "semicolon": ";", "pipe": "|"}.get(word.lower(), word)
    if len(named) != 1 or named in '"\r\n':
        raise ImportOptionError(f"--separator: {word!r} is no character, nor tab, comma, semicolon or pipe")
    return named

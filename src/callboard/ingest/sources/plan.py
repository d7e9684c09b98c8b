"""The plan of an import, and the command line that it corresponds to."""

from __future__ import annotations

import hashlib
import shlex
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import msgspec

from callboard.ingest.sources.files.delimited import DelimitedRows, separator_for
from callboard.ingest.sources.files.dump import is_dump
from callboard.ingest.sources.files.encoding import text_of, text_of_head
from callboard.ingest.sources.files.formats import kind_of_file
from callboard.ingest.sources.files.json_array import JsonRows
from callboard.ingest.sources.files.kept import KeptRows
from callboard.ingest.sources.files.ndjson import NdjsonRows
from callboard.ingest.sources.files.opening import Opened, open_file, seekable
from callboard.ingest.sources.files.parquet import ParquetRows
from callboard.ingest.sources.files.records import ImportOptionError, Rows, UnreadableFileError
from callboard.ingest.sources.files.sql_rows import SqlRows
from callboard.ingest.sources.mapping import MapOptions, RowMapping, joined, pieces
from callboard.ingest.sources.mapping.conditions import LEAVE_OUT, condition_of
from callboard.ingest.sources.mapping.reading import RowReader
from callboard.ingest.sources.platform_files.mapping import PlatformMapping
from callboard.ingest.sources.platform_files.opening import (
    hook_settings,
    named_zone,
    platform_of,
    platform_rows,
)


@dataclass(frozen=True)
class ImportPlan:
    """The file, destination and options of one import."""

    file: str
    handle: str
    space: str | None = None
    space_from: str | None = None
    encoding: str | None = None
    separator: str | None = None
    header: tuple[str, ...] | None = None
    """The names of the columns of a delimited file without a header line."""
    skip_lines: int | None = None
    """The lines above the header, or above the first row, that are no rows."""
    table: str | None = None
    """The table that is read of a dump of SQL, with its schema or without."""
    options: MapOptions = field(default_factory=MapOptions)
    db: str | None = None
    """The value of `--db`, if given."""
    format: str | None = None
    """The platform whose translation reads the file, in the place of a mapping."""
    setting: tuple[str, ...] = ()
    """With a format: `name=value` of settings of hooks, by which it reads."""
    spool: str | None = None
    """The copy of standard input that is read in its place."""
    mapping: str | None = None
    """The saved mapping that the file is read by, or that is saved by this import."""
    accept: tuple[str, ...] = ()
    """What is accepted of the file and of others that the saved mapping reads, of `checks.ACCEPTED`."""
    usual_length: float | None = None
    """The usual talk time of a completed call in seconds, which a file by the saved mapping must not be far
    from."""

    def __post_init__(self) -> None:
        """Raise `ImportOptionError` for a header that does not name each column, and for no length."""
        names = self.header
        if self.usual_length is not None and not 0 <= self.usual_length < float("inf"):
            raise ImportOptionError("--usual-length is a number of seconds from 0")
        if names is not None and (not names or "" in names or len(set(names)) < len(names)):
            raise ImportOptionError(
                f"--header: {joined(names)!r} does not give each column a name of its own"
            )

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
            ("--format", self.format),
            ("--encoding", self.encoding),
            ("--separator", {"\t": "tab"}.get(self.separator or "", self.separator)),
            ("--skip-lines", str(self.skip_lines) if self.skip_lines else None),
            ("--header", joined(self.header) if self.header else None),
            ("--table", self.table),
            ("--save-mapping", self.mapping),
            ("--usual-length", None if self.usual_length is None else f"{self.usual_length:.15g}"),
        ]
        words += [word for option, value in pairs if value is not None for word in (option, value)]
        words += [word for option, values in options.words() for word in (option, *values)]
        words += [word for each in self.setting for word in ("--setting", each)]
        words += [word for each in self.accept for word in ("--accept", each)]
        words += ["--db", self.db] if self.db is not None else []
        return shlex.join(words)

    def undo(self, batch: str) -> str:
        """The command line that withdraws the batch of this import."""
        words = ["callboard", "import", "undo", batch, "--org", self.handle]
        return shlex.join([*words, "--db", self.db] if self.db else words)

    def label(self, opened: Opened, name: str | None) -> str:
        """The label of the import. The same content with the same options has the same label, so that an
        interrupted import is found again when it is repeated.
        """
        options: list[Any] = [
            self.space,
            self.space_from,
            self.encoding,
            self.separator,
            self.options.identity(),
        ]
        if self.header or self.skip_lines:
            options += [self.header, self.skip_lines or 0]
        if self.table:
            options.append(["table", self.table])
        if self.mapping:
            options.append(self.mapping)
        if self.format:
            options.append(["format", self.format, sorted(self.setting)])
        how = msgspec.json.encode(options)
        digest = hashlib.sha256(opened.digest.encode() + how).hexdigest()[:16]
        # The name of a file may be bytes that are no text.
        shown = (name or opened.name).encode("utf-8", "replace").decode()
        return f"{shown} {digest}"


def reader_of(plan: ImportPlan) -> RowReader:
    """What makes events of the plan's rows. Raises `ImportOptionError`."""
    return PlatformMapping() if plan.format else RowMapping(plan.options)


def wanted_columns(plan: ImportPlan, mapping: RowReader) -> list[str]:
    """The columns that an import reads by name."""
    return mapping.columns + ([plan.space_from] if plan.space_from else [])


@contextmanager
def open_rows(
    plan: ImportPlan, columns: list[str] | None, *, whole: bool = False
) -> Iterator[tuple[Opened, Rows]]:
    """The rows of the plan's file. `columns`: the columns to read; None means all. `whole`: all are read, and
    these are known to be among them. Rows that an option leaves out are not among them.

    Raises `UnreadableFileError`, `ImportOptionError`.
    """
    with _open_every_row(plan, columns, whole=whole) as (opened, every):
        decimal = plan.options.decimal or "point"
        conditions = [condition_of(each, LEAVE_OUT).test(decimal) for each in plan.options.leave_out]
        yield opened, KeptRows(every, conditions) if conditions else every


@contextmanager
def _open_every_row(
    plan: ImportPlan, columns: list[str] | None, *, whole: bool
) -> Iterator[tuple[Opened, Rows]]:
    with open_file(plan.file, plan.spool) as opened:
        if not opened.head:
            raise UnreadableFileError(f"{opened.name} is empty")
        if plan.format is not None:
            platform = platform_of(plan.format)
            settings = hook_settings(plan.setting, plan.options.timezone)
            path = plan.spool or plan.file
            zone = named_zone(plan.setting, plan.options.timezone)
            yield opened, platform_rows(opened, path, plan.encoding, platform, settings, zone)
            return
        kind = kind_of_file(opened.head, plan.encoding)
        if plan.table is not None and kind != "sql":
            raise ImportOptionError("--table names a table of a dump of SQL, and the file is none")
        if kind == "parquet":
            with seekable(opened) as file:
                yield opened, ParquetRows(file, opened.name, None if whole else columns)
            return
        text, _ = text_of(opened.stream, opened.head, plan.encoding)
        if kind == "ndjson":
            yield opened, NdjsonRows(text, opened.name)
        elif kind == "json_array":
            yield opened, JsonRows(text, opened.name)
        elif kind == "sql":
            yield opened, SqlRows(text, opened.name, plan.header, plan.table)
        else:
            choose = separator_for(columns or [], plan.separator)
            yield (
                opened,
                DelimitedRows(
                    text,
                    opened.name,
                    choose,
                    header=plan.header,
                    skip_lines=plan.skip_lines or 0,
                    of_dump=is_dump(text_of_head(opened.head, plan.encoding)),
                ),
            )


def separator_of(word: str | None) -> str | None:
    """The separator character for a word of the command line. Raises `ImportOptionError`."""
    if word is None:
        return None
    named = {"tab": "\t", "\\t": "\t", "comma": ",", "semicolon": ";", "pipe": "|"}.get(word.lower(), word)
    if len(named) != 1 or named in '"\r\n':
        raise ImportOptionError(f"--separator: {word!r} is no character, nor tab, comma, semicolon or pipe")
    return named


def header_of(text: str | None) -> tuple[str, ...] | None:
    """The names of columns for a text of the command line. Raises `ImportOptionError`."""
    if text is None:
        return None
    return tuple(name.strip() for name in pieces(text))

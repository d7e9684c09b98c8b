"""Map rows to events by `--map`, `--set`, `--values` and `--null`: compiled once, applied to each row."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as default
from typing import Any

from callboard.ingest.sources import inferred
from callboard.ingest.sources.fields import FIELDS, ID_FIELDS, NEEDED, Kind, Reader, kind_of, reader_of
from callboard.ingest.sources.records import ImportOptionError, RowError, missing_column
from callboard.ingest.sources.times import TimeReader, checked_formats

_PLACE = re.compile(r"\{\{|\}\}|\{([^{}]*)\}")
_ABSENT = object()


@dataclass(frozen=True)
class MapOptions:
    """The options of an import as given on the command line."""

    map: tuple[str, ...] = ()
    """`field=column` or `field={column} {column}`; one text may hold several, separated by commas."""
    set: tuple[str, ...] = ()
    """`field=value` for every row; if the field is mapped too, for rows where it is empty."""
    values: tuple[str, ...] = ()
    """`field:WORD=value,WORD=value`: what the words of a column mean."""
    null: tuple[str, ...] = ()
    """`field:WORD,WORD`: words that mean "there is none"; an empty word stands for an empty cell."""
    time_format: tuple[str, ...] = ()
    timezone: str | None = None
    duration_unit: str = "seconds"
    record_type: str = "call"


@dataclass
class _Column:
    field: str
    path: tuple[str, ...]
    """The field's name split at its dots; longer than one for a field inside a document."""
    cell: Callable[[Mapping[str, Any]], Any]
    read: Reader
    words: dict[str, Any] = default(default_factory=dict)
    """Word of the file → value, from `--values` and `--null` (None)."""
    folded: dict[str, Any] = default(default_factory=dict)
    """The same by case-folded word; a word in `words` comes first."""


class RowMapping:
    """Maps rows to events."""

    def __init__(self, options: MapOptions) -> None:
        """Raises `ImportOptionError` for options that are wrong or contradict each other."""
        self.type = options.record_type
        self.times = TimeReader(checked_formats(options.time_format), options.timezone)
        self._fields = FIELDS[options.record_type]
        self._unit = options.duration_unit
        templates = assignments(options.map, "--map")
        self.templates = {target: Template(text) for target, text in templates.items()}
        constants = assignments(options.set, "--set")
        self._constants = [
            (tuple(each.split(".")), self._constant(each, meaning)) for each, meaning in constants.items()
        ]
        self._columns = [self._column(target, template) for target, template in self.templates.items()]
        values = _words(options.values, "--values", self._fields)
        self._words(values, _words(options.null, "--null", self._fields))
        self._restates = inferred.FIELD in self.templates or inferred.FIELD in constants
        for needed in NEEDED[options.record_type]:
            if needed not in self.templates and needed not in constants:
                raise ImportOptionError(
                    f"--map says nothing of {needed}, which every {options.record_type} needs"
                )

    @property
    def columns(self) -> list[str]:
        """The columns that the mapping reads."""
        return list(dict.fromkeys(name for each in self.templates.values() for name in each.columns))

    def check(self, columns: list[str]) -> None:
        """Raise `ImportOptionError` for a column that is missing from the file, or is in it twice."""
        for name in self.columns:
            if name not in columns:
                raise missing_column(name, columns)
            if columns.count(name) > 1:
                raise ImportOptionError(f"Two columns are named {name!r}; rename one of them")

    def event(self, row: Mapping[str, Any]) -> dict[str, Any]:
        """The event of a row, in the form of a request. Raises `RowError`, `NoZoneError`."""
        event: dict[str, Any] = {"type": self.type}
        # Constants first, so that a mapped column that is not empty replaces them.
        for path, constant in self._constants:
            _put(event, path, constant)
        for column in self._columns:
            value = _value(column, row)
            if value is not _ABSENT:
                _put(event, column.path, value)
        return inferred.without_inferred(event) if self._restates else event

    def _column(self, target: str, template: Template) -> _Column:
        kind = kind_of(target, self._fields)
        whole = target in ID_FIELDS or kind == "time"
        return _Column(target, tuple(target.split(".")), template.reader(whole=whole), self._reader(kind))

    def _reader(self, kind: Kind) -> Reader:
        return reader_of(kind, self.times, self._unit)

    def _constant(self, target: str, text: str) -> Any:
        try:
            return self._reader(kind_of(target, self._fields))(text)
        except RowError as error:
            raise ImportOptionError(f"--set {target}: {error.message}") from None

    def _words(self, values: dict[str, list[str]], nulls: dict[str, list[str]]) -> None:
        by_field = {column.field: column for column in self._columns}
        for option, targets in (("--values", values), ("--null", nulls)):
            for target in targets:
                if target not in by_field:
                    raise ImportOptionError(f"{option}: {target} is not mapped to any column")
        for target, pairs in values.items():
            for pair in pairs:
                word, equals, value = pair.rpartition("=")  # the last =: a word may hold one, no value does
                if not equals:
                    raise ImportOptionError(f"--values {target}: {pair!r} is not WORD=value")
                by_field[target].words[word.strip()] = value.strip()
        for target, words in nulls.items():
            by_field[target].words |= dict.fromkeys(words)
        for column in self._columns:
            column.folded = {word.casefold(): value for word, value in column.words.items()}


class Template:
    """The source of a field: one column, or columns with text between them."""

    def __init__(self, text: str) -> None:
        # A plain string is literal text, a tuple holds the name of a column.
        self._parts: list[str | tuple[str]] = []
        if _PLACE.search(text) is None:
            self._parts.append((text,))
        else:
            self._parse(text)
        self.columns = [part[0] for part in self._parts if isinstance(part, tuple)]

    def _parse(self, text: str) -> None:
        end = 0
        for found in _PLACE.finditer(text):
            self._parts.append(text[end : found.start()])
            name = found.group(1)
            # No name: a doubled brace, which stands for one literal brace.
            self._parts.append(found.group(0)[0] if name is None else (name,))
            end = found.end()
        self._parts.append(text[end:])
        self._parts = [part for part in self._parts if part]

    def reader(self, *, whole: bool) -> Callable[[Mapping[str, Any]], Any]:
        """A function from a row to the value; `""` when all cells are empty. `whole`: a value of which only
        some cells are empty is a `RowError`, as half an id or half a time would be a wrong one.
        """
        if len(self._parts) == 1 and isinstance(self._parts[0], tuple):
            name = self._parts[0][0]
            return lambda row: _cell(row, name)
        parts = self._parts

        def read(row: Mapping[str, Any]) -> str:
            cells = {name: _text(_cell(row, name)) for name in self.columns}
            if not any(cells.values()):
                return ""
            if whole and (empty := next((name for name, cell in cells.items() if not cell), None)):
                raise RowError("missing_field", f"the column {empty!r} is empty")
            return "".join(cells[part[0]] if isinstance(part, tuple) else part for part in parts).strip()

        return read


def _cell(row: Mapping[str, Any], name: str) -> Any:
    value = row.get(name, _ABSENT)
    if value is _ABSENT:
        return _inner(row, name) if "." in name else ""
    return value.strip() if isinstance(value, str) else value


def _inner(row: Mapping[str, Any], name: str) -> Any:
    """A value inside an object, by its dotted name. Keys may hold dots themselves: the longest one wins."""
    head, _, rest = name.rpartition(".")
    while head:
        inner = row.get(head)
        if isinstance(inner, Mapping):
            return _cell(inner, rest)
        head, _, more = head.rpartition(".")
        rest = f"{more}.{rest}"
    return ""


def _text(cell: Any) -> str:
    return cell if isinstance(cell, str) else "" if cell is None else str(cell)


def _value(column: _Column, row: Mapping[str, Any]) -> Any:
    try:
        value = _meant(column, column.cell(row))
        # A null in NDJSON, or a word of --null, means "there is none", as in a request. An empty cell says
        # nothing.
        if value is None:
            return None
        return _ABSENT if value == "" else column.read(value)
    except RowError as error:
        raise RowError(error.reason, f"{column.field}: {error.message}") from None


def _meant(column: _Column, value: Any) -> Any:
    """The value that `--values` or `--null` give for a word of the file; else the word itself."""
    if column.words and not isinstance(value, dict | list):
        meaning = column.words.get(_text(value), _ABSENT)
        if meaning is _ABSENT:
            meaning = column.folded.get(_text(value).casefold(), _ABSENT)
        if meaning is not _ABSENT:
            return meaning
    return value


def _put(event: dict[str, Any], path: tuple[str, ...], value: Any) -> None:
    inside = event
    for key in path[:-1]:
        # A copy: the document may be a constant of --set, which all rows share.
        kept = inside.get(key)
        inside[key] = inside = dict(kept) if isinstance(kept, dict) else {}
    inside[path[-1]] = value


def pieces(text: str) -> list[str]:
    """The text split at commas. A piece that contains a comma is put in double quotes, as in CSV."""
    try:
        return next(csv.reader([text], skipinitialspace=True, strict=True), [])
    except csv.Error as error:
        raise ImportOptionError(f"{text!r}: {error}") from None


def joined(parts: Iterable[str]) -> str:
    """The inverse of `pieces`: the text that it splits into these parts."""
    return ",".join(
        '"' + part.replace('"', '""') + '"' if any(c in part for c in ',"') or part != part.strip() else part
        for part in parts
    )


def assignments(texts: Sequence[str], option: str) -> dict[str, str]:
    """Field → the text assigned to it. Raises `ImportOptionError`."""
    found: dict[str, str] = {}
    for piece in (piece for text in texts for piece in pieces(text)):
        target, equals, source = (part.strip() for part in piece.partition("="))
        if not equals or not target or not source:
            raise ImportOptionError(f"{option}: {piece!r} is not field=…")
        if target in found:
            raise ImportOptionError(f"{option}: {target} is given twice")
        found[target] = source
    return found


def _words(texts: Sequence[str], option: str, fields: Mapping[str, Kind]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for text in texts:
        target = None
        for piece in pieces(text):
            # `field:` at the start of a piece names the field for the pieces after it. A word may contain a
            # colon too, so the part before it must be a known field.
            head, colon, rest = piece.partition(":")
            if colon and head.strip().partition(".")[0] in fields:
                target, word = head.strip(), rest
                kind_of(target, fields)  # raises for a field that does not exist
            else:
                word = piece
            if target is None:
                raise ImportOptionError(f"{option}: {text!r} does not begin with field:")
            found.setdefault(target, []).append(word.strip())
    return found

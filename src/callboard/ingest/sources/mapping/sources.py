"""Sources of a field's value: a column or template, and the choice among several by conditions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from callboard.ingest.sources.fields import Reader
from callboard.ingest.sources.files.records import ImportOptionError, RowError
from callboard.ingest.sources.mapping.conditions import Condition, Test, condition_of
from callboard.ingest.sources.mapping.templates import ABSENT, Row, Template, cell
from callboard.ingest.sources.mapping.words import WordTable
from callboard.ingest.sources.values.nulls import is_null
from callboard.ingest.sources.values.texts import text


@dataclass(slots=True)
class Column:
    """A field that is filled from a column, or from a template of several."""

    path: tuple[str, ...]
    """The field's name split at its dots; longer than one for a field inside a document."""
    value: Callable[[Row], Any]
    """The value of a row; `ABSENT` where it says nothing. Raises `RowError`, which names the field."""


def value_reader(
    field: str, source: Callable[[Row], Any], read: Reader, words: WordTable | None, *, has_nulls: bool
) -> Callable[[Row], Any]:
    """The function `Column.value`. `has_nulls`: a usual word for "none" is an empty cell; only looked at in
    cells that cannot be read.
    """

    # None is a null in NDJSON, or a word of --null: "there is none", as in a request. An empty cell says
    # nothing.
    def value_of(row: Row) -> Any:
        value: Any = None
        try:
            value = source(row)
            if words is not None:
                value = words.meaning(value)
            return ABSENT if value == "" else None if value is None else read(value)
        except RowError as error:
            return _unless_null(value, field, error, has_nulls=has_nulls)

    return value_of


def cell_reader(name: str, read: Reader, field: str, *, has_nulls: bool) -> Callable[[Row], Any]:
    """As `value_reader` for a column without words: nearly every cell of a file, with two calls less."""
    of_any = value_reader(field, lambda row: cell(row, name), read, None, has_nulls=has_nulls)
    is_text = read is text

    def value_of(row: Row) -> Any:
        value = row.get(name)
        if value.__class__ is not str:
            return of_any(row)
        value = value.strip()
        if not value:
            return ABSENT
        if is_text:
            return value
        try:
            return read(value)
        except RowError as error:
            return _unless_null(value, field, error, has_nulls=has_nulls)

    return value_of


def _unless_null(value: Any, field: str, error: RowError, *, has_nulls: bool) -> Any:
    """`ABSENT` for a cell that says "none"; raises the error with its field for any other."""
    if has_nulls and isinstance(value, str) and is_null(value):
        return ABSENT
    raise RowError(error.reason, f"{field}: {error.message}") from None


@dataclass(slots=True)
class Choice:
    """A field that has a value of its own where a condition holds."""

    path: tuple[str, ...]
    cases: list[tuple[Test, Callable[[Row], Any]]]
    """Condition and value; the first whose condition holds counts."""
    column: Column | None
    """What fills the field where no condition holds."""
    constant: Any
    """What fills it where the column says nothing; `ABSENT` for nothing."""

    def value(self, row: Row) -> Any:
        """The value of a row; `ABSENT` where it says nothing. Raises `RowError`."""
        for holds, value in self.cases:
            if holds(row):
                return value(row)
        found = ABSENT if self.column is None else self.column.value(row)
        return self.constant if found is ABSENT else found


@dataclass(frozen=True)
class Case:
    """One `--when`: a condition, and the value that it gives a field."""

    condition: Condition
    field: str
    template: Template
    """The value; a template without columns for a constant."""

    @property
    def columns(self) -> list[str]:
        """The columns that it reads."""
        return [*self.condition.columns, *self.template.columns]


def cases_of(when: Sequence[tuple[str, str]]) -> dict[str, list[Case]]:
    """Field → its cases, in the order given. Raises `ImportOptionError`."""
    found: dict[str, list[Case]] = {}
    for condition, assignment in when:
        target, equals, value = (part.strip() for part in assignment.partition("="))
        if not equals or not target:
            raise ImportOptionError(f"--when {condition!r}: {assignment!r} is not FIELD=VALUE")
        case = Case(condition_of(condition), target, Template(value, constant=True))
        found.setdefault(target, []).append(case)
    return found

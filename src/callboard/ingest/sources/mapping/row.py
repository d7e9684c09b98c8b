"""Rows to events: the mapping options of an import, compiled once and applied to each row."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from callboard.ingest.sources import inferred
from callboard.ingest.sources.fields import FIELDS, ID_FIELDS, NEEDED, Reader, kind_of
from callboard.ingest.sources.files.records import ImportOptionError, RowError, missing_column
from callboard.ingest.sources.mapping.attempts import as_attempt
from callboard.ingest.sources.mapping.changed import without_end
from callboard.ingest.sources.mapping.closed import UnknownWord, UnknownWords
from callboard.ingest.sources.mapping.conditions import LEAVE_OUT, condition_of
from callboard.ingest.sources.mapping.ids import RowIds
from callboard.ingest.sources.mapping.legs import as_leg
from callboard.ingest.sources.mapping.options import MapOptions, assignments, by_field
from callboard.ingest.sources.mapping.passing import is_of_change
from callboard.ingest.sources.mapping.readers import FieldReaders
from callboard.ingest.sources.mapping.sources import Case, Choice, Column, cases_of, cell_reader, value_reader
from callboard.ingest.sources.mapping.templates import ABSENT, Row, Template
from callboard.ingest.sources.mapping.words import tables, word_and_value


class RowMapping:
    """Maps the rows of one import to events. It counts as it goes: `start_over` before the first row."""

    is_whole = True

    def __init__(self, options: MapOptions) -> None:
        """Raises `ImportOptionError` for options that are wrong or contradict each other."""
        self.type = options.record_type
        self._options = options
        self._fields = FIELDS[options.record_type]
        self._readers = FieldReaders(options, self._fields)
        self._unknown = UnknownWords(options.record_type)
        templates = assignments(options.map, "--map")
        self.templates = {target: Template(text) for target, text in templates.items()}
        self._cases = cases_of(options.when)
        self.leaves_out = [condition_of(each, LEAVE_OUT) for each in options.leave_out]
        """A row for which one of these holds is not to be mapped."""
        self._ids = RowIds(options.id_from, self.fields_by_column()) if options.id_from else None
        self._id = NEEDED[options.record_type][0]
        constants = {
            target: self._constant("--set", target, text)
            for target, text in assignments(options.set, "--set").items()
        }
        columns = self._mapped_columns()
        self._choices = [
            self._choice(target, cases, columns.pop(target, None), constants.pop(target, ABSENT))
            for target, cases in self._cases.items()
        ]
        self._columns = [
            (each.path, each.path[0], len(each.path) == 1, each.value) for each in columns.values()
        ]
        self._constants = [(tuple(target.split(".")), value) for target, value in constants.items()]
        filled = {*self.templates, *constants, *self._cases}
        self._finishes = self._finishing(filled)
        self._check_needed(filled)

    def fields_by_column(self) -> dict[str, set[str]]:
        """Column → the fields that it fills. Anything may be kept in `metadata`: that says nothing of it."""
        found: dict[str, set[str]] = {}
        for target, template in self.templates.items():
            for column in template.columns if not target.startswith("metadata") else ():
                found.setdefault(column, set()).add(target.partition(".")[0])
        return found

    def _finishing(self, filled: set[str]) -> list[Callable[[dict[str, Any]], dict[str, Any]]]:
        """What is done to the event of each row when its fields are filled."""
        changed = self.templates.get("occurred_at")
        found: list[Callable[[dict[str, Any]], dict[str, Any]]] = []
        if inferred.FIELD in filled:
            found.append(inferred.without_inferred)
        if self.type == "call" and changed is not None and is_of_change(changed.column or ""):
            found.append(without_end)
        if self._options.legs:
            found.append(as_leg if self.type == "call" else as_attempt)
        return found

    def _check_needed(self, filled: set[str]) -> None:
        kind = self._options.record_type
        if self._ids is not None and self._id in filled:
            raise ImportOptionError(f"--id-from makes the {self._id}; it cannot be filled otherwise too")
        if self._options.legs and self._ids is not None:
            raise ImportOptionError(
                "--legs needs an id that the legs of a call, or the attempts of a task, share, and --id-from "
                "tells rows apart; "
                "an id of several columns is --map 'call_id={one}-{other}'"
            )
        for needed in NEEDED[kind]:
            if needed not in filled and not (self._ids is not None and needed == self._id):
                raise ImportOptionError(f"--map says nothing of {needed}, which every {kind} needs")

    @property
    def columns(self) -> list[str]:
        """The columns that the mapping reads by name."""
        names = [name for each in self.templates.values() for name in each.columns]
        names += [name for cases in self._cases.values() for each in cases for name in each.columns]
        names += [name for each in self.leaves_out for name in each.columns]
        return list(dict.fromkeys([*names, *(self._ids.columns if self._ids else [])]))

    @property
    def makes_ids(self) -> bool:
        """Whether the ids are made of what the rows say."""
        return self._ids is not None

    @property
    def reads_all(self) -> bool:
        """Whether it reads all columns of a row, as `--id-from '*'` does."""
        return self._ids is not None and self._ids.takes_all

    def check(self, columns: list[str]) -> None:
        """Raise `ImportOptionError` for a column that is missing from the file, or is in it twice."""
        for name in self.columns:
            if name not in columns:
                raise missing_column(name, columns)
            if columns.count(name) > 1:
                raise ImportOptionError(f"Two columns are named {name!r}; rename one of them")

    def event(self, row: Row) -> dict[str, Any]:
        """The event of a row, in the form of a request. Raises `RowError`, `NoZoneError`."""
        event: dict[str, Any] = {"type": self.type}
        # Constants first, so that a mapped column that is not empty replaces them.
        for path, constant in self._constants:
            _put(event, path, constant)
        for path, field, is_whole, value_of in self._columns:
            value = value_of(row)
            if value is not ABSENT:
                if is_whole:  # nearly every field; a call less for each cell
                    event[field] = value
                else:
                    _put(event, path, value)
        for choice in self._choices:
            value = choice.value(row)
            if value is not ABSENT:
                _put(event, choice.path, value)
        for finish in self._finishes:
            event = finish(event)
        if self._ids is not None:
            event[self._id] = self._ids.id_of(row, event)
        return event

    def start_over(self) -> None:
        """Forget the rows so far: what was counted of them, and which ids they had."""
        self._readers.start_over()
        self._unknown.start_over()
        if self._ids is not None:
            self._ids.start_over()

    @property
    def ambiguous_times(self) -> int:
        """Local times so far that occur twice when clocks are set back."""
        return self._readers.ambiguous

    @property
    def impossible_times(self) -> int:
        """Local times so far that are skipped when clocks are set forward."""
        return self._readers.impossible

    @property
    def lost_numbers(self) -> int:
        """Telephone numbers so far of which a spreadsheet left no more than the first digits."""
        return self._readers.lost_numbers

    @property
    def unknown_words(self) -> list[UnknownWord]:
        """The words so far that are in no closed list, those of most rows first."""
        return self._unknown.found()

    @property
    def differing_rows(self) -> int:
        """Rows so far that `--id-from` gave the id of an earlier row that says something else."""
        return self._ids.differing if self._ids is not None else 0

    def _mapped_columns(self) -> dict[str, Column]:
        """Field → the column or template of `--map`. Also checks `--values` and `--null`."""
        values = by_field(self._options.values, "--values", self._fields)
        for target, pairs in values.items():
            for pair in pairs:
                self._unknown.checked("--values", target, word_and_value(target, pair)[1])
        nulls = by_field(self._options.null, "--null", self._fields)
        with_columns = {
            target for target, cases in self._cases.items() if any(c.template.columns for c in cases)
        }
        self._tables = tables(values, nulls, {*self.templates, *with_columns})
        return {target: self._column(target, each) for target, each in self.templates.items()}

    def _column(self, target: str, template: Template) -> Column:
        read, words = self._reader(target), self._tables.get(target)
        has_nulls = self._readers.has_nulls(target)
        if template.column is not None and words is None:
            value = cell_reader(template.column, read, target, has_nulls=has_nulls)
        else:
            is_id = target in ID_FIELDS
            whole = is_id or kind_of(target, self._fields) == "time"
            source = self._source(target, template, whole=whole, apart=is_id)
            value = value_reader(target, source, read, words, has_nulls=has_nulls)
        return Column(tuple(target.split(".")), value)

    @staticmethod
    def _source(target: str, template: Template, *, whole: bool, apart: bool) -> Callable[[Row], Any]:
        try:
            return template.reader(whole=whole, apart=apart)
        except ImportOptionError as error:
            raise ImportOptionError(f"{target}: {error.message}") from None

    def _choice(self, target: str, cases: list[Case], column: Column | None, constant: Any) -> Choice:
        decimal = self._options.decimal or "point"
        return Choice(
            tuple(target.split(".")),
            [(each.condition.test(decimal), self._case_value(each)) for each in cases],
            column,
            constant,
        )

    def _case_value(self, case: Case) -> Callable[[Row], Any]:
        text = case.template.text
        if text is None:
            return self._column(case.field, case.template).value
        constant = self._constant("--when", case.field, text) if text else ABSENT
        return lambda _: constant

    def _reader(self, target: str) -> Reader:
        return self._unknown.reader(target) or self._readers.reader(target)

    def _constant(self, option: str, target: str, text: str) -> Any:
        kind_of(target, self._fields)  # raises for a field that does not exist
        try:
            return self._reader(target)(self._unknown.checked(option, target, text))
        except RowError as error:
            raise ImportOptionError(f"{option} {target}: {error.message}") from None


def _put(event: dict[str, Any], path: tuple[str, ...], value: Any) -> None:
    inside = event
    for key in path[:-1]:
        # A copy: the document may be a constant of --set, which all rows share.
        kept = inside.get(key)
        inside[key] = inside = dict(kept) if isinstance(kept, dict) else {}
    inside[path[-1]] = value

"""The columns that ids of a saved mapping are made of in the place of all: tomorrow's file says them again.

A column that is filled in after the call, or that tomorrow's file has beside the others, would give each call
another id.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from callboard.ingest.rejected import RejectedEvent
from callboard.ingest.sources.files.records import ImportOptionError, Record, RowError
from callboard.ingest.sources.mapping import RowMapping
from callboard.ingest.sources.mapping.ids import ALL
from callboard.ingest.sources.mapping.passing import is_passing
from callboard.ingest.sources.mapping.templates import cell
from callboard.ingest.sources.plan import ImportPlan, open_rows
from callboard.ingest.sources.rejects import REJECT_COLUMNS
from callboard.ingest.sources.values.times import NoZoneError


def with_steady_ids(plan: ImportPlan) -> tuple[ImportPlan, int]:
    """The plan with the columns by name where its ids are made of all, and how many rows have the id of
    another then that says something else. The file is read twice. Raises `ImportOptionError` where no columns
    can be named.
    """
    if plan.options.id_from != (ALL,):
        return plan, 0
    fields = RowMapping(plan.options).fields_by_column()
    with open_rows(plan, None) as (_, rows):
        columns = tuple(each for each in _filled(rows) if not is_passing(each, fields.get(each, ())))
    if not columns or any("," in each and '"' in each for each in columns):
        raise ImportOptionError(
            "--id-from '*' cannot be saved, as a column that is filled later would give each call another "
            "id: name the columns that stay"
        )
    named = replace(plan, options=replace(plan.options, id_from=columns))
    mapping = RowMapping(named.options)
    with open_rows(named, None) as (_, rows):
        for record in rows:
            _try_mapping(mapping, record)
    return named, mapping.differing_rows


def _filled(rows: Iterable[Record]) -> tuple[str, ...]:
    """The columns that are filled and do not count the rows."""
    filled: dict[str, None] = {}
    counting: set[str] | None = None
    number = 0
    for record in rows:
        if record.problem is not None:
            continue
        number += 1
        said = {name: cell(record.row, name) for name in record.row}
        filled |= dict.fromkeys(name for name, value in said.items() if value not in ("", None))
        same = {name for name, value in said.items() if str(value) == str(number)}
        counting = same if counting is None else counting & same
    numbers = counting if counting and number > 1 else set()
    return tuple(name for name in filled if name not in numbers and name not in REJECT_COLUMNS)


def _try_mapping(mapping: RowMapping, record: Record) -> None:
    if record.problem is None:
        try:
            mapping.event(record.row)
        except (RowError, RejectedEvent, NoZoneError):
            return  # the import rejects it

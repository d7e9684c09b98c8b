"""Choose what makes a row one call or task: a column, several together, or all that the row says."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import combinations
from typing import Any, Final

from callboard.clock import HOUR, Micros
from callboard.ingest.sources.fields import NEEDED
from callboard.ingest.sources.guessing.doubts import Answer
from callboard.ingest.sources.guessing.draft import Draft
from callboard.ingest.sources.guessing.headings import heading, innermost
from callboard.ingest.sources.guessing.id_columns import is_running_number, nothings, why_not_of_calls
from callboard.ingest.sources.guessing.retries import choose_retries, have_creations
from callboard.ingest.sources.guessing.shared_ids import choose_shared
from callboard.ingest.sources.guessing.time_sources import instants
from callboard.ingest.sources.guessing.unfinished import (
    doubt_all,
    leaving_out,
    staying_columns,
    told,
    unfinished_rows,
)
from callboard.ingest.sources.guessing.written_ids import doubt_written_otherwise
from callboard.ingest.sources.mapping import joined
from callboard.ingest.sources.mapping.ids import ALL
from callboard.ingest.sources.mapping.passing import is_passing
from callboard.ingest.sources.words import words_of

MAX_ID_COLUMNS: Final = 60
"""More columns than this are not listed one by one: `*` stands for all."""
_FILLED_SHARE: Final = 0.5
_MAX_REPEATED_SHARE: Final = 0.05
"""A column that can complete an id (phone line, switch) has few different values: at most this share of the
rows. A column of many values would make any id unique without meaning anything."""
_LEGS_WITHIN: Final = 4 * HOUR
_LEGS_SHARE: Final = 0.9
_OF_LEGS: Final = ("call_status", "call_duration", "creation_time", "start_time", "end_time")
_REFERENCES: Final = frozenset(
    ("reference", "referenz", "referencia", "referencia_de_llamada", "reference_appel", "riferimento",
     "folio", "nr", "no", "protocolo", "codice", "task", "tarea", "aufgabe", "tarefa", "tache", "attivita")
)  # fmt: skip
"""Headings of ids that are not called so."""
_AIRFLOW: Final = ("dag_id", "run_id", "task_id")


def choose_id(draft: Draft) -> None:
    """Choose the id of the rows, and the words in its column that are none."""
    target = NEEDED[draft.plan.options.record_type][0]
    _choose(draft, target)
    column = draft.chosen.get(target, "{")
    if "{" in column or column not in draft.sample.columns:
        return
    # A word for "none" would be one id in this file and in all others.
    none = [each for each in nothings(draft, column) if not draft.is_explained(target, each)]
    if none:
        draft.nulls[target] = none


def _choose(draft: Draft, target: str) -> None:
    if draft.plan.options.id_from == (ALL,):
        doubt_all(draft, innermost(draft.sample.columns))
    if target in draft.chosen or draft.is_settled(target) or draft.plan.options.id_from:
        return
    if target == "call_id" and choose_shared(draft):
        return
    columns = [each for each in draft.open_candidates(target) if _may_be_id(draft, each)]
    composed = _airflow(draft) if target == "task_id" else None
    if composed is not None:
        draft.chosen[target] = composed
        draft.legs = bool(draft.open_candidates("attempt")) and have_creations(draft, composed)
        return
    unique = next((each for each in columns if _repeated(draft, [each]) == 0), None)
    first = columns[0] if columns else None
    if unique is None and target == "task_id":
        others = [each for each in draft.sample.columns if words_of(each).endswith("_id")]
        unique = next(
            (each for each in others if _is_filled(draft, each) and not _repeated(draft, [each])), None
        )
    if unique is not None and target == "task_id":
        draft.chosen[target] = unique  # each row is a task, whatever else comes again
        return
    if target == "task_id" and first is not None and choose_retries(draft, first):
        return
    if first is not None and unique != first and _choose_repeated(draft, target, first):
        return
    if unique is None:
        _choose_from_row(draft)
    else:
        _choose_unique(draft, target, unique, columns)


def _choose_unique(draft: Draft, target: str, first: str, columns: Sequence[str]) -> None:
    """Choose a column in which each row has another id, and which is not of something that comes with several
    calls. `first`: the likeliest one.
    """
    for each in columns if target == "call_id" else ():
        if not _repeated(draft, [each]) and why_not_of_calls(draft, each) is None:
            first = each
            break
    if target == "call_id" and (why := why_not_of_calls(draft, first)) is not None:
        _choose_from_row(draft, first, why)
        return
    draft.chosen[target] = first
    doubt_written_otherwise(draft, first)


def _may_be_id(draft: Draft, column: str) -> bool:
    """Whether a column that is called an id holds one. A number or reference that is called no more than that
    is an id if each row has another, and it does not count the rows.
    """
    if heading(column) not in _REFERENCES:
        return _is_filled(draft, column)
    texts = draft.sample.texts(column)
    return all(texts) and len(set(texts)) == len(texts) and not is_running_number(draft, column)


def _is_filled(draft: Draft, column: str) -> bool:
    cells = draft.sample.cells(column)
    return sum(cell is not None for cell in cells) > len(cells) * _FILLED_SHARE


def _repeated(draft: Draft, columns: Sequence[str]) -> int:
    """How many rows have the id of an earlier row and say something else."""
    ids = _keys(draft, columns)
    whole = _keys(draft, draft.sample.columns)
    distinct = {pair for pair in zip(ids, whole, strict=True) if None not in pair[0]}
    return len(distinct) - len({key for key, _ in distinct})


def _keys(draft: Draft, columns: Sequence[str]) -> list[tuple[Any, ...]]:
    cells = [draft.sample.cells(column) for column in columns]
    return [tuple(None if each is None else str(each) for each in row) for row in zip(*cells, strict=True)]


def _choose_repeated(draft: Draft, target: str, column: str) -> bool:
    """Choose an id column whose ids come again: rows are legs of a call, or the id needs a second column."""
    if draft.plan.options.legs:
        draft.chosen[target] = column
        return True
    others = next(_completing(draft, target, column), None)
    if target == "call_id" and _are_legs(draft, column, needs_number=others is not None):
        draft.chosen[target] = column
        draft.legs = True
        draft.doubt(
            "legs",
            f"Several rows have one {column!r}; they are taken as legs of one call",
            column,
            Answer("--legs", "", "rows of one id are legs of one call"),
            Answer("--id-from", "*", "each row is a call"),
        )
        return True
    if others is None:
        return False
    template = "/".join(f"{{{each}}}" for each in (*others, column))
    draft.chosen[target] = template
    draft.doubt(
        "id",
        f"Several rows have one {column!r}; with {' and '.join(map(repr, others))} each comes once, so the "
        f"id is {template}",
        column,
        Answer("--map", f"{target}={template}", "that is the id"),
        Answer("--map", f"{target}={column}", "rows of one id are one"),
    )
    return True


def _are_legs(draft: Draft, column: str, *, needs_number: bool) -> bool:
    """Whether the rows of one id lie close together in time and come from one number, as legs do."""
    numbers = draft.open_candidates("source_number")[:1]
    callers = draft.sample.texts(numbers[0]) if numbers else [""] * len(draft.sample)
    by_id: dict[str, list[tuple[Micros, str]]] = {}
    rows = zip(draft.sample.cells(column), instants(draft, "creation_time"), callers, strict=True)
    for value, at, caller in rows:
        if value is not None and at is not None:
            by_id.setdefault(str(value), []).append((at, caller))
    groups = [rows for rows in by_id.values() if len(rows) > 1]
    alike = sum(
        max(rows)[0] - min(rows)[0] <= _LEGS_WITHIN and len({caller for _, caller in rows}) == 1
        for rows in groups
    )
    return bool(groups) and alike >= len(groups) * _LEGS_SHARE and (bool(numbers) or not needs_number)


def _completing(draft: Draft, target: str, column: str) -> Iterator[tuple[str, ...]]:
    """One or two other columns with which each id comes once."""
    others = [
        each
        for each in draft.sample.columns
        if each != column and not set("{}") & set(each) and _may_complete(draft, target, each)
    ]
    for size in (1, 2):
        for chosen in combinations(others, size):
            if _repeated(draft, [*chosen, column]) == 0:
                yield chosen


def _may_complete(draft: Draft, target: str, column: str) -> bool:
    # How a call went differs between its legs.
    of_legs = {draft.chosen.get(each) for each in _OF_LEGS}
    if column in of_legs or any(cell is None for cell in draft.sample.cells(column)):
        return False
    if target == "task_id":
        return heading(column).endswith(("id", "key", "index", "partition"))
    return len(draft.sample.words(column)) <= len(draft.sample) * _MAX_REPEATED_SHARE


def _airflow(draft: Draft) -> str | None:
    """The id of an Airflow task instance: its DAG, its run and its task; mapped ones also have an index."""
    by_heading = {heading(each).replace("dag_run", "run"): each for each in reversed(draft.sample.columns)}
    if not all(each in by_heading for each in _AIRFLOW):
        return None
    names = [by_heading[each] for each in _AIRFLOW]
    index = by_heading.get("map_index")
    if index is not None and len(draft.sample.words(index)) > 1:
        names.append(index)
    return "/".join(f"{{{each}}}" for each in names)


def _choose_from_row(draft: Draft, instead_of: str = "…", why: str | None = None) -> None:
    """Make the ids of what the rows say. `instead_of`: the column that may be the id, but for `why`."""
    columns = [
        each
        for each in innermost(draft.sample.columns)
        if not is_running_number(draft, each) and not is_passing(each)
    ]
    made_of, answers = "what it says", []
    if unfinished := unfinished_rows(draft):
        staying = staying_columns(draft, columns, unfinished)
        made_of = f"{'what stays of it' if staying else made_of}; {told(draft, unfinished, staying)}"
        columns, answers = staying or columns, [] if staying else leaving_out(draft, unfinished)
    if len(columns) > MAX_ID_COLUMNS or any("," in each and '"' in each for each in columns):
        columns = ["*"]
    draft.id_from = tuple(columns)
    rows = Counter(_keys(draft, draft.sample.columns))
    alike = sum(many - 1 for many in rows.values())
    again = f". {alike:,} of them say the same as another row and count as well" if alike else ""
    noun = draft.plan.options.record_type
    draft.doubt(
        "id",
        f"{why or f'No column is the id of a {noun}'}: each row is a {noun}, and its id is made of "
        f"{made_of}{again}",
        instead_of if why else None,
        Answer("--id-from", joined(columns), f"each row is a {noun}"),
        *answers,
        Answer("--map", joined([f"{noun}_id={instead_of}"]), "that column is the id"),
    )

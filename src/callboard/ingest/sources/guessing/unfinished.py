"""Rows that are not over yet, in a file whose ids are made of what its rows say.

Tomorrow's export says how they ended, so an id that is made of a status, a length or an end is another one
then, and the call counts twice. Such ids are made of what stays: who, whom and when.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Any, Final

from callboard.ingest.rejected import RejectedEvent
from callboard.ingest.sources.files.records import ImportOptionError, RowError
from callboard.ingest.sources.guessing.checks import rows
from callboard.ingest.sources.guessing.doubts import Answer
from callboard.ingest.sources.guessing.draft import Draft
from callboard.ingest.sources.guessing.headings import heading, is_another_length
from callboard.ingest.sources.mapping import RowMapping, joined
from callboard.ingest.sources.mapping.conditions import LEAVE_OUT, condition_text
from callboard.ingest.sources.mapping.ids import ALL
from callboard.ingest.sources.mapping.passing import CHANGING_FIELDS, is_passing
from callboard.ingest.sources.mapping.patterns import escaped
from callboard.ingest.sources.values.times import NoZoneError
from callboard.model.event import Event, TaskEvent
from callboard.model.words import FINAL_CALL, FINAL_TASK

_FINAL: Final = FINAL_CALL | FINAL_TASK
_STAYING: Final = {
    "call": ("creation_time", "source_number", "destination_number", "call_type", "agent"),
    "task": ("created", "scheduled_at", "run_id", "execution_type", "assignee"),
}
"""Fields that say who, whom and when; what stays of a call or task."""
_MOST: Final = 0.5
_LATER_WORDS: Final = frozenset(
    ("end", "ended", "finish", "finished", "complete", "completed", "stop", "stopped", "close", "closed",
     "answer", "answered", "connected", "hangup", "hung", "result", "outcome", "error", "exit", "progress",
     "retries", "attempts", "tries", "duration", "elapsed", "runtime", "mos", "quality", "score")
)  # fmt: skip
"""Words of headings that fill no field here, of what is known only when the call or task is over."""


def is_over(event: Event) -> bool:
    """Whether an event says how its call or task ended, or nothing of it."""
    status = event.status if isinstance(event, TaskEvent) else event.call_status
    return not status or status in _FINAL


def unfinished_rows(draft: Draft) -> list[int]:
    """The rows of the sample that are not over: by their status, or as nothing says when or how long, which
    most rows of their status do.
    """
    statuses = _statuses(draft)
    over = ("end_time", "call_duration") if draft.plan.options.record_type == "call" else ()
    columns = [draft.chosen[each] for each in over if "{" not in draft.chosen.get(each, "{")]
    cells = [draft.sample.cells(each) for each in columns]
    silent = [bool(cells) and not any(row) for row in zip(*cells, strict=True)] or [False] * len(statuses)
    many = Counter(status for status in statuses if status == "completed")
    told = Counter(
        status
        for status, is_silent in zip(statuses, silent, strict=True)
        if status == "completed" and not is_silent
    )
    lacks_end = {each for each in many if told[each] >= many[each] * _MOST}
    return [
        row
        for row, (status, is_silent) in enumerate(zip(statuses, silent, strict=True))
        if status is not None and (status not in _FINAL or (is_silent and status in lacks_end))
    ]


def staying_columns(draft: Draft, columns: Sequence[str], unfinished: Collection[int]) -> list[str] | None:
    """Those of the columns that tomorrow's file says again of rows that are not over. None where they do not
    tell the rows apart.
    """
    named = _named(draft, unfinished)
    others = [each for each in columns if each not in named and _may_stay(draft, each, unfinished)]
    first = [each for each in columns if each in named]
    for chosen in (first, [each for each in columns if each in first or each in others]):
        if chosen and _tell_apart(draft, chosen, unfinished):
            return chosen
    return None


def told(draft: Draft, unfinished: Sequence[int], staying: Sequence[str] | None) -> str:
    """What a doubt about the id says of rows that are not over."""
    first = draft.sample.records[unfinished[0]].line
    open_rows = f"{rows(len(unfinished))} not over yet, the first in line {first:,}"
    if staying:
        return f"{open_rows}, and a later file says otherwise how they ended"
    return (
        f"{open_rows}: a later file says something else of them and would count them again, as no columns "
        "that stay tell the rows apart"
    )


def leaving_out(draft: Draft, unfinished: Sequence[int]) -> list[Answer]:
    """The answer that leaves rows out that are not over, where one word of the status tells them."""
    field = "call_status" if draft.plan.options.record_type == "call" else "status"
    column = draft.chosen.get(field, "{")
    if "{" in column:
        return []
    texts = draft.sample.texts(column)
    words = {texts[row] for row in unfinished}
    if len(words) != 1 or sum(each in words for each in texts) != len(unfinished):
        return []
    condition = condition_text((column, "=", escaped(words.pop())))
    return [Answer(LEAVE_OUT, condition, "they are left out, until a later file says how they ended")]


def doubt_all(draft: Draft, columns: Sequence[str]) -> None:
    """Doubt ids that the person has made of all cells, where rows are not over yet."""
    unfinished = unfinished_rows(draft)
    if not unfinished:
        return
    columns = [each for each in columns if not is_passing(each)]
    staying = staying_columns(draft, columns, unfinished)
    as_it_is = Answer("--id-from", joined(columns), "the ids are made of all of it")
    draft.doubt(
        "id",
        f"The ids are made of all that the rows say; {told(draft, unfinished, staying)}",
        None,
        *([Answer("--id-from", joined(staying), "these columns stay")] if staying else []),
        *([] if staying else leaving_out(draft, unfinished)),
        as_it_is,
    )


def _statuses(draft: Draft) -> list[str | None]:
    """What the plan reads as the status of each row; None where it reads none."""
    plan = draft.complete()
    field = "call_status" if plan.options.record_type == "call" else "status"
    try:
        mapping = RowMapping(replace(plan.options, id_from=(ALL,), legs=False))
    except ImportOptionError:
        return [None] * len(draft.sample)
    return [_status(mapping, record.row, field) for record in draft.sample.records]


def _status(mapping: RowMapping, row: dict[str, Any], field: str) -> str | None:
    try:
        return mapping.event(row).get(field)
    except (RowError, RejectedEvent, NoZoneError):
        return None


def _named(draft: Draft, unfinished: Collection[int]) -> set[str]:
    """The columns of who, whom and when."""
    found: set[str] = set()
    changing = {source for field, source in draft.chosen.items() if field in CHANGING_FIELDS}
    for field in _STAYING[draft.plan.options.record_type]:
        source = draft.chosen.get(field)
        if source is not None:
            found |= {each for each in draft.sample.columns if each == source or f"{{{each}}}" in source}
        elif field not in ("creation_time", "created", "scheduled_at"):
            found.update(draft.open_candidates(field)[:1])
    return {each for each in found if each not in changing and _is_said(draft, each, unfinished)}


def _may_stay(draft: Draft, column: str, unfinished: Collection[int]) -> bool:
    changing = {source for field, source in draft.chosen.items() if field in CHANGING_FIELDS}
    changing |= {each for field in CHANGING_FIELDS for each in draft.candidates.get(field, ())}
    if column in changing or is_another_length(column):
        return False
    return _LATER_WORDS.isdisjoint(heading(column).split("_")) and _is_said(draft, column, unfinished)


def _is_said(draft: Draft, column: str, unfinished: Collection[int]) -> bool:
    """Whether rows that are not over say as much in a column as the others do: nothing is filled in later."""
    cells = draft.sample.cells(column)
    said = sum(_is_something(each) for each in cells)
    live = sum(_is_something(cells[row]) for row in unfinished)
    others = len(cells) - len(unfinished)
    if live == len(unfinished):
        return True
    return live > 0 and bool(others) and (said - live) / others < _MOST


def _is_something(value: Any) -> bool:
    return value is not None and str(value).strip("0:. ") != ""


def _tell_apart(draft: Draft, columns: Sequence[str], unfinished: Collection[int]) -> bool:
    """Whether each row that is not over differs from all others in the columns, and other rows that are
    alike in them say the same.
    """
    keys = list(zip(*(draft.sample.texts(each) for each in columns), strict=True))
    whole = list(zip(*(draft.sample.texts(each) for each in draft.sample.columns), strict=True))
    many = Counter(keys)
    if any(many[keys[row]] > 1 or not any(keys[row]) for row in unfinished):
        return False
    return len(set(zip(keys, whole, strict=True))) == len(many)

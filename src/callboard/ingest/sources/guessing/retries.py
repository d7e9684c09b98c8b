"""Rows of tasks that share an id: attempts of one task, or states that it went through."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from callboard.clock import Micros
from callboard.ingest.sources.files.records import Record, RowError
from callboard.ingest.sources.guessing.doubts import Answer
from callboard.ingest.sources.guessing.draft import Draft
from callboard.ingest.sources.guessing.headings import heading
from callboard.ingest.sources.guessing.time_sources import instants
from callboard.ingest.sources.mapping import Template

_NAMES: Final = frozenset({"name", "job_name", "key", "pod_name"})
"""Headings that name what tasks do, and not the single task."""
_LEAST_NUMBERED: Final = 9
"""Attempts that are counted from 0 are renumbered up to this one at least, as a file may hold more of them
tomorrow.
"""


def choose_retries(draft: Draft, column: str) -> bool:
    """Choose an id that comes again: its rows are one task, each with an attempt of its own if a column says
    so, else this is asked.
    """
    if heading(column) in _NAMES:
        return False
    draft.chosen["task_id"] = column
    attempt = _numbered_attempt(draft, column)
    if attempt is not None:
        draft.chosen.setdefault("attempt", attempt)
        _count_from_one(draft, attempt)
        draft.legs = have_creations(draft, column)
        return True
    later = draft.chosen.get("occurred_at")
    stands = f"the latest by {later!r} stands" if later else "no column says which of them is the latest"
    draft.doubt(
        "legs",
        f"Several rows have one {column!r}; they are taken as one task, and {stands}",
        column,
        Answer("--map", f"task_id={column}", "rows of one id are one task"),
        Answer("--id-from", "*", "each row is a task"),
    )
    return True


def have_creations(draft: Draft, source: str) -> bool:
    """Whether rows of one task say different creations: each attempt its own. `source`: the id."""
    read = Template(source if "{" in source else f"{{{source}}}").reader(whole=True)
    first: dict[str, Micros] = {}
    for record, at in zip(draft.sample.records, instants(draft, "created"), strict=True):
        try:
            one = read(record.row)
        except RowError:
            continue
        if at is not None and first.setdefault(str(one), at) != at:
            return True
    return False


def are_attempts(draft: Draft) -> bool:
    """Whether the rows of one task are its attempts, each with a number of its own."""
    chosen, attempt = draft.chosen.get("task_id"), draft.chosen.get("attempt")
    if chosen is None or attempt is None or "{" in chosen or "{" in attempt:
        return False
    return _are_distinct(draft, chosen, attempt)


def _numbered_attempt(draft: Draft, column: str) -> str | None:
    if draft.is_settled("attempt"):
        return draft.given.get("attempt")
    return next(
        (
            each
            for each in draft.open_candidates("attempt")
            if _are_numbers(draft.sample.texts(each)) and _are_distinct(draft, column, each)
        ),
        None,
    )


def _are_numbers(texts: Sequence[str]) -> bool:
    return all(each.isdecimal() and each.isascii() for each in texts)


def _are_distinct(draft: Draft, column: str, attempt: str) -> bool:
    """Whether no two rows that say different things have the same id and the same attempt."""
    by_attempt: dict[tuple[str, str], str] = {}
    rows = zip(
        draft.sample.texts(column),
        draft.sample.texts(attempt),
        map(_whole, draft.sample.records),
        strict=True,
    )
    return all(by_attempt.setdefault((one, number), row) == row for one, number, row in rows)


def _whole(record: Record) -> str:
    return repr(sorted(record.row.items()))


def _count_from_one(draft: Draft, attempt: str) -> None:
    """Number attempts from 1 that the file counts from 0."""
    numbers = [int(each) for each in draft.sample.texts(attempt)]
    if 0 in numbers and not draft.is_settled("attempt"):
        last = max(_LEAST_NUMBERED, *numbers)
        draft.mean("attempt", ((str(each), str(each + 1)) for each in range(last + 1)))

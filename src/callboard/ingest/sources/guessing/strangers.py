"""Rows that are no calls among rows that are: other media, and steps of tasks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Final

from callboard.ingest.sources.guessing.checks import rows
from callboard.ingest.sources.guessing.doubts import Answer
from callboard.ingest.sources.guessing.draft import Draft
from callboard.ingest.sources.guessing.other_media import doubt_media, left_out
from callboard.ingest.sources.guessing.whole import Rejected
from callboard.ingest.sources.mapping.conditions import LEAVE_OUT, condition_text
from callboard.ingest.sources.mapping.templates import cell

_ANSWERS: Final = 5
"""Words of rejected rows that are left out one by one, at most."""
_BEFORE_STEPS: Final = "./:_-"
"""What stands between the id of a task and the name of one of its steps."""


def doubt_strangers(draft: Draft) -> None:
    """Doubt rows that would count as calls or tasks and seem to be none."""
    if draft.plan.options.record_type == "call":
        doubt_media(draft)
    else:
        _doubt_steps(draft)


def _doubt_steps(draft: Draft) -> None:
    """Doubt rows whose id is that of another row with something behind it: `5001.batch` beside `5001`."""
    column = draft.chosen.get("task_id", "{")
    if "{" in column or draft.is_settled("task_id"):
        return
    ids = set(filter(None, draft.sample.texts(column)))
    for sign in _BEFORE_STEPS:
        longer = [each for each in ids if sign in each]
        if longer and all(each.rpartition(sign)[0] in ids for each in longer):
            many = sum(sign in each for each in draft.sample.texts(column))
            condition = condition_text((column, "=", f"*{sign}*"))
            draft.doubt(
                "rows",
                f"{rows(many)} of {column!r} name a step of another row, as {min(longer)!r}, "
                "and would count as tasks",
                column,
                Answer(LEAVE_OUT, condition, "they are parts of other tasks, and left out"),
                Answer("--map", f"task_id={column}", "each is a task"),
            )
            return


def without_rejected(draft: Draft, rejected: Rejected) -> Iterator[Answer]:
    """The answers that leave rejected rows out, if they say few different things in the column that they are
    rejected for: one for each, the commonest first.
    """
    source = draft.chosen.get(rejected.message.partition(":")[0], "{")
    if "{" in source or len(rejected.records) < rejected.rows:
        return
    said = Counter(str(cell(record.row, source) or "").strip() for record in rejected.records)
    if len(said) <= _ANSWERS:
        yield from (left_out(source, word) for word, _ in said.most_common())

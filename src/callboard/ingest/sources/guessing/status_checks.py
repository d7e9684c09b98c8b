"""What a column of statuses leaves open: empty cells, talk against its words, one word for all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from callboard.ingest.sources.guessing.answered import answered_condition, talk_of
from callboard.ingest.sources.guessing.checks import rows
from callboard.ingest.sources.guessing.contradicted import said_by_person
from callboard.ingest.sources.guessing.doubts import Answer
from callboard.ingest.sources.guessing.draft import Draft
from callboard.ingest.sources.guessing.headings import heading
from callboard.ingest.sources.mapping import joined
from callboard.ingest.sources.mapping.conditions import condition_text
from callboard.ingest.sources.mapping.patterns import escaped
from callboard.ingest.sources.words import normal

_EMPTY_SHARE: Final = 0.1
"""Fewer rows without a word than this are rather no calls at all."""
_A_FEW: Final = 3
_NOT_RUN: Final = frozenset({"skipped", "omitted", "filtered", "ignored"})
"""Words of runners, in normal form, for tasks that did not run."""


def say_empty(draft: Draft, column: str) -> None:
    """Calls without a word: those that were answered are completed, and the others were missed."""
    talk, made = talk_of(draft), draft.chosen.get("creation_time", "")
    texts = draft.sample.texts(column)
    if talk is None or not made or "{" in made or draft.is_settled("call_status"):
        return
    cells = draft.sample.cells(made)
    told = said_by_person(draft)
    empty = [row for row, word in enumerate(texts) if not word and cells[row] is not None and not told[row]]
    if not empty or len(empty) < len(texts) * _EMPTY_SHARE or draft.is_explained("call_status", ""):
        return
    condition = condition_text((column, "=", ""), (made, "!=", ""))
    if any(talk[row] for row in empty):
        _say_answered(draft, column, condition, sum(bool(talk[row]) for row in empty))
        return
    draft.when.append((condition, "call_status=missed"))
    draft.doubt(
        "status",
        f"{column!r} is empty in {rows(len(empty))} without talk, taken as missed",
        column,
        Answer("--when", f"{condition} call_status=missed", "nobody answered"),
    )


def _say_answered(draft: Draft, column: str, is_empty: str, talked: int) -> None:
    """Take calls without a word for completed where they were answered, else for missed."""
    answered = answered_condition(draft)
    if answered is None:
        return
    condition = f"{is_empty} and {answered}"
    is_told = (condition, "call_status=completed") in draft.plan.options.when
    # The first condition that holds decides.
    draft.when += [] if is_told else [(condition, "call_status=completed")]
    draft.when.append((is_empty, "call_status=missed"))
    if not is_told:
        draft.doubt(
            "status",
            f"{column!r} is empty in {rows(talked)} with talk, taken as completed",
            column,
            Answer("--when", f"{condition} call_status=completed", "they were answered"),
        )


def doubt_not_run(draft: Draft, column: str, meanings: Mapping[str, str]) -> None:
    """Doubt words that say that a task did not run at all: they are no success, and no failure. To Airflow
    they are a success.
    """
    if any(heading(each) == "dag_id" for each in draft.sample.columns):
        return
    for word, meaning in meanings.items():
        if normal(word) in _NOT_RUN:
            others = [each for each in ("completed", "cancelled") if each != meaning]
            draft.doubt(
                "status",
                f"{word!r} of {column!r} says that a task did not run; it is taken as {meaning}",
                column,
                *(
                    Answer("--values", joined([f"status:{escaped(word)}={each}"]), f"{word!r} means {each}")
                    for each in (meaning, *others)
                ),
            )


_SAYS: Final = {"missed": "nobody answered", "failed": "no call came about in"}


def doubt_talk(draft: Draft, column: str, meanings: Sequence[str | None]) -> None:
    """Doubt words that say "missed" or "failed" about calls that have talk."""
    talk = talk_of(draft)
    if talk is None or draft.holds_ringing or draft.is_settled("call_status"):
        return
    for status, says in _SAYS.items():
        talked = sum(
            meaning == status and bool(seconds) for meaning, seconds in zip(meanings, talk, strict=True)
        )
        if talked:
            draft.doubt(
                "status",
                f"{column!r} says that {says} {talked:,} of the calls that have a talk time in "
                f"{draft.chosen['call_duration']!r}; they are taken as {status}",
                column,
                Answer("--map", f"call_status={column}", f"{column!r} is right"),
            )


def doubt_variety(draft: Draft, column: str, meanings: Sequence[str | None]) -> None:
    """Doubt one status for all calls: the column may say something else."""
    if draft.is_settled("call_status") or any("call_status=" in then for _, then in draft.when):
        return
    told = said_by_person(draft)
    said = {by_person or meaning for by_person, meaning in zip(told, meanings, strict=True)} - {None}
    if len(said) == 1 and len(draft.sample) >= _A_FEW:
        only = next(iter(said))
        draft.doubt(
            "status",
            f"All calls have the status {only} by {column!r}",
            column,
            Answer("--map", f"call_status={column}", "that is how they ended"),
        )

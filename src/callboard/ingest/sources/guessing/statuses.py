"""Choose what says how a call or task ended: a column of words, and conditions where words do not tell."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from callboard.ingest.sources.guessing.answered import answered_condition
from callboard.ingest.sources.guessing.contradicted import doubt_silent, said_by_person
from callboard.ingest.sources.guessing.doubts import Answer
from callboard.ingest.sources.guessing.draft import Draft
from callboard.ingest.sources.guessing.flags import choose_flags
from callboard.ingest.sources.guessing.reasons import compare_reasons
from callboard.ingest.sources.guessing.status_checks import (
    doubt_not_run,
    doubt_talk,
    doubt_variety,
    say_empty,
)
from callboard.ingest.sources.guessing.status_columns import (
    StatusColumn,
    fail_by_reason,
    flag_failures,
    flag_running,
    is_yes_or_no,
    listed,
    status_field,
)
from callboard.ingest.sources.guessing.task_failures import doubt_failures
from callboard.ingest.sources.mapping import joined
from callboard.ingest.sources.mapping.conditions import condition_text
from callboard.ingest.sources.mapping.patterns import escaped
from callboard.ingest.sources.words import BY_TALK
from callboard.model.words import TASK_STATUSES

_ENDED: Final = "completed"


def row_meanings(draft: Draft, status: StatusColumn | None) -> list[str | None]:
    """What the status word of each row of the sample means."""
    if status is None:
        return [None] * len(draft.sample)
    target = status_field(draft)
    return [
        str(draft.tables[target].meaning(word))
        if draft.is_explained(target, word)
        else status.meanings.get(word)
        for word in draft.sample.texts(status.column)
    ]


def choose_status(draft: Draft, status: StatusColumn | None) -> None:
    """Say what the words of the status mean, and what the other columns say where the words do not."""
    target = status_field(draft)
    if not draft.is_settled(target) and choose_flags(draft, status):
        return
    if status is None:
        if not draft.is_settled(target):
            _without_column(draft, target)
        return
    if not draft.is_settled(target):
        draft.chosen[target] = status.column
    told = {
        word: says
        for word, says in status.meanings.items()
        if not draft.is_explained(target, word) and not _is_told_by_condition(draft, status, word)
    }
    known = {word: meaning for word, meaning in told.items() if meaning}
    unknown = [word for word, meaning in told.items() if not meaning]
    plain = {word: meaning for word, meaning in known.items() if meaning != BY_TALK}
    draft.mean(target, ((word, meaning) for word, meaning in plain.items() if meaning != word))
    over = [word for word, meaning in known.items() if meaning == BY_TALK]
    if target == "call_status":
        is_told = False
        if is_yes_or_no(status):
            flag_failures(draft, status)
            is_told = fail_by_reason(draft, status)
        silent = [] if draft.is_settled(target) else doubt_silent(draft, status, plain)
        _by_talk(draft, status, over, unknown)
        if not is_told:
            compare_reasons(draft, status, row_meanings(draft, status), silent)
        say_empty(draft, status.column)
        doubt_talk(draft, status.column, row_meanings(draft, status))
        doubt_variety(draft, status.column, row_meanings(draft, status))
    else:
        flag_running(draft, status)
        if unknown:
            _ask_words(draft, status, unknown)
        doubt_not_run(draft, status.column, known)
        doubt_failures(draft, status, row_meanings(draft, status))


def _is_told_by_condition(draft: Draft, status: StatusColumn, word: str) -> bool:
    """Whether the person's `--when` say the status of all rows that have the word."""
    told = said_by_person(draft, status_field(draft))
    return any(told) and all(
        is_told for is_told, said in zip(told, draft.sample.texts(status.column), strict=True) if said == word
    )


# --- words that do not tell whether anybody answered


def _by_talk(draft: Draft, status: StatusColumn, over: Sequence[str], unknown: Sequence[str]) -> None:
    """Words that end answered and unanswered calls alike: completed if the call was answered, else missed."""
    condition = answered_condition(draft)
    if unknown:
        _ask_words(draft, status, unknown, by_talk=condition is not None)
    words = [*over, *(unknown if condition else ())]
    if not words:
        return
    if condition is None:
        draft.mean("call_status", ((word, _ENDED) for word in over))
        draft.doubt(
            "status",
            f"{listed(over)} of {status.column!r} says that a call is over, not whether it was answered, "
            "and no other column says it",
            status.column,
            Answer("--values", _value("call_status", over[0], "completed"), "it was answered"),
            Answer("--values", _value("call_status", over[0], "missed"), "nobody answered"),
        )
        return
    draft.mean("call_status", ((word, "missed") for word in words))
    draft.when += [
        (
            f"{condition_text((status.column, '=', escaped(word)))} and {condition}",
            f"call_status={_ENDED}",
        )
        for word in words
    ]


def _without_column(draft: Draft, target: str) -> None:
    if target != "call_status":
        draft.doubt(
            "status", "No column says how the tasks stand", None, Answer("--map", "status=…", "that column")
        )
        return
    condition = answered_condition(draft)
    is_told = any(then.partition("=")[0].strip() == target for _, then in draft.plan.options.when)
    draft.constants["call_status"] = "completed" if condition is None and not is_told else "missed"
    if is_told:
        return
    if condition is None:
        draft.doubt(
            "status",
            "No column says how the calls ended",
            None,
            Answer("--map", "call_status=…", "that column"),
            Answer("--set", "call_status=completed", "all of them were answered"),
        )
        return
    draft.when.append((condition, f"call_status={_ENDED}"))
    draft.doubt(
        "status",
        f"No column says how the calls ended; those with {condition} are taken as completed, the others as "
        "missed",
        None,
        Answer("--when", f"{condition} call_status={_ENDED}", "that is right"),
    )


# --- doubts


def _ask_words(draft: Draft, status: StatusColumn, unknown: Sequence[str], *, by_talk: bool = False) -> None:
    target = status_field(draft)
    taken = "; taken as completed where there was talk, else as missed" if by_talk else ""
    most = sorted(unknown, key=lambda word: -status.rows[word])
    draft.doubt(
        "status",
        f"{listed(most)} of {status.column!r} has no meaning that is known{taken}",
        status.column,
        *(
            Answer("--values", _value(target, word, meaning), f"{word!r} means {meaning}")
            for word in most[:1]
            for meaning in (("completed", "missed", "failed") if target == "call_status" else TASK_STATUSES)
        ),
    )


def _value(target: str, word: str, meaning: str) -> str:
    return joined([f"{target}:{escaped(word)}={meaning}"])

"""Words of a status beside a yes or no: which of the two says how calls or tasks ended, and what is lost.

A yes or no of an answer says less than words: a voicemail and a failed call are a no as well. So the words
are the status wherever they say more, and a yes or no is compared with them by what it can say.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Final, NamedTuple

from callboard.ingest.sources.guessing.contradicted import completed_words
from callboard.ingest.sources.guessing.draft import Draft
from callboard.ingest.sources.guessing.status_columns import (
    StatusColumn,
    is_flag,
    read_column,
    status_field,
)
from callboard.ingest.sources.words import BY_TALK, words_of

_ENDED: Final = "completed"
_MOST: Final = 0.5
_NEARLY_ALL: Final = 0.9
_NAMES: Final = frozenset(
    ("status", "state", "result", "disposition", "outcome", "estado", "resultado", "ergebnis", "zustand",
     "statut", "etat", "resultat", "stato", "esito", "situacao")
)  # fmt: skip
"""Words of headings that name a status, whatever stands beside them: Final State."""
_OPEN: Final[frozenset[str | None]] = frozenset({"missed", "pending", BY_TALK})
"""What a yes or no says of rows that words tell more of: a no is no answer, and a task that is not done."""
_UNANSWERED: Final = frozenset({"missed", "failed"})
_NOT_DONE: Final = frozenset({"failed", "cancelled", "running", "pending"})
_ON_THE_WAY: Final = frozenset({"running", "pending", "queued"})


class _Row(NamedTuple):
    flag: str | None
    """What the yes or no says of the row."""
    word: str
    says: str | None
    """What its word means; None if nobody knows."""
    is_answer: bool
    """Whether the word says that somebody answered, and no machine."""


def says_yes_or_no(column: StatusColumn) -> bool:
    """Whether a column that may be the status says yes and no, and nothing else."""
    return is_flag(column.meanings)


def loses_words(draft: Draft, flag: StatusColumn, words: StatusColumn) -> bool:
    """Whether a yes or no, taken for the status, says less of a row than the words beside it: they say
    another way than it does, or a word that nobody knows stands where it leaves several ways open.
    """
    is_done = _says_done(draft, flag)
    return any(
        each.says not in (each.flag, BY_TALK) if each.says else each.flag in _OPEN or is_done
        for each in _rows(draft, flag, words)
        if each.word and each.flag
    )


def contradictions(draft: Draft, flag: StatusColumn, words: StatusColumn) -> int:
    """The rows whose word says what their yes or no denies."""
    is_task, is_done = status_field(draft) == "status", _says_done(draft, flag)
    return sum(
        _is_against_task(each, is_done=is_done) if is_task else _is_against_call(each)
        for each in _rows(draft, flag, words)
        if each.says and each.flag
    )


def words_in_the_place(draft: Draft, flag: StatusColumn) -> StatusColumn | None:
    """The column whose words say how calls or tasks ended, under any heading, where a yes or no that is
    likelier by its heading would lose them; None without one.
    """
    return next((each for each in _beside(draft, flag) if loses_words(draft, flag, each)), None)


def flags_beside(draft: Draft, named: Collection[str]) -> Iterator[StatusColumn]:
    """The columns of yes and no, apart from those `named`, whose headings say of what: `is_completed`."""
    target = status_field(draft)
    free = {*draft.sample.columns} - {*named} - draft.of_others - {*draft.given.values()}
    for column in (each for each in draft.sample.columns if each in free):
        words = draft.sample.words(column)
        flag = read_column(draft, target, column) if words and is_flag(words) else None
        if flag is not None and flag.tells:
            yield flag


def _beside(draft: Draft, flag: StatusColumn) -> Iterator[StatusColumn]:
    """The columns of words that are about the same as the yes or no: they agree in nearly all rows."""
    target = status_field(draft)
    named = {each for each in draft.sample.columns if _is_named(draft, each)}
    other = {
        each for of in ("end_reason", "call_type", "answered_by") for each in draft.candidates.get(of, [])
    }
    unlike = _UNANSWERED if target == "call_status" else _NOT_DONE
    free = [
        each
        for each in draft.sample.columns
        if each not in other and each not in draft.of_others and each not in draft.given.values()
    ]
    for column in sorted(free, key=lambda each: each not in named):
        words = read_column(draft, target, column)
        if words is None or says_yes_or_no(words) or not words.tells:
            continue
        is_like = words.known > _MOST and not unlike.isdisjoint(filter(None, words.meanings.values()))
        known = sum(1 for each in _rows(draft, flag, words) if each.says and each.flag)
        if _is_silent(draft, flag, words):
            continue
        share = _MOST if column in named else _NEARLY_ALL
        if (is_like or column in named) and known - contradictions(draft, flag, words) >= known * share:
            yield words


def _is_silent(draft: Draft, flag: StatusColumn, words: StatusColumn) -> bool:
    """Whether a column has no word for rows of a yes: it says why the others ended, and is no status."""
    answered = [bool(each.word) for each in _rows(draft, flag, words) if each.flag == _ENDED]
    return sum(answered) < len(answered) * _NEARLY_ALL


def _is_named(draft: Draft, column: str) -> bool:
    """Whether a heading says that the column is the status."""
    last = column.rpartition(".")[2]
    return column in draft.candidates.get(status_field(draft), []) or not _NAMES.isdisjoint(
        words_of(last).split("_")
    )


def _rows(draft: Draft, flag: StatusColumn, words: StatusColumn) -> Iterator[_Row]:
    answers = set(completed_words(words.meanings))
    for said, word in zip(draft.sample.texts(flag.column), draft.sample.texts(words.column), strict=True):
        yield _Row(flag.meanings.get(said), word, words.meanings.get(word), word in answers)


def _says_done(draft: Draft, flag: StatusColumn) -> bool:
    """Whether a yes says that a task is over, whichever way: a no is one that is not."""
    return status_field(draft) == "status" and "pending" in flag.meanings.values()


def _is_against_call(row: _Row) -> bool:
    if row.flag == _ENDED:
        return row.says in _UNANSWERED
    return row.flag == "missed" and row.is_answer


def _is_against_task(row: _Row, *, is_done: bool) -> bool:
    if row.flag == _ENDED:
        return row.says in _ON_THE_WAY if is_done else row.says != _ENDED
    return row.flag in ("failed", "pending") and row.says == _ENDED

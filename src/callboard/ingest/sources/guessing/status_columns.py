"""Columns that may say how calls and tasks ended, and flags beside them that say more of single rows."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from callboard.ingest.sources.guessing.draft import Draft
from callboard.ingest.sources.guessing.headings import heading
from callboard.ingest.sources.mapping.conditions import condition_text
from callboard.ingest.sources.mapping.patterns import escaped
from callboard.ingest.sources.words import BY_TALK, reading

MAX_WORDS: Final = 60
"""A column with more different words than this is not a status."""
_CLOCK: Final = re.compile(r"(?:\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}[ T])?\d{1,2}:\d\d")
"""Cells of a column that says when calls were answered, not whether."""
_YES_AND_NO: Final = 2
_SHOWN_WORDS: Final = 8
_YES: Final = frozenset(("1", "y", "yes", "true", "t", "x", "ja", "si", "sí", "sim", "oui"))
_NO: Final = frozenset(("0", "n", "no", "false", "f", "nein", "não", "nao", "non"))
_AGREEING: Final = frozenset(
    {("completed", "completed"), ("completed", BY_TALK), ("missed", "missed"), ("missed", "failed"),
     ("missed", BY_TALK), ("failed", "failed")}
)  # fmt: skip
"""What a yes or no of an answer and the reason of the end say of one call that does not contradict."""
_RUNS: Final = frozenset(
    {"building", "running", "is_running", "in_progress", "is_building", "active", "is_active"}
)
"""Headings of a flag that a task runs."""


@dataclass
class StatusColumn:
    """A column that may say how calls ended."""

    column: str
    meanings: Mapping[str, str | None]
    """Word → its meaning; None for a word that nobody knows."""
    rows: Mapping[str, int]
    all_rows: int

    @property
    def known(self) -> float:
        """The share of the rows whose word is known."""
        return sum(many for word, many in self.rows.items() if self.meanings[word]) / self.all_rows

    @property
    def tells(self) -> bool:
        """Whether its words tell calls apart, or at least one of them how calls ended."""
        known = {meaning for meaning in self.meanings.values() if meaning}
        return bool(known) and known != {BY_TALK}


def is_flag(words: Iterable[str]) -> bool:
    """Whether the words of a column are no more than yes and no."""
    return all(word.casefold() in _YES | _NO for word in words)


def is_yes(word: str) -> bool:
    """Whether a word says yes."""
    return word.casefold() in _YES


def read_column(draft: Draft, target: str, column: str, called: str | None = None) -> StatusColumn | None:
    """What the words of a column mean for a status; None if it holds no words, or too many. `called`: the
    heading to read numbers by, if not its own.
    """
    words = draft.sample.words(column)
    if not words or len(words) > MAX_WORDS or all(_CLOCK.match(word) for word in words):
        return None
    found = reading(target, words, called or column)
    meanings = {word: found.meanings.get(word) or None for word in words}
    return StatusColumn(column, meanings, words, len(draft.sample))


def says_direction(status: StatusColumn) -> bool:
    """Whether the words of a column are directions, and none says how a call ended."""
    return not status.tells and all(
        reading("call_type", [word]).meanings.get(word) for word in status.meanings
    )


def says_unanswered(status: StatusColumn) -> bool:
    """Whether a word of the column says that nobody answered."""
    return not {"missed", "failed"}.isdisjoint(filter(None, status.meanings.values()))


def is_yes_or_no(status: StatusColumn) -> bool:
    """Whether a column says only whether calls were answered."""
    return len(status.meanings) <= _YES_AND_NO


def flag_failures(draft: Draft, status: StatusColumn) -> None:
    """Beside a column that says only yes or no of an answer, another may flag the calls that failed."""
    for column in draft.sample.columns:
        words, name = draft.sample.words(column), heading(column)
        yes = next((word for word in words if word.casefold() in _YES), None)
        if yes is None or len(words) > _YES_AND_NO or column == status.column:
            continue
        if reading("call_status", [name]).meanings.get(name) == "failed":
            draft.when.append((condition_text((column, "=", yes)), "call_status=failed"))


def flag_running(draft: Draft, status: StatusColumn) -> None:
    """Where a result stands only when a task is over, another column may flag those that run."""
    empty = [not text for text in draft.sample.texts(status.column)]
    for column in draft.sample.columns if any(empty) else ():
        texts = draft.sample.texts(column)
        yes = {text for text, is_open in zip(texts, empty, strict=True) if is_open}
        if (
            heading(column) in _RUNS
            and len(yes) == 1
            and yes <= {each for each in yes if each.casefold() in _YES}
        ):
            draft.when.append((condition_text((column, "=", yes.pop())), "status=running"))
            return


def fail_by_reason(draft: Draft, status: StatusColumn) -> bool:
    """Beside a column that says only yes or no of an answer, the reason of the end may say that calls failed
    which nobody answered. One that contradicts the column in other rows says nothing. Whether one does.
    """
    for column in draft.open_candidates("end_reason"):
        found = read_column(draft, "call_status", column) if column != status.column else None
        if found is None or found.known < 1.0:
            continue
        words = zip(draft.sample.texts(status.column), draft.sample.texts(column), strict=True)
        pairs = {(status.meanings.get(word), found.meanings.get(reason)) for word, reason in words}
        failed = [word for word, meaning in found.meanings.items() if meaning == "failed"]
        if failed and pairs <= _AGREEING:
            draft.when += [
                (condition_text((column, "=", escaped(word))), "call_status=failed") for word in failed
            ]
            return True
    return False


def listed(words: Sequence[str]) -> str:
    """Words in quotes, the first few of them."""
    shown = ", ".join(repr(word) for word in words[:_SHOWN_WORDS])
    return shown + (f" and {len(words) - _SHOWN_WORDS} more" if len(words) > _SHOWN_WORDS else "")


def status_field(draft: Draft) -> str:
    """The field of the status of the records."""
    return "call_status" if draft.plan.options.record_type == "call" else "status"

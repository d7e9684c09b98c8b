"""How a row tells whether its call was answered: a talk time, or the time of an answer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from callboard.ingest.sources.files.records import RowError
from callboard.ingest.sources.guessing.draft import Draft
from callboard.ingest.sources.guessing.durations import talk_seconds
from callboard.ingest.sources.guessing.time_sources import instants
from callboard.ingest.sources.mapping.conditions import condition_text
from callboard.ingest.sources.mapping.patterns import escaped
from callboard.ingest.sources.mapping.templates import cell
from callboard.ingest.sources.values.lengths import LengthReader
from callboard.ingest.sources.values.nulls import is_null

_MAX_ZEROS: Final = 5


def answered_condition(draft: Draft) -> str | None:
    """The condition that a call was answered: it has a talk time, or the time of an answer. None if no column
    tells.
    """
    column, talk = draft.chosen.get("call_duration"), talk_of(draft)
    if talk is not None and column is not None and not draft.holds_ringing and _tells(talk):
        return _filled(draft, column)
    answer = draft.chosen.get("start_time")
    if answer is not None and "{" not in answer and answers_of(draft) is not None:
        return _filled(draft, answer)
    return None


def _tells(talk: Sequence[float | None]) -> bool:
    return any(talk) and not all(talk)


def _filled(draft: Draft, column: str) -> str:
    """The condition that a cell of the column holds something: neither empty nor zero nor a null word."""
    reader = LengthReader("seconds", None)
    nothing: dict[str, None] = {}
    for record in draft.sample.records:
        value = cell(record.row, column)
        text = "" if value is None else str(value).strip()
        if text and (is_null(text) or _is_zero(reader, text)):
            nothing[text] = None
    # `!=` compares numbers as numbers: 0 stands for 0.0 as well.
    # An empty cell and the usual null words are "empty" to a condition.
    zeros = [escaped(text) for text in nothing if not is_null(text)][:_MAX_ZEROS]
    return condition_text(*((column, "!=", text) for text in ("", *zeros)))


def _is_zero(reader: LengthReader, text: str) -> bool:
    try:
        return float(reader(text)) == 0
    except RowError:
        return False


def talk_of(draft: Draft) -> list[float | None] | None:
    seconds = talk_seconds(draft)
    return seconds if any(each is not None for each in seconds) else None


def answers_of(draft: Draft) -> list[bool] | None:
    """Whether each row has the time of an answer; None if no column says it, or all rows have it."""
    source = draft.chosen.get("start_time")
    if source is None or source == draft.chosen.get("creation_time"):
        return None
    found = [at is not None for at in instants(draft, "start_time")]
    return found if any(found) and not all(found) else None

"""Choose the columns of the other fields: numbers, direction, agent, reason of the end, outcome."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

from callboard.ingest.sources.fields import FIELDS, NEEDED
from callboard.ingest.sources.guessing.draft import Draft
from callboard.ingest.sources.guessing.lengths import length_column
from callboard.ingest.sources.guessing.moments import CALL_TIMES, TASK_TIMES
from callboard.ingest.sources.guessing.times import time_column
from callboard.ingest.sources.values.nulls import is_null
from callboard.ingest.sources.words import NO_AGENT, normal, reading
from callboard.model.fields import field

_CHOSEN_ELSEWHERE: Final = frozenset(
    {*CALL_TIMES, *TASK_TIMES, "call_status", "status", "call_duration", "call_id"}
)
_MAX_WORDS: Final = 200
_KNOWN_SHARE: Final = 0.5
_WORDS: Final = ("call_type", "answered_by")
_PEOPLE: Final = ("agent", "assignee")
_NEEDED_WORDS: Final = ("call_status", "status", "call_id", "task_id")


def choose_facts(draft: Draft) -> None:
    """Choose a column for each other field whose heading fits and whose cells the field can hold."""
    record_type = draft.plan.options.record_type
    for target in FIELDS[record_type]:
        if target in _CHOSEN_ELSEWHERE or draft.is_settled(target) or target in draft.chosen:
            continue
        if target == NEEDED[record_type][0]:  # of a row whose id is made of what it says
            continue
        fits = _check_of(record_type, target)
        for column in draft.open_candidates(target):
            # The word of a status may say the direction or the reason as well.
            shared = target in ("call_type", "end_reason")
            if (shared or column not in draft.taken) and fits(draft.sample.values(column)):
                draft.chosen[target] = column
                _note_format(draft, target, column)
                break
    _choose_words(draft)
    _choose_end_reason(draft)
    _choose_nulls(draft)


def _note_format(draft: Draft, target: str, column: str) -> None:
    """How the times of a field are written, of which no rule is about time."""
    times = time_column(draft.sample.values(column), column)
    if FIELDS[draft.plan.options.record_type][target] == "time" and times is not None:
        draft.formats[target] = times.formats[0]
        zone = times.zone or (draft.zone.zone if draft.zone else None)
        if zone is not None and not times.has_offset:
            draft.zones[target] = zone


def _check_of(record_type: str, target: str) -> Callable[[Sequence[Any]], bool]:
    kind = FIELDS[record_type][target]
    if target in _WORDS:
        return lambda values: _known_share(target, values) > _KNOWN_SHARE
    if target == "attempt":
        # Some count tries from 0, and some count only repeats: such numbers are no attempts.
        return lambda values: all(str(each).isdecimal() and int(str(each)) >= 1 for each in values)
    if kind == "time":
        return lambda values: time_column(values) is not None
    if kind == "duration":
        return lambda values: length_column(values) is not None
    if kind == "whole":
        return lambda values: all(str(each).isdecimal() for each in values)
    if kind in ("document", "yes_no"):
        return bool
    bound = field(record_type, target).maximum
    return lambda values: all(_is_text(each, bound) for each in values)


def _is_text(value: Any, most_bytes: int) -> bool:
    return not isinstance(value, bool) and len(str(value).encode("utf-8", "replace")) <= most_bytes


def _known_share(target: str, values: Sequence[Any]) -> float:
    words = [str(each) for each in values]
    different = list(dict.fromkeys(words))
    if not different or len(different) > _MAX_WORDS:
        return 0.0
    found = reading(target, different).meanings
    return sum(word in found for word in words) / len(words)


def _choose_words(draft: Draft) -> None:
    """What the words of closed lists mean; one that nobody knows leaves its field out."""
    for target in _WORDS:
        column = draft.chosen.get(target)
        if column is None or "{" in column:
            continue
        found = reading(target, draft.sample.words(column), column).meanings
        draft.mean(target, ((word, says) for word, says in found.items() if says != word))


def _choose_end_reason(draft: Draft) -> None:
    """Keep the platform's own word of how a call ended beside the word of this product."""
    column = draft.chosen.get("end_reason")
    if column is None or "{" in column or draft.is_settled("end_reason"):
        return
    words = list(draft.sample.words(column))
    if len(words) > _MAX_WORDS:
        return
    found = {
        w: says for w, says in reading("end_reason", words, column).meanings.items() if says and says != w
    }
    if found and "source_end_reason" not in draft.chosen:
        draft.mean("end_reason", found.items())
        draft.chosen["source_end_reason"] = column


def _choose_nulls(draft: Draft) -> None:
    """Words that stand for nobody and nothing in columns of text."""
    for target, column in draft.chosen.items():
        is_text = FIELDS[draft.plan.options.record_type].get(target) in ("text", "phone")
        if target in (*_NEEDED_WORDS, *_WORDS) or not is_text or "{" in column:
            continue
        nothing = [
            word
            for word in draft.sample.words(column)
            if (is_null(word) or (target in _PEOPLE and normal(word) in NO_AGENT))
            and not draft.is_explained(target, word)
        ]
        if nothing:
            draft.nulls[target] = sorted(nothing)

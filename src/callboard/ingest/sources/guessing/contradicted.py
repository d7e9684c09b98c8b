"""Calls that their own row contradicts: the status says completed, and the talk, the answer or the reason of
the end says that nobody answered. Each such row is asked about, however few they are.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

from callboard.ingest.sources.files.records import Record
from callboard.ingest.sources.guessing.answered import answered_condition, answers_of, talk_of
from callboard.ingest.sources.guessing.checks import rows as in_rows
from callboard.ingest.sources.guessing.doubts import Answer
from callboard.ingest.sources.guessing.draft import Draft
from callboard.ingest.sources.guessing.status_columns import MAX_WORDS, StatusColumn
from callboard.ingest.sources.mapping import Template, joined
from callboard.ingest.sources.mapping.conditions import condition_of, condition_text
from callboard.ingest.sources.mapping.patterns import escaped
from callboard.ingest.sources.mapping.templates import cell
from callboard.ingest.sources.values.nulls import is_null
from callboard.ingest.sources.words import reading
from callboard.model.event import CallEvent

_ENDED: Final = "completed"
_ROWS_OF_A_WORD: Final = 5
_UNANSWERED: Final = frozenset({"no_answer", "busy", "canceled", "rejected"})
"""Reasons of the end of calls that nobody answered."""
_OF_A_MACHINE: Final = frozenset({"voicemail", "machine_detected"})


@dataclass
class Silent:
    """The first rows of a file, of each word, whose call is completed and without talk: a guess looks at
    them, wherever in the file they stand.
    """

    column: str | None = None
    """That of the status."""
    records: list[Record] = field(default_factory=list)
    _rows: Counter[str] = field(default_factory=Counter)

    def add(self, record: Record, event: CallEvent) -> None:
        """Note the row, if it may contradict itself."""
        if self.column is None or event.call_status != _ENDED:
            return
        if event.duration_ms and event.end_reason not in _UNANSWERED:
            return
        word = str(cell(record.row, self.column))
        if self._rows[word] < _ROWS_OF_A_WORD and len(self._rows) <= MAX_WORDS:
            self._rows[word] += 1
            self.records.append(record)


class _Silence(NamedTuple):
    """What a row says where nobody answered."""

    word: str
    condition: str


def completed_words(meanings: Mapping[str, str | None]) -> list[str]:
    """The words that say that somebody answered. A voicemail has no talk, and is completed all the same."""
    found = [word for word, meaning in meanings.items() if meaning == _ENDED]
    reasons = reading("end_reason", found).meanings
    return [word for word in found if reasons.get(word) not in _OF_A_MACHINE]


def said_by_person(draft: Draft, target: str = "call_status") -> list[str | None]:
    """What the person's `--when` say of the status of each row."""
    decimal = draft.plan.options.decimal or draft.decimal or "point"
    cases = [
        (condition_of(text).test(decimal), then.partition("=")[2].strip())
        for text, then in draft.plan.options.when
        if then.partition("=")[0].strip() == target
    ]
    return [
        next((says for holds, says in cases if holds(record.row)), None) for record in draft.sample.records
    ]


def doubt_silent(draft: Draft, status: StatusColumn, plain: Mapping[str, str]) -> list[int]:
    """Doubt completed calls without talk and without an answer, and take them as missed: those rows, and no
    other of the word. The rows that are contradicted.
    """
    silent = _silent_rows(draft, status, plain)
    told = said_by_person(draft)
    found: dict[_Silence, list[int]] = defaultdict(list)
    tests: dict[_Silence, Callable[[Mapping[str, Any]], bool]] = {}
    for row in (each for each in silent if not told[each]):
        record = draft.sample.records[row].row
        same = next((each for each, holds in tests.items() if holds(record)), None)
        if same is None:
            word = draft.sample.texts(status.column)[row]
            cells = [(column, "=", _cell_text(record, column)) for column in _columns(draft)]
            same = _Silence(word, condition_text((status.column, "=", escaped(word)), *cells))
            tests[same] = condition_of(same.condition).test(draft.plan.options.decimal or "point")
        found[same].append(row)
    for silence, where in found.items():
        draft.when.append((silence.condition, "call_status=missed"))
        draft.doubt(
            "status",
            f"{silence.word!r} of {status.column!r} stands for calls without any talk too, in "
            f"{_placed(draft, where)}; those are taken as missed",
            status.column,
            Answer("--when", f"{silence.condition} call_status=missed", "nobody answered them"),
            Answer("--values", _value(silence.word, _ENDED), "all of them were answered"),
        )
    return silent


def doubt_reason(
    draft: Draft, status: StatusColumn, reason: StatusColumn, said: Sequence[str | None], known: Iterable[int]
) -> list[int]:
    """Doubt completed calls whose reason says that nobody answered: they count as what the talk says, and as
    missed where no column says whether there was any. `known`: rows that are asked about already.
    """
    told, of_old = said_by_person(draft), set(known)
    talk, answers = talk_of(draft), answers_of(draft)
    is_told = talk is not None or answers is not None
    words, own = draft.sample.texts(reason.column), draft.sample.texts(status.column)
    ended = {each for each in completed_words(status.meanings) if not draft.is_explained("call_status", each)}
    found: dict[tuple[str, str], list[int]] = defaultdict(list)
    for row, says in enumerate(said):
        why = reason.meanings.get(words[row])
        against = why == "missed" or (why == "failed" and not is_told)
        if says == _ENDED and against and own[row] in ended and not told[row] and row not in of_old:
            found[own[row], words[row]].append(row)
    for (word, why), where in found.items():
        _doubt_pair(draft, status, reason, (word, why), where)
    return [row for where in found.values() for row in where]


def _doubt_pair(
    draft: Draft, status: StatusColumn, reason: StatusColumn, pair: tuple[str, str], where: Sequence[int]
) -> None:
    word, why = pair
    condition = condition_text((status.column, "=", escaped(word)), (reason.column, "=", escaped(why)))
    answered = answered_condition(draft)
    if answered is not None:
        holds = condition_of(answered).test(draft.plan.options.decimal or "point")
        if all(holds(draft.sample.records[row].row) for row in where):
            condition += f" and {answered}"
    meaning = str(reason.meanings[why])
    taken = meaning if talk_of(draft) is None and answers_of(draft) is None else _ENDED
    draft.when.append((condition, f"call_status={taken}"))
    draft.doubt(
        "status",
        f"{status.column!r} says {word!r} and {reason.column!r} says {why!r} in {_placed(draft, where)}; "
        f"taken as {taken}",
        reason.column,
        *(
            Answer("--when", f"{condition} call_status={each}", _SAYS[each])
            for each in dict.fromkeys((taken, _ENDED, meaning))
        ),
    )


_SAYS: Final = {
    "completed": "they were answered",
    "missed": "nobody answered them",
    "failed": "no call came about",
}


def _silent_rows(draft: Draft, status: StatusColumn, plain: Mapping[str, str]) -> list[int]:
    talk, answers = _talk(draft), answers_of(draft)
    if not _columns(draft):
        return []
    words = set(completed_words(plain))
    return [
        row
        for row, said in enumerate(draft.sample.texts(status.column))
        if said in words
        and not (talk and talk[row])
        and (not answers[row] if answers is not None else talk is not None and talk[row] == 0)
    ]


def _talk(draft: Draft) -> list[float | None] | None:
    """The talk of each row, if its column tells calls without any from the others."""
    talk = None if draft.holds_ringing else talk_of(draft)
    return talk if talk is not None and any(talk) else None


def _columns(draft: Draft) -> list[str]:
    """The columns that say whether anybody answered."""
    found = []
    if _talk(draft) is not None:
        found.append(draft.chosen["call_duration"])
    if answers_of(draft) is not None:
        source = draft.chosen["start_time"]
        found += [
            each
            for each in (Template(source).columns if "{" in source else (source,))
            if "{" not in source or None in draft.sample.cells(each)
        ]
    return found


def _cell_text(row: Mapping[str, Any], column: str) -> str:
    value = cell(row, column)
    text = "" if value is None else str(value).strip()
    return "" if is_null(text) else escaped(text)


def _placed(draft: Draft, where: Sequence[int]) -> str:
    return f"{in_rows(len(where))}, the first in line {draft.sample.records[min(where)].line:,}"


def _value(word: str, meaning: str) -> str:
    return joined([f"call_status:{escaped(word)}={meaning}"])

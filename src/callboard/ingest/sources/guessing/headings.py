"""The columns that may hold a field, by their headings."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Final

from callboard.ingest.sources.guessing.said import Said, bare, is_bare_unit, said_in
from callboard.ingest.sources.words.columns import (
    AFTER_WORK,
    CLOCKS,
    COLUMNS,
    DAYS,
    FILLERS,
    OTHER_LENGTHS,
    PARTIES,
    RINGING,
    SHARES,
    SPEECH,
    TALK,
    UNTIL_ANSWER,
)
from callboard.ingest.sources.words.more_headings import MORE
from callboard.ingest.sources.words.table import words_of
from callboard.model.fields import FIELDS, event_fields

__all__ = ["HEADINGS", "Said", "candidates", "days_and_clocks", "heading", "innermost", "is_an_id", "said_in"]


def _headings(of: str, field: str) -> list[str]:
    """The headings of all languages. Those of one do not stand below the weakest of another."""
    known = COLUMNS[of].get(field, "").split()
    return [*(each for each in MORE[of].get(field, ()) if each not in known), *known]


HEADINGS: Final[Mapping[str, Mapping[str, tuple[str, ...]]]] = {
    of: {
        field.name: tuple(dict.fromkeys((*_headings(of, field.name), *field.headings)))
        for field in event_fields(of)
        if field.headings or field.name in COLUMNS[of]
    }
    for of in FIELDS
}
"""Field → headings, the likeliest first: of all platforms and languages, and the table of fields' own."""
_TIMES_AND_LENGTHS: Final = frozenset({"creation_time", "start_time", "end_time", "call_duration"})
_EXACT: Final = frozenset({"call_id", "task_id", "run_id"})
"""Fields whose headings must be whole, or name an id: `number` is no `call_number`."""
_ID_WORDS: Final = frozenset(
    ("id", "ids", "uuid", "guid", "sid", "identifier", "identifiant", "identificador", "identificativo",
     "kennung", "identyfikator", "kimlik", "идентификатор")
)  # fmt: skip
_OF_ANYTHING: Final = frozenset({"id", "uuid", "type", "name"})
_A_CALL: Final = frozenset(
    {"call", "data", "payload", "conversation", "session", "cdr", "task", "job", "variables", "source",
     "node", "item", "fields", "attributes", "properties", "record", "document", "doc", "new_image",
     "calls", "tasks"}
)  # fmt: skip
_PARTS: Final = _A_CALL | frozenset(
    {"time", "times", "timing", "timings", "timestamp", "timestamps", "date", "dates", "meta", "metadata",
     "status", "state", "result", "results", "detail", "details", "info", "spec", "stats", "statistics",
     "metric", "metrics", "duration", "durations", "summary", "general", "common", "header", "analysis",
     "outcome", "disposition", "call_info", "call_details", "call_data", "call_times", "call_summary",
     "run", "execution", "workflow_execution", "interaction", "value", "body", "object", "message", "event",
     "result_set", "row", "values", "answer", "hangup", "end", "start", "lifecycle", "history"}
)  # fmt: skip
"""Objects that hold what is said of the call or task itself."""
_OWN_FIRST: Final = frozenset(
    {"creation_time", "end_time", "call_duration", "call_id", "task_id", "run_id", "call_status", "status",
     "end_reason", "failure_reason", "created", "scheduled_at", "occurred_at"}
)  # fmt: skip
"""Fields that each thing of a row may have as well: its agent, its campaign, its number."""
_NUMBERS: Final = frozenset({"source_number", "destination_number"})
_NEAR: Final = 3
"""How many columns a clock may stand behind its day."""


def heading(column: str) -> str:
    """A column's name in the form of the tables: `Call SID`, `callSid` and `call-sid` are `call_sid`; without
    accents, and without unit, zone and format: `Dauer (s)` is `dauer`, `duration_ms` is `duration`.
    """
    return bare(column)


def candidates(columns: Sequence[str], record_type: str, own: Collection[str] = ()) -> dict[str, list[str]]:
    """Field → columns that may fill it, the likeliest first. `own`: objects that are the call or task.

    Those whose whole heading is known come first; then dotted ones that are known by their last part; then
    those that are known but for words such as `call`. Ringing, waiting and what is billed are no talk time.
    Of columns that all are inside one object, its name does not count. What is said of something else in the
    row, as `number.created_at`, comes behind all that the row says of itself.
    """
    around = _around_all(columns)
    named = {each: each.removeprefix(around) for each in columns}
    # The name of the call itself, as `dial`, makes no length another one.
    short = {each: each.rpartition(".")[2] if _is_inside(each, own) else named[each] for each in columns}
    strange = of_others(columns, own)
    found: dict[str, list[str]] = {}
    for field, names in HEADINGS[record_type].items():
        fitting = [each for each in columns if field != "call_duration" or not _is_a_share(named[each])]
        others = {each for each in columns if field in _TIMES_AND_LENGTHS and is_another_length(short[each])}
        known = _by_form(fitting, lambda column: (words_of(named[column]), bare(named[column])))
        last = _by_form(
            [each for each in fitting if each not in others],
            lambda column: _last_part(named[column], is_own=_is_inside(column, own)),
        )
        every = [
            column
            for name in names
            # A unit alone is a length only where nothing else is called one: Hour and Minute beside Duration.
            for column in (*sorted(known.get(name, ()), key=is_bare_unit), *last.get(name, ()))
        ]
        near = [
            each
            for each in fitting
            if each not in others
            and _core(named[each])
            and (field not in _EXACT or is_an_id(named[each]))
            and not (field in _NUMBERS and said_in(named[each]).unit)
        ]
        if near:
            loose = _by_form(near, lambda column: (_core(named[column]),))
            every += [
                column for name in names for column in loose.get(_core(name), ()) if _core(name) != "time"
            ]
        if field in _OWN_FIRST:
            every.sort(key=lambda column: column in strange)
        if every:
            found[field] = list(dict.fromkeys(every))
    return found


def of_others(columns: Sequence[str], own: Collection[str] = ()) -> frozenset[str]:
    """The columns inside an object that is something else than the call or task: its agent, its campaign.
    `own`: objects that are the call or task, though their names do not say so.
    """
    around = _around_all(columns)
    return frozenset(each for each in columns if _strange(each, around, own) is not None)


def object_of(column: str, columns: Sequence[str]) -> str | None:
    """The innermost object around a column that no name tells to be the call or task; None without one."""
    return _strange(column, _around_all(columns), ())


def _is_inside(column: str, own: Collection[str]) -> bool:
    return column.rpartition(".")[0] in own


def _strange(column: str, around: str, own: Collection[str]) -> str | None:
    known = max((each for each in own if column.startswith(f"{each}.")), key=len, default="")
    begin = len(known) + 1 if known else len(around) if column.startswith(around) else 0
    parts = column[begin:].split(".")[:-1]
    strange = [place for place, part in enumerate(parts) if bare(part) not in _PARTS]
    return column[:begin] + ".".join(parts[: strange[-1] + 1]) if strange else None


def innermost(columns: Sequence[str]) -> list[str]:
    """The columns without those that are objects around others of them."""
    objects = {name for each in columns for name in _objects_around(each)}
    return [each for each in columns if each not in objects]


def _objects_around(column: str) -> Iterator[str]:
    while "." in column:
        column = column.rpartition(".")[0]
        yield column


def _around_all(columns: Sequence[str]) -> str:
    """What all names of columns begin with: the objects that are around every value."""
    inside = innermost(columns)
    if len(inside) <= 1:
        return ""
    first, last = min(inside), max(inside)
    shared = next((at for at, (a, b) in enumerate(zip(first, last, strict=False)) if a != b), len(first))
    return first[: first.rfind(".", 0, shared) + 1]


def _by_form(columns: Sequence[str], forms: Callable[[str], Iterable[str]]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for column in columns:
        for form in dict.fromkeys(forms(column)):
            found.setdefault(form, []).append(column)
    return found


def _last_part(column: str, *, is_own: bool = False) -> Iterator[str]:
    """The last part of a dotted column. Id and type of something else than a call are not the call's."""
    head, dot, rest = column.rpartition(".")
    if dot and (is_own or bare(rest) not in _OF_ANYTHING or bare(head.rpartition(".")[2]) in _A_CALL):
        yield bare(rest)


def days_and_clocks(columns: Sequence[str]) -> list[tuple[str, str]]:
    """Pairs of a column of days and one of clocks beside it, by their headings, the likeliest first."""
    pairs = []
    for place, day in enumerate(columns):
        if bare(day) in DAYS:
            around = [*columns[place + 1 : place + 1 + _NEAR], *columns[max(0, place - 1) : place]]
            pairs += [(day, clock) for clock in around if bare(clock) in CLOCKS and clock != day]
    return pairs


def duration_unit(column: str) -> str:
    """The unit that the heading of a duration names; seconds when it names none."""
    return said_in(column).unit or "seconds"


def _core(heading: str) -> str:
    return "_".join(word for word in bare(heading).split("_") if word not in FILLERS)


def is_an_id(column: str) -> bool:
    """Whether a heading says that a column holds ids."""
    return not _ID_WORDS.isdisjoint(words_of(column).split("_"))


def is_another_length(column: str) -> bool:
    """Whether a length, or a time, is of something else than the talk: of ringing, of waiting, of a bill."""
    return any(word in OTHER_LENGTHS for word in words_of(column).split("_"))


def _is_a_share(column: str) -> bool:
    """Whether a number is a part of a hundred by its heading: Talk %."""
    return "%" in column or _has(column, SHARES)


def is_before_talk(column: str) -> bool:
    """Whether a length is that of ringing or waiting."""
    return _has(column, RINGING) or bare(column) in UNTIL_ANSWER


def is_after_work(column: str) -> bool:
    """Whether a length is that of the agent's work when the call is over."""
    words = words_of(column).split("_")
    return _has(column, AFTER_WORK) or any("_".join(pair) in AFTER_WORK for pair in pairwise(words))


def says_talk(column: str) -> bool:
    """Whether a length is called that of the talk, and not only that of a call."""
    return _has(column, TALK) or "in_call" in bare(column)


def is_of_one_side(column: str) -> bool:
    """Whether a length may be what one side spoke: Agent Talk Time."""
    return _has(column, PARTIES)


def is_speech_of_another(column: str, than: str) -> bool:
    """Whether a length is called the speech of another side than that of a column."""
    own, others = ({*words_of(each).split("_")} & PARTIES for each in (than, column))
    return bool(others - own) and _has(column, SPEECH)


def _has(column: str, words: frozenset[str]) -> bool:
    return not words.isdisjoint(words_of(column).split("_"))

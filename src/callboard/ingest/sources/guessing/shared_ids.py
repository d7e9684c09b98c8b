"""Ids that tie rows to each other: the legs of one call share one, or name the id of the first leg."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from callboard.clock import HOUR, MINUTE, SECOND, Micros
from callboard.ingest.sources.guessing.doubts import Answer
from callboard.ingest.sources.guessing.draft import Draft
from callboard.ingest.sources.guessing.durations import talk_seconds
from callboard.ingest.sources.guessing.headings import heading
from callboard.ingest.sources.guessing.time_sources import instants
from callboard.ingest.sources.guessing.written_ids import OF_CALLS, is_nothing
from callboard.ingest.sources.mapping.conditions import condition_text
from callboard.ingest.sources.mapping.patterns import escaped
from callboard.ingest.sources.mapping.templates import place_of
from callboard.ingest.sources.words import words_of

_SHARED: Final = frozenset(
    ("linkedid", "linked_id", "parent_call_sid", "parent_call_id", "parent_call_uuid", "parent_sid",
     "parent_id", "call_group_id", "bridge_id", "master_call_id", "root_call_id")
)  # fmt: skip
"""Headings of an id that legs share. Others are told by what their cells are."""
_SHORT: Final = re.compile(r"\d{1,5}")
_PLAIN_NUMBER: Final = re.compile(r"[+\d ().-]+")
_LEAST_LENGTH: Final = 6
_INSIDE_SHARE: Final = 0.5
"""The first leg may be in another file, but not most of them."""
_NEAR_SHARE: Final = 0.9
_LEGS_WITHIN: Final = 4 * HOUR
_BETWEEN_LEGS: Final = MINUTE
"""Rows that only share an id follow each other at once, if they are legs."""
_MOST_LEGS: Final = 20
_LEAST_GROUPS: Final = 2
_LEAST_CALLS: Final = 1 / 3
"""Of the rows: fewer different ids than this are of something that makes many calls."""
_NOT_IDS: Final = (
    "source_number",
    "destination_number",
    "creation_time",
    "start_time",
    "end_time",
    "call_duration",
    "call_status",
)
"""Fields whose columns hold no ids, also those that were not chosen."""


@dataclass
class _Tie:
    """A column that ties rows to each other."""

    column: str
    own: str
    of_call: Sequence[str]
    """The id of each row's call."""
    where: tuple[tuple[str, str, str], ...]
    """The rows whose call has the id in this column; empty for all."""
    is_named: bool = False


def choose_shared(draft: Draft) -> bool:
    """Choose an id that legs of one call share beside their own; each has it, or it names the first leg."""
    tie = _by_heading(draft) or _by_cells(draft)
    if tie is None:
        return False
    draft.legs = True
    if tie.where:
        draft.chosen["call_id"] = tie.own
        draft.when.append((condition_text(*tie.where), f"call_id={place_of(tie.column)}"))
    else:
        draft.chosen["call_id"] = tie.column
    if not draft.plan.options.legs:
        says = "Rows name other rows in" if tie.is_named else "Rows share"
        draft.doubt(
            "legs",
            f"{says} {tie.column!r}; those are taken as legs of one call",
            tie.column,
            Answer("--legs", "", "rows of one call are its legs"),
            Answer("--map", f"call_id={tie.own}", "each row is a call"),
        )
    return True


def _by_heading(draft: Draft) -> _Tie | None:
    own = next((each for each in draft.open_candidates("call_id") if heading(each) not in _SHARED), None)
    shared = next((each for each in draft.sample.columns if heading(each) in _SHARED), None)
    if own is None or shared is None or not draft.sample.is_filled(shared):
        return None
    tie = _tie(draft, own, shared)
    return tie if len(set(tie.of_call)) < len(tie.of_call) else None


def _tie(draft: Draft, own: str, column: str, *also: tuple[str, str, str]) -> _Tie:
    ids = _texts(draft, own)
    texts, none = _named(draft, own, column)
    of_call = [there or here or "" for here, there in zip(ids, texts, strict=True)]
    but = tuple((column, "!=", f"{escaped(each)}") for each in none)
    where = () if all(texts) and not also else ((column, "!=", ""), *but, *also)
    return _Tie(column, own, of_call, where)


def _texts(draft: Draft, column: str) -> list[str | None]:
    return [None if cell is None else str(cell) for cell in draft.sample.cells(column)]


def _named(draft: Draft, own: str, column: str) -> tuple[list[str | None], list[str]]:
    """The references of a column, without the words in it that stand for none, as 0; and those words."""
    texts, ids = _texts(draft, column), set(_texts(draft, own))
    none = sorted({each for each in texts if each and each not in ids and is_nothing(each)})
    return [None if each in none else each for each in texts], none


def _by_cells(draft: Draft) -> _Tie | None:
    """The column whose cells are the ids of other rows; else one that rows share which follow each other."""
    at = instants(draft, "creation_time")
    owns = [each for each in draft.open_candidates("call_id") if _is_own(_texts(draft, each))]
    for own in owns[:1]:
        columns = [each for each in draft.sample.columns if each != own and each not in draft.taken]
        named = [tie for each in columns if (tie := _naming(draft, own, each, at)) is not None]
        if named:
            return min(named, key=lambda each: len(set(each.of_call)))
        ends = _ends(draft, at)
        others = {each for of in _NOT_IDS for each in draft.candidates.get(of, [])}
        for column in columns:
            if column not in others and _follow(_texts(draft, column), at, ends):
                return _tie(draft, own, column)
    return None


def _is_own(ids: Sequence[str | None]) -> bool:
    return all(ids) and len(set(ids)) == len(ids) > 1


def _naming(draft: Draft, own: str, column: str, at: Sequence[Micros | None]) -> _Tie | None:
    """The column as one that names the ids of other rows; None if it is none."""
    row_of = {each: row for row, each in enumerate(_texts(draft, own))}
    references, _ = _named(draft, own, column)
    named = {row: text for row, text in enumerate(references) if text and row_of.get(text) != row}
    inside = {row: row_of[text] for row, text in named.items() if text in row_of}
    if not inside or len(inside) < len(named) * _INSIDE_SHARE:
        return None
    if all(_SHORT.fullmatch(named[row]) for row in inside) and OF_CALLS.isdisjoint(
        words_of(column).split("_")
    ):
        return None
    mutual = [(one, other) for one, other in inside.items() if inside.get(other) == one and one < other]
    if mutual:
        side = _side(draft, mutual, {own, column})
        if side is None:
            return None
        tie = _tie(draft, own, column, side)
        is_second = {row for row, text in enumerate(draft.sample.texts(side[0])) if text == side[2]}
        ids = _texts(draft, own)
        tie.of_call = [each if row in is_second else ids[row] or "" for row, each in enumerate(tie.of_call)]
    else:
        tie = _tie(draft, own, column)
    groups = _groups(tie.of_call, at)
    near = sum(max(group) - min(group) <= _LEGS_WITHIN for group in groups)
    tie.is_named = True
    is_timed = any(each is not None for each in at)
    return tie if near >= len(groups) * _NEAR_SHARE and (groups or not is_timed) else None


def _side(draft: Draft, pairs: Sequence[tuple[int, int]], but: set[str]) -> tuple[str, str, str] | None:
    """What tells the second row of each pair that name each other: a column with two words, one for each."""
    for column in draft.sample.columns:
        texts = draft.sample.texts(column)
        words = {(texts[one], texts[other]) for one, other in pairs}
        sides = {frozenset(each) for each in words}
        if column in but or len(sides) != 1 or len(next(iter(sides))) != 2:
            continue
        first, second = texts[pairs[0][0]], texts[pairs[0][1]]
        if first and second:
            return (column, "=", escaped(second))
    return None


def _groups(of_call: Sequence[str], at: Sequence[Micros | None]) -> list[list[Micros]]:
    """When the rows of each call were made, of calls of several rows."""
    found: dict[str, list[Micros]] = {}
    for call, moment in zip(of_call, at, strict=True):
        if moment is not None:
            found.setdefault(call, []).append(moment)
    return [each for each in found.values() if len(each) > 1]


def _ends(draft: Draft, at: Sequence[Micros | None]) -> list[Micros | None]:
    """When the call of each row was over, at the latest that its columns tell."""
    ends = instants(draft, "end_time")
    return [
        None if moment is None else max(end or moment, moment + int((seconds or 0) * SECOND))
        for moment, end, seconds in zip(at, ends, talk_seconds(draft), strict=True)
    ]


def _follow(ids: Sequence[str | None], at: Sequence[Micros | None], ends: Sequence[Micros | None]) -> bool:
    """Whether rows share ids that look like such, and those of one id begin before the one before has ended,
    as other rows do not.
    """
    rows_of: dict[str, list[tuple[Micros, Micros]]] = {}
    for each, begin, end in zip(ids, at, ends, strict=True):
        if each is not None and begin is not None and end is not None:
            if len(each) < _LEAST_LENGTH or _PLAIN_NUMBER.fullmatch(each):
                return False
            rows_of.setdefault(each, []).append((begin, end))
    groups = [sorted(each) for each in rows_of.values() if len(each) > 1]
    if len(groups) < _LEAST_GROUPS or len(rows_of) < len(ids) * _LEAST_CALLS:
        return False
    every = sorted((begin, end, each) for each, spans in rows_of.items() for begin, end in spans)
    apart = [
        later[0] > earlier[1] + _BETWEEN_LEGS for earlier, later in pairwise(every) if earlier[2] != later[2]
    ]
    if sum(apart) * 2 < len(apart):
        return False  # all calls follow each other so
    following = sum(
        len(group) <= _MOST_LEGS
        and all(later[0] <= earlier[1] + _BETWEEN_LEGS for earlier, later in pairwise(group))
        for group in groups
    )
    return following >= len(groups) * _NEAR_SHARE

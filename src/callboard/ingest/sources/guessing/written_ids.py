"""Ids that differ in how they are written: rows of one call that look like several.

A second leg may carry the id of the first with a number behind it, or name it in capitals, with a plus or a
word in front. No option joins such rows, as an id is compared letter by letter; so a person is told.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise
from typing import Final

from callboard.clock import MINUTE, SECOND, Micros
from callboard.ingest.sources.guessing.checks import rows
from callboard.ingest.sources.guessing.doubts import Answer
from callboard.ingest.sources.guessing.draft import Draft
from callboard.ingest.sources.guessing.durations import talk_seconds
from callboard.ingest.sources.guessing.headings import heading
from callboard.ingest.sources.guessing.time_sources import instants
from callboard.ingest.sources.mapping import joined
from callboard.ingest.sources.mapping.templates import source_of
from callboard.ingest.sources.values.nulls import is_null

_AROUND: Final = " \t{}()[]<>\"'"
_ZEROS_BEHIND: Final = re.compile(r"(?<=\d)\.0+$")
_SIGNS: Final = re.compile(r"[\W_]+")
_NUMBER: Final = r"(?:leg|part|seg|segment|l|p)?[-_]?(\d{1,2}|[a-z])"
_BEHIND: Final = re.compile(rf"(.*\w)[-_./:#( ]+{_NUMBER}\)?", re.DOTALL)
"""An id with the number of a leg behind it: `5a10-1`, `5a10.0`, `5a10_b`, `5a10-leg2`, `5a10 (2)`."""
_BEFORE: Final = re.compile(r"(?P<number>\d{1,2}|[a-z])[-_./:#]+(?P<stem>\w.*)", re.DOTALL)
_WORD_BEHIND: Final = re.compile(r"(.*\w)[-_./:#]([a-z]{2,12})", re.DOTALL)
_WORD_BEFORE: Final = re.compile(r"(?P<number>[a-z]{2,12})[-_./:#](?P<stem>\w.*)", re.DOTALL)
_LETTER_BEHIND: Final = re.compile(r"(\d+)([a-z])")
_LETTER_BEFORE: Final = re.compile(r"(?P<number>[a-z])(?P<stem>\d+)")
_LETTERED: Final = (_LETTER_BEHIND, _LETTER_BEFORE)
"""Ids of which each has a letter beside its number; in others a letter may be one of their digits."""
_SHAPES: Final = (_BEHIND, _BEFORE, _WORD_BEHIND, _WORD_BEFORE, *_LETTERED)
_WORDS: Final = (_WORD_BEHIND, _WORD_BEFORE)
_LONGEST_MORE: Final = 12
"""Of an id that begins with another whole id: how many characters more it has, at most."""
_BETWEEN_LEGS: Final = 2 * MINUTE
"""From the end of a leg to the beginning of the next one, at most."""
_INSIDE_SHARE: Final = 0.5
"""The first leg may be in another file, but not most of them."""
_MOST_LEGS: Final = 20
_NEARLY_ALL: Final = 0.9
_LEAST_STEMS: Final = 2
_LEAST_CALLS: Final = 1 / 3
"""Of the rows: fewer stems than this are of a day, or of something else that makes many calls."""
_LEAST: Final = 4
_LEAST_OF_MANY: Final = 6
"""Shorter pieces of a reference are too easily those of something else, and of a UUID those of another."""
_UUID_PIECES: Final = 3
OF_CALLS: Final = frozenset(
    ("id", "uuid", "guid", "sid", "call", "calls", "leg", "contact", "session", "parent", "linked", "related",
     "original", "initial", "previous", "master", "root", "transfer", "transferred")
)  # fmt: skip
"""Words in the heading of a column that names calls; others count something."""


def doubt_written_otherwise(draft: Draft, own: str) -> None:
    """Doubt ids, each on one row, that may be those of fewer calls. `own`: the column of the ids."""
    ids = draft.sample.texts(own)
    if len(set(ids)) != len(ids) or not all(ids):
        return
    told = _alike(ids) or _numbered(draft, ids) or _naming(draft, own, ids)
    if told:
        draft.doubt(
            "legs",
            f"{told}; they may be legs of one call, and each row is taken as a call",
            own,
            Answer("--map", joined([f"call_id={source_of(own)}"]), "each row is a call"),
        )


def _alike(ids: Sequence[str]) -> str | None:
    """Ids that differ in capitals, signs around them or a plus alone."""
    found: dict[str, str] = {}
    for each in ids:
        plain = each.strip(_AROUND).casefold().lstrip("+")
        other = found.setdefault(_ZEROS_BEHIND.sub("", plain), each)
        if other != each:
            return f"The ids {other!r} and {each!r} differ in how they are written alone"
    return None


def _numbered(draft: Draft, ids: Sequence[str]) -> str | None:
    """Ids that are those of other rows but for the number or the word of a leg beside them."""
    spans: list[tuple[Micros, Micros] | None] | None = None
    for shape in (*_SHAPES, None):
        stems = _longer(ids) if shape is None else _stems(ids, shape)
        groups = [each for each in stems.values() if len(each) > 1]
        if not groups or len(stems) < max(_LEAST_STEMS, len(ids) * _LEAST_CALLS):
            continue
        spans = spans or _spans(draft)
        is_word = shape is None or shape in _WORDS
        legs = [
            each
            for each in groups
            if (is_word or _is_counted([number for number, _ in each])) and _follow(each, spans)
        ]
        if len(legs) >= len(groups) * _NEARLY_ALL:
            one, other = (ids[row] for _, row in legs[0][:2])
            many = sum(map(len, legs))
            return f"{rows(many)} have ids that differ in what stands beside them, as {one!r} and {other!r}"
    return None


_Stems = dict[str, list[tuple[str, int]]]
"""Stem of ids → what stands beside it in each row, and the row."""


def _stems(ids: Sequence[str], shape: re.Pattern[str]) -> _Stems:
    """The stems of ids of a shape; none where the letter beside a number is one of its digits."""
    found: _Stems = {}
    for row, text in enumerate(ids):
        matched = shape.fullmatch(text.casefold())
        if matched is None and shape in _LETTERED:
            return {}
        stem, number = text.casefold(), ""
        if matched is not None:
            named = matched.groupdict()
            stem, number = (named["stem"], named["number"]) if named else (matched[1], matched[2])
        found.setdefault(stem, []).append((number, row))
    return found


def _longer(ids: Sequence[str]) -> _Stems:
    """The ids that begin with another whole id, under that."""
    found: _Stems = {}
    stem = ""
    for text, row in sorted((text, row) for row, text in enumerate(ids)):
        if not _is_longer(text, stem):
            stem = text
        found.setdefault(stem, []).append((text[len(stem) :], row))
    return found


def _is_longer(text: str, stem: str) -> bool:
    """Whether an id begins with another whole one, and is no greater number: 10017 is not of 1001."""
    more = text[len(stem) :]
    if len(stem) < _LEAST or not text.startswith(stem) or not 0 < len(more) <= _LONGEST_MORE:
        return False
    return not (stem[-1].isdecimal() and more[0].isdecimal())


def _is_counted(numbers: Sequence[str]) -> bool:
    """Whether the rows of one stem are numbered one after another from the first: 1, 2; a, b; none, 2."""
    counted = sorted(int(each) if each.isdecimal() else ord(each) - ord("a") for each in numbers if each)
    if not counted:
        return False
    first = counted[0]
    is_first = first <= (2 if "" in numbers else 1)
    return is_first and len(numbers) <= _MOST_LEGS and counted == list(range(first, first + len(counted)))


def _spans(draft: Draft) -> list[tuple[Micros, Micros] | None]:
    """From when to when each row lasted; None where it says no time."""
    created, ends = instants(draft, "creation_time"), instants(draft, "end_time")
    return [
        None if begin is None else (begin, max(end or begin, begin + int((seconds or 0) * SECOND)))
        for begin, end, seconds in zip(created, ends, talk_seconds(draft), strict=True)
    ]


def _follow(group: Sequence[tuple[str, int]], spans: Sequence[tuple[Micros, Micros] | None]) -> bool:
    """Whether rows follow each other closely, as legs do; rows without times may."""
    known = sorted(span for _, row in group if (span := spans[row]) is not None)
    return all(later[0] <= earlier[1] + _BETWEEN_LEGS for earlier, later in pairwise(known))


def _naming(draft: Draft, own: str, ids: Sequence[str]) -> str | None:
    """A column of references that are the ids of other rows, written otherwise."""
    row_of: dict[str, int] = {}
    for row, text in enumerate(ids):
        for piece in _pieces(text):
            row_of[piece] = -1 if piece in row_of else row  # -1: a piece of several ids tells none
    known = set(ids)
    for column in draft.sample.columns:
        if column == own or column in draft.taken or OF_CALLS.isdisjoint(heading(column).split("_")):
            continue
        named = [(row, text) for row, text in enumerate(draft.sample.texts(column)) if not is_nothing(text)]
        other = [
            (text, ids[there])
            for row, text in named
            if text not in known
            for there in {row_of.get(piece, -1) for piece in _pieces(text)} - {-1, row}
        ]
        if other and len(other) >= len(named) * _INSIDE_SHARE:
            text, meant = other[0]
            return f"{column!r} names other rows, written otherwise than in {own!r}: {text!r} is {meant!r}"
    return None


def _pieces(text: str) -> set[str]:
    """What tells an id, however it is written: its letters and digits, and pieces between its signs."""
    plain = _ZEROS_BEHIND.sub("", text.strip(_AROUND).casefold())
    pieces = [each for each in _SIGNS.split(plain) if each]
    least = _LEAST if len(pieces) < _UUID_PIECES else _LEAST_OF_MANY
    whole = "".join(pieces)
    found = {each.lstrip("0") for each in pieces if len(each) >= least and not each.isalpha()}
    return found | ({whole.lstrip("0")} if len(whole) >= _LEAST else set())


def is_nothing(text: str) -> bool:
    """Whether a reference says that there is none: a null, or zeros."""
    return is_null(text) or not text.strip("-0. ") or text == "-1"

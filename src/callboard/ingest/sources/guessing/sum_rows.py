"""Rows that add up others and would count as calls, as they have a date and a length: totals of days, agents
or the whole file.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from callboard.clock import DAY
from callboard.ingest.sources.files.records import Record
from callboard.ingest.sources.guessing.checks import accepting, rows
from callboard.ingest.sources.guessing.doubts import Answer
from callboard.ingest.sources.guessing.draft import Draft
from callboard.ingest.sources.mapping.conditions import LEAVE_OUT, condition_of, condition_text
from callboard.ingest.sources.mapping.patterns import escaped
from callboard.ingest.sources.mapping.templates import cell
from callboard.ingest.sources.values.nulls import is_null
from callboard.model.event import CallEvent

_NAMED: Final = re.compile(
    r"(?<!\w)(?:(?:sub-?|grand[ -])?tot(?:als?|ales?|ali|ais|aux|aal|alt)|subtot\w+|sums?|\w*summ[ea]"
    r"|(?:ins)?gesamt|suma|soma|somma|somme|razem|итого|всего|toplam|i alt)(?!\w)",
    re.IGNORECASE,
)
_PARTS: Final = ("tot", "sum", "som", "gesamt", "razem", "итого", "всего", "toplam", "i alt")
"""One of them is in every name of a sum."""
_LONGEST: Final = 60
"""Characters of a cell that may name a sum: a remark is longer."""
_NUMBER: Final = re.compile(r"\d+")
_MOST_RECORDS: Final = 1_000
_MOST_GROUPS: Final = 10_000
_LEAST: Final = 2
"""Rows that a sum is of."""
_TOLERANCE_MS: Final = 1_000
_TOLERANCE: Final = 0.01
"""A part of a sum that roundings may come to."""
_SHARE_FILLED: Final = 0.95
_MOST_DOUBTS: Final = 8
_NAMES: Final = ("call_id", "source_number", "destination_number", "call_type", "call_status")
"""Fields of which a sum has no word of its own: what names a sum in them is no call."""


@dataclass
class _Group:
    rows: int = 0
    length_ms: int = 0


@dataclass
class _Candidate:
    record: Record
    column: str | None
    """The one that names a sum."""
    adds_up: bool
    """Whether its length, or a number in it, is the sum or the count of rows above it."""


@dataclass
class Sums:
    """The rows of calls that may add up others, in the order of the file."""

    found: list[_Candidate] = field(default_factory=list)
    _since: _Group = field(default_factory=_Group)
    """The rows since the last sum."""
    _all: _Group = field(default_factory=_Group)
    _of: dict[tuple[str, Any], _Group] = field(default_factory=dict)
    """The rows of a day, and of an agent."""

    def add(self, record: Record, event: CallEvent) -> None:
        """Note the row, if it may be a sum of those before it; else add it to theirs."""
        length = event.duration_ms if isinstance(event.duration_ms, int) else 0
        groups = self._groups(event)
        adds = False
        for each in groups if length else ():
            if each.length_ms == length and each.rows >= _LEAST:
                # A call may be as long as those before it by chance, and says what they say.
                adds = any(value is None or value == "" for value in record.row.values())
                break
        column = _naming(record.row)
        near = column is not None and any(_is_sum(record, each, length) for each in groups)
        if (adds or column is not None) and len(self.found) < _MOST_RECORDS:
            self.found.append(_Candidate(record, column, adds or near))
        if adds or near:
            self._since.rows = self._since.length_ms = 0
            return
        for each in groups:
            each.rows += 1
            each.length_ms += length

    def _groups(self, event: CallEvent) -> list[_Group]:
        """The groups that the row may be of, or the sum of."""
        found = [self._since, self._all]
        if isinstance(event.creation_time, int):
            self._add_group(found, ("day", event.creation_time // DAY))
        if isinstance(event.agent, str):
            self._add_group(found, ("agent", event.agent))
        return found

    def _add_group(self, found: list[_Group], key: tuple[str, Any]) -> None:
        group = self._of.get(key)
        if group is None and len(self._of) < _MOST_GROUPS:
            group = self._of[key] = _Group()
        if group is not None:
            found.append(group)


def doubt_sums(draft: Draft, sums: Sums) -> None:
    """Doubt rows that add up others: they say so, or lack what every call has."""
    if "sums" in draft.plan.accept or not sums.found:
        return
    filled = _filled_columns(draft, {each.record.line for each in sums.found if each.column or each.adds_up})
    found = [each for each in sums.found if _is_no_call(draft, each, filled)]
    for where, many in _by_condition(draft, found, filled):
        first = where[0].record.line
        draft.doubt(
            "rows",
            f"{rows(len(where))} {'seems' if len(where) == 1 else 'seem'} to add up others, the first in "
            f"line {first:,}, and would count as calls",
            where[0].column,
            *([Answer(LEAVE_OUT, many, "such rows are left out")] if many else []),
            accepting("sums"),
        )


def _naming(row: Mapping[str, Any]) -> str | None:
    """The column whose cell names a sum."""
    every = "\n".join([each for each in row.values() if isinstance(each, str)]).casefold()
    for part in _PARTS:
        if part in every:
            break
    else:
        return None  # nearly every row
    for column, value in row.items():
        if isinstance(value, str) and len(value) <= _LONGEST and _NAMED.search(value):
            return column
    return None


def _is_sum(record: Record, group: _Group, length: int) -> bool:
    """Whether a row that names itself a sum is as long as a group, or says how many rows it has."""
    if group.rows < _LEAST:
        return False
    if length and abs(length - group.length_ms) <= max(_TOLERANCE_MS, length * _TOLERANCE):
        return True
    count = str(group.rows)
    return any(
        isinstance(each, str) and len(each) <= _LONGEST and count in _NUMBER.findall(each)
        for each in record.row.values()
        if each == count or (isinstance(each, str) and _NAMED.search(each))
    )


def _filled_columns(draft: Draft, candidates: set[int]) -> list[str]:
    """The columns that nearly every row has a cell in, apart from those that may be sums."""
    calls = [each for each in draft.sample.records if each.line not in candidates]
    return [
        column
        for column in draft.sample.columns
        if calls and sum(_is_filled(each, column) for each in calls) >= len(calls) * _SHARE_FILLED
    ]


def _is_filled(record: Record, column: str) -> bool:
    value = cell(record.row, column)
    text = "" if value is None else str(value).strip()
    return bool(text) and not is_null(text)


def _is_no_call(draft: Draft, found: _Candidate, filled: list[str]) -> bool:
    lacks = any(not _is_filled(found.record, column) for column in filled if column != found.column)
    if found.column is None:
        return found.adds_up and lacks
    named = [draft.chosen.get(each) for each in _NAMES]
    return found.adds_up or lacks or (found.column in named and _is_rare(draft, found))


def _is_rare(draft: Draft, found: _Candidate) -> bool:
    """Whether few rows name a sum in the column: it is not what calls are of."""
    assert found.column is not None
    words = draft.sample.texts(found.column)
    return sum(_NAMED.search(each) is not None for each in words) * 10 <= len(words)


def _by_condition(
    draft: Draft, found: list[_Candidate], filled: list[str]
) -> Iterator[tuple[list[_Candidate], str]]:
    """The rows with a condition that holds for them and for no call of the sample; without one where each
    needs its own and they are many.
    """
    if not found:
        return
    lines = {each.record.line for each in found}
    calls = [each for each in draft.sample.records if each.line not in lines]
    for condition in _conditions(found, filled):
        holds = condition_of(condition, LEAVE_OUT).test(
            draft.plan.options.decimal or draft.decimal or "point"
        )
        if all(holds(each.record.row) for each in found) and not any(holds(each.row) for each in calls):
            yield found, condition
            return
    by_word: dict[str, list[_Candidate]] = {}
    for each in found:
        by_word.setdefault(_own_condition(each, filled), []).append(each)
    if len(by_word) > _MOST_DOUBTS:
        yield found, ""
        return
    for condition, some in by_word.items():
        yield some, condition


def _conditions(found: list[_Candidate], filled: list[str]) -> Iterator[str]:
    """Conditions that may hold for all of the rows: what they are called, and what they lack."""
    columns = {each.column for each in found}
    if len(columns) == 1 and (column := columns.pop()) is not None:
        words = [str(each.record.row[column]).strip() for each in found]
        yield condition_text((column, "=", escaped(words[0])))
        names = [name[0] for each in words if (name := _NAMED.search(each))]
        yield condition_text((column, "=", f"{escaped(names[0])}*"))
        yield condition_text((column, "=", f"*{escaped(names[0])}*"))
    for column in filled:
        yield condition_text((column, "=", ""))


def _own_condition(found: _Candidate, filled: list[str]) -> str:
    if found.column is not None:
        return condition_text((found.column, "=", escaped(str(found.record.row[found.column]).strip())))
    lacking = [each for each in filled if not _is_filled(found.record, each)]
    return condition_text(*((each, "=", "") for each in lacking))

"""Lengths that are no lengths, or are written unlike the others; and lengths in two columns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from callboard.ingest.sources.files.records import RowError
from callboard.ingest.sources.guessing.doubts import Answer
from callboard.ingest.sources.guessing.draft import Draft
from callboard.ingest.sources.guessing.headings import heading, said_in
from callboard.ingest.sources.guessing.lengths import MAX_UNFIT, NO_LENGTH, LengthColumn
from callboard.ingest.sources.guessing.units import leaving_out
from callboard.ingest.sources.mapping import joined
from callboard.ingest.sources.mapping.patterns import escaped
from callboard.ingest.sources.mapping.templates import place_of
from callboard.ingest.sources.values.lengths import LengthReader
from callboard.ingest.sources.values.numbers import number

_A_MINUTE_S = 60
_SIGNS: Final = {"hours": "h", "minutes": "m", "seconds": "s"}
"""The parts of a length in several columns, and how they are written in one text."""
_LONGEST_COMPACT: Final = 6
_NO_LEADING_ZERO: Final = 8
"""So many numbers that are clocks throughout are so by chance in one file of sixty, more of them seldom."""
_LEAST_LONG: Final = 3
"""Of them with more than seconds in them."""


def leave_out(draft: Draft, column: str, found: LengthColumn, reader: LengthReader) -> None:
    """Take cells that are no lengths for none: the call counts, and its length is unknown. Doubt them, and
    those that are lengths in another form than the rest.
    """
    strange = [each for each in found.unfit if not draft.is_explained("call_duration", str(each))]
    if not strange or len(found.unfit) >= MAX_UNFIT:
        return
    nothing = [str(each) for each in strange if not _is_length(reader, each)]
    if nothing:
        draft.nulls["call_duration"] = nothing
    if nothing := [word for word in nothing if word not in NO_LENGTH]:
        draft.doubt(
            "unit",
            f"{_listed(nothing)} of {column!r} is no length of time and is left out",
            column,
            Answer("--null", joined([f"call_duration:{escaped(nothing[0])}"]), "its length is unknown"),
        )
    if other := [str(each) for each in strange if _is_length(reader, each)]:
        draft.doubt(
            "unit",
            f"{_listed(other)} of {column!r} is written unlike the other lengths",
            column,
            Answer("--map", f"call_duration={column}", "it is a length all the same"),
        )


def doubt_compact_clocks(draft: Draft, column: str) -> None:
    """Doubt numbers that may be hours, minutes and seconds without signs between them: 003102, 10111. All
    have fewer than 60 in the places of minutes and seconds, and one width with leading zeros, or many say it.
    """
    texts = [str(each) for each in draft.sample.values(column) if str(each) != "0"]
    if not texts or not all(_is_compact(each) for each in texts):
        return
    long = {each for each in texts if len(each) > 2 and each.strip("0")}
    is_padded = len({len(each) for each in texts}) == 1 and any(each[0] == "0" for each in texts)
    several = {each for each in texts if len(each) > 1}
    is_many = len(several) >= _NO_LEADING_ZERO and len(long) >= _LEAST_LONG
    is_likely = is_many and said_in(draft.heading(column)).unit is None
    if not long or not (is_padded or is_likely):
        return
    example = max((each for each in texts if each.strip("0")), key=len)
    draft.doubt(
        "unit",
        f"{example!r} of {column!r} is read as a number; it may be hours, minutes and seconds",
        column,
        Answer("--map", joined([f"call_duration={column}"]), "it is a number"),
        leaving_out("it is left out, and the talk is unknown"),
    )


def _is_compact(text: str) -> bool:
    """Whether digits are a clock: of minutes and seconds, below an hour, or of hours as well."""
    if not (text.isascii() and text.isdecimal()) or len(text) > _LONGEST_COMPACT:
        return False
    seconds, minutes = int(text[-2:]), int(text[-4:-2] or 0)
    return seconds < _A_MINUTE_S and minutes < _A_MINUTE_S


def choose_parts(draft: Draft, column: str, lengths: Mapping[str, LengthColumn]) -> bool:
    """Join minutes with a column of seconds that never reach a minute: they are the two parts of a length.
    Hours may be beside them.
    """
    if draft.is_settled("call_duration"):
        return False
    if _join_hours(draft, column, lengths):
        return True
    if lengths[column].unit != "minutes":
        return False
    for other, found in lengths.items():
        seconds = [number(each) for each in draft.sample.values(other)]
        minutes = [number(each) for each in draft.sample.values(column)]
        if other == column or found.unit != "seconds" or None in (*seconds, *minutes):
            continue
        if max(filter(None, seconds), default=_A_MINUTE_S) >= _A_MINUTE_S or any(m % 1 for m in minutes if m):
            continue
        template = f"{place_of(column)}m {place_of(other)}s"
        draft.chosen["call_duration"] = template
        draft.doubt(
            "unit",
            f"{column!r} and {other!r} seem to be the two parts of a length, and are put together",
            column,
            Answer("--map", joined([f"call_duration={template}"]), "minutes and seconds of one length"),
            Answer("--map", joined([f"call_duration={column}"]), f"{column!r} is the whole talk time"),
        )
        return True
    return False


def _join_hours(draft: Draft, column: str, lengths: Mapping[str, LengthColumn]) -> bool:
    """Join whole hours, minutes and seconds in columns of one name, of which each stays below the next."""
    parts: dict[str, str] = {}
    for other, found in lengths.items():
        if found.shape == "number" and found.unit in _SIGNS and heading(other) == heading(column):
            parts.setdefault(found.unit, other)
    if not {"hours", "minutes"} <= parts.keys() or column not in parts.values():
        return False
    for unit, part in parts.items():
        numbers = [number(each) for each in draft.sample.values(part)]
        if any(each is None or each % 1 or (unit != "hours" and each >= _A_MINUTE_S) for each in numbers):
            return False
    ordered = [unit for unit in _SIGNS if unit in parts]
    template = " ".join(f"{place_of(parts[unit])}{_SIGNS[unit]}" for unit in ordered)
    draft.chosen["call_duration"] = template
    draft.doubt(
        "unit",
        f"{_listed([parts[unit] for unit in ordered])} seem to be the parts of a length and are put together",
        column,
        Answer("--map", joined([f"call_duration={template}"]), f"{', '.join(ordered)} of one length"),
        Answer("--map", joined([f"call_duration={column}"]), f"{column!r} is the whole talk time"),
    )
    return True


def _is_length(reader: LengthReader, cell: Any) -> bool:
    try:
        reader(cell)
    except RowError:
        return False
    return True


def _listed(words: Sequence[str]) -> str:
    return ", ".join(map(repr, words))

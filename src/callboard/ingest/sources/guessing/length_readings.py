"""A column of lengths read in one way, and the time that the start and the end of each row leave for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from callboard.clock import SECOND, Micros
from callboard.ingest.sources.files.records import RowError
from callboard.ingest.sources.guessing.draft import Draft
from callboard.ingest.sources.guessing.time_sources import instants
from callboard.ingest.sources.values.lengths import LengthReader

FITTING_SHARE: Final = 0.8
"""The share of rows that must agree before a column is taken for what they say."""
ROUNDING_S: Final = 1.5
LONGEST_RING_S: Final = 300
A_MINUTE_S: Final = 60
_RELATIVE: Final = 0.02
_MOST: Final = 0.5
_STEPS_S: Final = (30, 6)
"""What lengths are rounded to; a tenth of a minute is 6 seconds."""


@dataclass
class Reading:
    """A column of lengths, read in one way."""

    column: str
    unit: str
    decimal: str
    seconds: list[float | None]
    """In each row of the sample."""

    @property
    def is_rounded(self) -> bool:
        """Whether all lengths are whole minutes."""
        lengths = [each for each in self.seconds if each]
        return len(lengths) > 1 and all(each % A_MINUTE_S == 0 for each in lengths)


@dataclass
class Spans:
    """What the times of each row leave for a length, in seconds."""

    total: list[float | None]
    """From creation to end."""
    talk: list[float | None]
    """From answer to end."""
    ring: list[float | None]
    """From creation to answer."""
    is_answered: Sequence[bool | None]
    """What the words of each row say; None where they say nothing."""


def spans_of(draft: Draft, is_answered: Sequence[bool | None]) -> Spans:
    """The spans between the times that the draft chose."""
    created, start, end = (instants(draft, each) for each in ("creation_time", "start_time", "end_time"))
    return Spans(between(created, end), between(start, end), between(created, start), is_answered)


def between(begin: Sequence[Micros | None], end: Sequence[Micros | None]) -> list[float | None]:
    """The seconds from the one to the other in each row; None where one is missing."""
    return [
        None if one is None or other is None else (other - one) / SECOND
        for one, other in zip(begin, end, strict=True)
    ]


def read(draft: Draft, column: str, unit: str, decimal: str) -> Reading:
    """The lengths of a column in a unit; None where a cell is no length."""
    reader = LengthReader(unit, decimal)
    seconds: list[float | None] = []
    for cell in draft.sample.cells(column):
        try:
            seconds.append(None if cell is None else float(reader(cell)))
        except RowError:
            seconds.append(None)
    return Reading(column, unit, decimal, seconds)


def share_equal(reading: Reading, spans: Sequence[float | None], of: Spans) -> float | None:
    """The share of answered rows whose length is the span of their times; None when too few rows tell."""
    pairs = told(reading, spans, of)
    return None if not pairs else sum(is_equal(one, span) for one, span in pairs) / len(pairs)


def is_talk(reading: Reading, of: Spans) -> bool:
    """Whether the lengths are the time from answer to end: not longer in most rows, by a short ringing."""
    if (share_equal(reading, of.talk, of) or 0) < FITTING_SHARE:
        return False
    pairs = told(reading, of.talk, of)
    return sum(length - span > rounding(reading) for length, span in pairs) <= len(pairs) * _MOST


def rounding(reading: Reading) -> float:
    """How far a length may be from the time that it says."""
    lengths = [each for each in reading.seconds if each]
    steps = (step for step in _STEPS_S if all(round(each, 3) % step == 0 for each in lengths))
    return next(steps, ROUNDING_S)


def told(reading: Reading, spans: Sequence[float | None], of: Spans) -> list[tuple[float, float]]:
    """The length and the span of each answered row that has both."""
    return [
        (length, span)
        for length, span, answered in zip(reading.seconds, spans, of.is_answered, strict=True)
        if length and span and answered is not False
    ]


def has_spans(reading: Reading, of: Spans) -> bool:
    """Whether start and end of any answered row can be compared with its length."""
    return bool(told(reading, of.talk, of) or told(reading, of.total, of))


def is_equal(length: float, span: float) -> bool:
    """Whether they are the same but for rounding."""
    return abs(length - span) <= max(ROUNDING_S, span * _RELATIVE)


def fits(reading: Reading, of: Spans) -> bool:
    """Whether lengths in this unit are the time from creation or answer to the end, or that less ringing."""
    for each in (of.talk, of.total):
        share = share_equal(reading, each, of)
        if share is not None and share >= FITTING_SHARE:
            return True
    if any(span is not None for span in of.talk):
        return False
    pairs = told(reading, of.total, of)
    # A talk time is shorter than the whole call by the ringing, and not by a factor of 60 or 1,000.
    ringing = sum(
        0 <= span - length + ROUNDING_S <= LONGEST_RING_S and length * 20 > span for length, span in pairs
    )
    return bool(pairs) and ringing >= len(pairs) * FITTING_SHARE

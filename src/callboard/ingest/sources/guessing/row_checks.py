"""Lengths that contradict the rest of their row, counted over the whole file.

Where most lengths agree with the times beside them, each that does not is wrong, or its times are: a clock
that began anew at the hour, a row in another unit. One of them can outweigh all others in an average.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

from msgspec import UNSET

from callboard.clock import SECOND
from callboard.ingest.sources.files.records import Record, RowError
from callboard.ingest.sources.guessing.checks import rows
from callboard.ingest.sources.guessing.contradicted import Silent
from callboard.ingest.sources.guessing.doubts import Answer
from callboard.ingest.sources.guessing.draft import Draft
from callboard.ingest.sources.guessing.headings import is_another_length, is_of_one_side, says_talk
from callboard.ingest.sources.guessing.length_readings import (
    A_MINUTE_S,
    FITTING_SHARE,
    LONGEST_RING_S,
    ROUNDING_S,
    is_equal,
    read,
)
from callboard.ingest.sources.guessing.lengths import length_column
from callboard.ingest.sources.guessing.sum_rows import Sums, doubt_sums
from callboard.ingest.sources.guessing.twins import Twins, doubt_twins
from callboard.ingest.sources.guessing.units import leaving_out, left_out
from callboard.ingest.sources.mapping import joined
from callboard.ingest.sources.mapping.conditions import condition_text
from callboard.ingest.sources.mapping.patterns import escaped
from callboard.ingest.sources.mapping.templates import cell
from callboard.ingest.sources.values.lengths import LengthReader
from callboard.ingest.sources.words import words_of
from callboard.model.event import CallEvent, Event

_HALF_A_DAY_S: Final = 12 * 3600
"""A call of so long a time between its start and its end is rather one whose end has another day."""
_TOTAL: Final = frozenset(
    ("total", "totale", "totaal", "gesamt", "gesamtdauer", "gesamtzeit", "overall", "whole", "entire")
)


class TotalColumn(NamedTuple):
    """A length of the whole call beside that of the talk."""

    column: str
    read: LengthReader
    within: float
    """By how many seconds the talk may exceed it."""


@dataclass
class Count:
    """How many rows tell, and which of them contradict."""

    told: int = 0
    off: int = 0
    line: int = 0
    """The first that contradicts."""

    def add(self, line: int, *, agrees: bool) -> None:
        """Count a row."""
        self.told += 1
        if not agrees:
            self.off += 1
            self.line = self.line or line

    @property
    def is_doubtful(self) -> bool:
        """Whether most rows agree and any does not: one can outweigh all others in an average."""
        return 0 < self.off <= self.told * (1 - FITTING_SHARE)


@dataclass
class RowChecks:
    """What the rows of a file say of their lengths."""

    total: TotalColumn | None = None
    talk: Count = field(default_factory=Count)
    """The length against the time from answer to end."""
    near: Count = field(default_factory=Count)
    """The length against any two times of its row, less the ringing."""
    over: Count = field(default_factory=Count)
    """The talk against the length of the whole call."""
    days: Count = field(default_factory=Count)
    """The time between start and end, where that is the talk, against half a day."""
    longest: float = 0.0
    """The longest below half a day, in seconds."""
    long: Record | None = None
    """The last row that is above it."""
    twins: Twins = field(default_factory=Twins)
    """The row against those before it."""
    silent: Silent = field(default_factory=Silent)
    """The status against the talk."""
    sums: Sums = field(default_factory=Sums)
    """The row against what the rows before it add up to."""

    def add(self, record: Record, event: Event) -> None:
        """Check the row of a call."""
        if not isinstance(event, CallEvent):
            return
        self.twins.add(record, event)
        self.silent.add(record, event)
        self.sums.add(record, event)
        length = event.duration_ms
        if length is UNSET or length is None:
            self._add_span(record, event)
        if not isinstance(length, int) or not length or event.call_status in ("missed", "failed"):
            return
        seconds = length / 1000
        talk, whole = _span(event.start_time, event.end_time), _span(event.creation_time, event.end_time)
        if talk:
            self.talk.add(record.line, agrees=is_equal(seconds, talk))
        if talk or whole:
            self.near.add(record.line, agrees=any(_is_near(seconds, each) for each in (talk, whole) if each))
        if self.total is not None and (total := _seconds(self.total, record)):
            self.over.add(record.line, agrees=seconds <= total + self.total.within)

    def _add_span(self, record: Record, event: CallEvent) -> None:
        span = _span(event.start_time, event.end_time)
        if span and span > 0 and event.call_status not in ("missed", "failed"):
            is_short = span < _HALF_A_DAY_S
            self.days.add(record.line, agrees=is_short)
            self.longest = max(self.longest, span if is_short else 0.0)
            self.long = self.long if is_short else record


def total_column(draft: Draft) -> TotalColumn | None:
    """The column that says how long the whole calls were, beside the one of the talk."""
    column = draft.chosen.get("call_duration", "{")
    if "{" in column or draft.plan.options.record_type != "call":
        return None
    unit = draft.plan.options.duration_unit or draft.unit or "seconds"
    for other in draft.candidates.get("call_duration", ()):
        words = set(words_of(other).split("_"))
        is_whole = bool(words & _TOTAL) or (says_talk(column) and not says_talk(other))
        if other in draft.taken or not is_whole or is_another_length(other) or is_of_one_side(other):
            continue
        found = length_column(draft.sample.values(other), draft.heading(other))
        if found is not None:
            own = found.unit or (unit if found.shape == "number" else "seconds")
            rounding = A_MINUTE_S if read(draft, other, own, found.decimals[0]).is_rounded else ROUNDING_S
            return TotalColumn(other, LengthReader(own, found.decimals[0]), rounding)
    return None


def doubt_rows(draft: Draft, checks: RowChecks) -> None:
    """Doubt rows that say the call of another id, and lengths of which single rows contradict what stands
    beside them.
    """
    doubt_twins(draft, checks.twins)
    doubt_sums(draft, checks.sums)
    _doubt_days(draft, checks)
    column = draft.chosen.get("call_duration", "")
    if not column or draft.is_settled("call_duration") or left_out(draft):
        return
    all_the_same = Answer("--map", joined([f"call_duration={column}"]), "it is the talk time all the same")
    is_talk = checks.talk.off <= checks.talk.told * (1 - FITTING_SHARE)
    count = checks.talk if checks.talk.told and is_talk else checks.near
    if count.is_doubtful:
        draft.doubt(
            "unit",
            f"{column!r} agrees with start and end in most rows, and contradicts them in "
            f"{rows(count.off)}, the first in line {count.line:,}",
            column,
            all_the_same,
            leaving_out("it is left out: the talk is the time between the two"),
        )
    if checks.total is not None and checks.over.off:
        other = checks.total.column
        draft.doubt(
            "unit",
            f"{column!r} is longer than {other!r} in {rows(checks.over.off)}, the first in line "
            f"{checks.over.line:,}: the talk is a part of the whole call",
            column,
            all_the_same,
            Answer("--map", joined([f"call_duration={other}"]), f"the talk time is {other!r}"),
        )


def _doubt_days(draft: Draft, checks: RowChecks) -> None:
    """Doubt an end that lies half a day or more behind the start, while the other calls are short."""
    end, start = draft.chosen.get("end_time"), draft.chosen.get("start_time", "")
    if end is None or draft.is_settled("end_time") or left_out(draft) or not checks.days.is_doubtful:
        return
    answers = [Answer("--map", joined([f"end_time={end}"]), "they were that long")]
    if checks.long is not None and checks.days.off == 1 and "{" not in end:
        where = condition_text((end, "=", escaped(str(cell(checks.long.row, end)))))
        answers.append(Answer("--leave-out", where, "its row is left out"))
    draft.doubt(
        "time",
        f"From {start!r} to {end!r} are 12 hours or more in {rows(checks.days.off)}, the first in line "
        f"{checks.days.line:,}, and at most {checks.longest / 60:,.0f} minutes in the others: the end may be "
        "of another day",
        end,
        *answers,
    )


def _span(begin: Any, end: Any) -> float | None:
    return (end - begin) / SECOND if isinstance(begin, int) and isinstance(end, int) else None


def _is_near(length: float, span: float) -> bool:
    return is_equal(length, span) or -ROUNDING_S <= span - length <= LONGEST_RING_S


def _seconds(total: TotalColumn, record: Record) -> float | None:
    try:
        value = cell(record.row, total.column)
        return None if value is None or value is UNSET else float(total.read(value))
    except (RowError, ValueError, TypeError):
        return None

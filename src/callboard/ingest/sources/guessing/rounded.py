"""Lengths that are rounded to minutes: beside exact ones they are not needed, and alone they are doubtful."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from statistics import median
from typing import Final

from callboard.ingest.sources.guessing.doubts import Answer
from callboard.ingest.sources.guessing.draft import Draft
from callboard.ingest.sources.guessing.length_readings import (
    A_MINUTE_S,
    FITTING_SHARE,
    Reading,
    Spans,
    has_spans,
    read,
    told,
)
from callboard.ingest.sources.guessing.lengths import LengthColumn
from callboard.ingest.sources.guessing.units import CLOCK_UNITS, UNITS, leaving_out
from callboard.ingest.sources.mapping import joined

_A_FEW: Final = 3
_ENOUGH_OF_SIX: Final = 5
"""So many lengths are multiples of 6 by chance in one file of 7,776."""
_STEPS: Final = {
    "seconds": {30: _A_FEW, 6: _ENOUGH_OF_SIX},
    "milliseconds": {30: _A_FEW, 6: _ENOUGH_OF_SIX},
    "hours": {36: _A_FEW},
}
"""Unit → of how many seconds lengths may all be multiples, and how many different ones tell it. Two digits of
an hour are 36 seconds."""
_AN_HOUR_S: Final = 3600


def readings_of(draft: Draft, column: str, found: LengthColumn) -> list[Reading]:
    """A column in the unit that it says, or in each that it may have."""
    units = CLOCK_UNITS if found.shape == "clock" else UNITS
    return [
        read(draft, column, unit, decimal)
        for unit in ((found.unit,) if found.unit else units)
        for decimal in found.decimals
    ]


def is_rounded_talk(draft: Draft, column: str, found: LengthColumn, spans: Spans) -> bool:
    """Whether a column is the time from answer to end (or from creation to end) rounded to minutes, while the
    times themselves are exact.
    """
    return any(
        _is_rounded(each, of, spans)
        for each in readings_of(draft, column, found)
        for of in (spans.talk, spans.total)
    )


def _is_rounded(reading: Reading, of: Sequence[float | None], spans: Spans) -> bool:
    lengths = [each for each in reading.seconds if each]
    exact = any(talk and talk % A_MINUTE_S for talk in spans.talk)
    if not exact or not lengths or any(each % A_MINUTE_S for each in lengths):
        return False
    pairs = [
        (length, span)
        for length, span, talk, answered in zip(
            reading.seconds, of, spans.talk, spans.is_answered, strict=True
        )
        if length is not None and span and talk and answered is not False
    ]
    near = sum(abs(length - span) < A_MINUTE_S for length, span in pairs)
    return bool(pairs) and near >= len(pairs) * FITTING_SHARE


def doubt_rounding(draft: Draft, reading: Reading, found: LengthColumn, spans: Spans) -> None:
    """Doubt lengths that all are whole minutes where the times are exact, or where nothing else tells: they
    are what was billed, and the talk was shorter. So are those that all are of 6 or 30 seconds.
    """
    # One length that comes again says nothing of rounding.
    lengths = {each for each in reading.seconds if each}
    column = reading.column
    if reading.is_rounded and has_spans(reading, spans):
        if not any(span % A_MINUTE_S for _, span in told(reading, spans.total, spans)):
            return
        message = f"{column!r} is rounded to minutes, and start and end of its rows are exact"
    elif reading.is_rounded and len(lengths) >= _A_FEW:
        message = _said_of_minutes(reading, found, lengths)
    elif (step := _step(reading, found, lengths)) and not has_spans(reading, spans):
        message = f"{column!r} holds multiples of {step} seconds alone: it seems to be rounded, as for a bill"
    else:
        return
    draft.doubt(
        "unit",
        message,
        column,
        Answer("--map", joined([f"call_duration={column}"]), "it is the talk time all the same"),
        leaving_out("it is left out, and the talk is unknown"),
    )


def _said_of_minutes(reading: Reading, found: LengthColumn, lengths: Collection[float]) -> str:
    column = reading.column
    if found.shape == "hh:mm:ss" and median(lengths) >= _AN_HOUR_S:
        return (
            f"{column!r} says hours and minutes and never a second: a spreadsheet may have written minutes "
            "and seconds so"
        )
    if reading.unit == "seconds" and found.shape == "number":
        return f"{column!r} holds whole minutes in seconds: it seems to be rounded, as for a bill"
    return f"{column!r} holds whole minutes: it seems to be rounded, as for a bill"


def _step(reading: Reading, found: LengthColumn, lengths: Collection[float]) -> int | None:
    """Of how many seconds all lengths are multiples, where they could be others."""
    if found.shape == "clock":
        return None
    for step, least in _STEPS.get(reading.unit, {}).items():
        if len(lengths) >= least and all(round(each, 3) % step == 0 for each in lengths):
            return step
    return None

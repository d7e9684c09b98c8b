"""The unit of a column of lengths: as its heading says it, or as start and end of its rows prove it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from statistics import mean, median
from typing import Final

from callboard.ingest.sources.guessing.doubts import Answer
from callboard.ingest.sources.guessing.draft import Draft
from callboard.ingest.sources.guessing.headings import heading, said_in
from callboard.ingest.sources.guessing.length_readings import Spans, fits, has_spans, read
from callboard.ingest.sources.guessing.lengths import LengthColumn
from callboard.ingest.sources.mapping import joined
from callboard.ingest.sources.values.numbers import number

UNITS: Final = ("seconds", "milliseconds", "minutes", "microseconds", "hours")
CLOCK_UNITS: Final = ("seconds", "h:mm")
"""What the units of two-part clocks are called: `seconds` reads them as minutes and seconds."""
LEFT_OUT: Final = "call_duration:*"
"""The `--null` that leaves the column of lengths out."""
_LONGEST_CALL_S: Final = 7 * 86_400
"""A longer call is rejected."""
_LONG_CALL_S: Final = 20_000
"""A median of more than this (5.5 hours) cannot be seconds of talk."""
_TWO_HOURS_S: Final = 7_200
"""A median of more than this is of long meetings, or milliseconds of calls of some seconds."""
_MANY: Final = 0.1
_A_MINUTE: Final = 60
"""Whole numbers that all are below this may be minutes, however many there are."""
_TEN_HOURS: Final = 600
"""In minutes: no call is as long."""
_A_FEW: Final = 3
_FEW_MINUTES: Final = 15
_FEW_HOURS: Final = 240
"""Lengths in minutes: most calls are shorter than a quarter of an hour, and none lasts for hours."""
_SHORT: Final = 30
"""A median of fractions below this is more likely minutes than seconds."""
_USUAL_CLOCK_S: Final = 3600
"""An average of more than this says that two-part clocks are minutes and seconds."""
_AN_HOUR_S: Final = 3600
"""Minutes that make most calls longer than this are more likely seconds under a wrong heading."""
_HUNDREDTHS: Final = 2
_TELLING: Final = {2: 10, 3: 3, 4: 3}
"""Digits after the sign → how many different fractions tell minutes: of ten hundredths, all are sixtieths by
chance in one file of 160."""
_ROUNDED, _CUT = (
    {
        digits: frozenset(
            round(Decimal(at) / 60, digits) % 1
            if up
            else int(Decimal(at) / 60 * 10**digits) / Decimal(10**digits)
            for at in range(60)
        )
        for digits in (1, 2, 3, 4)
    }
    for up in (True, False)
)
"""Digits after the sign → the fractions that whole seconds have in minutes, rounded or cut off."""


def choose_unit(draft: Draft, column: str, found: LengthColumn, decimal: str, spans: Spans) -> str:
    """The unit of the column for `--duration-unit`, with a doubt where nothing proves it."""
    if found.shape == "words":
        return "seconds"
    units = CLOCK_UNITS if found.shape == "clock" else UNITS
    said = found.unit
    if found.shape == "hh:mm:ss":
        return "h:mm" if said == "h:mm" else "seconds"
    fitting = [unit for unit in units if fits(read(draft, column, unit, decimal), spans)]
    if said is not None:
        _check_said(draft, column, said, fitting, spans)
        return said
    if len(fitting) == 1:
        return fitting[0]
    if found.shape == "clock":
        best = _likely_clock(draft, column, decimal)
        if not _is_told_by_answer(draft, column, spans):
            message = f"{column!r} may be minutes and seconds, or hours and minutes"
            _ask_unit(draft, column, best, message, *CLOCK_UNITS)
        return best
    best = fitting[0] if fitting else _likely_unit(draft, column, decimal)
    if fitting or _is_told_by_answer(draft, column, spans):
        return best
    if _has_spans(draft, column, spans):
        _ask_without_fit(draft, column, best, f"{column!r} fits the start and the end of its rows in no unit")
    elif (
        best != "seconds"
        or _are_short(draft, column)
        or _are_long(draft, column)
        or _may_be_minutes(draft, column, decimal)
    ):
        message = f"{column!r} is read as {best}: nothing in the file says its unit"
        _ask_unit(draft, column, best, message, *UNITS[:3])
    return best


def _check_said(draft: Draft, column: str, said: str, fitting: list[str], spans: Spans) -> None:
    """Doubt a unit that the heading says, and that start and end of the rows contradict."""
    if fitting and said not in fitting:
        message = f"{column!r} says {said}, but start and end of its rows say {fitting[0]}"
        _ask_unit(draft, column, said, message, fitting[0])
    elif not fitting and _has_spans(draft, column, spans) and not _is_told_by_answer(draft, column, spans):
        message = f"{column!r} in {said} does not fit start and end of its rows"
        _ask_without_fit(draft, column, said, message)
    elif not fitting and said in UNITS and not _has_spans(draft, column, spans):
        _check_size(draft, column, said)


def _check_size(draft: Draft, column: str, said: str) -> None:
    """Doubt a unit that the heading says, and that the lengths themselves contradict."""
    decimal = draft.plan.options.decimal or draft.decimal or "point"
    lengths = [each for each in read(draft, column, said, decimal).seconds if each]
    if said in ("minutes", "hours") and lengths and median(lengths) > _AN_HOUR_S:
        message = f"{column!r} says {said}: then most calls would be longer than an hour"
        _ask_unit(draft, column, said, message, *UNITS[:3])
    elif said == "seconds" and _are_sixtieths(draft, column, decimal):
        message = f"{column!r} says seconds, and its fractions are those that whole seconds have in minutes"
        _ask_unit(draft, column, said, message, "minutes")


def _is_told_by_answer(draft: Draft, column: str, spans: Spans) -> bool:
    """Whether answer and end tell the talk, so that a column that does not fit them is asked about itself and
    not for its unit.
    """
    if draft.is_settled("call_duration"):
        return False
    is_number = read(draft, column, "seconds", "point")
    return any(
        length is not None and span and answered is not False
        for length, span, answered in zip(is_number.seconds, spans.talk, spans.is_answered, strict=True)
    )


def _has_spans(draft: Draft, column: str, spans: Spans) -> bool:
    return has_spans(read(draft, column, "seconds", "point"), spans)


def _ask_unit(draft: Draft, column: str, best: str, message: str, *units: str) -> None:
    others = [unit for unit in units if unit != best and _is_possible(draft, column, unit)]
    draft.doubt("unit", message, column, *(Answer("--duration-unit", unit, unit) for unit in (best, *others)))


def _is_possible(draft: Draft, column: str, unit: str) -> bool:
    """Whether the lengths are those of calls in this unit, so that no row is rejected by it."""
    decimal = draft.plan.options.decimal or draft.decimal or "point"
    lengths = [each for each in read(draft, column, unit, decimal).seconds if each]
    return max(lengths, default=0) <= _LONGEST_CALL_S


def _ask_without_fit(draft: Draft, column: str, best: str, message: str) -> None:
    """Ask about a column that is no length between the times of its rows, in whichever unit."""
    if draft.is_settled("call_duration") or left_out(draft):
        return
    draft.doubt(
        "unit",
        message,
        column,
        Answer("--map", joined([f"call_duration={column}"]), f"it is the talk time all the same, in {best}"),
        leaving_out("its length is unknown"),
    )


def leaving_out(means: str) -> Answer:
    """The answer that leaves the column of lengths out."""
    return Answer("--null", LEFT_OUT, means)


def left_out(draft: Draft) -> bool:
    """Whether the person said that the column of lengths is left out."""
    return draft.is_left_out("call_duration")


def _likely_clock(draft: Draft, column: str, decimal: str) -> str:
    if said_in(draft.heading(column)).clock == "hh:mm":
        return "h:mm"
    if heading(column) != "dauer":
        return "seconds"
    lengths = [each for each in read(draft, column, "h:mm", decimal).seconds if each]
    return "h:mm" if lengths and mean(lengths) <= _USUAL_CLOCK_S else "seconds"


def _likely_unit(draft: Draft, column: str, decimal: str) -> str:
    lengths = [each for each in read(draft, column, "seconds", decimal).seconds if each]
    if not lengths:
        return "seconds"
    middle = median(lengths)
    if all(each.is_integer() for each in lengths):
        in_thousands = len(lengths) > 2 and all(each % 1000 == 0 for each in lengths)
        return "milliseconds" if middle > _LONG_CALL_S or in_thousands else "seconds"
    return "minutes" if middle < _SHORT else "seconds"


def _are_short(draft: Draft, column: str) -> bool:
    """Whether the lengths are small whole numbers, as minutes would be, and the heading says no seconds."""
    lengths = [each for each in read(draft, column, "seconds", "point").seconds if each]
    if not lengths or "sec" in column.lower() or not all(each.is_integer() for each in lengths):
        return False
    if max(lengths) < _A_MINUTE and len(draft.sample) > 1:  # a single object may be no call at all
        return True
    return len(lengths) >= _A_FEW and max(lengths) < _FEW_HOURS and median(lengths) <= _FEW_MINUTES


def _are_long(draft: Draft, column: str) -> bool:
    """Whether the lengths are whole numbers of a size that few calls have in seconds, and the heading says no
    seconds: milliseconds of calls of some seconds are as large.
    """
    lengths = [each for each in read(draft, column, "seconds", "point").seconds if each]
    if not lengths or "sec" in column.lower() or not all(each.is_integer() for each in lengths):
        return False
    many = sum(each > _LONG_CALL_S for each in lengths)
    return median(lengths) > _TWO_HOURS_S or many > max(1, len(lengths) * _MANY)


def _may_be_minutes(draft: Draft, column: str, decimal: str) -> bool:
    """Whether lengths have the fractions that minutes have, as 70.5 or 71.28 and unlike 83.512. Few minutes
    are whole ones.
    """
    if _are_sixtieths(draft, column, decimal):
        return True
    if "sec" in column.lower():
        return False
    lengths, digits = _fractions(draft, column, decimal)
    long = sum(each > _TEN_HOURS for each in lengths)
    if long > len(lengths) * _MANY or (digits == 1 and long):
        return False
    return digits == _HUNDREDTHS or _is_among(lengths, digits, _ROUNDED) or _is_among(lengths, digits, _CUT)


def _are_sixtieths(draft: Draft, column: str, decimal: str) -> bool:
    """Whether all lengths have fractions that whole seconds have in minutes, and too many for chance."""
    lengths, digits = _fractions(draft, column, decimal)
    if len({each % 1 for each in lengths}) < _TELLING.get(digits, len(lengths) + 1):
        return False
    return _is_among(lengths, digits, _ROUNDED) or _is_among(lengths, digits, _CUT)


def _fractions(draft: Draft, column: str, decimal: str) -> tuple[list[Decimal], int]:
    """The lengths of a column, and their digits after the sign; none if most are whole numbers."""
    numbers = [number(each, decimal) for each in draft.sample.values(column)]
    lengths = [round(each, max(_ROUNDED)).normalize() for each in numbers if each]
    if sum(each % 1 != 0 for each in lengths) * 2 <= len(lengths):
        return [], 0
    return lengths, max(-int(each.as_tuple().exponent) for each in lengths)


def _is_among(lengths: Sequence[Decimal], digits: int, among: Mapping[int, frozenset[Decimal]]) -> bool:
    return bool(lengths) and all(each % 1 in among.get(digits, ()) for each in lengths)

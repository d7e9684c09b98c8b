"""Choose the column of the talk time, its unit and its decimal sign, and check it against the times.

A wrong unit gives a wrong average that looks like a right one. So a length is compared with the start and the
end of its row, with the other columns of lengths, and with how the calls ended.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from callboard.ingest.sources.guessing.accepted import is_accepted
from callboard.ingest.sources.guessing.after_work import doubt_after_work
from callboard.ingest.sources.guessing.checks import accepting
from callboard.ingest.sources.guessing.doubts import Answer
from callboard.ingest.sources.guessing.draft import Draft
from callboard.ingest.sources.guessing.length_readings import (
    A_MINUTE_S,
    FITTING_SHARE,
    Reading,
    Spans,
    fits,
    is_talk,
    read,
    share_equal,
    spans_of,
)
from callboard.ingest.sources.guessing.lengths import LengthColumn, length_column
from callboard.ingest.sources.guessing.odd_lengths import choose_parts, doubt_compact_clocks, leave_out
from callboard.ingest.sources.guessing.ringing import doubt_ringing, doubt_speech, is_speech, is_talk_alone
from callboard.ingest.sources.guessing.rounded import doubt_rounding, is_rounded_talk, readings_of
from callboard.ingest.sources.guessing.second_lengths import doubt_longer, shorter_lengths
from callboard.ingest.sources.guessing.units import choose_unit, leaving_out, left_out
from callboard.ingest.sources.values.lengths import LengthReader

_ENOUGH: Final = 0.5
_UNKNOWN: Final = "most_without_length"


def choose_duration(draft: Draft, is_answered: Sequence[bool | None]) -> None:
    """Choose the talk time. `is_answered`: what the words of each row say; None where they say nothing."""
    if draft.plan.options.record_type != "call":
        return
    spans = spans_of(draft, is_answered)
    if draft.is_settled("call_duration"):
        column = draft.given.get("call_duration")
        names = [column] if column and "{" not in column else []
    else:
        names = [each for each in draft.open_candidates("call_duration") if each not in draft.taken]
    lengths = {
        column: found
        for column in names
        if (found := length_column(draft.sample.values(column), draft.heading(column))) is not None
    }
    # A column of zeros says nothing beside one that holds lengths.
    filled = {each: found for each, found in lengths.items() if any(_stated(draft, each, found).seconds)}
    lengths = filled or lengths
    if lengths and left_out(draft):
        draft.chosen.setdefault("call_duration", next(iter(lengths)))
    elif lengths:
        likely = _likely(draft, lengths, spans)
        column = _finest(draft, likely)
        if not choose_parts(draft, column, lengths):
            _take(draft, column, lengths, spans)
    elif not draft.is_settled("call_duration"):
        _without_column(draft, spans)


def _take(draft: Draft, column: str, lengths: Mapping[str, LengthColumn], spans: Spans) -> None:
    found, is_settled = lengths[column], draft.is_settled("call_duration")
    if (
        not is_settled
        and not draft.plan.options.duration_unit
        and is_rounded_talk(draft, column, found, spans)
    ):
        return
    decimal = _decimal(draft, column, found)
    unit = draft.plan.options.duration_unit or choose_unit(draft, column, found, decimal, spans)
    reading = read(draft, column, unit, decimal)
    if not is_settled:
        if _is_total(draft, reading, spans):
            return
        if _take_shorter(draft, reading, lengths, spans):
            return
        draft.chosen["call_duration"] = column
        if not fits(reading, spans):
            doubt_compact_clocks(draft, column)
        leave_out(draft, column, found, LengthReader(unit, decimal))
    draft.unit = None if unit == "seconds" else unit
    draft.decimal = None if decimal == "point" else decimal
    _check_missed(draft, reading, spans)
    if is_settled or is_talk(reading, spans):
        return
    doubt_rounding(draft, reading, found, spans)
    doubt_speech(draft, reading, lengths, spans)
    doubt_after_work(draft, reading, spans)
    if not draft.holds_ringing:
        doubt_ringing(draft, reading, lengths, spans)


def _take_shorter(draft: Draft, reading: Reading, lengths: Mapping[str, LengthColumn], spans: Spans) -> bool:
    """Take a second length, shorter by the ringing, in the place of the likeliest one; with a doubt, unless
    the rows prove it.
    """
    if is_talk(reading, spans) or is_talk_alone(draft, reading, lengths, spans):
        return False
    shorter = shorter_lengths(draft, reading, spans)
    if not shorter:
        return False
    proven = [each for each in shorter if is_talk_alone(draft, each, lengths, spans)]
    taken = (proven or shorter)[0].column
    if not proven:
        doubt_longer(draft, reading, shorter)
    found = length_column(draft.sample.values(taken), draft.heading(taken))
    if found is None:
        return False
    if found.unit is None and found.shape == "number" and reading.unit != "seconds":
        found = replace(found, unit=reading.unit)
    # One doubt about the two is enough.
    rest = {each: of for each, of in lengths.items() if proven or each != reading.column}
    _take(draft, taken, {**rest, taken: found}, spans)
    return True


def _likely(draft: Draft, lengths: Mapping[str, LengthColumn], spans: Spans) -> Mapping[str, LengthColumn]:
    """The columns that are the time from answer to end; else those that are the whole call without its
    ringing; else those that are not the speech of one side.
    """

    def is_proven(reading: Reading) -> bool:
        return is_talk_alone(draft, reading, lengths, spans)

    for is_right in (lambda each: is_talk(each, spans), is_proven):
        right = [
            column
            for column, found in lengths.items()
            if any(map(is_right, readings_of(draft, column, found)))
        ]
        if right:
            return {column: lengths[column] for column in right}
    both = {column: found for column, found in lengths.items() if not is_speech(draft, column)}
    return both or lengths


def _finest(draft: Draft, lengths: Mapping[str, LengthColumn]) -> str:
    """The likeliest column by its heading; but one that is rounded to minutes yields to another that agrees
    with it to the minute.
    """
    first, *others = lengths
    rough = _stated(draft, first, lengths[first])
    for column in others if rough.is_rounded else ():
        fine = _stated(draft, column, lengths[column])
        pairs = [
            (one, other) for one, other in zip(rough.seconds, fine.seconds, strict=True) if one and other
        ]
        near = sum(abs(one - other) < A_MINUTE_S for one, other in pairs)
        if pairs and not fine.is_rounded and near >= len(pairs) * FITTING_SHARE:
            return column
    return first


def _stated(draft: Draft, column: str, found: LengthColumn) -> Reading:
    return read(draft, column, found.unit or "seconds", found.decimals[0])


def _decimal(draft: Draft, column: str, found: LengthColumn) -> str:
    """The decimal sign. Where it may as well stand between thousands, that is how it is read, with a doubt:
    whole seconds are what most files hold.
    """
    given = draft.plan.options.decimal
    if given is not None or len(found.decimals) == 1:
        return given or found.decimals[0]
    texts = [str(each) for each in draft.sample.values(column)]
    sign = next((sign for text in texts for sign in ".," if sign in text), ".")
    thousands, fraction = ("comma", "point") if sign == "." else ("point", "comma")
    example = next(text for text in texts if sign in text)
    draft.doubt(
        "unit",
        f"{example!r} of {column!r} is read as {example.replace(sign, '')}; it may be a decimal sign too",
        column,
        Answer("--decimal", thousands, example.replace(sign, "")),
        Answer("--decimal", fraction, example.replace(",", ".")),
    )
    return thousands


def _is_total(draft: Draft, reading: Reading, spans: Spans) -> bool:
    """Whether the column holds the call with its ringing, while answer and end of a row tell the talk."""
    talk, total = (share_equal(reading, each, spans) for each in (spans.talk, spans.total))
    if talk is None or is_talk(reading, spans):
        return False
    if total is not None and total >= FITTING_SHARE:
        return True
    draft.doubt(
        "unit",
        f"{reading.column!r} is not the time from {draft.chosen['start_time']!r} to "
        f"{draft.chosen['end_time']!r}",
        reading.column,
        Answer("--map", f"call_duration={reading.column}", f"the talk time is {reading.column!r}"),
        leaving_out("it is left out: the talk is the time between the two"),
    )
    return False


def _check_missed(draft: Draft, reading: Reading, spans: Spans) -> None:
    """Doubt a length that calls have which nobody answered: then it holds the ringing as well."""
    if is_talk(reading, spans):
        return
    missed = [
        length
        for length, answered in zip(reading.seconds, spans.is_answered, strict=True)
        if answered is False and length is not None
    ]
    with_length = sum(length > 0 for length in missed)
    if missed and with_length >= len(missed) * _ENOUGH:
        draft.holds_ringing = True
        if draft.is_settled("call_duration"):
            return
        draft.doubt(
            "unit",
            f"{reading.column!r} is above 0 in {with_length:,} calls that nobody answered: it seems to hold "
            "the ringing too",
            reading.column,
            Answer("--map", f"call_duration={reading.column}", "it is the talk time all the same"),
            leaving_out("it is left out, and the talk is unknown"),
        )


def _without_column(draft: Draft, spans: Spans) -> None:
    """No column holds the talk time: answer and end give it, or nothing does."""
    if any(span is not None for span in spans.talk):
        return
    if any(span is not None for span in spans.total):
        source = draft.chosen["creation_time"]
        draft.doubt(
            "unit",
            f"No column says how long the talk was; it is read as the time from {source!r} to "
            f"{draft.chosen['end_time']!r}, ringing included",
            source,
            Answer("--map", f"start_time={source}", "the call was answered at once"),
        )
        draft.chosen.setdefault("start_time", source)
        draft.formats.setdefault("start_time", draft.formats["creation_time"])
        if "creation_time" in draft.zones:
            draft.zones.setdefault("start_time", draft.zones["creation_time"])
    elif any(answered is not False for answered in spans.is_answered):
        doubt_without_length(draft, "No column says how long the calls were: their durations are unknown")


def doubt_without_length(draft: Draft, message: str, column: str | None = None) -> None:
    """Doubt that nothing in the file says how long the calls were, unless that is accepted."""
    draft.is_length_asked = True
    if not is_accepted(_UNKNOWN, draft.plan.accept):
        that = Answer("--map", "call_duration=…", "the column that holds the talk time")
        draft.doubt("unit", message, column, that, accepting(_UNKNOWN))


def talk_seconds(draft: Draft) -> list[float | None]:
    """The chosen talk time in each row of the sample."""
    column = draft.chosen.get("call_duration")
    if column is None or "{" in column:
        return [None] * len(draft.sample)
    unit = draft.plan.options.duration_unit or draft.unit or "seconds"
    return read(draft, column, unit, draft.plan.options.decimal or draft.decimal or "point").seconds

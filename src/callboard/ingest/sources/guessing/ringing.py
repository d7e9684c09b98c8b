"""Whether a length is the talk alone, or holds the ringing and the waiting before it.

A file may say 0 for calls that nobody answered and still count the ringing of the others. What tells is a
second column: talk and ringing together are the whole call.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from callboard.ingest.sources.guessing.doubts import Answer
from callboard.ingest.sources.guessing.draft import Draft
from callboard.ingest.sources.guessing.headings import (
    is_before_talk,
    is_of_one_side,
    is_speech_of_another,
    says_talk,
)
from callboard.ingest.sources.guessing.length_readings import (
    FITTING_SHARE,
    ROUNDING_S,
    Reading,
    Spans,
    has_spans,
    read,
    rounding,
)
from callboard.ingest.sources.guessing.lengths import LengthColumn, length_column
from callboard.ingest.sources.guessing.other_begins import other_begins
from callboard.ingest.sources.guessing.units import leaving_out
from callboard.ingest.sources.mapping import joined

Seconds = Sequence[float | None]
_RING_S: Final = 2 * ROUNDING_S
"""A shorter ringing is lost in the rounding of two lengths, and tells nothing."""
_SHORTEST_RING_S: Final = 1
_MOST: Final = 0.5


def is_talk_alone(draft: Draft, reading: Reading, lengths: Mapping[str, LengthColumn], spans: Spans) -> bool:
    """Whether the rows prove that a length is the whole call without the ringing."""
    waits = [seconds for _, seconds in _waits(draft, reading, spans)]
    for whole in (spans.total, *_others(draft, reading, lengths)):
        if any(_share(reading.seconds, _less(whole, wait), wait, spans) >= FITTING_SHARE for wait in waits):
            return True
    return False


def doubt_ringing(draft: Draft, reading: Reading, lengths: Mapping[str, LengthColumn], spans: Spans) -> None:
    """Doubt a length that holds the ringing, or of which the file does not tell, where the calls did ring.

    Beside a column that is called an answer, or a ringing, a length of 0 for calls that nobody answered says
    that it is the talk.
    """
    if is_talk_alone(draft, reading, lengths, spans):
        return
    waits = [pair for pair in _waits(draft, reading, spans) if _rang(reading, pair[1], spans)]
    if not waits:
        if not _doubt_other_begin(draft, reading, spans):
            _doubt_from_start(draft, reading, spans, draft.chosen.get("creation_time"), spans.total)
        return
    source, wait = waits[0]
    if _share(reading.seconds, spans.total, wait, spans) >= FITTING_SHARE:
        begin, end = draft.chosen["creation_time"], draft.chosen["end_time"]
        _doubt(
            draft, reading, f"is the time from {begin!r} to {end!r}, with the ringing that {source!r} tells"
        )
    elif not says_talk(reading.column) and not (
        _is_called_answer(draft, source) and _has_zeros(reading, spans)
    ):
        _doubt(
            draft, reading, f"may hold the ringing too: calls rang by {source!r}, and no other column tells"
        )


def _doubt_other_begin(draft: Draft, reading: Reading, spans: Spans) -> bool:
    """Doubt a length beside a second time of each row that may be the dialling or the answer; whether one is
    doubted.
    """
    for other in other_begins(draft):
        since = [each and abs(each) for each in other.offsets]
        if not _rang(reading, since, spans):
            continue
        sides: list[tuple[str, Seconds]] = [
            (draft.chosen["creation_time"], spans.total),
            (other.source, other.rest),
        ]
        (first, whole), (second, rest) = reversed(sides) if other.is_earlier else sides
        told = [(a, b) for a, b in zip(reading.seconds, rest, strict=True) if a and b]
        is_longer = sum(a - b > rounding(reading) for a, b in told) > len(told) * _MOST
        if _share(reading.seconds, whole, since, spans) >= FITTING_SHARE or is_longer:
            _doubt(draft, reading, f"holds what lies between {first!r} and {second!r}, which may be ringing")
        elif has_spans(reading, spans):
            if not _doubt_from_start(draft, reading, spans, second, rest):
                continue
        elif not says_talk(reading.column):
            message = f"may hold what lies between {first!r} and {second!r}, such as ringing"
            _doubt(draft, reading, f"{message}: no other column tells")
        else:
            continue
        return True
    return False


def _doubt_from_start(draft: Draft, reading: Reading, spans: Spans, begin: str | None, rest: Seconds) -> bool:
    """Doubt a length that is the time from the begin to the end of a row, where that time passed too without
    an answer: then it begins before the ringing. Returns whether it is doubted. `rest`: that time.
    """
    told = list(zip(reading.seconds, rest, spans.is_answered, strict=True))
    unanswered = [span for length, span, answered in told if span and not length and not answered]
    longest = max(unanswered, default=0.0)
    if longest < _SHORTEST_RING_S:
        return False
    pairs = [(length, span) for length, span, answered in told if length and span and answered is not False]
    near = sum(abs(length - span) <= rounding(reading) for length, span in pairs)
    if not pairs or near < len(pairs) * FITTING_SHARE:
        return False
    _doubt(
        draft,
        reading,
        f"is the time from {begin!r} to {draft.chosen['end_time']!r}, which is up to {longest:,.0f} s for "
        "calls that nobody answered: it seems to hold the ringing too",
    )
    return True


def _doubt(draft: Draft, reading: Reading, message: str) -> None:
    draft.doubt(
        "unit",
        f"{reading.column!r} {message}",
        reading.column,
        _all_the_same(reading.column),
        leaving_out("it is left out, and the talk is unknown"),
    )


def is_speech(draft: Draft, column: str) -> bool:
    """Whether a length is what one side spoke: another column says it of another side."""
    return is_of_one_side(column) and any(
        is_speech_of_another(other, column)
        and length_column(draft.sample.values(other), draft.heading(other)) is not None
        for other in draft.sample.columns
    )


def doubt_speech(draft: Draft, reading: Reading, lengths: Mapping[str, LengthColumn], spans: Spans) -> None:
    """Doubt the talk of one side where another column may be that of both."""
    column = reading.column
    if not is_of_one_side(column) or is_talk_alone(draft, reading, lengths, spans):
        return
    others = [each for each in lengths if not is_of_one_side(each)]
    if others or is_speech(draft, column):
        draft.doubt(
            "unit",
            f"{column!r} may be what one side spoke, and not the time that both were connected",
            column,
            _all_the_same(column),
            *(
                Answer("--map", joined([f"call_duration={other}"]), f"the talk time is {other!r}")
                for other in others[:1]
            ),
            leaving_out("its length is unknown"),
        )


def _all_the_same(column: str) -> Answer:
    return Answer("--map", joined([f"call_duration={column}"]), "it is the talk time all the same")


def _waits(draft: Draft, like: Reading, spans: Spans) -> Iterator[tuple[str, Seconds]]:
    """What tells the ringing of each row: the time until the answer, and columns that are called so."""
    if any(spans.ring):
        yield draft.chosen["start_time"], spans.ring
    for column in draft.sample.columns:
        if column != like.column and is_before_talk(column):
            found = length_column(draft.sample.values(column), draft.heading(column))
            if found is not None:
                yield column, _read_like(draft, column, found, like).seconds


def _others(draft: Draft, like: Reading, lengths: Mapping[str, LengthColumn]) -> Iterator[Seconds]:
    for column, found in lengths.items():
        if column != like.column:
            yield _read_like(draft, column, found, like).seconds


def _read_like(draft: Draft, column: str, found: LengthColumn, like: Reading) -> Reading:
    """A column in its own unit or, where it says none, in that of the column beside it."""
    same = like.unit if found.shape == "number" else "seconds"
    return read(draft, column, found.unit or same, found.decimals[0])


def _less(whole: Seconds, wait: Seconds) -> Seconds:
    return [
        None if one is None or other is None else one - other for one, other in zip(whole, wait, strict=True)
    ]


def _share(lengths: Seconds, spans: Seconds, waits: Seconds, of: Spans) -> float:
    """The share of answered calls, of those that rang, whose length is the span; 0 where none tells."""
    pairs = [
        (length, span)
        for length, span, wait, answered in zip(lengths, spans, waits, of.is_answered, strict=True)
        if length and span is not None and wait and wait > _RING_S and answered is not False
    ]
    near = sum(abs(length - span) <= ROUNDING_S for length, span in pairs)
    return near / len(pairs) if pairs else 0.0


def _rang(reading: Reading, wait: Seconds, of: Spans) -> bool:
    return any(
        length and waited and waited > ROUNDING_S and answered is not False
        for length, waited, answered in zip(reading.seconds, wait, of.is_answered, strict=True)
    )


def _is_called_answer(draft: Draft, source: str) -> bool:
    """Whether a heading says an answer or a ringing, and not only a beginning."""
    return source not in draft.candidates.get("creation_time", [])


def _has_zeros(reading: Reading, of: Spans) -> bool:
    """Whether there are calls that nobody answered, and they have no length."""
    return any(
        not length and not answered for length, answered in zip(reading.seconds, of.is_answered, strict=True)
    )

"""A second length beside the likeliest one: shorter by the ringing, and 0 where nobody answered.

Its heading need not be known. Where a file says 95 and 83 seconds of each call, one of them holds the
ringing, and only a person knows which of them is the talk.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from callboard.ingest.sources.guessing.doubts import Answer
from callboard.ingest.sources.guessing.draft import Draft
from callboard.ingest.sources.guessing.headings import is_before_talk, says_talk
from callboard.ingest.sources.guessing.length_readings import (
    FITTING_SHARE,
    LONGEST_RING_S,
    ROUNDING_S,
    Reading,
    Spans,
    read,
)
from callboard.ingest.sources.guessing.lengths import length_column
from callboard.ingest.sources.guessing.ringing import is_speech
from callboard.ingest.sources.mapping import joined
from callboard.ingest.sources.words.table import words_of

_NEARLY_ALL: Final = 0.9
_SOME: Final = 0.1
_SHOWN: Final = 3


def shorter_lengths(draft: Draft, reading: Reading, spans: Spans) -> list[Reading]:
    """The columns that say a length of nearly each answered call which is shorter than this one by no more
    than ringing takes, and none of the others. None beside a length that is called the talk.
    """
    if says_talk(reading.column):
        return []
    return [each for each in _others(draft, reading) if _is_shorter(each, reading, spans)]


def doubt_longer(draft: Draft, reading: Reading, shorter: list[Reading]) -> None:
    """Doubt a length beside shorter ones, of which the first is taken."""
    column, taken = reading.column, shorter[0].column
    draft.doubt(
        "unit",
        f"{column!r} is longer than {taken!r}: it may hold the ringing too; {taken!r} is taken as the talk",
        taken,
        *(
            Answer("--map", joined([f"call_duration={each.column}"]), f"the talk time is {each.column!r}")
            for each in (*shorter[:_SHOWN], reading)
        ),
    )


def _others(draft: Draft, like: Reading) -> Iterator[Reading]:
    for column in draft.sample.columns:
        if column == like.column or column in draft.taken or column in draft.of_others or _is_other(column):
            continue
        if is_speech(draft, column):
            continue
        found = length_column(draft.sample.values(column), draft.heading(column))
        if found is not None:
            same = like.unit if found.shape == "number" else "seconds"
            yield read(draft, column, found.unit or same, found.decimals[0])


def _is_other(column: str) -> bool:
    """Whether a heading says that a length is of ringing or waiting, or of what was recorded."""
    return is_before_talk(column) or "recording" in words_of(column).split("_")


def _is_shorter(other: Reading, reading: Reading, spans: Spans) -> bool:
    rows = list(zip(other.seconds, reading.seconds, spans.is_answered, strict=True))
    pairs = [(one or 0.0, two) for one, two, answered in rows if two and answered is not False]
    missed = [one for one, _, answered in rows if answered is False]
    within = sum(one > 0 and -ROUNDING_S <= two - one <= LONGEST_RING_S for one, two in pairs)
    if not pairs or within < len(pairs) * _NEARLY_ALL:
        return False
    if sum(not each for each in missed) < len(missed) * _NEARLY_ALL:
        return False
    # A number of pieces or of points is far below most lengths, and comes again.
    alike = sum(one * 2 >= two for one, two in pairs) * 2 >= len(pairs)
    is_varied = len({one for one, _ in pairs}) * 2 >= len({two for _, two in pairs})
    differs = sum(two - one > ROUNDING_S for one, two in pairs) > len(pairs) * _SOME
    return alike and is_varied and differs and not _is_minutes_cut(other, reading)


def _is_minutes_cut(other: Reading, reading: Reading) -> bool:
    """Whether the other length is the same one, cut to whole minutes."""
    pairs = [(one, two) for one, two in zip(other.seconds, reading.seconds, strict=True) if one and two]
    same = sum(two - one < 60 for one, two in pairs)
    return other.is_rounded and same >= len(pairs) * FITTING_SHARE

"""Times that are a spreadsheet's numbers of days, since one of two days: asked about."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from callboard.clock import DAY
from callboard.ingest.sources.guessing.day_and_month import given_formats, spoken, telling_text
from callboard.ingest.sources.guessing.doubts import Answer
from callboard.ingest.sources.guessing.draft import Draft
from callboard.ingest.sources.guessing.time_sources import TimeSource, instants_of
from callboard.ingest.sources.guessing.times import time_column
from callboard.ingest.sources.values.times import SERIAL, SERIAL_1904, SERIAL_EPOCHS

_MEANINGS: Final[Mapping[str, str]] = {
    SERIAL: "days since 30 December 1899",
    SERIAL_1904: "days since 1 January 1904, of a workbook with that date system",
}
_APART: Final = (SERIAL_EPOCHS[SERIAL_1904] - SERIAL_EPOCHS[SERIAL]).days * DAY
"""Four years and a day."""
_NEAR: Final = 2 * DAY
"""Times of one row lie closer together than this."""


def since_its_day(draft: Draft, found: TimeSource) -> TimeSource:
    """Numbers of days as of 1904 where they lie beside other times of their rows then, and four years before
    them otherwise; any other times as they are.
    """
    if found.times.formats != [SERIAL] or not _are_of_1904(draft, found):
        return found
    return replace(found, times=replace(found.times, formats=[SERIAL_1904]))


def _are_of_1904(draft: Draft, found: TimeSource) -> bool:
    days = instants_of(draft, found.source, SERIAL, None)
    for column in draft.sample.columns:
        times = time_column(draft.sample.values(column), column) if column != found.source else None
        if times is None or times.formats[0] in SERIAL_EPOCHS:
            continue
        # Day and month exchanged lie less than a year apart; either is four years away.
        others = instants_of(draft, column, times.formats[0], times.zone)
        gaps = [
            abs(other - day - _APART)
            for day, other in zip(days, others, strict=True)
            if day is not None and other is not None
        ]
        if gaps and sum(gap <= _NEAR for gap in gaps) * 2 > len(gaps):
            return True
    return False


def ask_serial(draft: Draft) -> None:
    """Doubt the times that are a spreadsheet's numbers of days: other numbers look alike, and workbooks count
    from one of two days.
    """
    given = given_formats(draft)
    asked = [each for each, form in draft.formats.items() if form in SERIAL_EPOCHS and each not in given]
    if None in given or not asked:
        return
    are_all = len(asked) == len(draft.formats)
    for target in asked[:1] if are_all else asked:
        source, first = draft.chosen[target], draft.formats[target]
        forms = sorted(SERIAL_EPOCHS, key=lambda form: form != first)
        shown = telling_text(draft, source, (first,))
        draft.doubt(
            "time",
            f"{source!r} holds numbers, as spreadsheets keep times: {shown!r} would be "
            + " or ".join(spoken(shown, form) for form in forms),
            source,
            *(
                Answer("--time-format", form if are_all else f"{target}:{form}", _MEANINGS[form])
                for form in forms
            ),
        )

"""Whether a length holds the agent's work after the call, which a column beside it tells."""

from __future__ import annotations

from callboard.ingest.sources.guessing.doubts import Answer
from callboard.ingest.sources.guessing.draft import Draft
from callboard.ingest.sources.guessing.headings import is_after_work, says_talk
from callboard.ingest.sources.guessing.length_readings import Reading, Spans, fits, read
from callboard.ingest.sources.guessing.lengths import length_column
from callboard.ingest.sources.guessing.units import leaving_out
from callboard.ingest.sources.mapping import joined


def doubt_after_work(draft: Draft, reading: Reading, spans: Spans) -> None:
    """Doubt a length that is not called the talk, of calls after which agents worked by another column. The
    time between start and end proves that it is the call alone.
    """
    if says_talk(reading.column) or fits(reading, spans):
        return
    for column in draft.sample.columns:
        if column == reading.column or not is_after_work(column):
            continue
        found = length_column(draft.sample.values(column), draft.heading(column))
        if found is None or not any(
            length and work
            for length, work in zip(
                reading.seconds,
                read(draft, column, found.unit or "seconds", found.decimals[0]).seconds,
                strict=True,
            )
        ):
            continue
        draft.doubt(
            "unit",
            f"{reading.column!r} may hold the work after the call too, which {column!r} tells, and no other "
            "column says how long they talked",
            reading.column,
            Answer("--map", joined([f"call_duration={reading.column}"]), "it is the talk time all the same"),
            leaving_out("it is left out, and the talk is unknown"),
        )
        return

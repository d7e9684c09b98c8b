"""A call's creation, start, end and duration from what its events state.

The rules are explained in `docs/explain/the-fold.md`. The function takes plain values, so that the fold of
many events and the fast path for a single event (`fold/call.py`) share the rules.
"""

from __future__ import annotations

from msgspec import UNSET

from callboard.clock import SECOND, Micros
from callboard.model.call import CONTRADICTING, CREATION_INFERRED, END_INFERRED, MAX_CALL_SPAN, WAIT_UNKNOWN
from callboard.model.event import CallEvent, GroupEnd
from callboard.model.words import FINAL_CALL

Times = tuple[Micros, Micros | None, Micros | None, int | None, int]
"""Creation, start, end, duration in ms, and marks (see `Call.time_marks`), as stored in the row of a call. A
plain tuple: one is made for every event, and making a named one takes as long as the rules themselves.
"""


def call_times(  # noqa: C901, PLR0917 - one function, positional arguments: called for every event
    status: str,
    created: Micros | None,
    start: Micros | None,
    end: Micros | None,
    less_certain_end: Micros | None,
    length_ms: int | None,
    rough_length_ms: int | None,
    inferred_end: Micros | None,
    earliest: Micros,
    cut: bool,
) -> Times:
    """The times of a call. Arguments are None where no event states the value.

    `start`: what the events say, also for a missed call, which has no start in its row.
    `end`: stated by an event of the winning status, not only roughly.
    `less_certain_end`: stated by another final event of the winner's standing, or roughly.
    `length_ms`: the duration that either of these states.
    `rough_length_ms`: one that they know only roughly; it counts unless start and end tell another.
    `inferred_end`: used where no end is stated and none can be computed.
    `earliest`: when the first event occurred.
    `cut`: an event carries a start, or a final event a duration. A failed call then did begin, and one
    without a duration has an unknown duration rather than 0.
    """
    stated_end = less_certain_end if end is None else end
    span = None if start is None or stated_end is None else stated_end - start
    # A derived duration has the bounds of a stated one. Beyond them the clocks of start and end disagree, and
    # the duration is unknown: neither 0 nor part of an average.
    contradicts = span is not None and not 0 <= span <= MAX_CALL_SPAN
    length_ms = _fitting(rough_length_ms, None if contradicts else span) if length_ms is None else length_ms
    answered = None if status == "missed" else start
    marks = 0

    duration: int | None = length_ms
    if status == "missed":
        duration = 0
    elif length_ms is None:
        if contradicts:
            marks = CONTRADICTING
        elif span is not None:
            duration = span // 1000  # µs to whole ms, rounded down: `span` is not negative here
        elif status == "failed" and not cut:
            duration = 0

    if end is None and status in FINAL_CALL:
        # Only for a stated duration. One derived above from `less_certain_end` was rounded to ms:
        # start + duration would be up to 1 ms before the end that was stated.
        if answered is not None and length_ms is not None:
            end = answered + length_ms * 1000
        elif less_certain_end is not None:
            end = less_certain_end
        elif inferred_end is not None:
            end, marks = inferred_end, marks | END_INFERRED

    creation = created
    if creation is None:
        # A start that contradicts the end may be years off: it would put the call into the wrong day.
        creation = earliest if start is None or contradicts or start > earliest else start
        marks |= CREATION_INFERRED
    # A start before the creation needs no mark: `Call.wait_ms` compares the two itself.
    if answered is not None and answered >= creation:
        # A creation inferred from the start gives a time to answer of 0 that nobody measured.
        has_only_start = created is None and answered == creation
        if has_only_start or marks & CONTRADICTING or answered - creation > MAX_CALL_SPAN:
            marks |= WAIT_UNKNOWN
    return creation, answered, end, duration, marks


def _fitting(rough_length_ms: int | None, span: Micros | None) -> int | None:
    """A length that is known only roughly; None where start and end are of a talk of another length."""
    if rough_length_ms is None or span is None or abs(span - rough_length_ms * 1000) <= SECOND:
        return rough_length_ms
    return None


def ends_nothing(event: CallEvent | GroupEnd, occurred: Micros) -> bool:
    """Whether a final event says nothing about when the call ended.

    Such an event states neither an end nor a duration, and occurred at its own start or creation, the time
    that is put in for an event sent without `occurred_at`; or it knows only roughly when it occurred.
    """
    return (
        event.end_time is UNSET
        and event.duration_ms is UNSET
        and (occurred in (event.start_time, event.creation_time) or "occurred_at" in (event.rough or ()))
    )

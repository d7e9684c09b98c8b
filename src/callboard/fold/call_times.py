"""When a call was made, answered and over, and how long it was: the rules of the design on its times.

Plain values go in, so that the fold of many events and the short way of a single one share the rules.
"""

from __future__ import annotations

from msgspec import UNSET

from callboard.clock import Micros
from callboard.model.call import CONTRADICTING, CREATION_INFERRED, END_INFERRED, LOOK_BACK, WAIT_UNKNOWN
from callboard.model.event import CallEvent
from callboard.model.words import FINAL_CALL

Times = tuple[Micros, Micros | None, Micros | None, int | None, int]
"""Creation, start, end, duration in ms, and marks (see `Call.time_marks`), as a call's row holds them. A
plain tuple: one is made for every event, and a named one costs as much as the rest of the rules.
"""


def call_times(  # noqa: C901, PLR0917 - rule by rule, by place: the hot path
    status: str,
    created: Micros | None,
    start: Micros | None,
    end: Micros | None,
    other_end: Micros | None,
    length_ms: int | None,
    inferred_end: Micros | None,
    earliest: Micros,
    cut: bool,
) -> Times:
    """The times of a call.

    `start` is what its events say, also where `missed` ignores it; `end` is stated by the winning status,
    `other_end` by another final event of the winner's standing, `length_ms` by either; `inferred_end` is
    taken where nothing is stated; `earliest` is when the first event occurred. `cut`: some event carries a
    start, or a final one a length, so that a failed call without a length is not one that never began.
    """
    stated_end = other_end if end is None else end
    span = None if start is None or stated_end is None else stated_end - start
    contradicts = span is not None and not 0 <= span <= LOOK_BACK
    answered = None if status == "missed" else start
    marks = 0

    duration: int | None = length_ms
    if status == "missed":
        duration = 0
    elif length_ms is None:
        if contradicts:
            marks = CONTRADICTING
        elif span is not None:
            duration = span // 1000
        elif status == "failed" and not cut:
            duration = 0

    if end is None and status in FINAL_CALL:
        # Of a length that is derived from another status's end, that end is the exact one.
        if answered is not None and length_ms is not None:
            end = answered + length_ms * 1000
        elif other_end is not None:
            end = other_end
        elif inferred_end is not None:
            end, marks = inferred_end, marks | END_INFERRED

    creation = created
    if creation is None:
        creation = earliest if start is None or contradicts or start > earliest else start
        marks |= CREATION_INFERRED
    if answered is not None and answered >= creation:
        only_the_start = created is None and answered == creation
        if only_the_start or marks & CONTRADICTING or answered - creation > LOOK_BACK:
            marks |= WAIT_UNKNOWN
    return creation, answered, end, duration, marks


def ends_nothing(event: CallEvent, occurred: Micros) -> bool:
    """Whether a final event says nothing of when the call was over: it occurred at its own start or creation,
    which is the time of an event that left out its `occurred_at`, and states neither end nor length.
    """
    return (
        event.end_time is UNSET
        and event.duration_ms is UNSET
        and occurred in (event.start_time, event.creation_time)
    )

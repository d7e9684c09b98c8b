"""When a call was made and over, and how long it was: what later words do not move, what is inferred."""

from __future__ import annotations

from itertools import permutations

import pytest

from callboard.clock import DAY, HOUR, MINUTE, SECOND
from callboard.fold.call import fold_call
from callboard.model.call import Call
from callboard.model.event import Entry
from tests.events import call
from tests.stores import NOW

HALF_PAST_ELEVEN = 90 * 60
IN_2000 = 946_684_800_000_000
"""`NOW` is ten o'clock here."""


def fold(*entries: Entry) -> Call:
    """The call, the same for any order of its events."""
    made = fold_call(list(entries))
    assert all(fold_call(list(order)) == made for order in permutations(entries))
    return made


def told(call_id: str = "c", status: str = "completed") -> Entry:
    """A call of 60 s from ten o'clock, told when it was over."""
    return call(call_id, status, at=60, start_time=NOW, duration_ms=60_000)


def test_a_later_note_does_not_move_the_end() -> None:
    """60 s from 10:00:00, and a `completed` note at 11:30."""
    made = fold(told(), call("c", at=HALF_PAST_ELEVEN, metadata={"score": 7}))
    assert (made.end_time, made.duration_ms, made.inferred) == (NOW + MINUTE, 60_000, ("creation_time",))
    without_length = fold(call("c", at=60, start_time=NOW), call("c", at=HALF_PAST_ELEVEN))
    assert (without_length.end_time, without_length.duration_ms) == (NOW + MINUTE, None)
    assert without_length.inferred == ("creation_time", "end_time")


def test_a_correction_of_the_status_keeps_the_length_and_the_end() -> None:
    """`completed`, corrected to `failed` two days later."""
    corrected = call("c", "failed", at=2 * DAY // SECOND, end_reason="carrier_error")
    made = fold(call("c", "in_progress", at=0, start_time=NOW), told(), corrected)
    assert (made.call_status, made.duration_ms, made.end_time) == ("failed", 60_000, NOW + MINUTE)
    with_an_end = fold(call("c", at=60, start_time=NOW, end_time=NOW + MINUTE), corrected)
    assert (with_an_end.duration_ms, with_an_end.end_time) == (60_000, NOW + MINUTE)
    assert with_an_end.inferred == ("creation_time",)


def test_a_record_without_an_end_does_not_end_at_its_start() -> None:
    """Its start and its length give the end; its start alone gives none."""
    record = call("c", at=0, start_time=NOW, duration_ms=60_000)
    assert fold(record).end_time == NOW + MINUTE
    bare = call("c", at=0, start_time=NOW)
    assert fold(bare).end_time is None
    assert fold(bare).has_unknown_time("talk")
    assert fold(bare).has_unknown_time("offered")
    # A later note does not say it either.
    assert fold(bare, call("c", at=HALF_PAST_ELEVEN)).end_time is None
    # Nor is an end inferred from when the call was made.
    assert fold(call("c", "missed", at=0, creation_time=NOW)).end_time is None
    assert fold(call("c", "missed", at=5, creation_time=NOW)).end_time == NOW + 5 * SECOND


def test_an_end_that_somebody_guessed_does_not_cut_a_call_that_went_on() -> None:
    """A give-up at 10:00, a live word at 10:10, an end at 11:00."""
    gave_up = call("c", "failed", at=0, standing=0)
    went_on = call("c", "in_progress", at=600)
    assert fold(gave_up, went_on, call("c", at=3600, standing=0)).end_time == NOW + HOUR
    assert fold(gave_up, went_on, call("c", at=3600)).end_time == NOW + HOUR
    assert fold(gave_up, call("c", "failed", at=3600, standing=0)).end_time == NOW


def test_null_states_that_there_is_none() -> None:
    """The greatest word of a step decides it: no older one is asked in its place, the next step is."""
    first = call("c", at=1, end_time=NOW + 1, duration_ms=5)
    taken_back = fold(first, call("c", at=9, end_time=None, duration_ms=None))
    assert (taken_back.end_time, taken_back.duration_ms) == (NOW + SECOND, None)
    other = call("c", "failed", at=2, end_time=NOW + 2, duration_ms=7)
    made = fold(first, other, call("c", at=9, end_time=None, duration_ms=None))
    assert (made.end_time, made.duration_ms) == (NOW + 2, 7)


@pytest.mark.parametrize("start", [IN_2000, NOW + 2 * MINUTE])
def test_times_that_contradict_tell_no_length_and_place_nothing(start: int) -> None:
    """A start in 2000, an end before its start: unknown, never 0, never 26 years."""
    made = fold(call("c", at=60, start_time=start, end_time=NOW + MINUTE))
    assert made.contradicting
    assert made.duration_ms is None
    assert made.wait_ms is None
    assert made.creation_time == NOW + MINUTE  # not the start
    for kind in ("talk", "offered"):
        assert made.begins(kind) is None
        assert made.has_unknown_time(kind)
    stated = fold(call("c", at=60, start_time=start, end_time=NOW + MINUTE, duration_ms=30_000))
    assert (stated.contradicting, stated.duration_ms) == (False, 30_000)
    assert stated.creation_time == NOW + MINUTE


def test_a_call_was_made_when_it_began_and_not_when_it_ended() -> None:
    """With start and end told and nothing else; also where `missed` ignores the start."""
    made = fold(call("c", at=60, start_time=NOW, end_time=NOW + MINUTE))
    assert (made.creation_time, made.inferred) == (NOW, ("creation_time",))
    missed = fold(call("c", "missed", at=60, start_time=NOW))
    assert (missed.creation_time, missed.start_time) == (NOW, None)
    earlier = fold(call("c", "ringing", at=-5), call("c", at=60, start_time=NOW))
    assert earlier.creation_time == NOW - 5 * SECOND


def test_time_to_answer_is_unknown_where_the_creation_is_only_the_start() -> None:
    """And where it would be longer than a talk may be."""
    has_only_start = fold(call("c", at=60, start_time=NOW, duration_ms=60_000))
    assert (has_only_start.wait_ms, has_only_start.answered) == (None, True)
    assert fold(call("c", at=60, creation_time=NOW, start_time=NOW)).wait_ms == 0
    assert fold(call("c", "ringing", at=-5), call("c", at=60, start_time=NOW)).wait_ms == 5_000
    assert fold(call("c", creation_time=NOW - 7 * DAY, start_time=NOW)).wait_ms == 7 * DAY // 1000
    assert fold(call("c", creation_time=NOW - 7 * DAY - 1, start_time=NOW)).wait_ms is None


def test_a_failed_call_has_no_length_only_where_it_never_began() -> None:
    """No event carries a start, and no final one tells a length."""
    assert fold(call("c", "failed", at=9)).duration_ms == 0
    assert fold(call("c", "in_progress", start_time=NOW), call("c", "failed", at=9)).duration_ms is None
    assert fold(call("c", "completed", standing=1, duration_ms=5), call("c", "failed")).duration_ms is None
    assert fold(call("c", "missed", duration_ms=5), call("c", "failed", at=9)).duration_ms is None

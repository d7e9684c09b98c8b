"""A call's events make the call: the rules, field by field."""

from itertools import permutations
from typing import Any

import pytest

from callboard.clock import DAY, SECOND
from callboard.fold.call import fold_call
from tests.events import call
from tests.stores import NOW


def fold(*entries):
    """The call, the same for any order of its events."""
    made = fold_call(list(entries))
    assert all(fold_call(list(order)) == made for order in permutations(entries))
    return made


def test_the_status_is_the_greatest_events():
    """However they arrive."""
    made = fold(call("c", "ringing", at=1), call("c", "completed", at=9), call("c", "in_progress", at=5))
    assert made.call_status == "completed"


def test_a_live_word_after_an_end_does_not_reopen_the_call():
    """A platform's late `in_progress` is late."""
    assert fold(call("c", "completed", at=1), call("c", "in_progress", at=9)).call_status == "completed"


def test_an_inferred_end_yields_to_any_later_word():
    """A call given up after silence that rings again."""
    given_up = call("c", "failed", at=5, standing=0)
    assert fold(call("c", "in_progress", at=5), given_up).call_status == "failed"
    assert fold(call("c", "in_progress", at=6), given_up).call_status == "in_progress"


def test_an_end_that_explains_nothing_yields_to_a_stated_one():
    """A trailing "completed" of a call that was never answered."""
    made = fold(call("c", "missed", at=1, end_reason="no_answer"), call("c", "completed", at=9, standing=1))
    assert (made.call_status, made.end_reason) == ("missed", "no_answer")


def test_facts_of_the_end_come_from_events_of_the_winning_status_first():
    """Another end's reason is not this one's; its time and length are, where this one is silent on them."""
    failed = call("c", "failed", at=1, end_reason="busy", end_time=NOW + 1, duration_ms=5)
    hung_up = call("c", "completed", at=2, end_reason="hangup")
    made = fold(failed, hung_up, call("c", "completed", at=3, end_time=NOW + 3))
    assert (made.call_status, made.end_reason, made.end_time) == ("completed", "hangup", NOW + 3)
    assert made.duration_ms == 5
    made = fold(failed, hung_up, call("c", "completed", at=3, duration_ms=7))
    assert (made.end_time, made.duration_ms) == (NOW + 1, 7)
    # A weaker word is no word on this end.
    weaker = call("c", "failed", at=1, standing=1, end_time=NOW + 1, duration_ms=5)
    made = fold(weaker, hung_up)
    assert (made.end_time, made.duration_ms) == (NOW + 2 * SECOND, None)


def test_every_other_fact_comes_from_the_greatest_event_that_carries_it():
    """Whatever its status."""
    made = fold(
        call("c", "completed", at=9),
        call("c", "ringing", at=1, agent="ann", call_type="inbound", source_number="+12025550123"),
        call("c", "in_progress", at=2, agent="ben"),
    )
    assert (made.agent, made.call_type, made.source_number) == ("ben", "inbound", "+12025550123")


def test_null_is_carried_too():
    """A field left out says nothing; null says there is none."""
    assert fold(call("c", "ringing", at=1, agent="ann"), call("c", at=2, agent=None)).agent is None
    assert fold(call("c", "ringing", at=1, agent="ann"), call("c", at=2)).agent == "ann"


WEEK = 7 * DAY
DURATIONS: dict[str, tuple[str, dict[str, Any], int | None]] = {
    "stated": ("completed", {"duration_ms": 5}, 5),
    "stated, not what the times would give": (
        "completed",
        {"duration_ms": 5, "start_time": NOW, "end_time": NOW + SECOND},
        5,
    ),
    "from answer to end": ("completed", {"start_time": NOW, "end_time": NOW + SECOND}, 1000),
    "whole milliseconds, the rest cut": ("completed", {"start_time": NOW, "end_time": NOW + 1999}, 1),
    "unknown, not nothing, when it ended before it began": (
        "completed",
        {"start_time": NOW + SECOND, "end_time": NOW},
        None,
    ),
    "up to seven days": ("completed", {"start_time": NOW - WEEK, "end_time": NOW}, WEEK // 1000),
    "unknown when it would be longer": ("completed", {"start_time": NOW - WEEK - 1, "end_time": NOW}, None),
    "unknown without an answer": ("completed", {"end_time": NOW + SECOND}, None),
    "unknown without a stated end": ("completed", {"start_time": NOW - SECOND}, None),
    "unknown when said to be none": ("completed", {"duration_ms": None}, None),
    "nothing for a failed call that never began": ("failed", {}, 0),
    "its own for a failed call that was cut": ("failed", {"start_time": NOW, "end_time": NOW + SECOND}, 1000),
    "unknown for a cut one without an end": ("failed", {"start_time": NOW - SECOND}, None),
    "unknown for one whose start is said to be none": ("failed", {"start_time": None}, None),
    "stated for a failed one": ("failed", {"duration_ms": 7}, 7),
    "always nothing for a missed call": (
        "missed",
        {"duration_ms": 7, "start_time": NOW, "end_time": NOW + SECOND},
        0,
    ),
    "known while it goes on": ("in_progress", {"duration_ms": 7}, 7),
    "unknown while it goes on": ("in_progress", {"start_time": NOW}, None),
}


@pytest.mark.parametrize("case", DURATIONS)
def test_the_duration_is_talk_time_or_unknown(case):
    """Never a delay, and never zero for want of knowing."""
    status, fields, expected = DURATIONS[case]
    assert fold(call("c", status, **fields)).duration_ms == expected
    # The same when the call has other events too, which takes another path.
    assert fold(call("c", "queued", at=-60), call("c", status, **fields)).duration_ms == expected


def test_the_creation_time_is_the_greatest_carried_one_else_the_earliest_event():
    """It places the call in time."""
    early, late = call("c", "ringing", at=1), call("c", at=9)
    assert fold(early, late).creation_time == NOW + 1 * SECOND
    assert fold(early, call("c", at=9, creation_time=NOW + 5)).creation_time == NOW + 5
    said = call("c", "queued", at=0, creation_time=NOW - 7)
    assert fold(said, early, late).creation_time == NOW - 7
    assert fold(said, call("c", at=9, creation_time=None)).creation_time == NOW


def test_the_end_time_of_an_ended_call_is_stated_or_the_first_end_events():
    """A live call has none but a stated one."""
    assert fold(call("c", at=9)).end_time == NOW + 9 * SECOND
    assert fold(call("c", at=9, end_time=NOW + 5)).end_time == NOW + 5
    assert fold(call("c", "ringing", at=9)).end_time is None


def test_a_missed_call_was_never_answered():
    """Whatever start some event carried."""
    made = fold(call("c", "in_progress", at=1, start_time=NOW), call("c", "missed", at=9))
    assert (made.start_time, made.duration_ms, made.answered) == (None, 0, False)


@pytest.mark.parametrize(
    ("fields", "answered"),
    [
        ({}, False),
        ({"start_time": NOW}, True),
        ({"duration_ms": 1}, True),
        ({"duration_ms": 0}, False),
        ({"start_time": NOW, "duration_ms": 0}, True),
    ],
)
def test_a_call_is_answered_when_its_start_is_known_or_somebody_talked(fields, answered):
    """By a human or a machine."""
    assert fold(call("c", **fields)).answered is answered


def test_metadata_is_merged_key_by_key():
    """A null key has no value; a null mapping says there was none up to then."""
    first = call("c", "ringing", at=1, metadata={"a": 1, "b": 1})
    second = call("c", "in_progress", at=2, metadata={"b": 2, "c": None})
    assert fold(first, second).metadata == {"a": 1, "b": 2}
    assert fold(first, second, call("c", at=3, metadata={"a": None})).metadata == {"b": 2}
    assert fold(first, second, call("c", at=3, metadata=None)).metadata is None
    emptied = call("c", "in_progress", at=1.5, metadata=None)
    assert fold(first, emptied, second).metadata == {"b": 2}
    assert fold(first, call("c", at=3, metadata={})).metadata == {"a": 1, "b": 1}
    assert fold(call("c", metadata={})).metadata is None
    assert fold(call("c", external_ids={"x": None})).external_ids is None


def test_void_is_the_greatest_word_on_it():
    """Most events say nothing of it."""
    assert not fold(call("c")).void
    assert fold(call("c", "ringing", at=1, void=True), call("c", at=2)).void
    assert not fold(call("c", "ringing", at=1, void=True), call("c", at=2, void=False)).void


def test_the_door_is_the_greatest_events():
    """Of a call told by two sources."""
    imported = call("c", at=9)
    imported.source = "import"
    assert fold(call("c", "ringing", at=1), imported).source == "import"


def test_a_rough_word_counts_only_where_no_event_knows_the_field_better():
    """However late it is, and however much its event weighs."""
    fine = call("c", "failed", at=1, end_reason="invalid_number", source_end_reason="404", agent="Ada")
    rough = {"end_reason": "carrier_error", "source_end_reason": "failed", "agent": "as_1"}
    told = call("c", "failed", at=9, sequence=7, rough=("agent", "end_reason", "source_end_reason"), **rough)
    made = fold(fine, told, call("c", "in_progress", at=0, agent="Eve"))
    assert (made.end_reason, made.source_end_reason, made.agent) == ("invalid_number", "404", "Ada")
    made = fold(told, call("c", "in_progress", at=0, agent="Ada"))
    assert (made.end_reason, made.source_end_reason, made.agent) == ("carrier_error", "failed", "Ada")


def test_of_several_rough_words_the_greatest_events_counts():
    """As among words that are not."""
    first = call("c", at=1, agent="as_1", rough=("agent",))
    assert fold(first, call("c", at=2, agent="as_2", rough=("agent",))).agent == "as_2"


def test_a_finer_word_for_another_end_says_nothing_of_this_one():
    """Reason and the source's own word stay of one piece."""
    busy = call("c", "missed", at=1, standing=1, end_reason="busy", source_end_reason="486")
    rough = ("end_reason", "source_end_reason")
    done = call("c", "completed", at=2, end_reason="hangup", source_end_reason="done", rough=rough)
    made = fold(busy, done)
    assert (made.end_reason, made.source_end_reason) == ("hangup", "done")


@pytest.mark.parametrize("name", ["creation_time", "start_time", "end_time"])
def test_a_derived_time_never_replaces_one_that_is_told(name):
    """However late it is, and however much its event weighs. Of several derived ones the greatest counts, of
    creations the earliest.
    """
    told, late = NOW + SECOND, NOW + 40 * SECOND
    values: dict[str, Any] = {name: told}
    fine = call("c", at=1, standing=1, **values)
    rough = []
    for at in (8, 9):
        values = {name: late + at * SECOND}
        rough.append(call("c", at=at, sequence=7, rough=(name,), **values))
    assert getattr(fold(fine, *rough), name) == told
    assert getattr(fold(*rough), name) == late + (8 if name == "creation_time" else 9) * SECOND


def test_a_rough_length_counts_unless_start_and_end_tell_another():
    """By more than a second, and where no other event states one."""
    zero = call("c", "completed", at=50, duration_ms=0, end_time=NOW + 50 * SECOND, rough=("call_duration",))
    assert fold(zero).duration_ms == 0
    for answered, length in ((49, 0), (50, 0), (48, 2_000), (5, 45_000)):
        live = call("c", "in_progress", at=5, start_time=NOW + answered * SECOND)
        assert fold(live, zero).duration_ms == length
    stated = call("c", "completed", at=10, duration_ms=7_000)
    assert fold(stated, zero).duration_ms == 7_000
    cut = call("c", "failed", at=10, duration_ms=8_000)
    assert fold(cut, zero).duration_ms == 8_000
    again = call("c", "completed", at=60, duration_ms=1, end_time=NOW + 50 * SECOND, rough=("call_duration",))
    assert fold(again, zero).duration_ms == 1
    assert fold(call("c", "completed", at=60, duration_ms=None), zero).duration_ms is None


def test_a_correction_moves_no_end_that_was_stated_beside_a_rough_length():
    """They may differ by up to a second, and the end was told."""
    live = call("c", "in_progress", at=5, start_time=NOW + 5 * SECOND)
    over = NOW + 5 * SECOND + SECOND // 2
    zero = call("c", "completed", at=6, duration_ms=0, end_time=over, rough=("call_duration",))
    corrected = fold(live, zero, call("c", "failed", at=7, end_reason="carrier_error"))
    assert (corrected.end_time, corrected.duration_ms) == (over, 0)
    assert fold(live, zero).end_time == over


def test_a_told_end_of_another_status_stands_beside_a_derived_one():
    """Of the same standing; and so does the end that a told start and length come to."""
    rough = call("c", "failed", at=9, end_time=NOW + 99 * SECOND, rough=("end_time",))
    told = call("c", "completed", at=1, end_time=NOW + SECOND)
    assert fold(told, rough).end_time == NOW + SECOND
    length = call("c", "failed", at=1, start_time=NOW, duration_ms=5_000)
    assert fold(length, rough).end_time == NOW + 5 * SECOND
    again = call("c", "completed", at=1, end_time=NOW + 50 * SECOND, rough=("end_time",))
    assert fold(again, rough).end_time == NOW + 99 * SECOND


@pytest.mark.parametrize("others", [(), (call("c", "queued", at=0),)])
def test_a_derived_end_of_a_live_call_is_its_end(others):
    """As any that its status states."""
    live = call("c", "in_progress", at=1, end_time=NOW + 9 * SECOND, rough=("end_time",))
    assert fold(live, *others).end_time == NOW + 9 * SECOND


def test_times_and_status_are_compared_as_ever_beside_a_rough_word():
    """What is rough is the word, not the event."""
    told = call(
        "c", "failed", at=9, end_time=NOW + 9 * SECOND, end_reason="carrier_error", rough=("end_reason",)
    )
    made = fold(call("c", "completed", at=1, end_time=NOW + SECOND, end_reason="hangup"), told)
    assert (made.call_status, made.end_time, made.end_reason) == ("failed", NOW + 9 * SECOND, "carrier_error")


@pytest.mark.parametrize("others", [(), (call("c", "ringing", at=0),)])
def test_an_end_at_a_rough_moment_tells_no_end(others):
    """What was only received then did not end then; a stated end or length still counts."""
    rough = ("occurred_at",)
    assert fold(call("c", at=5, rough=rough), *others).end_time is None
    assert fold(call("c", at=5), *others).end_time == NOW + 5 * SECOND
    assert fold(call("c", at=5, rough=rough, end_time=NOW + SECOND), *others).end_time == NOW + SECOND

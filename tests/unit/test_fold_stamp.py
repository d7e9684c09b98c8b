"""The order of a call's or task's events: total, and a function of the events alone."""

import pytest

from callboard.clock import SECOND
from callboard.fold.stamp import stamp
from callboard.model.event import Entry, GroupEnd
from tests.events import call, entry, task
from tests.stores import NOW


def of_group(*, at: float, standing: int = 1) -> Entry:
    return entry(GroupEnd("g", "completed", standing, NOW + round(at * SECOND)))


SMALLER_FIRST = {
    "a lower attempt, whatever else": (
        task("t", "completed", at=99, attempt=1, sequence=9),
        task("t", "pending", at=0, attempt=2),
    ),
    "a lower standing, however late": (
        call("c", "in_progress", at=99, sequence=9),
        call("c", "missed", at=0, standing=1),
    ),
    "an inferred end before a stated one": (
        call("c", "failed", at=99, standing=0),
        call("c", "completed", at=0),
    ),
    "what happened earlier": (call("c", "failed", at=0), call("c", "completed", at=1)),
    "what happened earlier by a microsecond": (
        call("c", "in_progress", at=0, sequence=9),
        call("c", "queued", at=0.000001),
    ),
    "no sequence before any": (call("c", "in_progress", at=0), call("c", "queued", at=0, sequence=0)),
    "a null sequence like none": (
        call("c", "in_progress", at=0, sequence=None),
        call("c", "queued", at=0, sequence=0),
    ),
    "a lower sequence": (
        call("c", "in_progress", at=0, sequence=1),
        call("c", "queued", at=0, sequence=2),
    ),
    "a lower rank at one time": (call("c", "queued", at=0), call("c", "ringing", at=0)),
    "ringing before talking": (call("c", "ringing", at=0), call("c", "in_progress", at=0)),
    "live before an inferred end at one time": (
        call("c", "in_progress", at=0),
        call("c", "completed", at=0, standing=0),
    ),
    "ends by alphabet": (call("c", "completed", at=0), call("c", "failed", at=0)),
    "missed last": (call("c", "failed", at=0), call("c", "missed", at=0)),
    "an end of a group before its own that explains nothing": (
        of_group(at=99),
        call("c", "missed", at=0, standing=1),
    ),
    "an end of a group behind what is live": (
        call("c", "in_progress", at=99),
        of_group(at=0),
    ),
    "an earlier end of a group before a later one": (of_group(at=0), of_group(at=1)),
    "an inferred end of a group by its time": (
        call("c", "failed", at=0, standing=0),
        of_group(at=1, standing=0),
    ),
    "pending before running": (task("t", "pending", at=0), task("t", "running", at=0)),
    "completed before failed": (task("t", "completed", at=0), task("t", "failed", at=0)),
}


@pytest.mark.parametrize("rule", SMALLER_FIRST)
def test_the_parts_of_a_stamp_decide_in_their_order(rule):
    """(attempt, standing, time, sequence or -1, rank, alphabet, digest)"""
    smaller, greater = SMALLER_FIRST[rule]
    assert stamp(smaller) < stamp(greater)
    assert sorted([greater, smaller], key=stamp) == [smaller, greater]


def test_events_alike_in_all_that_orders_are_ordered_by_their_content():
    """Which comes first is arbitrary, and always the same; of one content there is one."""
    one, other = call("c", agent="ann"), call("c", agent="ben")
    assert stamp(one) != stamp(other)
    assert sorted([one, other], key=stamp) == sorted([other, one], key=stamp)
    assert stamp(call("c", agent="ann")) == stamp(call("c", agent="ann"))


def test_the_receipt_has_no_part_in_it():
    """Nor has the door an event came by."""
    early, late = call("c"), call("c")
    late.received_at, late.source = NOW + 99, "import"
    assert stamp(early) == stamp(late)


def test_an_event_without_a_time_happened_when_it_was_received():
    """That alone its receipt decides."""
    silent, said = call("c", "failed", at=None), call("c", "completed", at=5)
    assert stamp(silent) < stamp(said)
    later = call("c", "failed", at=None)
    later.received_at = NOW + 6_000_000
    assert stamp(said) < stamp(later)

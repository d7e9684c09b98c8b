"""The room for the bytes of bodies: bounded for all, shared between senders, and given back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callboard.errors import BodiesFullError
from callboard.http.room import VALUE_BYTES, Room


def test_a_sender_fills_half_and_a_newcomer_finds_room():
    """At the bound it is taken, one byte beyond it is refused, and what was held stays held."""
    room = Room(100)
    first, same, other = room.hold("a"), room.hold("a"), room.hold("b")
    first.grow(30)
    same.grow(20)
    with pytest.raises(BodiesFullError):
        same.grow(1)
    assert (room.taken, same.size) == (50, 20)
    other.check(25)
    other.grow(25)
    with pytest.raises(BodiesFullError):
        other.check(1)


def test_a_request_larger_than_the_room_is_taken_alone():
    """And refused while anything else is held."""
    room = Room(100)
    large, small = room.hold("a"), room.hold("b")
    large.grow(70)
    large.grow(70)
    with pytest.raises(BodiesFullError):
        small.grow(1)
    large.end()
    assert room.taken == 0
    small.grow(1)
    with pytest.raises(BodiesFullError):
        room.hold("a").grow(140)


def test_a_request_that_has_ended_holds_nothing_any_more():
    """Also where a thread still works for it: nobody would give that back."""
    room = Room(100)
    hold = room.hold("a")
    hold.grow(10)
    hold.end()
    with pytest.raises(BodiesFullError):
        hold.grow(1)
    assert room.taken == 0


def test_many_short_values_weigh_more_than_their_bytes():
    """What a decoder makes of them is what counts."""
    room = Room(1 << 20)
    hold = room.hold("a")
    hold.grow(200)
    hold.weigh(b"[" + b"1," * 99 + b"]")
    assert hold.size == 200 + 99 * VALUE_BYTES - 200


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(-40, 60)), max_size=40))
def test_what_is_held_is_what_the_requests_hold(steps: list[tuple[int, int]]):
    """Whatever is taken, given back and refused: no more than the bound but for one alone."""
    room = Room(100)
    holds = [room.hold(number // 2) for number in range(4)]
    for number, size in steps:
        hold = holds[number]
        try:
            if size >= 0:
                hold.grow(size)
            else:
                hold.shrink_to(max(0, hold.size + size))
        except BodiesFullError:
            pass
        assert room.taken == sum(each.size for each in holds)
        assert room.taken <= 100 or sum(each.size > 0 for each in holds) == 1
    for each in holds:
        each.end()
    assert room.taken == 0

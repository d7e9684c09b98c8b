"""The room for the bytes of bodies: bounded for all, shared between senders, and given back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callboard.errors import BodiesFullError
from callboard.http.body_memory import VALUE_BYTES, BodyMemory


def test_one_sender_gets_half_and_another_finds_memory():
    """At the bound it is taken, one byte beyond it is refused, and what was held stays held."""
    memory = BodyMemory(100)
    first, same, other = memory.reserve_for("a"), memory.reserve_for("a"), memory.reserve_for("b")
    first.grow(30)
    same.grow(20)
    with pytest.raises(BodiesFullError):
        same.grow(1)
    assert (memory.reserved, same.size) == (50, 20)
    other.check(25)
    other.grow(25)
    with pytest.raises(BodiesFullError):
        other.check(1)


def test_a_request_larger_than_the_memory_is_admitted_alone():
    """And refused while anything else is held."""
    memory = BodyMemory(100)
    large, small = memory.reserve_for("a"), memory.reserve_for("b")
    large.grow(70)
    large.grow(70)
    with pytest.raises(BodiesFullError):
        small.grow(1)
    large.end()
    assert memory.reserved == 0
    small.grow(1)
    with pytest.raises(BodiesFullError):
        memory.reserve_for("a").grow(140)


def test_a_request_that_has_ended_holds_nothing_any_more():
    """Also where a thread still works for it: nobody would give that back."""
    memory = BodyMemory(100)
    reservation = memory.reserve_for("a")
    reservation.grow(10)
    reservation.end()
    with pytest.raises(BodiesFullError):
        reservation.grow(1)
    assert memory.reserved == 0


def test_many_short_values_reserve_more_than_their_bytes():
    """What a decoder makes of them is what counts."""
    memory = BodyMemory(1 << 20)
    reservation = memory.reserve_for("a")
    reservation.grow(200)
    reservation.reserve_decoded(b"[" + b"1," * 99 + b"]")
    assert reservation.size == 200 + 99 * VALUE_BYTES - 200


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(-40, 60)), max_size=40))
def test_what_is_held_is_what_the_requests_hold(steps: list[tuple[int, int]]):
    """Whatever is taken, given back and refused: no more than the bound but for one alone."""
    memory = BodyMemory(100)
    holds = [memory.reserve_for(number // 2) for number in range(4)]
    for number, size in steps:
        reservation = holds[number]
        try:
            if size >= 0:
                reservation.grow(size)
            else:
                reservation.shrink_to(max(0, reservation.size + size))
        except BodiesFullError:
            pass
        assert memory.reserved == sum(each.size for each in holds)
        assert memory.reserved <= 100 or sum(each.size > 0 for each in holds) == 1
    for each in holds:
        each.end()
    assert memory.reserved == 0

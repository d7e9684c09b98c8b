"""Requests waiting to be written: bounded, whole, and in turn between organizations."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callboard.errors import QueueFullError
from callboard.ingest.commit.queue import FairQueue


@dataclass(eq=False)
class Request:
    org_id: int
    events: int = 1
    size: int = 1
    no: int = 0


def queue(*, max_events: int = 10_000, max_bytes: int = 10**9, batch_events: int = 100) -> FairQueue[Request]:
    return FairQueue(max_events=max_events, max_bytes=max_bytes, batch_events=batch_events)


def add(waiting: FairQueue[Request], *requests: Request) -> None:
    for request in requests:
        waiting.add(request)


def test_what_waits_is_drawn_together_in_order_of_arrival() -> None:
    """One organization's requests keep their order; nothing waits when all is drawn."""
    waiting = queue()
    sent = [Request(1, no=number) for number in range(32)]
    add(waiting, *sent)
    assert waiting.take_batch() == sent
    assert waiting.take_batch() == []


def test_a_flood_of_one_organization_leaves_the_others_their_share() -> None:
    """Who sends little is written in the next commit, however much another has waiting."""
    waiting = queue()
    add(waiting, *(Request(1) for _ in range(1000)), Request(2), Request(3), Request(3))
    drawn = waiting.take_batch()
    assert [sum(each.org_id == org for each in drawn) for org in (1, 2, 3)] == [97, 1, 2]
    assert len(waiting.take_batch()) == 100


def test_a_request_larger_than_a_commit_gets_in_when_its_turn_comes() -> None:
    """Whole, beside the share of the others, and within as many commits as organizations wait."""
    waiting = queue(batch_events=10)
    large = Request(3, events=500)
    add(waiting, *(Request(1) for _ in range(100)), *(Request(2) for _ in range(100)), large)
    draws = [waiting.take_batch() for _ in range(3)]
    assert large in draws[0] + draws[1] + draws[2]
    for drawn in draws:
        assert {1, 2} <= {each.org_id for each in drawn}
        assert sum(each.events for each in drawn if each is not large) <= 10


def test_large_requests_do_not_take_every_turn() -> None:
    """With two organizations sending more than a commit holds, they take turns."""
    waiting = queue(batch_events=10)
    add(waiting, *(Request(org, events=50) for org in (1, 1, 1, 2, 2, 2)))
    assert [[each.org_id for each in waiting.take_batch()] for _ in range(6)] == [
        [1],
        [2],
        [1],
        [2],
        [1],
        [2],
    ]


def test_a_full_queue_refuses_and_keeps_nothing() -> None:
    """By events and by bytes; what is written makes room again."""
    waiting = queue(max_events=4)
    add(waiting, Request(1), Request(1))
    with pytest.raises(QueueFullError):
        waiting.add(Request(1, events=3))
    assert (waiting.events, waiting.size) == (2, 2)
    drawn = waiting.take_batch()
    with pytest.raises(QueueFullError):  # being written is not written
        waiting.add(Request(1, events=3))
    waiting.done(drawn)
    waiting.add(Request(1, events=3))
    bytes_bound = queue(max_bytes=100)
    bytes_bound.add(Request(1, size=60))
    with pytest.raises(QueueFullError):
        bytes_bound.add(Request(1, size=10))


def test_one_organization_cannot_take_the_whole_queue() -> None:
    """It may hold what it leaves free; a newcomer always finds room."""
    waiting = queue(max_events=100)
    with pytest.raises(QueueFullError):
        add(waiting, *(Request(1) for _ in range(101)))
    assert waiting.events == 50
    with pytest.raises(QueueFullError):
        add(waiting, *(Request(2) for _ in range(101)))
    assert waiting.events == 75
    waiting.add(Request(3, events=25))
    assert waiting.events == 100


def test_a_request_larger_than_the_whole_queue_waits_alone() -> None:
    """It is not refused for ever: an empty queue takes it."""
    waiting = queue(max_events=10, max_bytes=10)
    waiting.add(Request(1, events=500, size=500))
    with pytest.raises(QueueFullError):
        waiting.add(Request(2))
    waiting.done(waiting.take_batch())
    waiting.add(Request(2))


requests = st.lists(
    st.builds(Request, st.integers(1, 4), st.integers(1, 30), st.integers(0, 50)), max_size=60
)


@given(requests, st.integers(1, 40), st.lists(st.booleans(), max_size=60))
def test_every_request_taken_in_is_drawn_once_and_soon(
    sent: list[Request], batch_events: int, draws: list[bool]
) -> None:
    """Nothing is lost, doubled or cut; each organization's order is kept; none is passed over."""
    waiting = queue(batch_events=batch_events, max_events=300, max_bytes=900)
    taken: list[Request] = []
    drawn: list[Request] = []
    passed_over: dict[int, int] = {}

    def draw() -> int:
        orgs = {each.org_id for each in taken} - {
            org for org in range(1, 5) if all(each in drawn for each in taken if each.org_id == org)
        }
        batch = waiting.take_batch()
        drawn.extend(batch)
        waiting.done(batch)
        got = {each.org_id for each in batch}
        for org in orgs:
            passed_over[org] = 0 if org in got else passed_over.get(org, 0) + 1
            assert passed_over[org] < 4
        firsts = max((each.events for each in batch), default=0)
        assert sum(each.events for each in batch) <= batch_events + firsts + len(orgs)
        return len(batch)

    for index, request in enumerate(sent):
        try:
            waiting.add(request)
            taken.append(request)
        except QueueFullError:
            pass
        assert waiting.events <= 300
        if index < len(draws) and draws[index]:
            draw()
    while draw():
        pass
    assert sorted(map(id, drawn)) == sorted(map(id, taken))
    for org in range(1, 5):
        assert [each for each in drawn if each.org_id == org] == [
            each for each in taken if each.org_id == org
        ]
    assert (waiting.events, waiting.size) == (0, 0)

"""One commit for whatever waits: who waits for company, and who for nobody."""

from __future__ import annotations

import math
import queue
import socket
import threading
import time
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callboard.ingest.commit import server
from callboard.ingest.commit.backlog import Backlog
from callboard.ingest.commit.batching import BATCHING_DELAY_S, TARGET_REQUESTS_PER_COMMIT, BatchingDelay
from callboard.ingest.commit.isolate import JoiningBatches
from callboard.ingest.commit.protocol import Frames, Opening, batches_frame, opening_frame, results_of
from callboard.ingest.commit.server import Server
from callboard.ingest.commit.workers import Arrivals, Waiting
from callboard.settings import Settings
from callboard.store.interface import Batch, Receipt
from tests.events import call
from tests.model import MemoryStore
from tests.stores import NOW, make_organization, make_space


class Held(MemoryStore):
    """A memory store whose commits go on when they are let, and that tells how many requests each holds."""

    def __init__(self) -> None:
        super().__init__()
        self.begun = threading.Semaphore(0)
        self.let = threading.Semaphore(0)
        self.commits: list[int] = []

    def ingest(self, batches: Sequence[Batch], *, waited_s: float = 0.0) -> list[Receipt | Exception]:
        self._wait()
        return self._noted(super().ingest(batches, waited_s=waited_s))

    def _wait(self) -> None:
        self.begun.release()
        assert self.let.acquire(timeout=30)

    def _noted(self, results: list[Receipt | Exception]) -> list[Receipt | Exception]:
        self.commits.append(len(results))
        return results


class Joining(Held):
    """The same, as a store that writers of several machines share: it waits for its lock, and then takes in
    what came meanwhile.
    """

    def ingest_joined(
        self, batches: Sequence[Batch], arrived: JoiningBatches, *, waited_s: float
    ) -> list[Receipt | Exception]:
        self._wait()
        joined = [*batches, *arrived(batches[0].org_id)]
        return self._noted(MemoryStore.ingest(self, joined, waited_s=waited_s))


@pytest.mark.parametrize("kind", [Held, Joining])
def test_what_came_during_a_commit_shares_the_next_and_none_is_lost(kind: type[Held]) -> None:
    """Answers in the order of the requests, also of what its sender no longer waits for. Where the lock may
    be held by others, what came until it was let go is in that commit already.
    """
    store = kind()
    space = make_space(store, make_organization(store, "a.example"))
    ours, theirs = socket.socketpair()
    ours.sendall(opening_frame(Opening(Settings(), None)))
    with Arrivals() as arrivals:
        arrivals.add(theirs)
        arrivals.add(None)
        writer = threading.Thread(target=Server(store, arrivals, 1000, 5.0).run, args=([],), daemon=True)
        writer.start()
        for number in range(20):
            entries = [call(f"c-{number}")]
            batch = Batch(org_id=space.org_id, space_id=space.id, entries=entries, received_at=NOW)
            ours.sendall(batches_frame([batch], time.monotonic()))
            if number == 0:
                assert store.begun.acquire(timeout=30)
        ours.shutdown(socket.SHUT_WR)
        for _ in range(20):
            store.let.release()
        answers: list[Receipt | Exception] = []
        frames = Frames()
        while part := ours.recv(1 << 16):
            # The first frame, without results, says that the store is open.
            answers += [each for frame in frames.feed(part) for _, each in results_of(frame)]
            if len(answers) == 20:
                break
        writer.join(30)
        assert sum(store.commits) == 20
        assert len(store.commits) <= 3
        assert (store.commits[0] > 1) == (kind is Joining)
        assert [isinstance(answer, Receipt) and answer.applied for answer in answers] == [1] * 20
    ours.close()


class Wide(MemoryStore):
    """A memory store that carries out two commits at once, each when its organization is let."""

    lanes = 2

    def __init__(self) -> None:
        super().__init__()
        self.let: dict[int, threading.Semaphore] = {}
        self.begun: queue.SimpleQueue[list[int]] = queue.SimpleQueue()
        self._memory = threading.Lock()

    def ingest(self, batches: Sequence[Batch], *, waited_s: float = 0.0) -> list[Receipt | Exception]:
        organizations = [batch.org_id for batch in batches]
        self.begun.put(organizations)
        for org_id in set(organizations):
            assert self.let[org_id].acquire(timeout=30)
        with self._memory:
            return super().ingest(batches, waited_s=waited_s)


def test_commits_of_different_organizations_do_not_wait_for_each_other() -> None:
    """Nor do the answers. A second commit of an organization waits for its first."""
    store = Wide()
    spaces = [make_space(store, make_organization(store, f"{name}.example")) for name in "abc"]
    store.let = {space.org_id: threading.Semaphore(0) for space in spaces}
    slow, fast, third = (space.org_id for space in spaces)
    ours, theirs = socket.socketpair()
    ours.sendall(opening_frame(Opening(Settings(), None)))
    answered: queue.SimpleQueue[int] = queue.SimpleQueue()

    def read() -> None:
        frames = Frames()
        while part := ours.recv(1 << 16):
            for number, result in (each for frame in frames.feed(part) for each in results_of(frame)):
                assert isinstance(result, Receipt)
                assert result.applied == 1
                answered.put(number)

    def send(place: int, name: str) -> None:
        space = spaces[place]
        batch = Batch(org_id=space.org_id, space_id=space.id, entries=[call(name)], received_at=NOW)
        ours.sendall(batches_frame([batch], time.monotonic()))

    with Arrivals() as arrivals:
        arrivals.add(theirs)
        arrivals.add(None)
        reader = threading.Thread(target=read, daemon=True)
        reader.start()
        writer = threading.Thread(target=Server(store, arrivals, 1000, 5.0).run, args=([],), daemon=True)
        writer.start()
        send(0, "of the slow one")
        assert store.begun.get(timeout=30) == [slow]
        send(0, "behind it")
        send(1, "of the fast one")
        assert store.begun.get(timeout=30) == [fast]
        store.let[fast].release()
        assert answered.get(timeout=30) == 2
        send(2, "of a third")
        assert store.begun.get(timeout=30) == [third]
        store.let[third].release()
        assert answered.get(timeout=30) == 3
        assert answered.empty()
        ours.shutdown(socket.SHUT_WR)
        store.let[slow].release(2)
        assert [answered.get(timeout=30) for _ in range(2)] == [0, 1]
        writer.join(30)
        assert not writer.is_alive()
        reader.join(30)
    ours.close()


def test_few_events_of_others_share_the_commit_behind_one_that_is_under_way(monkeypatch) -> None:
    """Enough of them get a commit of their own, beside it."""
    monkeypatch.setattr(server, "ALONGSIDE_WAIT_S", 30.0)
    store = Wide()
    spaces = [make_space(store, make_organization(store, f"{name}.example")) for name in "abcd"]
    store.let = {space.org_id: threading.Semaphore(0) for space in spaces}
    first, second, third, many = (space.org_id for space in spaces)
    ours, theirs = socket.socketpair()
    ours.sendall(opening_frame(Opening(Settings(), None)))

    def send(place: int, events: int) -> None:
        entries = [call(f"c-{number}") for number in range(events)]
        space = spaces[place]
        batch = Batch(org_id=space.org_id, space_id=space.id, entries=entries, received_at=NOW)
        ours.sendall(batches_frame([batch], time.monotonic()))

    with Arrivals() as arrivals:
        arrivals.add(theirs)
        arrivals.add(None)
        writer = threading.Thread(target=Server(store, arrivals, 1000, 5.0).run, args=([],), daemon=True)
        writer.start()
        send(0, 1)
        assert store.begun.get(timeout=30) == [first]
        send(1, 1)
        send(2, 1)
        store.let[first].release()
        assert store.begun.get(timeout=30) == [second, third]
        send(3, server.ALONGSIDE_EVENTS)
        assert store.begun.get(timeout=20) == [many]
        for org_id in store.let:
            store.let[org_id].release()
        ours.shutdown(socket.SHUT_WR)
        writer.join(30)
        assert not writer.is_alive()
    ours.close()


@given(
    st.lists(st.tuples(st.integers(0, 3), st.integers(0, 9)), max_size=30),
    st.sets(st.integers(1, 3)),
    st.integers(1, 40),
)
def test_a_commit_takes_what_came_first_of_who_is_free(came, busy, capacity) -> None:
    """Organization 0 stands for a check whether the writer can write."""
    worker: Any = None
    waiting = [
        Waiting(worker, number, _batch(org_id, events) if org_id else None, 0.0)
        for number, (org_id, events) in enumerate(came)
    ]
    backlog = Backlog()
    backlog.add(waiting)
    taken = backlog.take(capacity, busy)
    checks = [each for each in waiting if each.batch is None]
    before = waiting[: waiting.index(checks[0])] if checks else waiting
    free = [each for each in before if each.batch is not None and each.batch.org_id not in busy]
    if not free:
        assert taken == checks[:1]
    else:
        assert taken == free[: len(taken)]
        assert len(taken) == 1 or sum(each.received for each in taken) <= capacity
        assert len(taken) == len(free) or sum(each.received for each in free[: len(taken) + 1]) > capacity
    assert len(backlog) == len(waiting) - len(taken)
    backlog.put_back(taken)
    every = [*taken, *(each for each in waiting if each not in taken)]
    rest = []
    while part := backlog.take(1000):
        rest += part
    assert rest == every


def _batch(org_id: int, events: int) -> Batch:
    entries = [call(f"c-{number}") for number in range(events)]
    return Batch(org_id=org_id, space_id=1, entries=entries, received_at=NOW)


def test_who_comes_alone_waits_for_nobody() -> None:
    delay = BatchingDelay(0.0)
    for at in range(100):
        delay.commit_started(1, at / 1000)
        assert delay.wait_until() == -math.inf


@given(st.lists(st.tuples(st.integers(1, 500), st.floats(1e-6, 1.0)), min_size=1))
def test_a_wait_has_a_bound(commits: list[tuple[int, float]]) -> None:
    delay, now = BatchingDelay(0.0), 0.0
    for requests, later in commits:
        now += later
        delay.commit_started(requests, now)
        delay.had_waiting_requests = True
        assert now < delay.wait_until() <= now + BATCHING_DELAY_S


def test_the_more_come_the_shorter_the_wait() -> None:
    """At ten times as many a second as make a full wait it is a tenth: a commit takes longer than that."""
    delay = BatchingDelay(0.0)
    delay.had_waiting_requests = True
    for at in range(1, 200):
        delay.commit_started(10 * TARGET_REQUESTS_PER_COMMIT, at * BATCHING_DELAY_S)
    began = 199 * BATCHING_DELAY_S
    assert math.isclose(delay.wait_until() - began, BATCHING_DELAY_S / 10, rel_tol=0.01)

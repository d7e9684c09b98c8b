"""Threads are shared as the queue is: an organization holds at most as many as it leaves free."""

from __future__ import annotations

import asyncio
import threading
from collections import Counter
from collections.abc import Callable, Coroutine
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callboard.errors import StoreTooSlowError, StoreUnavailableError
from callboard.http.fair_threads import WAITING_PER_THREAD, FairThreadPool, RequestThreads
from callboard.store import budget
from callboard.store.budget import Budget

ACME, OTHER, THIRD = 1, 2, 3


def drive(scene: Callable[[threading.Event], Coroutine[Any, Any, None]]) -> None:
    """Play it. Its gate is opened at the end, also of one that fails: else its threads would never end."""
    gate = threading.Event()

    async def bounded() -> None:
        try:
            await asyncio.wait_for(scene(gate), 30)
        finally:
            gate.set()

    asyncio.run(bounded())


async def settle() -> None:
    """Let everything on the loop that can go on do so."""
    for _ in range(5):
        await asyncio.sleep(0)


def test_an_organization_that_floods_leaves_threads_to_others() -> None:
    """Fifty questions of one that do not end: two threads of four are its own, two lists of others are
    answered.
    """

    async def flood(gate: threading.Event) -> None:
        threads = FairThreadPool(4, "test")
        questions = [asyncio.create_task(threads.run(ACME, gate.wait)) for _ in range(50)]
        await settle()
        assert threads.waiting == 48
        assert await threads.run(OTHER, lambda: "a list") == "a list"
        held = asyncio.create_task(threads.run(OTHER, gate.wait))
        await settle()
        assert await threads.run(THIRD, lambda: "another") == "another"
        assert threads.waiting == 48
        gate.set()
        assert all(await asyncio.gather(held, *questions))
        threads.close()

    drive(flood)


def test_waiting_requests_are_started_round_robin_between_organizations() -> None:
    """Who comes last is not behind everything that another one asked before."""

    async def turns(gate: threading.Event) -> None:
        threads = FairThreadPool(1, "test")
        answered: list[int] = []
        asked: list[Any] = [asyncio.create_task(threads.run(ACME, gate.wait))]
        await settle()
        for share_key in (ACME, ACME, ACME, OTHER):
            asked.append(asyncio.create_task(threads.run(share_key, answered.append, share_key)))
            await settle()
        gate.set()
        await asyncio.gather(*asked)
        assert answered == [ACME, OTHER, ACME, ACME]
        threads.close()

    drive(turns)


def test_a_query_keeps_its_thread_until_it_has_ended_even_if_its_caller_is_gone() -> None:
    """Else those that hang up would have all threads."""

    async def hang_up(gate: threading.Event) -> None:
        threads = FairThreadPool(2, "test")
        asked = asyncio.create_task(threads.run(ACME, gate.wait))
        await settle()
        asked.cancel()
        waiting = asyncio.create_task(threads.run(ACME, lambda: "mine"))
        gone = asyncio.create_task(threads.run(ACME, lambda: "never"))
        await settle()
        assert threads.waiting == 2
        gone.cancel()
        await settle()
        assert threads.waiting == 1
        assert await threads.run(OTHER, lambda: "a list") == "a list"
        gate.set()
        assert await waiting == "mine"
        threads.close()

    drive(hang_up)


def test_waiting_is_shared_too() -> None:
    """One fills half of the room; the next is turned away, and another organization's waits."""

    async def crowd(gate: threading.Event) -> None:
        threads = FairThreadPool(1, "test")
        most = WAITING_PER_THREAD // 2
        asked = [asyncio.create_task(threads.run(ACME, gate.wait)) for _ in range(1 + most)]
        await settle()
        with pytest.raises(StoreUnavailableError, match="waiting already"):
            await threads.run(ACME, gate.wait)
        asked.append(asyncio.create_task(threads.run(OTHER, gate.wait)))
        await settle()
        assert threads.waiting == most + 1
        gate.set()
        assert all(await asyncio.gather(*asked))
        assert await threads.run(ACME, gate.wait)
        threads.close()

    drive(crowd)


@given(st.integers(1, 5), st.lists(st.integers(1, 4), min_size=1, max_size=40))
def test_whoever_comes_in_whatever_order(most: int, comes: list[int]) -> None:
    """While some wait: no thread is free that one of them may have, and all are answered in the end."""

    async def drawn(gate: threading.Event) -> None:
        threads = FairThreadPool(most, "test")
        begun: Counter[int] = Counter()
        lock = threading.Lock()

        def work(share_key: int) -> int:
            with lock:
                begun[share_key] += 1
            gate.wait()
            return share_key

        asked = []
        for share_key in comes:
            asked.append(asyncio.create_task(threads.run(share_key, work, share_key)))
            await settle()
        at_work, busy = dict(threads._running), threads._busy
        assert sum(at_work.values()) == busy <= most
        if len(set(comes)) > 1 and most > 1:
            assert max(at_work.values()) <= most - 1
        for share_key in set(comes):
            if comes.count(share_key) > at_work.get(share_key, 0) and busy < most:
                assert at_work.get(share_key, 0) >= most - busy
        gate.set()
        assert await asyncio.gather(*asked) == comes
        assert not threads._running
        assert threads._busy == threads.waiting == 0
        threads.close()

    drive(drawn)


def test_waiting_for_a_thread_is_part_of_the_budget(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever's time is used up when the turn comes is told so, and asks the store nothing."""
    clock = Clock()
    monkeypatch.setattr(budget, "time", clock)

    async def late(gate: threading.Event) -> None:
        threads = FairThreadPool(1, "test")
        held = asyncio.create_task(threads.run(OTHER, gate.wait))
        await settle()
        asked: list[str] = []
        mine = RequestThreads(threads, Budget(5))
        mine.share_key = ACME
        waiting = asyncio.create_task(mine.run(asked.append, "the store"))
        await settle()
        clock.now += 6
        gate.set()
        await held
        with pytest.raises(StoreTooSlowError):
            await waiting
        assert not asked
        threads.close()

    drive(late)


class Clock:
    """Stands still until it is moved."""

    now = 0.0

    def monotonic(self) -> Any:
        return self.now

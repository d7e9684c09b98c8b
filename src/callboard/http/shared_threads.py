"""Threads that ask the store, shared between organizations: one that floods them leaves the others theirs.

An organization is at work on at most as many threads as it leaves free, and waits with at most as many
requests as it leaves room for; those that wait are taken in turn between organizations. Alone it has half of
the threads: what its questions need more than that is what a newcomer's list would wait for.
"""

from __future__ import annotations

import asyncio
from collections import Counter, deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import ParamSpec, TypeVar

from callboard.errors import StoreUnavailableError
from callboard.store.budget import Budget, check, within

P = ParamSpec("P")
T = TypeVar("T")
Whose = int | None
"""An organization; none: of no organization, which together are as one."""

WAITING_PER_THREAD = 64
LOOK_FOR_ROOM_S = 0.1
_STOPPING = "The server is stopping; try again shortly."


class SharedThreads:
    """A pool of threads. Owned by one event loop; what runs on a thread holds its place until it has ended,
    also when the caller is gone.
    """

    def __init__(self, threads: int, name: str) -> None:
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix=f"callboard-{name}")
        self._threads = threads
        self._most_waiting = threads * WAITING_PER_THREAD
        self._at_work: Counter[Whose] = Counter()
        self._busy = 0
        self._lines: dict[Whose, deque[asyncio.Future[None]]] = {}
        """Who waits, by organization, in the order of turns."""
        self._waiting = 0
        self._closed = False

    async def run(self, whose: Whose, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """What `work` answers, done on a thread. Raises `StoreUnavailableError` where too many wait."""
        if self._lines.get(whose) or not self._may_begin(whose):
            await self._turn(whose)
        else:
            self._take(whose)
        # From here on the place is ours. The thread goes on when we are cancelled: shielded, its end is seen.
        try:
            ended = asyncio.get_running_loop().run_in_executor(self._pool, lambda: work(*args, **kwargs))
        except RuntimeError:  # the pool was closed meanwhile
            self._leave(whose)
            raise StoreUnavailableError(_STOPPING) from None
        ended.add_done_callback(lambda _: self._leave(whose))
        return await asyncio.shield(ended)

    @property
    def waiting(self) -> int:
        """Requests that wait for a thread."""
        return self._waiting

    def room(self, whose: Whose) -> bool:
        """Whether one more may wait."""
        held = len(self._lines.get(whose, ()))
        free = self._most_waiting - self._waiting
        return free > 0 and held < max(1, free)

    def close(self) -> None:
        """Let those under way finish; those waiting are given up."""
        self._closed = True
        for line in self._lines.values():
            for turn in line:
                if not turn.done():
                    turn.set_exception(StoreUnavailableError(_STOPPING))
        self._pool.shutdown(wait=True, cancel_futures=True)

    async def _turn(self, whose: Whose) -> None:
        """Wait until a thread is ours."""
        if self._closed or not self.room(whose):
            raise StoreUnavailableError("Too many requests are waiting already; try again shortly.")
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._lines.setdefault(whose, deque()).append(turn)
        self._waiting += 1
        try:
            await turn
        except BaseException:
            # Cancelled in the line, or just when the place was given.
            if turn.done() and not turn.cancelled() and turn.exception() is None:
                self._leave(whose)
            else:
                self._unline(whose, turn)
            raise

    def _unline(self, whose: Whose, turn: asyncio.Future[None]) -> None:
        line = self._lines.get(whose)
        if line is not None and turn in line:
            line.remove(turn)
            self._waiting -= 1
            if not line:
                del self._lines[whose]

    def _may_begin(self, whose: Whose) -> bool:
        free = self._threads - self._busy
        return free > 0 and self._at_work[whose] < max(1, free)

    def _take(self, whose: Whose) -> None:
        self._at_work[whose] += 1
        self._busy += 1

    def _leave(self, whose: Whose) -> None:
        self._busy -= 1
        self._at_work[whose] -= 1
        if not self._at_work[whose]:
            del self._at_work[whose]
        self._next()

    def _next(self) -> None:
        """Give free threads to those that wait, an organization at a time."""
        given = True
        while given:
            given = False
            for whose in list(self._lines):
                if self._may_begin(whose):
                    self._give(whose)
                    given = True

    def _give(self, whose: Whose) -> None:
        line = self._lines.pop(whose)
        turn = line.popleft()
        self._waiting -= 1
        if line:
            self._lines[whose] = line  # behind the others from now on
        if not turn.done():
            self._take(whose)
            turn.set_result(None)


class Asking:
    """The threads for one request: under its organization's share, all that it asks within one budget."""

    __slots__ = ("_budget", "_threads", "whose")

    def __init__(self, threads: SharedThreads, budget: Budget | None) -> None:
        self._threads = threads
        self._budget = budget
        self.whose: Whose = None
        """Whose share it takes, as far as the request has told by now."""

    async def run(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """What `work` answers, done on a thread. Waiting for the thread is part of the budget."""
        return await self._threads.run(self.whose, _within, self._budget, lambda: work(*args, **kwargs))

    async def run_slice(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """The same for the next slice of an export, which may last: what it asks of the store has the query
        time each, and it waits for room however many wait.
        """
        while not self._threads.room(self.whose):  # noqa: ASYNC110 - rare, and nothing tells when there is room
            await asyncio.sleep(LOOK_FOR_ROOM_S)
        return await self._threads.run(self.whose, work, *args, **kwargs)


def _within(budget: Budget | None, work: Callable[[], T]) -> T:
    with within(budget):
        check()
        return work()

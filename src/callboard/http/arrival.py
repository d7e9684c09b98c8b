"""The deadline of a request body: 10 s, and 1 s more for each 64 KiB that has arrived.

A slow sender is given time as long as it keeps sending at 64 KiB/s; one that stalls does not hold its
connection and its share of the memory for longer than 10 s.
"""

from __future__ import annotations

import asyncio
from typing import Any

from msgspec import Struct

BODY_S = 10.0
"""Seconds that a body of any size has; also what remains for each of them once the server stops."""
BYTES_A_SECOND = 64 * 1024
"""The deadline moves by a second for each of so many bytes that have arrived."""
LOOK_EVERY_S = 0.25
"""Seconds between two checks of all deadlines: a body may overrun its deadline by as much."""


class Arrival(Struct, eq=False):
    """One body that is being received."""

    task: asyncio.Task[Any]
    came: int = 0
    """Bytes received so far."""
    ends_at: float = 0.0
    """The deadline by the event loop's clock, without the bytes received; 0: not checked yet."""
    is_over: bool = False

    def timed_out(self) -> bool:
        """Whether its task was cancelled by the deadline alone. Called once, on `CancelledError`.

        `uncancel` takes our own cancellation back and returns how many others there are, as in
        `asyncio.timeout`: when the server cancels the request at the same time, that must not become a 408.
        """
        return self.is_over and self.task.uncancel() == 0


class BodyDeadlines:
    """All bodies that a worker is receiving. Owned by its event loop.

    One timer checks all of them four times a second, instead of one timer for each: nearly all bodies arrive
    at once, and then cost only an entry in a set. A deadline therefore runs from the first check that sees
    the body.
    """

    def __init__(self) -> None:
        self._coming: set[Arrival] = set()
        self._looks = False
        self._stops_at: float | None = None

    def begin(self) -> Arrival:
        """Start the deadline of a body that the current task receives."""
        task = asyncio.current_task()
        assert task is not None, "every request is a task"
        arrival = Arrival(task)
        self._coming.add(arrival)
        if not self._looks:
            self._looks = True
            asyncio.get_running_loop().call_later(LOOK_EVERY_S, self._look)
        return arrival

    def end(self, arrival: Arrival) -> None:
        """The body is complete, or its request has failed."""
        self._coming.discard(arrival)

    def stop(self) -> None:
        """The server stops: from now on each body has `BODY_S` seconds, however much of it has arrived."""
        self._stops_at = asyncio.get_running_loop().time() + BODY_S

    def _look(self) -> None:
        loop = asyncio.get_running_loop()
        now = loop.time()
        # `cancel` only schedules the cancellation, so no task leaves the set during this loop.
        for arrival in self._coming:
            arrival.ends_at = arrival.ends_at or now + BODY_S
            ends_at = arrival.ends_at + arrival.came / BYTES_A_SECOND
            if self._stops_at is not None:
                ends_at = min(ends_at, self._stops_at)
            # Once only: each `cancel` is counted, and `timed_out` takes a single one back.
            if now >= ends_at and not arrival.is_over:
                arrival.is_over = True
                arrival.task.cancel()
        # Without bodies the timer stops; `begin` starts it again.
        self._looks = bool(self._coming)
        if self._looks:
            loop.call_later(LOOK_EVERY_S, self._look)

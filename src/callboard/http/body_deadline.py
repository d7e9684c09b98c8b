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
CHECK_EVERY_S = 0.25
"""Seconds between two checks of all deadlines: a body may overrun its deadline by as much."""


class BodyDeadline(Struct, eq=False):
    """One body that is being received."""

    task: asyncio.Task[Any]
    received: int = 0
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
        self._deadlines: set[BodyDeadline] = set()
        self._is_checking = False
        self._stops_at: float | None = None

    def begin(self) -> BodyDeadline:
        """Start the deadline of a body that the current task receives."""
        task = asyncio.current_task()
        assert task is not None, "every request is a task"
        deadline = BodyDeadline(task)
        self._deadlines.add(deadline)
        if not self._is_checking:
            self._is_checking = True
            asyncio.get_running_loop().call_later(CHECK_EVERY_S, self._check)
        return deadline

    def end(self, deadline: BodyDeadline) -> None:
        """The body is complete, or its request has failed."""
        self._deadlines.discard(deadline)

    def stop(self) -> None:
        """The server stops: from now on each body has `BODY_S` seconds, however much of it has arrived."""
        self._stops_at = asyncio.get_running_loop().time() + BODY_S

    def _check(self) -> None:
        loop = asyncio.get_running_loop()
        now = loop.time()
        # `cancel` only schedules the cancellation, so no task leaves the set during this loop.
        for deadline in self._deadlines:
            deadline.ends_at = deadline.ends_at or now + BODY_S
            ends_at = deadline.ends_at + deadline.received / BYTES_A_SECOND
            if self._stops_at is not None:
                ends_at = min(ends_at, self._stops_at)
            # Once only: each `cancel` is counted, and `timed_out` takes a single one back.
            if now >= ends_at and not deadline.is_over:
                deadline.is_over = True
                deadline.task.cancel()
        # Without bodies the timer stops; `begin` starts it again.
        self._is_checking = bool(self._deadlines)
        if self._is_checking:
            loop.call_later(CHECK_EVERY_S, self._check)

"""How long a body may take to come: 10 s, and 1 s more for each 64 KiB that came."""

from __future__ import annotations

import asyncio
from typing import Any

from msgspec import Struct

BODY_S = 10.0
"""For a body of any size; and what is left to each when the server stops."""
BYTES_A_SECOND = 64 * 1024
"""For so many bytes that came there is a second more."""
LOOK_EVERY_S = 0.25


class Arrival(Struct, eq=False):
    """One body on its way."""

    task: asyncio.Task[Any]
    came: int = 0
    """Bytes so far."""
    ends_at: float = 0.0
    """Without what came; 0: nobody has looked at it yet."""
    is_late: bool = False

    def gives_up(self) -> bool:
        """Whether its task, which was cancelled, was so only because the body's time is over."""
        return self.is_late and self.task.uncancel() == 0


class Arrivals:
    """All bodies that a worker reads now. Owned by its event loop.

    One look at all of them, four times a second, in place of a timer for each; the time of each runs from the
    first look that finds it. A body that comes at once, as nearly all do, costs no more than its place in a
    set.
    """

    def __init__(self) -> None:
        self._coming: set[Arrival] = set()
        self._looks = False
        self._stops_at: float | None = None

    def begin(self) -> Arrival:
        """A body begins to come, in the task that runs."""
        task = asyncio.current_task()
        assert task is not None, "every request is a task"
        arrival = Arrival(task)
        self._coming.add(arrival)
        if not self._looks:
            self._looks = True
            asyncio.get_running_loop().call_later(LOOK_EVERY_S, self._look)
        return arrival

    def end(self, arrival: Arrival) -> None:
        """It is whole, or given up."""
        self._coming.discard(arrival)

    def stop(self) -> None:
        """The server stops: no body has longer than a small one has, however much of it came."""
        self._stops_at = asyncio.get_running_loop().time() + BODY_S

    def _look(self) -> None:
        loop = asyncio.get_running_loop()
        now = loop.time()
        for arrival in self._coming:
            arrival.ends_at = arrival.ends_at or now + BODY_S
            ends_at = arrival.ends_at + arrival.came / BYTES_A_SECOND
            if self._stops_at is not None:
                ends_at = min(ends_at, self._stops_at)
            if now >= ends_at and not arrival.is_late:
                arrival.is_late = True
                arrival.task.cancel()
        self._looks = bool(self._coming)
        if self._looks:
            loop.call_later(LOOK_EVERY_S, self._look)

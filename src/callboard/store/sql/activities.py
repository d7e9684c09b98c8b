"""What the commits of a process wait for."""

from __future__ import annotations

import time
from threading import get_ident

from callboard.store.interface import IDLE, Activity, Step


class Activities:
    """The step of each thread's commit."""

    def __init__(self) -> None:
        self._of_threads: dict[int, Activity] = {}

    @property
    def longest(self) -> Activity:
        """The step that has lasted longest."""
        return min(self._of_threads.copy().values(), key=lambda each: each[1], default=IDLE)

    def begin(self, step: Step) -> None:
        """This thread's commit is at this step from now on."""
        self._of_threads[get_ident()] = step, time.monotonic()

    def end(self) -> None:
        """This thread's commit has ended."""
        self._of_threads.pop(get_ident(), None)

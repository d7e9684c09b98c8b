"""Commits that are carried out at the same time, each on a thread of its own."""

from __future__ import annotations

import queue
import socket
from collections.abc import Callable, Collection
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from types import TracebackType
from typing import Self

Carry = Callable[[], None]
"""Carries out a commit; raises nothing."""
Finish = Callable[[], None]
"""What is left to do then, on the server's own thread."""


class Lanes:
    """So many commits at once. With one lane a commit is carried out by the caller's own thread."""

    def __init__(self, count: int) -> None:
        self._count = count
        self._threads = ThreadPoolExecutor(count, thread_name_prefix="callboard-lane") if count > 1 else None
        self._ended: queue.SimpleQueue[tuple[frozenset[int], Finish]] = queue.SimpleQueue()
        self._signal, self._signalled = socket.socketpair()
        self._signalled.setblocking(False)
        self._busy: set[int] = set()
        self._under_way = 0

    def fileno(self) -> int:
        """Readable when a commit has ended."""
        return self._signalled.fileno()

    @property
    def is_single(self) -> bool:
        """Whether commits are carried out by the caller's own thread."""
        return self._threads is None

    @property
    def is_free(self) -> bool:
        """Whether another commit can begin."""
        return self._under_way < self._count

    @property
    def is_idle(self) -> bool:
        """Whether no commit is under way."""
        return not self._under_way

    @property
    def busy(self) -> Collection[int]:
        """The organizations of the commits under way: another commit of theirs would wait for these."""
        return self._busy

    def begin(self, organizations: frozenset[int], carry: Carry, finish: Finish) -> None:
        """Carry a commit of these organizations out, and finish it: at once, or with a call of `end`."""
        if self._threads is None:
            carry()
            finish()
            return
        self._under_way += 1
        self._busy |= organizations
        self._threads.submit(self._carry, organizations, carry, finish)

    def _carry(self, organizations: frozenset[int], carry: Carry, finish: Finish) -> None:
        try:
            carry()
        finally:
            self._ended.put((organizations, finish))
            with suppress(OSError):  # it is full of signals that nobody has read yet
                self._signal.send(b"e")

    def end(self) -> None:
        """Finish the commits that have ended."""
        with suppress(BlockingIOError):
            self._signalled.recv(1024)
        while True:
            try:
                organizations, finish = self._ended.get_nowait()
            except queue.Empty:
                return
            self._under_way -= 1
            self._busy -= organizations
            finish()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._threads is not None:
            self._threads.shutdown(wait=True)
        self._signal.close()
        self._signalled.close()

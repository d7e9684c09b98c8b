"""The workers at the other ends of a writer's sockets."""

from __future__ import annotations

import queue
import socket
from collections.abc import Sequence
from contextlib import suppress
from itertools import count
from types import TracebackType
from typing import Self

from msgspec import Struct

from callboard.errors import CallboardError
from callboard.ingest.commit.protocol import (
    HEAD,
    Frames,
    Numbered,
    Opening,
    batches_of,
    opening_of,
    results_frame,
)
from callboard.store.interface import Batch

READ_BYTES = 1 << 20


class Worker:
    """One worker's socket for batches. Never blocks: a worker that is stopped must not hold up the others.
    What it has not read yet is kept here; the worker bounds it, by what it sends before it has answers.
    """

    def __init__(self, batches: socket.socket) -> None:
        """Its first frame is there already. Raises `OSError` or `EOFError` when it is gone."""
        self._socket = batches
        head = batches.recv(HEAD.size, socket.MSG_WAITALL)
        if len(head) < HEAD.size:
            raise EOFError
        length = HEAD.unpack(head)[0]
        self.opening: Opening = opening_of(batches.recv(length, socket.MSG_WAITALL))
        batches.setblocking(False)
        self.unanswered = 0
        """Batches that wait for their results."""
        self._numbers = count()
        self._frames = Frames()
        self._unsent = bytearray()

    def fileno(self) -> int:
        return self._socket.fileno()

    @property
    def has_unsent(self) -> bool:
        """Whether it has not read all that was sent."""
        return bool(self._unsent)

    def read(self) -> list[Waiting] | None:
        """What has arrived; None when it has closed its socket."""
        try:
            data = self._socket.recv(READ_BYTES)
        except BlockingIOError:
            return []
        except OSError:
            return None
        if not data:
            return None
        arrived = [
            Waiting(self, next(self._numbers), batch, sent.since)
            for sent in map(batches_of, self._frames.feed(data))
            for batch in sent.batches or (None,)
        ]
        self.unanswered += len(arrived)
        return arrived

    def answer(self, results: Sequence[Numbered]) -> None:
        """Send results as far as there is room."""
        self._unsent += results_frame(results)
        self.unanswered -= len(results)
        self.send_rest()

    def send_rest(self) -> None:
        """Send what was not sent before, as far as there is room."""
        try:
            sent = self._socket.send(self._unsent) if self._unsent else 0
        except BlockingIOError:
            return
        except OSError:  # it is gone, as the next `read` tells
            sent = len(self._unsent)
        del self._unsent[:sent]

    def refuse(self, error: CallboardError) -> None:
        """Send this error instead of an open store, and hang up."""
        self._unsent += results_frame([(0, error)])
        self.send_rest()
        self.close()

    def admit(self) -> None:
        """Say that the store is open: a frame without results."""
        self.answer([])

    def close(self) -> None:
        self._socket.close()


class Waiting(Struct, gc=False, frozen=True):
    """A batch, and the worker that waits for its result."""

    worker: Worker
    number: int
    batch: Batch | None
    """None: a check whether the writer can write."""
    since: float
    """When it was received, or a batch of the same frame before it."""

    @property
    def received(self) -> int:
        """Its number of events."""
        return 0 if self.batch is None else self.batch.received


class Arrivals:
    """Workers on their way from the thread that takes them in to the one that serves them."""

    def __init__(self) -> None:
        self._queue: queue.SimpleQueue[socket.socket | None] = queue.SimpleQueue()
        self._signal, self._signalled = socket.socketpair()
        self._signalled.setblocking(False)
        self.is_over = False
        """Whether no more will come; known once `take` or `wait` has seen it."""

    def add(self, batches: socket.socket | None) -> None:
        """A worker's socket, or None: no more will come. From any thread."""
        self._queue.put(batches)
        with suppress(OSError):  # the server has ended
            self._signal.send(b"w")

    def fileno(self) -> int:
        """Readable when `take` would return something new."""
        return self._signalled.fileno()

    def take(self) -> list[Worker]:
        """Who has come by now."""
        with suppress(BlockingIOError):
            self._signalled.recv(1024)
        taken: list[Worker] = []
        while True:
            try:
                batches = self._queue.get_nowait()
            except queue.Empty:
                return taken
            if (worker := self._opened(batches)) is not None:
                taken.append(worker)

    def wait(self) -> Worker | None:
        """The next one; None when there is none."""
        while not self.is_over:
            if (worker := self._opened(self._queue.get())) is not None:
                return worker
        return None

    def _opened(self, batches: socket.socket | None) -> Worker | None:
        if batches is None:
            self.is_over = True
            return None
        try:
            return Worker(batches)
        except (OSError, EOFError):  # it gave up waiting
            batches.close()
            return None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._signal.close()
        self._signalled.close()

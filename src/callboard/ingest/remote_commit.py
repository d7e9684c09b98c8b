"""Group commit by a process of its own: taking requests in and writing them down share no interpreter.

A worker's event loop hands each turn's batches to its writer and goes on; receipts come back by a socket.
Owned by that event loop: nothing is locked. What waits is bounded and taken in turn here, before it goes
over; about two commits' worth may be on its way, so that the writer never waits for the loop.
"""

from __future__ import annotations

import asyncio
import logging
import socket
import subprocess
import time
from collections import deque
from collections.abc import Callable

from callboard.errors import StoreUnavailableError
from callboard.ingest.frames import Frames, batches_frame, results_of, settings_frame
from callboard.ingest.in_turn import InTurn
from callboard.ingest.waiting import Waiting
from callboard.settings import Settings
from callboard.store.interface import Batch, Receipt

log = logging.getLogger(__name__)

READ_BYTES = 1 << 18
AGAIN_AFTER_S = 1.0
"""A writer that ended is replaced at once, but not oftener than this."""
END_WITHIN_S = 20
"""How long a writer that was hung up on may take for the commit it is at."""

Begin = Callable[[socket.socket], subprocess.Popen[bytes]]
"""Starts a writer at the other end of a socket."""


class RemoteCommit:
    """See `Commits`: writes batches through a writer process, and replaces it should it end."""

    def __init__(self, settings: Settings, begin: Begin) -> None:
        self._settings = settings
        self._begin = begin
        self._queue = InTurn[Waiting](
            most_events=settings.queue_events,
            most_bytes=settings.queue_bytes,
            draw_events=settings.commit_events,
        )
        self._most_sent = 2 * settings.commit_events
        self._sent: deque[list[Waiting]] = deque()
        """Frames that are on their way, oldest first: answers come in this order."""
        self._sent_events = 0
        self._process: subprocess.Popen[bytes] | None = None
        self._socket: socket.socket | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        """The one that reads the socket; none until there is one."""
        self._began_at = 0.0
        self._frames = Frames()
        self._unsent = bytearray()
        self._pump_is_due = False
        self._started = False
        self._stopping = False
        self._idle: asyncio.Event | None = None
        self.commits = 0
        self.events = 0

    @property
    def waiting(self) -> int:
        """Events that wait to be written or are being written."""
        return self._queue.events

    def start(self) -> None:
        """Start the writer; once."""
        assert not self._started, "the writer runs already"
        self._started = True
        self._connect()

    async def commit_async(self, batch: Batch) -> Receipt:
        """See `Commits.commit_async`."""
        if self._stopping or not self._started:
            raise StoreUnavailableError("The server is stopping; nothing of this request was kept.")
        loop = asyncio.get_running_loop()
        self._listen(loop)
        future: asyncio.Future[Receipt] = loop.create_future()
        self._queue.add(Waiting(batch, future, loop))
        if not self._pump_is_due:
            # Requests that came in at the same turn of the loop go over together.
            self._pump_is_due = True
            loop.call_soon(self._pump)
        return await future

    async def finish(self) -> None:
        """See `Commits.finish`. Ends the writer."""
        self._stopping = True
        while self._queue.events:
            self._idle = asyncio.Event()
            await self._idle.wait()
        self._disconnect()
        if self._process is not None:
            await asyncio.to_thread(_ended, self._process)

    # --- the writer

    def _connect(self) -> None:
        ours, theirs = socket.socketpair()
        with theirs:
            self._process = self._begin(theirs)
        ours.sendall(settings_frame(self._settings))
        ours.setblocking(False)
        self._socket, self._frames, self._loop = ours, Frames(), None
        self._unsent.clear()
        self._began_at = time.monotonic()

    def _listen(self, loop: asyncio.AbstractEventLoop) -> None:
        """Read the writer's answers on this loop."""
        if self._socket is None:
            if time.monotonic() - self._began_at < AGAIN_AFTER_S:
                raise StoreUnavailableError("The writer ended and is not back yet; nothing was kept.")
            self._connect()
        if self._loop is None:
            assert self._socket is not None
            self._loop = loop
            loop.add_reader(self._socket.fileno(), self._read)

    def _disconnect(self) -> None:
        if self._socket is not None:
            if self._loop is not None:
                self._loop.remove_reader(self._socket.fileno())
                self._loop.remove_writer(self._socket.fileno())
            self._socket.close()
        self._socket = self._loop = None

    def _lost(self) -> None:
        """The writer ended: what was on its way may be on disk or not, and is told so."""
        log.error("the writer ended unexpectedly; it is replaced")
        self._disconnect()
        if self._process is not None:
            self._process.kill()
            self._process.wait()
        gone = [waiting for frame in self._sent for waiting in frame]
        self._sent.clear()
        self._sent_events = 0
        while drawn := self._queue.draw():
            gone += drawn
        self._queue.done(gone)
        error = StoreUnavailableError(
            "The writer ended before it answered: send this again, what was kept is a duplicate then."
        )
        for waiting in gone:
            waiting.settle(error)
        self._look_idle()
        if not self._stopping and time.monotonic() - self._began_at >= AGAIN_AFTER_S:
            self._connect()

    # --- to and fro

    def _pump(self) -> None:
        """Send what waits, for as long as not too much is on its way."""
        self._pump_is_due = False
        while self._socket is not None and self._sent_events < self._most_sent:
            drawn = self._queue.draw()
            if not drawn:
                return
            self._sent.append(drawn)
            self._sent_events += sum([waiting.events for waiting in drawn])
            self._send(batches_frame([waiting.batch for waiting in drawn]))

    def _send(self, frame: bytes) -> None:
        assert self._socket is not None
        assert self._loop is not None
        if self._unsent:
            self._unsent += frame
            return
        try:
            sent = self._socket.send(frame)
        except BlockingIOError:
            sent = 0
        except OSError:
            return  # it ended: reading tells, and settles what was sent
        if sent < len(frame):
            self._unsent += memoryview(frame)[sent:]
            self._loop.add_writer(self._socket.fileno(), self._send_rest)

    def _send_rest(self) -> None:
        assert self._socket is not None
        assert self._loop is not None
        try:
            sent = self._socket.send(self._unsent)
        except BlockingIOError:
            return
        except OSError:
            sent = len(self._unsent)
        del self._unsent[:sent]
        if not self._unsent:
            self._loop.remove_writer(self._socket.fileno())

    def _read(self) -> None:
        assert self._socket is not None
        try:
            part = self._socket.recv(READ_BYTES)
        except BlockingIOError:
            return
        except OSError:
            part = b""
        if not part:
            self._lost()
            return
        answered = self._frames.feed(part)
        self.commits += bool(answered)
        for frame in answered:
            self._answer(self._sent.popleft(), frame)
        self._pump()
        self._look_idle()

    def _answer(self, drawn: list[Waiting], frame: bytes) -> None:
        events = sum([waiting.events for waiting in drawn])
        self._sent_events -= events
        self.events += events
        self._queue.done(drawn)
        for waiting, result in zip(drawn, results_of(frame), strict=True):
            waiting.settle(result)

    def _look_idle(self) -> None:
        if self._idle is not None and not self._queue.events:
            self._idle.set()


def _ended(process: subprocess.Popen[bytes]) -> None:
    try:
        process.wait(END_WITHIN_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()

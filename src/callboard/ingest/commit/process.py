"""The worker's handle of a writer: two sockets, its state, and a kill that waits for nothing."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import subprocess
import time
from collections.abc import Callable
from contextlib import ExitStack
from typing import Protocol, cast

from callboard.errors import StoreUnavailableError
from callboard.ingest.commit import health
from callboard.ingest.commit.protocol import Frames, Opening, opening_frame

ANSWER_TIMEOUT_S = 0.8
"""A writer that does not answer a health request within this time is stopped, or gets no CPU time."""
UNSENT_BYTES = 1 << 22
"""Backpressure: with so many bytes unsent, no more is sent until the writer reads. Batches then wait in the
queue, which is fair between organizations; the socket is not."""


class Process(Protocol):
    """A writer, as far as the worker can act on it."""

    @property
    def is_gone(self) -> bool:
        """Whether another one may be started."""

    def kill(self, silent_since: float) -> None:
        """End it, whatever it is doing: it has done nothing since this moment (`time.monotonic`). Returns at
        once.
        """

    def release(self) -> None:
        """It has closed the connection. Returns at once."""

    def end(self, within_s: float) -> None:
        """Wait until it has ended after its sockets were closed, if it writes for this worker alone; kill it
        if that takes longer than `within_s`.
        """


StartWriter = Callable[[socket.socket, socket.socket], Process]
"""Starts a writer, or reaches the one that runs, with its ends of two sockets (batches, health requests); the
caller then closes its copies. Raises `OSError`."""


class OwnProcess:
    """A writer process of this worker alone."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._process = process

    @property
    def is_gone(self) -> bool:
        """One that waits for the disk ends only when the disk answers, even if killed."""
        return self._process.poll() is not None

    def kill(self, silent_since: float) -> None:  # noqa: ARG002 - it is this worker's own
        self._process.kill()

    def release(self) -> None:
        self._process.kill()

    def end(self, within_s: float) -> None:
        try:
            self._process.wait(within_s)
        except subprocess.TimeoutExpired:
            self._process.kill()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(1)  # one that waits for the disk ends when the disk answers


class Owner(Protocol):
    """Receives the events of a writer, on its event loop."""

    def results_received(self, writer: WriterProcess, frames: list[bytes]) -> None: ...
    def writable_again(self, writer: WriterProcess) -> None: ...
    def ended(self, writer: WriterProcess) -> None: ...


class WriterProcess(asyncio.Protocol):
    """Owned by one event loop, from `listen` on. The transport buffers, and calls `pause_writing`."""

    def __init__(self, opening: Opening, start_writer: StartWriter, owner: Owner) -> None:
        """Raises `OSError`."""
        self._batches, writer_end = socket.socketpair()
        self._questions, writer_questions_end = socket.socketpair()
        with ExitStack() as unless_started, writer_end, writer_questions_end:
            unless_started.enter_context(self._batches)
            unless_started.enter_context(self._questions)
            # Before the writer has it: it waits for nobody's first frame.
            self._batches.sendall(opening_frame(opening))
            self.process = start_writer(writer_end, writer_questions_end)
            unless_started.pop_all()
        self._owner = owner
        self.began_at = time.monotonic()
        self.is_open = False
        """Whether it has opened the store."""
        self.is_writable = True
        """Whether more may be sent; False while the writer does not read (backpressure)."""
        self.silent_since: float | None = None
        """Since when it has not answered a health request; None when it answered the last one."""
        self._frames = Frames()
        self._connected: asyncio.Task[None] | None = None
        self._transport: asyncio.WriteTransport | None = None
        self._health_stream: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None
        self._asking = asyncio.Lock()
        """One request at a time."""
        self._request_number = 0

    # --- start and end

    def listen(self, loop: asyncio.AbstractEventLoop) -> None:
        """Report its events on this loop from now on. May be called again."""
        if self._connected is None:
            self._connected = loop.create_task(self._connect(loop))

    async def _connect(self, loop: asyncio.AbstractEventLoop) -> None:
        await loop.create_unix_connection(lambda: self, sock=self._batches)
        self._health_stream = await asyncio.open_unix_connection(sock=self._questions)

    def close_input(self) -> None:
        """Close the sockets: it ends once it has written what was sent. The loop must run for a moment
        longer.
        """
        if self._connected is None:
            self._batches.close()
            self._questions.close()
        else:
            # `_connect` takes an iteration or two of the loop. Called at once when it is done already.
            self._connected.add_done_callback(self._close)

    def _close(self, _: asyncio.Task[None]) -> None:
        if self._transport is not None:
            self._transport.close()
        if self._health_stream is not None:
            self._health_stream[1].close()

    def kill(self, silent_since: float) -> None:
        """Kill it, whatever it is doing: it has done nothing since this moment. Returns at once."""
        self._abandon()
        self.process.kill(silent_since)

    def release(self) -> None:
        """It has closed the connection: close ours."""
        self._abandon()
        self.process.release()

    def _abandon(self) -> None:
        if self._transport is not None:
            self._transport.abort()
        self.close_input()

    # --- batches and their answers

    def send(self, frame: bytes) -> None:
        """Send a frame. If the connection is lost, the owner is called by `ended`."""
        assert self._transport is not None, "it has opened the store, so it is connected"
        self._transport.write(frame)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.WriteTransport, transport)
        self._transport.set_write_buffer_limits(UNSENT_BYTES)

    def data_received(self, data: bytes) -> None:
        if frames := self._frames.feed(data):
            self._owner.results_received(self, frames)

    def pause_writing(self) -> None:
        self.is_writable = False

    def resume_writing(self) -> None:
        self.is_writable = True
        self._owner.writable_again(self)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - asyncio's
        self._owner.ended(self)

    # --- what it is doing

    async def doing(self) -> health.Answer:
        """What it is doing. Raises `StoreUnavailableError` when it does not answer, `EOFError` when it has
        ended.
        """
        try:
            async with asyncio.timeout(ANSWER_TIMEOUT_S), self._asking:
                self._request_number = (self._request_number + 1) % health.REQUEST_NUMBERS
                found = await self._ask_health(self._request_number)
        except (TimeoutError, OSError):
            if self.silent_since is None:
                self.silent_since = time.monotonic() - ANSWER_TIMEOUT_S
            silent_s = time.monotonic() - self.silent_since
            raise StoreUnavailableError(
                f"The process that writes has not answered for {silent_s:.0f} s.", 5
            ) from None
        self.silent_since = None
        return found

    async def _ask_health(self, number: int) -> health.Answer:
        assert self._connected is not None, "listen was called"
        await asyncio.shield(self._connected)
        assert self._health_stream is not None
        reader, writer = self._health_stream
        writer.write(bytes([number]))
        # The answer to an earlier request that timed out may arrive first.
        while True:
            answer = health.parse_answer(await reader.readexactly(health.ANSWER_BYTES))
            if answer.request == number:
                return answer

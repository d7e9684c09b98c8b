"""A writer process as its worker sees it: two sockets, what it is doing, and an end nothing can hold up."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import subprocess
import time
from collections.abc import Callable
from typing import Protocol, cast

from callboard.errors import StoreUnavailableError
from callboard.ingest.commit import pulse
from callboard.ingest.commit.protocol import Frames, settings_frame
from callboard.settings import Settings

ANSWER_TIMEOUT_S = 0.8
"""A writer that does not say what it is doing within this time is stopped, or starved."""
UNSENT_BYTES = 1 << 22
"""A writer that leaves so much unread is sent nothing more until it reads: what waits then waits in turn."""


class Process(Protocol):
    """What is needed of a `subprocess.Popen`."""

    def poll(self) -> int | None: ...
    def kill(self) -> None: ...
    def wait(self, timeout: float | None = None) -> int: ...


Begin = Callable[[socket.socket, socket.socket], Process]
"""Starts a writer at the other ends of two sockets; they are closed here afterwards."""


class Owner(Protocol):
    """Who is told of a writer, on its event loop."""

    def answered(self, writer: WriterProcess, frames: list[bytes]) -> None: ...
    def reads_again(self, writer: WriterProcess) -> None: ...
    def ended(self, writer: WriterProcess) -> None: ...


class WriterProcess(asyncio.Protocol):
    """Owned by one event loop, from `listen` on. The transport buffers, and tells when it has enough."""

    def __init__(self, settings: Settings, begin: Begin, owner: Owner) -> None:
        self._batches, theirs = socket.socketpair()
        self._questions, writer_questions_end = socket.socketpair()
        with theirs, writer_questions_end:
            self.process = begin(theirs, writer_questions_end)
        self._owner = owner
        self._batches.sendall(settings_frame(settings))
        self.began_at = time.monotonic()
        self.is_open = False
        """Whether it has opened the store."""
        self.reads = True
        """Whether it reads what it is sent; else no more should be sent."""
        self.silent_since: float | None = None
        """Since when it has not answered what it is doing; none when it answered last."""
        self._frames = Frames()
        self._connected: asyncio.Task[None] | None = None
        self._transport: asyncio.WriteTransport | None = None
        self._asking: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None
        self._number = 0

    @property
    def is_gone(self) -> bool:
        """Whether the process has ended. One that waits for a disk ends when that answers, killed or not."""
        return self.process.poll() is not None

    # --- its life

    def listen(self, loop: asyncio.AbstractEventLoop) -> None:
        """Have what it says told on this loop. Again: nothing."""
        if self._connected is None:
            self._connected = loop.create_task(self._connect(loop))

    async def _connect(self, loop: asyncio.AbstractEventLoop) -> None:
        await loop.create_unix_connection(lambda: self, sock=self._batches)
        self._asking = await asyncio.open_unix_connection(sock=self._questions)

    def hang_up(self) -> None:
        """It ends once it has written what was sent. Needs the loop to go on for a moment."""
        if self._connected is None:
            self._batches.close()
            self._questions.close()
        else:
            # Connecting to a socket that is there takes a turn or two of the loop; at once when it is done.
            self._connected.add_done_callback(self._close)

    def _close(self, _: asyncio.Task[None]) -> None:
        if self._transport is not None:
            self._transport.close()
        if self._asking is not None:
            self._asking[1].close()

    def kill(self) -> None:
        """End it, whatever it is doing. Returns at once."""
        if self._transport is not None:
            self._transport.abort()
        self.hang_up()
        self.process.kill()

    def end(self, within_s: float) -> None:
        """Wait until it ended after `hang_up`; kill it when that takes longer."""
        try:
            self.process.wait(within_s)
        except subprocess.TimeoutExpired:
            self.process.kill()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(1)  # one that waits for a disk goes when that answers

    # --- batches and their answers

    def send(self, frame: bytes) -> None:
        """Have a frame go over. Its owner is told by `ended` where it cannot."""
        assert self._transport is not None, "it has opened the store, so it is connected"
        self._transport.write(frame)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.WriteTransport, transport)
        self._transport.set_write_buffer_limits(UNSENT_BYTES)

    def data_received(self, data: bytes) -> None:
        if frames := self._frames.feed(data):
            self._owner.answered(self, frames)

    def pause_writing(self) -> None:
        self.reads = False

    def resume_writing(self) -> None:
        self.reads = True
        self._owner.reads_again(self)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - asyncio's
        self._owner.ended(self)

    # --- what it is doing

    async def doing(self) -> tuple[str, float]:
        """What it is doing, for how many seconds. Raises `StoreUnavailableError` when it does not answer, and
        `EOFError` when it has ended. One question at a time.
        """
        self._number = (self._number + 1) % pulse.QUESTIONS
        try:
            async with asyncio.timeout(ANSWER_TIMEOUT_S):
                found = await self._asked(self._number)
        except (TimeoutError, OSError):
            if self.silent_since is None:
                self.silent_since = time.monotonic() - ANSWER_TIMEOUT_S
            silent_s = time.monotonic() - self.silent_since
            raise StoreUnavailableError(
                f"The process that writes has not answered for {silent_s:.0f} s.", 5
            ) from None
        self.silent_since = None
        return found

    async def _asked(self, number: int) -> tuple[str, float]:
        assert self._connected is not None, "somebody listens"
        await asyncio.shield(self._connected)
        assert self._asking is not None
        reader, writer = self._asking
        writer.write(bytes([number]))
        # An answer to a question that was given up may come first.
        while True:
            answered, word, age_s = pulse.answer_of(await reader.readexactly(pulse.ANSWER_BYTES))
            if answered == number:
                return word, age_s

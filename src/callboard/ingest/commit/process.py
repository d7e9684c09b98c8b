"""A writer process as its worker sees it: two sockets, what it is at, and an end that nothing can hold up."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import subprocess
import time
from collections.abc import Callable
from typing import Protocol

from callboard.errors import StoreUnavailableError
from callboard.ingest.commit import pulse
from callboard.ingest.commit.protocol import Frames, settings_frame
from callboard.settings import Settings

ANSWERS_WITHIN_S = 0.8
"""A writer that does not say what it is at within this time is stopped, or starved."""

READ_BYTES = 1 << 18


class Process(Protocol):
    """What is needed of a `subprocess.Popen`."""

    def poll(self) -> int | None: ...
    def kill(self) -> None: ...
    def wait(self, timeout: float | None = None) -> int: ...


Begin = Callable[[socket.socket, socket.socket], Process]
"""Starts a writer at the other ends of two sockets; they are closed here afterwards."""


class WriterProcess:
    """Owned by one event loop, from `listen` on."""

    def __init__(self, settings: Settings, begin: Begin) -> None:
        self.socket, theirs = socket.socketpair()
        self._questions, theirs_too = socket.socketpair()
        with theirs, theirs_too:
            self.process = begin(theirs, theirs_too)
        self.socket.sendall(settings_frame(settings))
        self.socket.setblocking(False)
        self._questions.setblocking(False)
        self.began_at = time.monotonic()
        self.is_open = False
        """Whether it has opened the store."""
        self.silent_since: float | None = None
        """Since when it has not answered what it is at; none when it answered last."""
        self._loop: asyncio.AbstractEventLoop | None = None
        self._asked: tuple[int, asyncio.Future[tuple[str, float]]] | None = None
        self._number = 0
        self._held = bytearray()
        self._frames = Frames()
        self._unsent = bytearray()

    @property
    def is_gone(self) -> bool:
        """Whether the process has ended. One that waits for a disk ends when that answers, killed or not."""
        return self.process.poll() is not None

    def listen(self, loop: asyncio.AbstractEventLoop, read: Callable[[], None]) -> None:
        """Have `read` called on this loop whenever it has said something. Again: nothing."""
        if self._loop is None:
            self._loop = loop
            loop.add_reader(self.socket.fileno(), read)
            loop.add_reader(self._questions.fileno(), self._read_answers)

    def hang_up(self) -> None:
        """It ends once it has written what was sent."""
        if self._loop is not None:
            for each in (self.socket, self._questions):
                self._loop.remove_reader(each.fileno())
                self._loop.remove_writer(each.fileno())
        self.socket.close()
        self._questions.close()

    def kill(self) -> None:
        """End it, whatever it is at. Returns at once."""
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

    def send(self, frame: bytes) -> None:
        """Have a frame go over, at once as far as there is room."""
        assert self._loop is not None, "somebody listens"
        if self._unsent:
            self._unsent += frame
            return
        try:
            sent = self.socket.send(frame)
        except BlockingIOError:
            sent = 0
        except OSError:
            return  # it ended: reading tells, and settles what was sent
        if sent < len(frame):
            self._unsent += memoryview(frame)[sent:]
            self._loop.add_writer(self.socket.fileno(), self._send_rest)

    def _send_rest(self) -> None:
        assert self._loop is not None
        try:
            sent = self.socket.send(self._unsent)
        except BlockingIOError:
            return
        except OSError:
            sent = len(self._unsent)
        del self._unsent[:sent]
        if not self._unsent:
            self._loop.remove_writer(self.socket.fileno())

    def receive(self) -> list[bytes] | None:
        """The frames that are whole now; none when it ended."""
        try:
            part = self.socket.recv(READ_BYTES)
        except BlockingIOError:
            return []
        except OSError:
            part = b""
        return self._frames.feed(part) if part else None

    async def doing(self) -> tuple[str, float]:
        """What it is at, for how many seconds. Raises `StoreUnavailableError` when it does not answer. One
        question at a time.
        """
        assert self._loop is not None, "somebody listens"
        self._number += 1
        answer: asyncio.Future[tuple[str, float]] = self._loop.create_future()
        self._asked = self._number % pulse.QUESTIONS, answer
        try:
            with contextlib.suppress(BlockingIOError):
                self._questions.send(pulse.question(self._number))
            async with asyncio.timeout(ANSWERS_WITHIN_S):
                return await answer
        except (TimeoutError, OSError):
            if self.silent_since is None:
                self.silent_since = time.monotonic() - ANSWERS_WITHIN_S
            silent_s = time.monotonic() - self.silent_since
            raise StoreUnavailableError(
                f"The process that writes has not answered for {silent_s:.0f} s.", 5
            ) from None

    def _read_answers(self) -> None:
        try:
            part = self._questions.recv(1 << 12)
        except OSError:
            part = b""
        if not part:
            # It ended; what is read of the other socket says so too.
            assert self._loop is not None
            self._loop.remove_reader(self._questions.fileno())
            return
        self._held += part
        for number, word, age_s in pulse.answers(self._held):
            if self._asked is not None and self._asked[0] == number and not self._asked[1].done():
                self.silent_since = None
                self._asked[1].set_result((word, age_s))

"""One writer for all workers of a machine. The main process starts and replaces it; workers reach it, and
tell the main process when it hangs.
"""

from __future__ import annotations

import select
import socket
import struct

from callboard.ingest.commit.handover import hand_over, handover

_HUNG = struct.Struct("<d")
"""Since when a writer has done nothing, by `time.monotonic`, which all processes of a machine share."""


class SharedWriter:
    """What main process and workers have in common: made by the main process before its workers."""

    def __init__(self) -> None:
        self._outside, self.door = handover()
        self._hung, self._told = socket.socketpair()

    # --- for workers

    def __call__(self, batches: socket.socket, questions: socket.socket) -> SharedProcess:
        """Reach the writer, or the next one. See `StartWriter`."""
        hand_over(self._outside, batches, questions)
        return SharedProcess(self)

    def tell_hung(self, since: float) -> None:
        """Have the writer killed that has done nothing since this moment."""
        try:
            self._told.send(_HUNG.pack(since), socket.MSG_DONTWAIT)
        except OSError:
            return  # the main process has ended, or has been told often enough

    # --- for the main process

    def hung_since(self, within_s: float) -> float | None:
        """Since when the writer has done nothing, when a worker says so within this time."""
        if not select.select([self._hung], [], [], within_s)[0]:
            return None
        return float(_HUNG.unpack(self._hung.recv(_HUNG.size))[0])

    def end(self) -> None:
        """No worker will come any more: the writer ends when it has written what it was sent."""
        self._outside.close()

    def close(self) -> None:
        """Also for the main process it is over."""
        for each in (self._outside, self.door, self._hung, self._told):
            each.close()


class SharedProcess:
    """The writer of all, as one worker can act on it. See `Process`."""

    is_gone = True
    """The next connection may be begun at once: it waits for the next writer, which the main process starts
    when this one has ended."""

    def __init__(self, writer: SharedWriter) -> None:
        self._writer = writer

    def kill(self, silent_since: float) -> None:
        self._writer.tell_hung(silent_since)

    def release(self) -> None:
        """Others use it."""

    def end(self, within_s: float) -> None:
        """Others use it."""

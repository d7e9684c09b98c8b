"""Room for the bytes of bodies: one bound for all requests of a process together, shared between senders.

A body takes its room as its bytes come, before they unfold, and gives it back when its request has been
answered. Where there is none the request is refused at once: nothing waits for room while it holds some.
"""

from __future__ import annotations

import threading
from collections.abc import Hashable

from msgspec import Struct

from callboard.errors import BodiesFullError
from callboard.ingest.shape import counted

VALUE_BYTES = 32
"""What a value is taken to hold at least, however short it was written."""


class Room:
    """At most so many bytes. A sender may hold as many as it leaves free: alone it fills half, and a newcomer
    finds room. One request that is larger is taken while nothing else is held. Thread-safe.
    """

    def __init__(self, most_bytes: int) -> None:
        self._most = most_bytes
        self._lock = threading.Lock()
        self._of_sender: dict[Hashable, int] = {}
        self.taken = 0
        """Bytes held now."""

    def hold(self, sender: Hashable) -> Hold:
        """What a new request of this sender holds: nothing yet."""
        return Hold(self, sender)

    def check(self, hold: Hold, size: int) -> None:
        """Raises `BodiesFullError` when this request would not find room for so many bytes."""
        fits = self._of_sender.get(hold.sender, 0) + size <= self._most - self.taken
        if hold.has_ended or not (fits or self.taken == hold.size):
            raise BodiesFullError

    def take(self, hold: Hold, size: int) -> None:
        """Room for so many bytes more. Raises `BodiesFullError`; the request then holds what it held."""
        with self._lock:
            of_sender = self._of_sender.get(hold.sender, 0) + size
            if hold.has_ended or of_sender > self._most - self.taken:
                self.check(hold, size)
            hold.size += size
            self.taken += size
            self._of_sender[hold.sender] = of_sender

    def shrink(self, hold: Hold, most: int, *, ends: bool) -> None:
        """Take back what a request holds beyond `most` bytes. `ends`: it gets no more."""
        with self._lock:
            hold.has_ended = hold.has_ended or ends
            if (less := hold.size - most) > 0:
                hold.size = most
                self.taken -= less
                if left := self._of_sender[hold.sender] - less:
                    self._of_sender[hold.sender] = left
                else:
                    del self._of_sender[hold.sender]


class Hold(Struct, eq=False):
    """What one request holds of the room. A thread may still work for a request that has ended: it is refused
    then, so that nothing is taken that nobody would give back.
    """

    _room: Room
    sender: Hashable
    size: int = 0
    has_ended: bool = False

    def check(self, size: int) -> None:
        """Raises `BodiesFullError` when there is no room for a body of so many bytes."""
        self._room.check(self, size)

    def grow(self, size: int) -> None:
        """Hold so many bytes more. Raises `BodiesFullError`, and holds what it held."""
        self._room.take(self, size)

    def shrink_to(self, size: int) -> None:
        """Hold no more than so many bytes."""
        self._room.shrink(self, size, ends=False)

    def end(self) -> None:
        """The request has been answered: hold nothing any more."""
        self._room.shrink(self, 0, ends=True)

    def weigh(self, body: bytes) -> None:
        """Hold what a body is once decoded: many short values are more than their bytes."""
        if (more := VALUE_BYTES * counted(body, b",") - len(body)) > 0:
            self.grow(more)

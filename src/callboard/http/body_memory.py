"""Admission control for request bodies: one bound in bytes for a process, shared between senders.

A body reserves its bytes as they arrive and before they are decompressed, and releases them when its request
has been answered. Without room the request is refused at once with 503. It does not wait: requests that each
hold some of the room and wait for more would deadlock.
"""

from __future__ import annotations

import threading
from collections.abc import Hashable

from msgspec import Struct

from callboard.errors import BodiesFullError
from callboard.ingest.shape import count_byte

VALUE_BYTES = 32
"""Bytes that a decoded JSON value is counted as at least: `1,` is two bytes on the wire, but a Python object
and a slot in a list in memory.
"""


class BodyMemory:
    """At most `max_bytes` bytes. A sender may hold at most as many as it leaves free: half when it is alone,
    so that a second sender finds room.

    A single request beyond that is admitted while no other request holds anything: otherwise a body within
    `max_body_bytes` could never be sent. Thread-safe: bodies are decompressed on threads.
    """

    def __init__(self, max_bytes: int) -> None:
        self._max_bytes = max_bytes
        self._lock = threading.Lock()
        self._of_sender: dict[Hashable, int] = {}
        self.reserved = 0
        """Bytes held now, by all requests."""

    def reserve_for(self, sender: Hashable) -> Reservation:
        """The reservation of a new request, empty to begin with."""
        return Reservation(self, sender)

    def check(self, reservation: Reservation, size: int) -> None:
        """Raises `BodiesFullError` when `size` more bytes would not be admitted now. Reserves nothing.

        Without the lock this is only an early refusal, before a body is read; `reserve` decides.
        """
        fits = self._of_sender.get(reservation.sender, 0) + size <= self._max_bytes - self.reserved
        if reservation.has_ended or not (fits or self.reserved == reservation.size):
            raise BodiesFullError

    def reserve(self, reservation: Reservation, size: int) -> None:
        """Reserve `size` more bytes. Raises `BodiesFullError`; the request then holds what it held before."""
        with self._lock:
            # The usual case is decided by one comparison, as this runs for each chunk of each body.
            of_sender = self._of_sender.get(reservation.sender, 0) + size
            if reservation.has_ended or of_sender > self._max_bytes - self.reserved:
                self.check(reservation, size)
            reservation.size += size
            self.reserved += size
            self._of_sender[reservation.sender] = of_sender

    def shrink(self, reservation: Reservation, max_bytes: int, *, ends: bool) -> None:
        """Release what a request holds beyond `max_bytes`. `ends`: its later reservations are refused."""
        with self._lock:
            reservation.has_ended = reservation.has_ended or ends
            if (released := reservation.size - max_bytes) > 0:
                reservation.size = max_bytes
                self.reserved -= released
                if left := self._of_sender[reservation.sender] - released:
                    self._of_sender[reservation.sender] = left
                else:
                    del self._of_sender[
                        reservation.sender
                    ]  # only senders with a body are kept: the dict is bounded


class Reservation(Struct, eq=False):
    """The bytes that one request has reserved.

    After `end`, reservations are refused: a thread may still be decompressing the body of a request that was
    cancelled, and nothing would release what it reserved then.
    """

    _memory: BodyMemory
    sender: Hashable
    size: int = 0
    has_ended: bool = False

    def check(self, size: int) -> None:
        """Raises `BodiesFullError` when there is no room for a body of `size` bytes. Reserves nothing."""
        self._memory.check(self, size)

    def grow(self, size: int) -> None:
        """Reserve `size` more bytes. Raises `BodiesFullError`, and then holds what it held before."""
        self._memory.reserve(self, size)

    def shrink_to(self, size: int) -> None:
        """Release what is held beyond `size` bytes."""
        self._memory.shrink(self, size, ends=False)

    def end(self) -> None:
        """Release everything: the request has been answered. Safe to call again."""
        self._memory.shrink(self, 0, ends=True)

    def reserve_decoded(self, body: bytes) -> None:
        """Reserve what the body takes once it is decoded, where that is more than its bytes.

        An upper estimate: one value for each comma, those inside strings too, because commas can be counted
        in the raw bytes before the decoder allocates anything. Raises `BodiesFullError`.
        """
        if (more := VALUE_BYTES * count_byte(body, b",") - len(body)) > 0:
            self.grow(more)

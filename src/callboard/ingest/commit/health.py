"""What a writer is doing, over a separate socket that a separate thread answers, so that the answer does not
wait for a commit. A stopped writer does not answer; one that waits for the disk says so.

A request is one byte, its number; the answer repeats it.
"""

from __future__ import annotations

import socket
import struct
import time
from collections.abc import Callable
from contextlib import suppress

from callboard.store.interface import Activity

_ANSWER = struct.Struct("<BBd")
"""Number of the request, activity, seconds since it began."""
ANSWER_BYTES = _ANSWER.size
_ACTIVITIES = ("nothing", "opening", "lock", "work", "sync")
REQUEST_NUMBERS = 256
"""Requests are numbered modulo this: one byte."""


def answer(worker: socket.socket, doing: Callable[[], Activity]) -> None:
    """Answer the worker's requests until it closes the socket."""
    with suppress(OSError):
        while request := worker.recv(1):
            activity, since = doing()
            worker.sendall(_ANSWER.pack(request[0], _ACTIVITIES.index(activity), time.monotonic() - since))


def parse_answer(body: bytes) -> tuple[int, str, float]:
    """(number of the request, activity, seconds since it began)"""
    number, activity, age_s = _ANSWER.unpack(body)
    return number, _ACTIVITIES[activity], age_s

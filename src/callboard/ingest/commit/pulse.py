"""What a writer is doing, asked beside its work: by a socket of its own, answered by a thread that does
nothing else. A writer that is stopped does not answer; one that waits for a disk says so.

A question is one byte, its number; an answer repeats it.
"""

from __future__ import annotations

import socket
import struct
import time
from collections.abc import Callable
from contextlib import suppress

from callboard.store.interface import Activity

_ANSWER = struct.Struct("<BBd")
"""Which question, what it is doing, for how many seconds."""
ANSWER_BYTES = _ANSWER.size
_WORDS = ("nothing", "opening", "lock", "work", "sync")
QUESTIONS = 256
"""Numbers of questions; then they begin anew."""


def answer(worker: socket.socket, doing: Callable[[], Activity]) -> None:
    """Answer what the worker asks, until it hangs up."""
    with suppress(OSError):
        while asked := worker.recv(1):
            word, since = doing()
            worker.sendall(_ANSWER.pack(asked[0], _WORDS.index(word), time.monotonic() - since))


def answer_of(told: bytes) -> tuple[int, str, float]:
    """(number of the question, what it is doing, for how many seconds)"""
    number, word, age_s = _ANSWER.unpack(told)
    return number, _WORDS[word], age_s

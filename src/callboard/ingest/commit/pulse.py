"""What a writer is at, asked beside its work: by a socket of its own, answered by a thread that does nothing
else. A writer that is stopped does not answer; one that waits for a disk says so.
"""

from __future__ import annotations

import socket
import struct
import time
from collections.abc import Callable
from contextlib import suppress

from callboard.store.interface import Doing

_ANSWER = struct.Struct("<BBd")
"""Which question, what it is at, for how many seconds."""
_WORDS = ("nothing", "opening", "lock", "work", "sync")
QUESTIONS = 256
"""Numbers of questions; then they begin anew."""


def answer(worker: socket.socket, doing: Callable[[], Doing]) -> None:
    """Answer what the worker asks, until it hangs up."""
    with suppress(OSError):
        while asked := worker.recv(1):
            word, since = doing()
            worker.sendall(_ANSWER.pack(asked[0], _WORDS.index(word), time.monotonic() - since))


def question(number: int) -> bytes:
    """A question as it goes to the writer."""
    return bytes([number % QUESTIONS])


def answers(held: bytearray) -> list[tuple[int, str, float]]:
    """The answers that are whole now, (number, what it is at, for how many seconds), taken out of `held`."""
    found = []
    while len(held) >= _ANSWER.size:
        number, word, age_s = _ANSWER.unpack_from(held)
        del held[: _ANSWER.size]
        found.append((number, _WORDS[word], age_s))
    return found

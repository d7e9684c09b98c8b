"""What a writer is doing, over separate sockets that a separate thread answers, so that the answer does not
wait for a commit. A stopped writer does not answer; one that waits for the disk says so.

A request is one byte, its number; the answer repeats it.
"""

from __future__ import annotations

import selectors
import socket
import struct
import time
from collections.abc import Callable
from typing import NamedTuple

from callboard.ingest.commit.handover import take
from callboard.store.interface import Activity

_ANSWER = struct.Struct("<BBdQ")
"""Number of the request, activity, seconds since it began, events of all workers that wait for a commit."""
ANSWER_BYTES = _ANSWER.size
_ACTIVITIES = ("nothing", "opening", "lock", "work", "sync")
REQUEST_NUMBERS = 256
"""Requests are numbered modulo this: one byte."""


class Pulse:
    """Takes in workers and answers their health requests, until there will be no more workers."""

    def __init__(
        self,
        door: socket.socket,
        doing: Callable[[], tuple[Activity, int]],
        arrived: Callable[[socket.socket | None], None],
    ) -> None:
        """`door`: where workers come from. `doing`: the writer's activity, and how many events wait for a
        commit or are in one. `arrived` gets each worker's socket for batches, and None when
        none will come any more.
        """
        self._door = door
        self._doing = doing
        self._arrived = arrived
        self._selector = selectors.DefaultSelector()

    def run(self) -> None:
        """Blocks; on a thread of its own."""
        with self._selector:
            self._selector.register(self._door, selectors.EVENT_READ, self._take_worker)
            while self._selector.get_map():
                for key, _ in self._selector.select():
                    key.data(key.fileobj)

    def _take_worker(self, door: socket.socket) -> None:
        ends = take(door)
        if ends is None:
            self._selector.unregister(door)
            self._arrived(None)
            return
        batches, questions = ends
        questions.setblocking(False)
        self._selector.register(questions, selectors.EVENT_READ, self._answer)
        self._arrived(batches)

    def _answer(self, questions: socket.socket) -> None:
        try:
            request = questions.recv(1)
            if request:
                (activity, since), events = self._doing()
                age_s = time.monotonic() - since
                # A worker has one request under way: there is always room for an answer.
                questions.send(_ANSWER.pack(request[0], _ACTIVITIES.index(activity), age_s, events))
                return
        except OSError:
            pass
        self._selector.unregister(questions)
        questions.close()


class Answer(NamedTuple):
    """What a writer says of itself."""

    request: int
    """The number of the request."""
    activity: str
    age_s: float
    """Seconds since that began."""
    events: int
    """Of all its workers: what waits for a commit or is in one."""


def parse_answer(body: bytes) -> Answer:
    """The answer to a request."""
    number, activity, age_s, events = _ANSWER.unpack(body)
    return Answer(number, _ACTIVITIES[activity], age_s, events)

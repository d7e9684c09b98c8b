"""A stretch of wire between us and the database, which can be cut at the worst of moments."""

from __future__ import annotations

import socket
import threading
from contextlib import suppress

_COMMITTED = b"C\x00\x00\x00\x0bCOMMIT\x00"
"""The server's message that a commit is done."""


class Proxy:
    """Listens on loopback and hands everything on, until it is told to swallow what says that a commit is
    done, and to hang up on both sides in its place.
    """

    def __init__(self, port: int) -> None:
        self._to = port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._lock = threading.Lock()
        self._cuts_left = 0
        self.cuts = 0
        self.round_trips = 0
        """How often the database was asked something after it had answered. Of one connection at a time."""
        self._answered = True
        threading.Thread(target=self._accept, daemon=True).start()

    def cut(self, times: int) -> None:
        """The next `times` commits succeed, but their answers are lost."""
        with self._lock:
            self._cuts_left = times

    def close(self) -> None:
        self._listener.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                near, _ = self._listener.accept()
                far = socket.create_connection(("127.0.0.1", self._to))
                threading.Thread(target=self._hand_on, args=(near, far, False), daemon=True).start()
                threading.Thread(target=self._hand_on, args=(far, near, True), daemon=True).start()

    def _hand_on(self, source: socket.socket, target: socket.socket, answers: bool) -> None:
        with suppress(OSError):
            while data := source.recv(65_536):
                self.round_trips += self._answered and not answers
                self._answered = answers
                if answers and _COMMITTED in data and self._cuts_now():
                    break
                target.sendall(data)
        for each in (source, target):
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()

    def _cuts_now(self) -> bool:
        with self._lock:
            if self._cuts_left == 0:
                return False
            self._cuts_left -= 1
            self.cuts += 1
            return True

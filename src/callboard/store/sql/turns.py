"""Organizations that wait for their turn, in the order in which they came."""

from __future__ import annotations

from threading import Lock


class Turns:
    """A queue without repeats. Thread-safe."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._waiting: dict[int, None] = {}

    def add(self, org_id: int) -> None:
        """At the end; one that waits already keeps its place."""
        with self._lock:
            self._waiting.setdefault(org_id)

    def take(self) -> int | None:
        """Remove and return the first; None when none waits."""
        with self._lock:
            org_id = next(iter(self._waiting), None)
            if org_id is not None:
                del self._waiting[org_id]
            return org_id

    def __bool__(self) -> bool:
        return bool(self._waiting)

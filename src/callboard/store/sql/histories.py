"""Versions that only grow, also when an older database replaces a newer one.

After a failover to a standby that lags behind, or after a restore, an organization reaches a version again
that it has had before, with other content. So the upper bits of each version that leaves the store number
the history it belongs to: a caller's version of an earlier history is recognized, and everything is read
again.
"""

from __future__ import annotations

from threading import Lock

from callboard.store.interface import Changes

_UNREACHABLE = 1 << 62
"""A version that no store reaches."""
_BITS = 44
"""Lower bits, for the version within one history: enough for a million commits a second for half a year.
Leaves 18 bits for the history below `_UNREACHABLE`.
"""


class VersionEpochs:
    """The number of the current history, counted by this process from 0. Thread-safe."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._number = 0
        self._seen: int | None = None

    def begin(self, seen: int) -> None:
        """Begin another history when `seen` differs from the number of the call before."""
        with self._lock:
            if self._seen is not None and self._seen != seen:
                self._number += 1
            self._seen = seen

    def another(self) -> None:
        """Begin another history: an older database answered."""
        with self._lock:
            self._number += 1

    @property
    def number(self) -> int:
        """The number of the current history."""
        return self._number

    def mark(self, mark: int) -> int:
        """A mark (of `sums_since`) as the database's own number. One of an earlier history becomes a number
        that the database never reaches, which means that no deltas since are known: cells are read again.
        """
        told = self.told(mark)
        return _UNREACHABLE if told is None else told

    def told(self, version: int) -> int | None:
        """A version as the database's own number; None for one of an earlier history, or a negative one."""
        if version < 0 or version >> _BITS != self._number:
            return None
        return version & ((1 << _BITS) - 1)

    def tell(self, moved: Changes, *, anew: bool) -> Changes:
        """Changes with their versions numbered for the current history."""
        upper = self._number << _BITS
        return Changes(upper | moved.version, upper | moved.directory_version, moved.totals, anew)


def numbered(history: int, mark: int | None) -> int | None:
    """A mark with the number of its history."""
    return None if mark is None else history << _BITS | mark

"""Versions that only grow, also when an older database takes the place of a newer one.

After a failover to a standby that lags behind, or a restore, an organization's version is one that it has had
before, with other content. Versions are therefore told with the number of the history that they belong to, in
their upper bits; what was told of an earlier history is known to be worth nothing.
"""

from __future__ import annotations

from threading import Lock

from callboard.store.interface import Moved

_NEVER = 1 << 62
"""A version that no store reaches."""
_BITS = 44
"""For versions of one history: a million commits a second for half a year."""


class Histories:
    """Which history the database is in, as far as this process can tell."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._number = 0
        self._seen: int | None = None

    def begin(self, seen: int) -> None:
        """Another history begins wherever `seen` is another number than before."""
        with self._lock:
            if self._seen is not None and self._seen != seen:
                self._number += 1
            self._seen = seen

    def another(self) -> None:
        """An older database answered."""
        with self._lock:
            self._number += 1

    @property
    def number(self) -> int:
        """Of the history of this moment."""
        return self._number

    def mark(self, mark: int) -> int:
        """A mark (`Summed.mark`) as the database counts; one that it does not reach where it is of an earlier
        history: it knows nothing of what moved since.
        """
        told = self.told(mark)
        return _NEVER if told is None else told

    def told(self, version: int) -> int | None:
        """The version as the database counts; none when it is of an earlier history, or of none."""
        if version < 0 or version >> _BITS != self._number:
            return None
        return version & ((1 << _BITS) - 1)

    def tell(self, moved: Moved, *, anew: bool) -> Moved:
        """What moved, in versions of this history."""
        upper = self._number << _BITS
        return Moved(upper | moved.version, upper | moved.directory_version, moved.totals, anew)


def numbered(history: int, mark: int | None) -> int | None:
    """A mark as it is told."""
    return None if mark is None else history << _BITS | mark

"""Versions that only grow, also when an older database replaces a newer one.

After a failover to a standby that lags behind, or after a restore, an organization reaches a version again
that it has had before, with other content. So the upper bits of each version that leaves the store hold an
epoch: a caller's version of an earlier epoch is recognized, and everything is read again.
"""

from __future__ import annotations

from threading import Lock

from callboard.store.interface import Changes

_UNREACHABLE = 1 << 62
"""A version that no store reaches."""
_BITS = 44
"""Lower bits, for the version within one epoch: enough for a million commits a second for half a year.
Leaves 18 bits for the epoch below `_UNREACHABLE`.
"""


class VersionEpochs:
    """The number of the current epoch, counted by this process from 0. Thread-safe."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._number = 0
        self._seen: int | None = None
        self._directory = 0

    def observe(self, seen: int) -> None:
        """Begin another epoch when `seen` differs from the number of the previous call."""
        with self._lock:
            if self._seen is not None and self._seen != seen:
                self._number += 1
            self._seen = seen

    def begin_epoch(self) -> None:
        """Begin another epoch: the database was replaced by an older copy."""
        with self._lock:
            self._number += 1

    @property
    def number(self) -> int:
        """The number of the current epoch."""
        return self._number

    def to_database_delta(self, delta_number: int) -> int:
        """A delta number (of `sums_since`) without its epoch. One of an earlier epoch becomes a number that
        the database never reaches, which means that the deltas since are not known: cells are read again.
        """
        found = self.to_database_version(delta_number)
        return _UNREACHABLE if found is None else found

    def to_database_version(self, version: int) -> int | None:
        """A version without its epoch; None for one of an earlier epoch, or a negative one."""
        if version < 0 or version >> _BITS != self._number:
            return None
        return version & ((1 << _BITS) - 1)

    def directory_with_epoch(self, version: int) -> int:
        """A version of the directory with the current epoch. A lower one than before begins another epoch:
        the database was replaced by an older copy.
        """
        with self._lock:
            if version < self._directory:
                self._number += 1
            self._directory = version
            return self._number << _BITS | version

    def with_epoch(self, changes: Changes, *, is_complete: bool) -> Changes:
        """Changes with the current epoch in their versions."""
        upper = self._number << _BITS
        return Changes(
            upper | changes.version, upper | changes.directory_version, changes.totals, is_complete
        )


def delta_with_epoch(epoch: int, delta_number: int | None) -> int | None:
    """A delta number with its epoch."""
    return None if delta_number is None else epoch << _BITS | delta_number

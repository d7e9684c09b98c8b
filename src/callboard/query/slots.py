"""Limit the number of long-running things (streams, exports) in total, and fairly by organization."""

from __future__ import annotations

from collections import Counter

from callboard.errors import StoreUnavailableError


class StreamSlots:
    """At most `limit` slots. An organization may hold at most as many as are free.

    So one organization alone can take half of the slots, and another one always finds some free. Not
    thread-safe: it belongs to one thread.
    """

    def __init__(self, limit: int, full: type[StoreUnavailableError]) -> None:
        """`full`: the error raised when there is no free slot."""
        self._limit = limit
        self._full = full
        self._of_organization: Counter[int] = Counter()
        self.taken = 0

    def check(self, org_id: int) -> None:
        """Raise when this organization cannot take another slot."""
        if self._of_organization[org_id] >= max(1, self._limit - self.taken) or self.taken >= self._limit:
            raise self._full

    def acquire(self, org_id: int) -> None:
        """Take a slot; raises when this organization cannot have another."""
        self.check(org_id)
        self._of_organization[org_id] += 1
        self.taken += 1

    def release(self, org_id: int) -> None:
        """Give a slot back."""
        self.taken -= 1
        self._of_organization[org_id] -= 1
        if not self._of_organization[org_id]:
            # A Counter keeps zeros: without this it would grow with every organization ever seen.
            del self._of_organization[org_id]

"""A bounded number of places for what lasts, shared so that nobody can take them all."""

from __future__ import annotations

from collections import Counter

from callboard.errors import StoreUnavailableError


class Places:
    """At most `most` places. An organization may hold as many as it leaves free: alone it fills half of them,
    and a newcomer finds room. Owned by one thread.
    """

    def __init__(self, most: int, full: type[StoreUnavailableError]) -> None:
        """`full` is raised when there is no room."""
        self._most = most
        self._full = full
        self._of_organization: Counter[int] = Counter()
        self.taken = 0

    def check(self, org_id: int) -> None:
        """Raises when this organization cannot have one more."""
        if self._of_organization[org_id] >= max(1, self._most - self.taken) or self.taken >= self._most:
            raise self._full

    def take(self, org_id: int) -> None:
        """Take a place; raises when there is none for this organization."""
        self.check(org_id)
        self._of_organization[org_id] += 1
        self.taken += 1

    def leave(self, org_id: int) -> None:
        """Give a place back."""
        self.taken -= 1
        self._of_organization[org_id] -= 1
        if not self._of_organization[org_id]:
            del self._of_organization[org_id]

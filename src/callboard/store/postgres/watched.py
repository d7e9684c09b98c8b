"""The organizations that readers watch: their totals that changed since a version."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from callboard.model.totals import Totals
from callboard.store.postgres.what_changed import Changed

MAX_WATCHED = 1_000
"""Organizations that a refresh asks for; the least recently used are evicted first."""
IDLE_S = 30.0
"""An organization that nobody read for so long is forgotten, after at most twice that."""


class WatchedOrganization:
    """An organization that is refreshed: its totals that changed since a version."""

    __slots__ = ("is_used", "known_since", "spaces", "version")

    def __init__(self, version: int) -> None:
        self.known_since = self.version = version
        """Changes are known after version `known_since`, up to and including `version`."""
        self.spaces: dict[int, tuple[int, Totals]] = {}
        self.is_used = True
        """Whether it was read since the last roll call."""

    def since(self, version: int) -> dict[int, Totals]:
        """The totals that changed after a version, which must be at least `known_since`."""
        return {space: totals for space, (at, totals) in self.spaces.items() if at > version}


class Watched:
    """All of them. Used by one event loop only."""

    def __init__(self) -> None:
        self._organizations: dict[int, WatchedOrganization] = {}
        self._roll_call_at = 0.0

    def __iter__(self) -> Iterator[int]:
        return iter(self._organizations)

    def __len__(self) -> int:
        return len(self._organizations)

    def versions(self, org_ids: Iterable[int]) -> dict[int, int]:
        """The version to which each is known."""
        return {org_id: self._organizations[org_id].version for org_id in org_ids}

    def use(self, org_id: int) -> WatchedOrganization | None:
        """The organization, if it is watched; it is read now."""
        found = self._organizations.pop(org_id, None)
        if found is not None:
            # Least recently used: the dict's order is the order of use.
            self._organizations[org_id] = found
            found.is_used = True
        return found

    def add(self, org_id: int, version: int) -> None:
        """Watch it from this version on."""
        self._organizations.pop(org_id, None)
        self._organizations[org_id] = WatchedOrganization(version)
        while len(self._organizations) > MAX_WATCHED:
            del self._organizations[next(iter(self._organizations))]

    def forget(self, org_ids: Iterable[int]) -> None:
        """Watch them no longer."""
        for org_id in org_ids:
            self._organizations.pop(org_id, None)

    def call_roll(self, now_s: float) -> bool:
        """From time to time: forget who was not read since the last time. True when that was done; readers
        must then ask anew, so that what they follow is not forgotten the next time.
        """
        if now_s < self._roll_call_at:
            return False
        self._roll_call_at = now_s + IDLE_S
        self.forget([org_id for org_id, each in self._organizations.items() if not each.is_used])
        for each in self._organizations.values():
            each.is_used = False
        return True

    def apply(self, changes: Iterable[Changed]) -> bool:
        """Apply what changed. False: a version decreased, so the database was replaced by an older one."""
        for change in changes:
            found = self._organizations.get(change.org_id)
            if found is None:  # evicted while the question was in flight
                continue
            if change.version < found.version:
                return False
            found.version = change.version
            if change.space_id is not None and change.space_version is not None:
                found.spaces[change.space_id] = (change.space_version, change.totals)
        return True

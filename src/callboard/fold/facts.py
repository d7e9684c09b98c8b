"""Fields of a call or task, each with the value of the greatest event (by stamp) that carries it.

Events may be added in any order. Each is read once, so that folding n events takes n steps.
"""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

from msgspec import UNSET

from callboard.fold.stamp import Stamp


class Facts:
    """Field → value, where the greatest event that carries the field decides."""

    __slots__ = ("_latest",)

    def __init__(self) -> None:
        self._latest: dict[Hashable, tuple[Stamp, Any]] = {}

    def record(self, field: Hashable, stamp: Stamp, value: Any) -> None:
        """Add an event's value of a field. None is a value ("there is none"); `UNSET` is not."""
        if value is UNSET:
            return
        latest = self._latest.get(field)
        if latest is None or stamp > latest[0]:
            self._latest[field] = (stamp, value)

    def known(self, field: Hashable) -> Any:
        """The field's value; None when the greatest event that carries it says null, or none carries it."""
        latest = self._latest.get(field)
        return None if latest is None else latest[1]


class MappingFacts:
    """`metadata` or `external_ids`, merged key by key: the greatest event that carries a key decides it.

    A mapping sent as null clears the keys of all lesser events; a value sent as null clears its key.
    """

    __slots__ = ("_emptied", "_latest")

    def __init__(self) -> None:
        self._latest: dict[str, tuple[Stamp, Any]] = {}
        self._emptied: Stamp | None = None

    def record(self, stamp: Stamp, value: Any) -> None:
        """Add an event's mapping."""
        if value is UNSET:
            return
        if value is None:
            # Keys are not deleted here: a greater event may have come before, and one that comes later may
            # be less than this null. `known` compares the stamps once all are in.
            if self._emptied is None or stamp > self._emptied:
                self._emptied = stamp
            return
        for key, fact in value.items():
            latest = self._latest.get(key)
            if latest is None or stamp > latest[0]:
                self._latest[key] = (stamp, fact)

    def known(self) -> dict[str, Any] | None:
        """The keys that have a value, sorted, so that equal mappings have equal bytes; None for no keys."""
        emptied = self._emptied
        facts = {
            key: fact
            for key, (stamp, fact) in sorted(self._latest.items())
            if fact is not None and (emptied is None or stamp > emptied)
        }
        return facts or None


def own_facts(value: Any) -> dict[str, Any] | None:
    """What `MappingFacts` makes of a single event, without its bookkeeping; UNSET, null and {} give None."""
    return {key: value[key] for key in sorted(value) if value[key] is not None} or None if value else None

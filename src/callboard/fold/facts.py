"""What is known of a call or task: of each field, what the greatest event says that carries it.

Kept as events come, in any order: an event is looked at once, however many there are beside it.
"""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

from msgspec import UNSET

from callboard.fold.stamp import Stamp


class Facts:
    """Fields, each decided by the greatest event that carries it."""

    __slots__ = ("_held",)

    def __init__(self) -> None:
        self._held: dict[Hashable, tuple[Stamp, Any]] = {}

    def take(self, field: Hashable, stamp: Stamp, value: Any) -> None:
        """What an event says of a field; left out, it says nothing."""
        if value is UNSET:
            return
        held = self._held.get(field)
        if held is None or stamp > held[0]:
            self._held[field] = (stamp, value)

    def known(self, field: Hashable) -> Any:
        """The field's value; none when the event that decides says so, or when none carries it."""
        held = self._held.get(field)
        return None if held is None else held[1]


class MappingFacts:
    """A mapping, key by key: of each key what the greatest event says that carries it.

    A null mapping says that there was none up to then; a null value, that its key has none.
    """

    __slots__ = ("_emptied", "_held")

    def __init__(self) -> None:
        self._held: dict[str, tuple[Stamp, Any]] = {}
        self._emptied: Stamp | None = None

    def take(self, stamp: Stamp, value: Any) -> None:
        """What an event says of the mapping."""
        if value is UNSET:
            return
        if value is None:
            if self._emptied is None or stamp > self._emptied:
                self._emptied = stamp
            return
        for key, fact in value.items():
            held = self._held.get(key)
            if held is None or stamp > held[0]:
                self._held[key] = (stamp, fact)

    def known(self) -> dict[str, Any] | None:
        """The keys that have a value, in order; none when no key has."""
        emptied = self._emptied
        facts = {
            key: fact
            for key, (stamp, fact) in sorted(self._held.items())
            if fact is not None and (emptied is None or stamp > emptied)
        }
        return facts or None


def own_facts(value: Any) -> dict[str, Any] | None:
    """The mapping that a single event makes."""
    return {key: value[key] for key in sorted(value) if value[key] is not None} or None if value else None

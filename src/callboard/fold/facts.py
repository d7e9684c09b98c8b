"""Reading facts off ordered events: the greatest event that carries a field decides it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from msgspec import UNSET

from callboard.model.event import Event


def latest(greatest_first: Sequence[Event], name: str) -> Any:
    """The field of the greatest event that carries it; none when that says so, or when none carries it."""
    for event in greatest_first:
        value = getattr(event, name)
        if value is not UNSET:
            return value
    return None


def merged(least_first: Iterable[Event], name: str) -> dict[str, Any] | None:
    """A mapping, key by key: for each key the greatest event that carries it.

    A null mapping says that there was none up to then; a null value, that its key has none.
    """
    facts: dict[str, Any] = {}
    for event in least_first:
        value = getattr(event, name)
        if value is None:
            facts = {}
        elif value is not UNSET:
            facts.update(value)
    return {key: facts[key] for key in sorted(facts) if facts[key] is not None} or None

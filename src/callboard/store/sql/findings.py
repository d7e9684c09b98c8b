"""What a verification has found so far, and how it is told."""

from __future__ import annotations

from typing import Any

import msgspec

from callboard.store.reporting import Difference, Verification
from callboard.store.sql.table_walk import Lost

MOST_TOLD = 1_000
"""Differences told one by one; `drift` counts all."""


class Findings:
    """Collects the differences of one verification."""

    def __init__(self) -> None:
        self.found = Verification(
            checked=dict.fromkeys(("spaces", "totals", "cells", "runs", "calls", "tasks", "events"), 0)
        )

    @property
    def drift(self) -> int:
        return self.found.drift

    def count(self, what: str, how_many: int) -> None:
        self.found.checked[what] = self.found.checked.get(what, 0) + how_many

    def repaired(self, how_many: int) -> None:
        self.found.repaired += how_many

    def tell(
        self, what: str, place: tuple[int, int], key: str, kept: Any, expected: Any, column: str = ""
    ) -> None:
        """One difference, at an organization and a space (0: of no space)."""
        found = self.found
        found.drift += 1
        found.drift_of[place[0]] = found.drift_of.get(place[0], 0) + 1
        if len(found.differences) < MOST_TOLD:
            found.differences.append(Difference(what, *place, key, _plain(kept), _plain(expected), column))

    def lost(self, what: str, place: tuple[int, int], fault: Lost) -> None:
        """Something that cannot be read, or cannot be what it is."""
        self.tell(what, place, fault.key, fault.why, None, fault.column)

    def note(self, text: str) -> None:
        """A sentence on what was not checked or not repaired, said once."""
        if text not in self.found.notes:
            self.found.notes.append(text)


def _plain(value: Any) -> Any:
    """A value as it can be shown as JSON."""
    return msgspec.to_builtins(value)

"""Collects the differences that a verification finds, for its report."""

from __future__ import annotations

from typing import Any

import msgspec

from callboard.store.reporting import Difference, Verification
from callboard.store.sql.table_walk import UnreadableRange

MAX_LISTED = 1_000
"""Differences reported one by one; `drift` counts all."""


class Findings:
    """The differences and notes of one verification."""

    def __init__(self) -> None:
        self.found = Verification(
            checked=dict.fromkeys(("spaces", "totals", "cells", "runs", "calls", "tasks", "events"), 0)
        )

    @property
    def drift(self) -> int:
        return self.found.drift

    def count(self, what: str, number: int) -> None:
        self.found.checked[what] = self.found.checked.get(what, 0) + number

    def repaired(self, number: int) -> None:
        self.found.repaired += number

    def report(
        self, what: str, place: tuple[int, int], key: str, kept: Any, expected: Any, column: str = ""
    ) -> None:
        """Record one difference. `place` is organization and space; space 0 stands for none."""
        found = self.found
        found.drift += 1
        found.drift_of[place[0]] = found.drift_of.get(place[0], 0) + 1
        if len(found.differences) < MAX_LISTED:
            found.differences.append(Difference(what, *place, key, _plain(kept), _plain(expected), column))

    def report_fault(self, what: str, place: tuple[int, int], fault: UnreadableRange) -> None:
        """Record a row that cannot be read, or a value that its column cannot hold."""
        self.report(what, place, fault.key, fault.fault_text, None, fault.column)

    def note(self, text: str) -> None:
        """Record, once, a sentence on what was not checked or not repaired."""
        if text not in self.found.notes:
            self.found.notes.append(text)


def _plain(value: Any) -> Any:
    """A value that can be encoded as JSON."""
    return msgspec.to_builtins(value)

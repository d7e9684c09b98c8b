"""The result of an import."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from callboard.ingest.sources.targets import SpaceUse
from callboard.store.interface import batch_id


@dataclass
class ImportReport:
    """The outcomes of a file's rows. Always `applied + duplicate + stale + rejected = received`; in a dry run
    `valid + rejected = received`.
    """

    batch_no: int | None
    """None in a dry run."""
    received: int = 0
    applied: int = 0
    duplicate: int = 0
    stale: int = 0
    valid: int = 0
    """In a dry run: rows that would be sent."""
    reasons: dict[str, int] = field(default_factory=dict)
    """Reject reason → number of rows."""
    examples: dict[str, tuple[int, str]] = field(default_factory=dict)
    """Reject reason → the first line rejected for it, and the message."""
    earlier: int = 0
    """Rows that an interrupted run of the same import had committed; included in the numbers above."""
    ambiguous_times: int = 0
    """Local times that occur twice when clocks are set back."""
    impossible_times: int = 0
    """Local times that are skipped when clocks are set forward."""
    spaces: dict[str, SpaceUse] = field(default_factory=dict)
    rejects: Path | None = None
    """The file of rejected rows; None when no row was rejected."""

    @property
    def rejected(self) -> int:
        return sum(self.reasons.values())

    def reject(self, reason: str, line: int, message: str) -> None:
        """Count a rejected row."""
        self.reasons[reason] = self.reasons.get(reason, 0) + 1
        self.examples.setdefault(reason, (line, message))

    @property
    def batch(self) -> str | None:
        """The batch's public id; None in a dry run."""
        return None if self.batch_no is None else batch_id(self.batch_no)

    def as_json(self, undo: str | None) -> dict[str, Any]:
        """The report as JSON for scripts. `undo`: the command that withdraws the import."""
        return {
            "batch_id": self.batch,
            "dry_run": self.batch_no is None,
            "received": self.received,
            **({"valid": self.valid} if self.batch_no is None else {}),
            "applied": self.applied,
            "duplicate": self.duplicate,
            "stale": self.stale,
            "rejected": self.rejected,
            "rejected_by_reason": dict(sorted(self.reasons.items())),
            "rejects_file": None if self.rejects is None else str(self.rejects),
            "carried_on_after": self.earlier,
            "ambiguous_times": self.ambiguous_times,
            "impossible_times": self.impossible_times,
            "spaces": [
                {
                    "name": use.name,
                    "token": use.space.token if use.space else None,
                    "created": use.created,
                    "rows": use.rows,
                }
                for use in self.spaces.values()
            ],
            "undo": undo,
        }

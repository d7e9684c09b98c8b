"""What an import did."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from callboard.ingest.sources.targets import SpaceUse
from callboard.store.interface import batch_id


@dataclass
class ImportReport:
    """What became of the rows of a file. `applied + duplicate + stale + rejected = received`, always."""

    batch_no: int | None
    """None in a dry run."""
    received: int = 0
    applied: int = 0
    duplicate: int = 0
    stale: int = 0
    valid: int = 0
    """In a dry run: rows that would be sent."""
    reasons: dict[str, int] = field(default_factory=dict)
    """Reject reason → how many rows."""
    examples: dict[str, tuple[int, str]] = field(default_factory=dict)
    """Reject reason → the first line it met, and what was said of it."""
    earlier: int = 0
    """Rows that a run of the same import took before it was interrupted; counted in the numbers above."""
    ambiguous_times: int = 0
    impossible_times: int = 0
    spaces: dict[str, SpaceUse] = field(default_factory=dict)
    rejects: Path | None = None
    """The file of rejected rows, when there is one."""

    @property
    def rejected(self) -> int:
        return sum(self.reasons.values())

    def reject(self, reason: str, line: int, message: str) -> None:
        """Count a rejected row."""
        self.reasons[reason] = self.reasons.get(reason, 0) + 1
        self.examples.setdefault(reason, (line, message))

    @property
    def batch(self) -> str | None:
        """The batch's public id; none in a dry run."""
        return None if self.batch_no is None else batch_id(self.batch_no)

    def as_json(self, undo: str | None) -> dict[str, Any]:
        """The report for scripts. `undo`: the command that withdraws it."""
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

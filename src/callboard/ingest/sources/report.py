"""The result of an import."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from callboard.ingest.sources.mapping.closed import UnknownWord
from callboard.ingest.sources.preview import Numbers
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
    preview: Numbers | None = None
    """What the file alone brings: of a dry run, and of an import by a guess."""
    task_preview: Numbers | None = None
    """Of a dry run over a file that tells of tasks beside calls."""
    command: str | None = None
    """Of an import by a guess: the command that does the same without one."""
    saved_mapping: str | None = None
    """The name under which it was saved how the file is read."""
    accepted: tuple[str, ...] = ()
    """What the saved mapping accepts of its next file, as `--accept` has it."""
    earlier: int = 0
    """Rows that an interrupted run of the same import had committed; included in the numbers above."""
    ambiguous_times: int = 0
    """Local times that occur twice when clocks are set back."""
    impossible_times: int = 0
    """Local times that are skipped when clocks are set forward."""
    lost_numbers: int = 0
    """Telephone numbers of which a spreadsheet left no more than the first digits."""
    unknown_words: list[UnknownWord] = field(default_factory=list)
    """Words that are in no closed list of a field, those of most rows first."""
    differing_rows: int = 0
    """Rows to which `--id-from` gave the id of an earlier row that says something else: one item with it."""
    left_out: dict[str, int] = field(default_factory=dict)
    """Lines of the file that are no rows, by what they are; not in the numbers above."""
    mended: int = 0
    """Rows that were read in spite of quotes that are not doubled; included in the numbers above."""
    replaced: int = 0
    """Calls and tasks in which this import replaced what an earlier one had said."""
    replaces: tuple[int, ...] = ()
    """The batches of earlier imports of the same file, which this one replaced whole."""
    earlier_readings: dict[int, int] = field(default_factory=dict)
    """Batch of an import by other options that this one replaced in part → its calls and tasks that this one
    did not name, which stand as they were read then."""
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
            **({"preview": self.preview.as_json()} if self.preview is not None else {}),
            **(
                {"task_preview": self.task_preview.as_json()}
                if self.task_preview is not None and self.task_preview.items
                else {}
            ),
            **({"command": self.command} if self.command is not None else {}),
            **({"saved_mapping": self.saved_mapping} if self.saved_mapping is not None else {}),
            **({"accepted": list(self.accepted)} if self.saved_mapping is not None else {}),
            "applied": self.applied,
            "duplicate": self.duplicate,
            "stale": self.stale,
            "rejected": self.rejected,
            "rejected_by_reason": dict(sorted(self.reasons.items())),
            "rejects_file": None if self.rejects is None else str(self.rejects),
            "carried_on_after": self.earlier,
            "replaced": self.replaced,
            "replaced_batches": [batch_id(number) for number in self.replaces],
            "left_of_earlier_readings": {
                batch_id(number): items for number, items in self.earlier_readings.items()
            },
            "ambiguous_times": self.ambiguous_times,
            "impossible_times": self.impossible_times,
            "lost_numbers": self.lost_numbers,
            "unknown_words": [each.as_json() for each in self.unknown_words],
            "differing_rows": self.differing_rows,
            "left_out": dict(sorted(self.left_out.items())),
            "mended": self.mended,
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

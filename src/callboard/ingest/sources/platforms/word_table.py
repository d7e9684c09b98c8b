"""The words of one platform and what they mean, as an ordered table: the first full match counts."""

from __future__ import annotations

import re
from typing import Final, Literal, get_args

from msgspec import Struct

from callboard.model.words import END_REASONS

Said = Literal[
    "queued", "ringing", "in_progress", "completed", "missed", "failed",
    "answered?", "answered?1", "answered?failed", "ignore",
]  # fmt: skip
"""`answered?`: completed if the delivery shows an answer, else missed; with `1` as an end of standing 1, with
`failed` else failed. `ignore`: the word ends nothing."""

Row = tuple[str, Said] | tuple[str, Said, str]


class Meaning(Struct, frozen=True):
    """What a word means for a call."""

    status: str
    """A status of a call, or `ignore`."""
    end_reason: str | None = None
    standing: int | None = None
    """None: the status's own, 0 live and 2 final."""
    rough: bool = False
    """Whether the platform may tell why it ended finer elsewhere: the word is known, and explains nothing."""

    @property
    def ignored(self) -> bool:
        return self.status == "ignore"


class WordTable:
    """An ordered table of patterns."""

    def __init__(self, *rows: Row) -> None:
        self.rows: Final[tuple[Row, ...]] = rows
        for row in rows:
            _check(row)
        self._patterns = [re.compile(row[0], re.DOTALL) for row in rows]

    def look_up(self, word: str, *, answered: bool) -> Meaning | None:
        """The meaning of a word; None when the table does not know it."""
        for pattern, row in zip(self._patterns, self.rows, strict=True):
            if pattern.fullmatch(word):
                return _meaning(row[1], row[2] if len(row) == 3 else None, answered)
        return None


def _check(row: Row) -> None:
    assert row[1] in get_args(Said), f"{row}: no such meaning"
    assert len(row) == 2 or row[2] in END_REASONS, f"{row}: no such end reason"


def _meaning(said: str, reason: str | None, answered: bool) -> Meaning:
    rough = reason == "unknown"
    if not said.startswith("answered?"):
        return Meaning(said, reason, rough=rough)
    otherwise = "failed" if said == "answered?failed" else "missed"
    if not answered and otherwise == "missed" and reason == "hangup":
        reason = "no_answer"  # nobody hung up on anybody
    return Meaning("completed" if answered else otherwise, reason, 1 if said == "answered?1" else None, rough)

"""The events of records that a platform's translation has read: what the importer asks of any mapping."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from callboard.ingest.sources.mapping.closed import MAX_UNKNOWN_WORDS, MAX_WORD_CHARACTERS, UnknownWord


class PlatformMapping:
    """Hands on the events of `PlatformRows`, and counts the words that the platform's tables lack."""

    type = "call"
    columns: list[str] = []  # noqa: RUF012 - always empty
    reads_all = True
    is_whole = False
    """Facts without a status are no mistakes here."""
    ambiguous_times = impossible_times = lost_numbers = differing_rows = 0

    def __init__(self) -> None:
        self._words: Counter[tuple[str, str | None]] = Counter()

    def check(self, columns: list[str]) -> None:
        """Any file is accepted that could be opened."""

    def event(self, row: Mapping[str, Any]) -> dict[str, Any]:
        """The event of a record."""
        for field, word in row["words"]:
            key = (field, word[:MAX_WORD_CHARACTERS])
            is_new = key not in self._words and len(self._words) >= MAX_UNKNOWN_WORDS
            self._words[(field, None) if is_new else key] += 1
        event: dict[str, Any] = row["event"]
        return event

    def start_over(self) -> None:
        """Forget the words so far."""
        self._words.clear()

    @property
    def unknown_words(self) -> list[UnknownWord]:
        """The words so far that the platform's tables lack, those of most records first."""
        ranked = sorted(self._words.items(), key=lambda pair: (-pair[1], pair[0][0], pair[0][1] or ""))
        return [
            UnknownWord(field, word, rows, choices=(), rejects=False, is_kept=field == "end_reason")
            for (field, word), rows in ranked
        ]

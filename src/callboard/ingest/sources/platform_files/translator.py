"""One piece of a file, translated as one delivery of the platform that wrote it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any, Final

from msgspec import Struct

from callboard.clock import Micros
from callboard.ingest.sources.files.records import Record, RowError
from callboard.ingest.sources.platforms.delivery import (
    FROM_FILE,
    Delivery,
    HookSettings,
    QuarantineReason,
)
from callboard.ingest.sources.platforms.platform import Platform, translated
from callboard.model.words import RejectReason

REASONS: Final[dict[QuarantineReason, RejectReason]] = {
    "unreadable": "invalid_value",
    "missing_id": "missing_field",
    "unknown_status": "invalid_status",
    "bad_time": "invalid_time",
    "invalid": "invalid_value",
    "rejected": "invalid_value",  # of deliveries alone: a row that is not taken has its own reason
}
"""Why a record of a delivery goes to quarantine → why a row of a file is rejected."""
IGNORED_KINDS_MAX: Final = 50
"""Reasons why records are no calls that are counted one by one; further ones are counted together."""
SHOWN_CHARACTERS: Final = 1 << 16
"""Of a document with several records, so many characters are written beside one that is rejected."""


class Translator(Struct, frozen=True):
    """Reads what stands in files of one platform."""

    platform: Platform
    settings: HookSettings
    received_at: Micros
    """When the file was last changed: the same each time that it is read."""
    ignored: Counter[str]
    """Why records are no calls → how many."""

    def records(
        self, line: int, body: bytes, cells: list[Any], *, known: int = 0, text: str = ""
    ) -> Iterator[Record]:
        """What one piece of a file says: a record for each event, and for each part that cannot be read.

        `known`: events of rows before, which stand in the body as well. `text`: shown beside what is
        rejected, where there are no cells.
        """
        delivery = Delivery(method=FROM_FILE, body=body, received_at=self.received_at)
        found = translated(self.platform, delivery, self.settings)
        for reason in found.ignored:
            is_new = reason not in self.ignored and len(self.ignored) >= IGNORED_KINDS_MAX
            self.ignored["other" if is_new else reason] += 1
        words = [(each.field, each.word) for each in found.unknown_words]
        events = found.events[known:]
        if len(events) + len(found.quarantined) > 1:
            text = text[:SHOWN_CHARACTERS]
        shown = cells or [text]
        for event in events:
            yield Record(line, {"event": event, "words": words}, shown)
            words = []
        for verdict in found.quarantined:
            yield Record(line, {}, shown, RowError(REASONS[verdict.reason], str(verdict.message)))

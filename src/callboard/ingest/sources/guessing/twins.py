"""Rows of different ids that say one call: the same start, numbers and talk time.

Two systems that each record a call, or each leg of one, give it ids that are not alike. Rows are compared
with those shortly before them, as legs stand close together.
"""

from __future__ import annotations

from collections import deque
from typing import Final

from callboard.clock import MINUTE, Micros
from callboard.ingest.sources.files.records import Record
from callboard.ingest.sources.guessing.checks import rows
from callboard.ingest.sources.guessing.doubts import Answer
from callboard.ingest.sources.guessing.draft import Draft
from callboard.ingest.sources.mapping import joined
from callboard.ingest.sources.mapping.templates import place_of, source_of
from callboard.model.event import CallEvent

COMPARED_ROWS: Final = 2_000
"""The rows before each that it is compared with."""
_TRIFLE: Final = 0.001
"""Fewer rows than this are not asked about."""
_Said = tuple[Micros, str | None, str | None, int]
"""Start, numbers, talk time in milliseconds."""


class Twins:
    """Counts rows that say what a row of another id said."""

    def __init__(self) -> None:
        self.told = 0
        """Rows that say enough to be compared."""
        self.count = 0
        self.line = 0
        """The first of them."""
        self.ids = ("", "")
        """Its id, and that of the row before it."""
        self._ids: dict[_Said, str] = {}
        self._order: deque[_Said] = deque()

    def add(self, record: Record, event: CallEvent) -> None:
        """Compare the row of a call."""
        said = _said(event)
        if said is None:
            return
        self.told += 1
        other = self._ids.get(said)
        if other is None:
            self._ids[said] = event.call_id
            self._order.append(said)
            if len(self._order) > COMPARED_ROWS:
                del self._ids[self._order.popleft()]
        elif other != event.call_id:
            self.count += 1
            if not self.line:
                self.line, self.ids = record.line, (other, event.call_id)

    @property
    def is_doubtful(self) -> bool:
        """Whether there are too many to pass over."""
        return self.count > self.told * _TRIFLE


def _said(event: CallEvent) -> _Said | None:
    """What tells a call without its id; None where rows of several calls may say the same."""
    at, length = event.creation_time, event.duration_ms
    if not isinstance(at, int):
        at = event.start_time
    if not isinstance(at, int) or not isinstance(length, int):
        return None
    source, destination = event.source_number, event.destination_number
    numbers = [each if isinstance(each, str) and each else None for each in (source, destination)]
    # Without a talk time, or to the minute, the calls of one number may say the same.
    known = sum(each is not None for each in numbers)
    if known < (1 if length and at % MINUTE else 2):
        return None
    return at, numbers[0], numbers[1], length


def doubt_twins(draft: Draft, twins: Twins) -> None:
    """Doubt ids that tell rows apart which say one call."""
    own = draft.chosen.get("call_id", "{")
    is_said = draft.is_settled("call_id") or draft.legs or draft.plan.options.legs or draft.when
    if "{" in own or is_said or not twins.is_doubtful:
        return
    one, other = twins.ids
    draft.doubt(
        "legs",
        f"{rows(twins.count)} say the start, the numbers and the talk time of a row with another id, the "
        f"first in line {twins.line:,}: {other!r} as {one!r}; they may be one call, and each row is taken as "
        "a call",
        own,
        Answer("--map", joined([f"call_id={source_of(own)}"]), "each row is a call"),
        *_one_call(draft),
    )


def _one_call(draft: Draft) -> list[Answer]:
    """The answer that such rows are one call: an id of what they say alike."""
    fields = ("creation_time", "source_number", "destination_number")
    said = [column for each in fields if (column := draft.chosen.get(each)) is not None]
    cells = [draft.sample.texts(each) for each in said if "{" not in each]
    if len(cells) < len(said) or not all(all(each) for each in cells):
        return []  # a row that leaves one of them empty would be lost
    value = joined(["call_id=" + "/".join(map(place_of, said))])
    return [Answer("--map", value, "rows that say these alike are one call")]

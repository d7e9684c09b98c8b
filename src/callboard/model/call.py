"""A call as it stands: what the fold makes of its events."""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from callboard.clock import DAY, SECOND, Micros
from callboard.model.words import FINAL_CALL

MAX_CALL_SPAN: Micros = 7 * DAY
"""How long after its creation a call is under way at most: the longest talk time there is, stated or derived,
and the longest time to answer."""

CREATION_INFERRED, END_INFERRED, CONTRADICTING, WAIT_UNKNOWN = 1, 2, 4, 8
"""What `Call.time_marks` adds up. A row without marks is one whose times were all stated."""
_INFERRED = {
    0: (),
    CREATION_INFERRED: ("creation_time",),
    END_INFERRED: ("end_time",),
    CREATION_INFERRED | END_INFERRED: ("creation_time", "end_time"),
}


class Call(Struct, frozen=True):
    """One call. `None` is "not known"."""

    call_id: str
    call_status: str
    creation_time: Micros
    """Places the call in time: every report counts it here."""
    start_time: Micros | None = None
    """When it was answered."""
    end_time: Micros | None = None
    duration_ms: int | None = None
    """Talk time, answer to end."""
    # fields: row of a call
    call_type: str | None = None
    source_number: str | None = None
    destination_number: str | None = None
    end_reason: str | None = None
    source_end_reason: str | None = None
    answered_by: str | None = None
    agent: str | None = None
    task_id: str | None = None
    external_ids: dict[str, Any] | None = None
    metadata: dict[str, Any] | None = None
    # end of fields
    source: str = "events"
    """Which door its greatest event came in by."""
    void: bool = False
    time_marks: int = 0
    """What is to be known of its times: `CREATION_INFERRED`, `END_INFERRED`; `CONTRADICTING`: its talk time
    would have to be derived below 0 or beyond 7 days; `WAIT_UNKNOWN`: it was answered, and how long that took
    is unknown although its start is not before its creation."""

    @property
    def inferred(self) -> tuple[str, ...]:
        """Which of its times no event stated."""
        return _INFERRED[self.time_marks & (CREATION_INFERRED | END_INFERRED)]

    @property
    def contradicting(self) -> bool:
        """Its start and its end cannot both be right: how long it talked is unknown."""
        return bool(self.time_marks & CONTRADICTING)

    def begins(self, kind: str) -> Micros | None:
        """When it begins to talk (`talk`) or to be offered (`offered`); none when it does not, or unknown.

        A start before its creation is of a clock that is wrong: it is not known. Nor is it known when its
        times contradict each other, when its end is unknown, or when less time lies between its begin and
        its end than the talk time in it.
        """
        if kind == "offered":
            began = None if self.call_status == "queued" else self.creation_time
        else:
            talks = self.call_status not in ("queued", "ringing", "missed")
            began = self.start_time if talks else None
        if began is None or began < self.creation_time or not self._fits(began, kind):
            return None
        return began

    def _fits(self, began: Micros, kind: str) -> bool:
        """Whether it ended, and its talk time has room in it, give or take a second: sources round to whole
        ones. An inferred end at the very start says nothing of the talk.
        """
        if self.contradicting:
            return False
        if self.call_status not in FINAL_CALL:
            return True
        end = self.end_time
        if end is None or (kind == "talk" and self.time_marks & END_INFERRED and end <= began):
            return False
        return end - began + SECOND >= (self.duration_ms or 0) * 1000

    def ends(self, began: Micros, limit_s: int) -> Micros | None:
        """When that is over: at its end, which is none where it is unknown; a live call when its space's
        limit is reached, in seconds.
        """
        if self.call_status in FINAL_CALL:
            return self.end_time
        return began + limit_s * SECOND

    def unplaced(self, kind: str) -> bool:
        """Whether it talked, or was offered, at a time that cannot be told."""
        began = self.begins(kind)
        if began is not None:
            ended = self.ends(began, 0)
            return ended is None or ended < began
        if kind == "offered":
            return self.call_status != "queued"
        talked = self.answered or self.call_status == "in_progress"
        return talked and self.call_status not in ("queued", "ringing", "missed")

    @property
    def answered(self) -> bool:
        """Its start is known, or somebody talked."""
        return self.start_time is not None or bool(self.duration_ms)

    @property
    def wait_ms(self) -> int | None:
        """Time to answer, creation to start; none when it was not answered, when its creation is only its
        start, when the two or its end contradict each other, or when it would be more than 7 days.
        """
        if self.start_time is None or self.start_time < self.creation_time or self.time_marks & WAIT_UNKNOWN:
            return None
        return (self.start_time - self.creation_time) // 1000

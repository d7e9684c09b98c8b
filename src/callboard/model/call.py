"""A call: the row that the fold makes of its events."""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from callboard.clock import DAY, SECOND, Micros
from callboard.model.money import Money, money
from callboard.model.words import FINAL_CALL

MAX_CALL_SPAN: Micros = 7 * DAY
"""A call is under way for at most so long after its creation. Also the longest talk time, stated or derived,
and the longest time to answer."""

CREATION_INFERRED, END_INFERRED, CONTRADICTING, WAIT_UNKNOWN, OVERSIZED = 1, 2, 4, 8, 16
"""Bits of `Call.time_marks`. All times of a row without the first four were stated."""
COUNTED, WITHDRAWN, NO_STATUS, LEG, WITHDRAWN_WITH_HEAD = range(5)
"""Places of a row: `Call.void`."""
_INFERRED = {
    0: (),
    CREATION_INFERRED: ("creation_time",),
    END_INFERRED: ("end_time",),
    CREATION_INFERRED | END_INFERRED: ("creation_time", "end_time"),
}


class Call(Struct, frozen=True):
    """One call. `None` means unknown."""

    call_id: str
    call_status: str
    creation_time: Micros
    """The time at which every report counts the call."""
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
    outcome: str | None = None
    cost_micros: int | None = None
    cost_currency: str | None = None
    billed_ms: int | None = None
    group_ids: tuple[str, ...] | None = None
    group_rank: int | None = None
    # end of fields
    source: str = "events"
    """How the greatest of its events with a status came: of several ways, the least by name. Empty when it
    has none."""
    void: int = COUNTED
    """Its place. `COUNTED`: in lists and numbers; all others are in none. `WITHDRAWN`: its own events say
    that it never was. `NO_STATUS`: there are only facts, and no call yet. `LEG`: it is a leg of another call.
    `WITHDRAWN_WITH_HEAD`: the head of its group is withdrawn."""
    leg_of: str | None = None
    """Of a leg: the id of the call that it is a leg of, the head of its group."""
    time_marks: int = 0
    """Bits. `CREATION_INFERRED`, `END_INFERRED`: no event stated that time. `CONTRADICTING`: the talk time
    derived from start and end would be below 0 or above 7 days. `WAIT_UNKNOWN`: the time to answer is
    unknown, although the call was answered and its start is not before its creation. `OVERSIZED`: the group
    that it names has too many rows to be one, so that it stands for itself."""

    @property
    def is_call(self) -> bool:
        """Whether it can be asked for by its id: it counts, or is a leg of a call that does."""
        return self.void in (COUNTED, LEG)

    @property
    def links(self) -> tuple[str, ...]:
        """The ids of the groups that it is a row of. A row without a status is in none."""
        return () if self.group_ids is None or self.void == NO_STATUS else self.group_ids

    @property
    def cost(self) -> Money | None:
        """What the platform charges for it."""
        return money(self.cost_micros, self.cost_currency)

    @property
    def inferred(self) -> tuple[str, ...]:
        """The names of its times that no event stated."""
        return _INFERRED[self.time_marks & (CREATION_INFERRED | END_INFERRED)]

    @property
    def contradicting(self) -> bool:
        """Whether its start and end cannot both be right; its talk time is unknown then."""
        return bool(self.time_marks & CONTRADICTING)

    def begins(self, kind: str) -> Micros | None:
        """When it began to talk (`talk`) or to be offered (`offered`); None when it did not, or when that is
        unknown: the start is before the creation (one of the clocks is wrong), the times contradict each
        other, the end is unknown, or the time from begin to end is shorter than the talk time.
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
        """Whether its talk time fits between `began` and its end, give or take a second, because sources
        round to whole seconds. An inferred end at the start says nothing about the talk.
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
        """When the talk or the offer that began at `began` is over. A final call: at its end, None if that is
        unknown. A live call: `limit_s` seconds, the limit for live calls, after it was answered.
        """
        if self.call_status in FINAL_CALL:
            return self.end_time
        return max(began, self.live_since) + limit_s * SECOND

    @property
    def live_since(self) -> Micros:
        """Since when a live call counts as live: its answer, else its creation. One that was scheduled may
        be created days before it is made.
        """
        return self.creation_time if self.start_time is None else max(self.creation_time, self.start_time)

    def has_unknown_time(self, kind: str) -> bool:
        """Whether there was talk (`talk`) or an offer (`offered`) whose times are unknown."""
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
        """Whether its start is known, or it has a talk time."""
        return self.start_time is not None or bool(self.duration_ms)

    @property
    def wait_ms(self) -> int | None:
        """Time to answer, from creation to start. None when it was not answered, when its creation was
        inferred from its start, when its times contradict each other, or when it would be above 7 days.
        """
        if self.start_time is None or self.start_time < self.creation_time or self.time_marks & WAIT_UNKNOWN:
            return None
        return (self.start_time - self.creation_time) // 1000

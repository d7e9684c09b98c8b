"""A call as it stands: what the fold makes of its events."""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from callboard.clock import Micros


class Call(Struct, frozen=True, kw_only=True):
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
    source: str = "events"
    """Which door its greatest event came in by."""
    void: bool = False

    @property
    def answered(self) -> bool:
        """Its start is known, or somebody talked."""
        return self.start_time is not None or bool(self.duration_ms)

    @property
    def wait_ms(self) -> int | None:
        """Time to answer, creation to start; none when it was not answered, or one of them is not known."""
        if self.start_time is None or self.start_time < self.creation_time:
            return None
        return (self.start_time - self.creation_time) // 1000

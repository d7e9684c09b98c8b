"""Rows that say when they were changed last: how a call stood then, and not when it ended."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from callboard.model.words import FINAL_CALL


def without_end(event: dict[str, Any]) -> dict[str, Any]:
    """The event of a call, so that its last change is not taken as its end. Where it says how long the call
    was and not when it ended, it ended about so long after it was made.
    """
    if "occurred_at" not in event or event.get("call_status") not in FINAL_CALL or event.get("end_time"):
        return event
    created, seconds = event.get("creation_time"), event.get("call_duration")
    if not isinstance(created, str) or not isinstance(seconds, int | float) or event.get("start_time"):
        return event | {"rough": ["occurred_at"]}
    end = datetime.fromisoformat(created) + timedelta(seconds=seconds)
    return event | {"end_time": end.isoformat(), "rough": ["occurred_at", "end_time"]}

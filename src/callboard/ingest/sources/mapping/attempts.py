"""Rows that are attempts of one task: stated so that the fold takes the creation of the earliest one, in any
order of rows and of files.
"""

from __future__ import annotations

from typing import Any


def as_attempt(event: dict[str, Any]) -> dict[str, Any]:
    """The event of an attempt.

    Of a retry the creation is when the event occurred, and no creation: the greatest event that says one
    decides it, which would be that of the last attempt. So the first attempt alone says it, and where its row
    is missing the earliest event of the others does. What is lost is when a retry ended.
    """
    attempt = event.get("attempt")
    if not isinstance(attempt, int) or attempt <= 1:
        return event
    created = event.pop("created", None)
    if created is not None:
        event["occurred_at"] = created
    return event

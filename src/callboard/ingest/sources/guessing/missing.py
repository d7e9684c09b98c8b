"""The doubt about a field that every call or task needs and no column seems to hold."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from callboard.ingest.sources.guessing.doubts import Answer, Doubt

_ALL: Final[Mapping[str, tuple[str, ...]]] = {
    "call_status": ("completed", "missed", "failed"),
    "status": ("completed", "failed", "pending", "running"),
}
"""Field → what all rows may be said to be."""


def missing_doubt(field: str, record_type: str) -> Doubt:
    """The doubt about the field, with the answers that end it."""
    column = Answer("--map", f"{field}=…", f"the column that holds {field}")
    message = f"No column looks like {field}; say which with map"
    if field not in _ALL:
        return Doubt(
            "id", message, answers=(column, Answer("--id-from", "*", f"each row is a {record_type}"))
        )
    every = (Answer("--set", f"{field}={word}", f"every {record_type} is {word}") for word in _ALL[field])
    return Doubt("status", message, answers=(column, *every))

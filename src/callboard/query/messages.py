"""The `message` texts of answers."""

from __future__ import annotations


def fetched(what: str) -> str:
    """The message of a successful read. `what` begins the sentence, so it starts with a capital letter."""
    return f"{what} fetched successfully"

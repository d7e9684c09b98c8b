"""What answers say of themselves."""

from __future__ import annotations


def fetched(what: str) -> str:
    """The message of a successful read: `what` is the thing read, as a sentence begins with it."""
    return f"{what} fetched successfully"
